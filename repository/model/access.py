"""Who may do what: callers, their rights, and the one place that decides.

Every surface (HTTP, command line, index, feed) asks `authorize`; none has a rule of its own.
"""

import enum

import msgspec

from repository.errors import Kind, Trouble
from repository.model.confidentiality import Confidentiality
from repository.model.ids import AgencyId, DelegationId, PersonId, TokenId


class Right(enum.Enum):
    """One thing a caller may be allowed to do in an agency."""

    READ = "read"
    """See documents and their files; search."""
    WRITE = "write"
    """Store files and register documents."""
    ADMINISTER = "administer"
    """Declare agencies and registers, issue tokens."""
    ERASE = "erase"
    """Place and lift holds; destroy content for good, together with a second person."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token as it is kept: its secret only as a digest."""

    id: TokenId
    digest: bytes
    """BLAKE3 of the secret half, 32 bytes."""
    label: str
    agencies: tuple[AgencyId, ...]
    rights: tuple[Right, ...]
    every_agency: bool = False
    """Holds for all agencies, those not declared yet included."""
    expires: int = 0
    """Microseconds since 1970-01-01 UTC; 0 = never."""
    revoked: bool = False
    person: PersonId = PersonId("")
    """Whose token it is: rights and agencies then follow from their posts; empty = a program's."""
    cleared: bool = False
    """A program's that reads restricted papers too, wherever it reads."""


class Mandate(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody does in another's place now (thay mặt), in one agency."""

    delegation: DelegationId
    agency: AgencyId
    principal: str
    """On whose behalf, as the log names them."""
    rights: frozenset[Right]
    hands: frozenset[str]
    until: int
    """Microseconds since 1970-01-01 UTC."""
    cleared: bool = False
    """Restricted papers too, as the posts that are lent."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody known, asking."""

    name: str
    """Goes into the event log as the actor."""
    rights: frozenset[Right]
    agencies: frozenset[AgencyId] = frozenset()
    every_agency: bool = False
    inherited: frozenset[AgencyId] = frozenset()
    """Agencies that others of theirs have followed: their papers may be read, nothing else."""
    person: PersonId = PersonId("")
    """Who it is, where it is no program."""
    standing: dict[AgencyId, frozenset[Right]] = {}
    """A person's rights, agency by agency."""
    hands: frozenset[str] = frozenset()
    """Whose recipient lines are theirs to read and to act on: `p:<person>`, `u:<unit>`."""
    mandates: tuple[Mandate, ...] = ()
    """What they may do in others' places now."""
    custody: frozenset[AgencyId] = frozenset()
    """Agencies that ended, whose closed fonds they keep as archivists of one that follows."""
    cleared: frozenset[AgencyId] = frozenset()
    """Agencies where a person works on restricted papers too."""
    clearance: bool = False
    """A program's: restricted papers too, wherever it has a right."""


class Rule(enum.Enum):
    """What leads to a decision."""

    POST = "post"
    """A post of today gives the right in the agency."""
    PROGRAM = "program"
    """A program's token names the right, and the agency or all of them."""
    MANDATE = "mandate"
    """They stand in for somebody whose post gives it."""
    SUCCESSION = "succession"
    """The agency was followed by one where they read."""
    CUSTODY = "custody"
    """The agency ended, and they keep its closed fonds."""
    LINE = "line"
    """They were given the paper."""
    UNIT = "unit"
    """A unit that they head, or one below it, was given the paper."""
    SENT = "sent"
    """It was sent to an agency in whose registry they work."""
    DRAFT = "draft"
    """They had it in hand when it was drafted."""
    GRADE = "grade"
    """Refused: the paper is restricted, and they have no clearance there."""
    RIGHT = "right"
    """Refused: the agency is theirs, the right is not."""
    NOTHING = "nothing"
    """Refused: nothing leads there."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Whether somebody may, and what leads to it."""

    allowed: bool
    rule: Rule


OPERATOR = Caller(name="operator", rights=frozenset(Right), every_agency=True, clearance=True)
"""Whoever holds the machine: the command line works as this."""


class NotAllowed(Trouble):
    """You may not {right} in this agency."""

    kind = Kind.FORBIDDEN
    vietnamese = "Bạn không có quyền {right} tại cơ quan này."


class Hidden(Trouble):
    """There is no such thing here, or it is not for you."""

    kind = Kind.MISSING
    vietnamese = "Không có mục này, hoặc bạn không được xem."


def judge(
    caller: Caller,
    right: Right,
    agency: AgencyId,
    grade: Confidentiality = Confidentiality.NONE,
) -> Decision:
    """Decide whether *caller* has *right* over the papers of *grade* in *agency*, and why."""
    rule = _leading(caller, right, agency)
    if rule is None:
        why = Rule.RIGHT if known_to(caller, agency) else Rule.NOTHING
        return Decision(allowed=False, rule=why)
    if grade is Confidentiality.RESTRICTED and not is_cleared(caller, agency):
        return Decision(allowed=False, rule=Rule.GRADE)
    return Decision(allowed=True, rule=rule)


def _leading(caller: Caller, right: Right, agency: AgencyId) -> Rule | None:
    """What gives *caller* the *right* in *agency*, if anything does."""
    if right in caller.standing.get(agency, ()):
        return Rule.POST
    if right in caller.rights and (caller.every_agency or agency in caller.agencies):
        return Rule.PROGRAM
    if any(right in one.rights for one in caller.mandates if one.agency == agency):
        return Rule.MANDATE
    if right is Right.READ and agency in caller.inherited:
        return Rule.SUCCESSION
    if right is Right.READ and agency in caller.custody:
        return Rule.CUSTODY
    return None


def is_cleared(caller: Caller, agency: AgencyId) -> bool:
    """Say whether what *caller* may do in *agency* they may do with restricted papers too."""
    if caller.clearance or agency in caller.cleared:
        return True
    return any(one.cleared for one in caller.mandates if one.agency == agency)


def holds(caller: Caller, right: Right, agency: AgencyId) -> bool:
    """Say whether *caller* has *right* in *agency*."""
    return judge(caller, right, agency).allowed


def hands_in(caller: Caller, agency: AgencyId) -> frozenset[str]:
    """Whose lines in *agency* are the caller's: their own, and of those whom they stand in for."""
    own = caller.hands if agency in caller.standing else frozenset[str]()
    return own.union(*(one.hands for one in caller.mandates if one.agency == agency))


def holds_anywhere(caller: Caller, right: Right) -> bool:
    """Say whether *caller* has *right* in some agency, or would where they have one."""
    lent = (one.rights for one in caller.mandates)
    return right in caller.rights or any(
        right in held for held in (*caller.standing.values(), *lent)
    )


def known_to(caller: Caller, agency: AgencyId) -> bool:
    """Say whether *caller* may know of *agency* and its papers as such."""
    if caller.every_agency or agency in caller.agencies or agency in caller.standing:
        return True
    return agency in caller.inherited or agency in caller.custody


def authorize(caller: Caller, right: Right, agency: AgencyId) -> None:
    """Return when *caller* has *right* in *agency*.

    Raise `Hidden` where the caller may not even know of the agency's papers, `NotAllowed`
    where the agency is the caller's but the right is missing.
    """
    decision = judge(caller, right, agency)
    if decision.allowed:
        return
    if decision.rule is Rule.RIGHT:
        raise NotAllowed(right=right.value)
    raise Hidden


def authorize_everywhere(caller: Caller, right: Right) -> None:
    """Return when *caller* has *right* in all agencies; raise `NotAllowed` otherwise."""
    if not (caller.every_agency and right in caller.rights):
        raise NotAllowed(right=right.value)
