"""Who may see a document: the rule, and the same rule as tokens for the index (mã truy cập).

`judge_document` decides one case. `tokens_of` a document and `tokens_for` a caller say the same in
a form that an index can intersect: they have one in common exactly where reading is allowed.
What changes with people (posts, units headed, clearances, successions) stands on the caller's side,
so that nobody's move touches the index; what changes with a paper (grade, lines) on the document's.
"""

from collections.abc import Callable, Iterable

from repository.model.access import (
    Caller,
    Decision,
    Right,
    Rule,
    hands_in,
    is_cleared,
    judge,
)
from repository.model.confidentiality import Confidentiality
from repository.model.documents import Document
from repository.model.ids import AgencyId


def judge_document(
    caller: Caller,
    right: Right,
    document: Document,
    was_given: Callable[[str], bool],
    otherwise: Callable[[], Rule | None] = lambda: None,
) -> Decision:
    """Decide whether *caller* has *right* over *document*, and why.

    *was_given* says of a hand whether it has, or had, a line of the document that was not
    recalled. Such a line lets them read where they work today, whatever the grade, as long as the
    document itself was not recalled. *otherwise* tells what else lets them read it: that it was sent
    to their registry, or that they had it in draft.
    """
    decision = judge(caller, right, document.agency, document.confidentiality)
    if decision.allowed or right is not Right.READ:
        return decision
    hands = () if document.recalled else sorted(hands_in(caller, document.agency))
    given = next(filter(was_given, hands), None)
    if given is not None:
        return Decision(allowed=True, rule=Rule.LINE if given.startswith("p:") else Rule.UNIT)
    rule = otherwise()
    return Decision(allowed=True, rule=rule) if rule else decision


def tokens_of(
    document: Document, hands: Iterable[str], sent_to: Iterable[AgencyId] = ()
) -> tuple[str, ...]:
    """The tokens under which *document* is found.

    *hands* have a line that was not recalled; the registries of *sent_to* were sent it.
    """
    restricted = document.confidentiality is Confidentiality.RESTRICTED
    readers = restricted_token(document.agency) if restricted else str(document.agency)
    holding = () if document.recalled else hands
    given = {given_token(document.agency, hand) for hand in holding}
    return (readers, *sorted(given), *sorted({sent_token(agency) for agency in sent_to}))


def tokens_for(
    caller: Caller, agencies: Iterable[AgencyId], registries: Iterable[AgencyId] = ()
) -> frozenset[str]:
    """The tokens that *caller*, who works in *registries*, holds, as far as *agencies* go."""
    found: set[str] = {sent_token(agency) for agency in registries}
    for agency in agencies:
        if judge(caller, Right.READ, agency).allowed:
            found.add(str(agency))
            if is_cleared(caller, agency):
                found.add(restricted_token(agency))
        found.update(given_token(agency, hand) for hand in hands_in(caller, agency))
    return frozenset(found)


def restricted_token(agency: AgencyId) -> str:
    """For who reads in *agency* with a clearance."""
    return f"{agency}/{Confidentiality.RESTRICTED.value}"


def given_token(agency: AgencyId, hand: str) -> str:
    """For whose *hand* was given a paper of *agency*, and who still works there."""
    return f"{agency}/{hand}"


def sent_token(agency: AgencyId) -> str:
    """For the registry of *agency*, to which a paper of another was sent."""
    return f"to:{agency}"
