"""What may be asked of a draft, by whom, and how it is asked: the command, and who is who.

What an act needs beside the table is decided in `api.services.draft_acts`.
"""

from typing import NamedTuple

import msgspec

from api.services import issuing, metadata, paper
from api.services.access import draft_for
from api.services.draft_files import Compared, compared, ground_of
from api.services.drafting import Drafted
from api.services.incidents import NoteRefusal, noting_refusals
from repository.blobs.address import digest_of
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.keeper import Command
from repository.model.access import Caller, Right, holds
from repository.model.drafts import Act, Draft, Party, State, allowed
from repository.model.metadata import Capacity
from repository.model.signing import SignatureClaim

MAX_VERSIONS = 500
"""Versions of one draft."""


class DraftDoing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done with a draft, also the body of the request; what an act does not need stays away."""

    act: Act
    reason: str = ""
    """`return`, `refuse-seal` and `abandon` need one; of other acts a remark."""
    to: State | None = None
    """`return`: to which earlier step; null = to the drafter."""
    signer: str = ""
    """`submit`, `check-content`: login of who is to sign."""
    drafted: Drafted | None = None
    """`revise`: the version, whole."""
    files: tuple[paper.ComponentGiven, ...] = ()
    """`initial`, `sign`, `number`, `seal`: the same files with what was added to them."""
    claims: tuple[SignatureClaim, ...] = ()
    """What is said of the signatures in them; kept, judged by nobody here."""
    capacity: Capacity | None = None
    """`sign`: as what; null = in their own right."""
    on_behalf_of: str = ""
    """`sign`: for whom, in words."""
    authority: str = ""
    """`sign` as `TUQ.`: the written authority."""
    register: str = ""
    """`number`: short name of the register."""
    notation: str = ""
    """`number`, as in a registration."""
    unit: str = ""
    """`number`, as in a registration."""
    reserved: paper.ReservedNumber | None = None
    """`number`: one that was reserved; null = the next."""
    recipients: tuple[issuing.RecipientNamed, ...] = ()
    """`issue`: to whom it goes."""
    noted: metadata.MetadataGiven = metadata.MetadataGiven()
    """`issue`: what else is noted of the document; signer and recipients follow from the draft."""


class ActOnDraft(Command[Draft], frozen=True, kw_only=True, tag="act-on-draft"):
    """Do something with a draft that stands at one of the revisions *seen*."""

    draft: str
    doing: DraftDoing
    seen: tuple[int, ...] | None
    """None = whatever it stands at."""
    request: bytes
    """BLAKE3 of *doing*: asked again at once, it is answered as before."""
    key: str = ""
    """`number`: idempotency key, scoped to the caller's name."""
    looked: tuple[Compared, ...] = ()
    """Whether files continue others, as `draft_files.compared` saw it."""


class DraftChanged(Trouble):
    """The draft stands at revision {revision} by now; look at it and decide again."""

    kind = Kind.PRECONDITION
    vietnamese = "Dự thảo đã sang lần {revision}; hãy xem lại rồi quyết định."


class NoMainFile(Trouble):
    """The draft has no main file yet."""

    kind = Kind.CONFLICT
    vietnamese = "Dự thảo chưa có tệp chính."


class TooManyVersions(Trouble):
    """A draft has at most {limit} versions."""

    kind = Kind.CONFLICT
    vietnamese = "Một dự thảo có nhiều nhất {limit} phiên bản."


class Asked(NamedTuple):
    """What is asked of a draft."""

    draft: str
    doing: DraftDoing
    seen: tuple[int, ...] | None
    """Revisions that were seen; None = whatever it stands at."""
    key: str = ""
    """Idempotency key, where a number is taken."""


def act_on_draft(holdings: Holdings, caller: Caller, asked: Asked) -> Draft:
    """Do what is asked; raise as `decide_act_on_draft`, and leave an incident of a state secret."""
    doing = asked.doing
    command = ActOnDraft(
        caller=caller,
        draft=asked.draft,
        doing=doing,
        seen=asked.seen,
        request=digest_of(msgspec.json.encode(doing)),
        key=asked.key,
        looked=_looked(holdings, caller, asked),
    )
    files = doing.files or (doing.drafted.files if doing.drafted else ())
    blobs = tuple(one.blob for one in files)
    refusal = NoteRefusal(caller=caller, grade="", draft=asked.draft, blobs=blobs)
    with noting_refusals(holdings.keeper, refusal):
        return holdings.keeper.submit(command)


def _looked(holdings: Holdings, caller: Caller, asked: Asked) -> tuple[Compared, ...]:
    """Look whether the files of an act that is open continue those before."""
    doing = asked.doing
    if not doing.files:
        return ()
    paper.check_components(doing.files, path="$.files")
    now = [paper.blob_of(f"$.files[{n}]", one) for n, one in enumerate(doing.files)]
    with holdings.reading() as reading:
        draft = draft_for(reading, caller, asked.draft)
        if doing.act not in draft_acts_open(caller, draft):
            return ()  # the keeper says what is open, or that it was done before
        before = [one.blob for one in ground_of(reading, draft, doing.act)]
    return compared(holdings, caller, before, now)


def parties(caller: Caller, draft: Draft) -> frozenset[Party]:
    """Who *caller* is to *draft*."""
    found: set[Party] = set()
    here = draft.agency in caller.standing
    registry = holds(caller, Right.WRITE, draft.agency)
    signs = here and bool(draft.signer) and caller.person == draft.signer
    if here and caller.person == draft.drafter:
        found.add(Party.DRAFTER)
    if (here and f"u:{draft.unit}" in caller.hands) if draft.unit else signs:
        found.add(Party.HEAD)
    if registry:
        found.add(Party.REGISTRY)
    if (here and caller.person == draft.checker) if draft.checker else registry:
        found.add(Party.CHECKER)
    if signs:
        found.add(Party.SIGNER)
    return frozenset(found)


def draft_acts_open(caller: Caller, draft: Draft) -> tuple[Act, ...]:
    """What *caller* may do with *draft* now."""
    return allowed(draft, parties(caller, draft))
