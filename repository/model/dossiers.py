"""Dossiers (hồ sơ): documents about one matter, in order, with one retention; their states as tables.

Decree 30/2020/NĐ-CP, Art. 28-31: whoever handles a matter opens its dossier, adds everything to it,
closes it when the work has ended and hands it to the agency's archive. A document may be in several
dossiers. Rules for the file: acts and turns are tables; nothing here looks into the store.
"""

import enum
from collections.abc import Set as AbstractSet

import msgspec

from repository.errors import Kind, Trouble
from repository.model.confidentiality import Confidentiality
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import (
    AgencyId,
    BlobId,
    DocumentId,
    DossierId,
    FileListId,
    HandOverId,
    ItemId,
    PersonId,
    PurgeId,
    UnitId,
)
from repository.model.retention import PERMANENT, Form, Retention, Trigger

MAX_ITEMS = 9_999
"""Documents of one dossier; Decree 30/2020, Annex VI: DocTotal has four digits."""
RANK_GAP = 1 << 20
"""Between the ranks of two items: twenty may be put between them before they are numbered anew."""


class Condition(enum.Enum):
    """How well paper has kept (tình trạng vật lý); the codes of Circular 05/2025 in this order."""

    GOOD = "good"
    """Tốt."""
    NORMAL = "normal"
    """Bình thường."""
    DAMAGED = "damaged"
    """Hỏng."""


class DossierState(enum.Enum):
    """How a dossier stands."""

    OPEN = "open"
    """Đang lập: the work goes on."""
    CLOSED = "closed"
    """Đã kết thúc, còn ở đơn vị."""
    OFFERED = "offered"
    """Đã đề nghị nộp lưu: the archive has not answered yet."""
    ARCHIVED = "archived"
    """Đã vào lưu trữ cơ quan."""
    CANCELLED = "cancelled"
    """Đã bỏ: opened by mistake, never held anything."""


class DossierAct(enum.Enum):
    """What may be done with a dossier."""

    AMEND = "amend"
    """Sửa thông tin."""
    FILE = "file"
    """Thêm, bớt, xếp lại văn bản."""
    ASSIGN = "assign"
    """Giao người khác lập."""
    CLOSE = "close"
    """Kết thúc hồ sơ."""
    REOPEN = "reopen"
    """Mở lại, with a reason."""
    CANCEL = "cancel"
    """Bỏ hồ sơ mở nhầm, with a reason; only while nothing is in it."""
    OFFER = "offer"
    """Đề nghị nộp lưu: with others or alone, in a hand-over."""
    CORRECT = "correct"
    """Đính chính thông tin hồ sơ đã lưu, with a reason."""
    GIVE_BACK = "give-back"
    """Trả về đơn vị từ lưu trữ, with a reason."""


class DossierParty(enum.Enum):
    """Who somebody is to a dossier."""

    IN_CHARGE = "in-charge"
    """Người lập hồ sơ."""
    HEAD = "head"
    """Lãnh đạo đơn vị: of its unit, or of one above."""
    REGISTRY = "registry"
    """Văn thư cơ quan."""
    ARCHIVIST = "archivist"
    """Lưu trữ cơ quan."""


class DossierTurn(enum.Enum):
    """What befalls a dossier because of the hand-over that it is in."""

    ACCEPTED = "accepted"
    """Lưu trữ nhận."""
    REFUSED = "refused"
    """Lưu trữ trả lại, with a reason."""
    WITHDRAWN = "withdrawn"
    """Rút đề nghị."""


_S, _A = DossierState, DossierAct

DOSSIER_ACTS: dict[tuple[DossierState, DossierAct], DossierState] = {
    (_S.OPEN, _A.AMEND): _S.OPEN,
    (_S.OPEN, _A.FILE): _S.OPEN,
    (_S.OPEN, _A.ASSIGN): _S.OPEN,
    (_S.OPEN, _A.CLOSE): _S.CLOSED,
    (_S.OPEN, _A.CANCEL): _S.CANCELLED,
    (_S.CLOSED, _A.ASSIGN): _S.CLOSED,
    (_S.CLOSED, _A.REOPEN): _S.OPEN,
    (_S.CLOSED, _A.OFFER): _S.OFFERED,
    (_S.ARCHIVED, _A.CORRECT): _S.ARCHIVED,
    (_S.ARCHIVED, _A.GIVE_BACK): _S.CLOSED,
}
"""What is open in which state, and where it leads; all else is refused."""

DOSSIER_TURNS: dict[tuple[DossierState, DossierTurn], DossierState] = {
    (_S.OFFERED, DossierTurn.ACCEPTED): _S.ARCHIVED,
    (_S.OFFERED, DossierTurn.REFUSED): _S.CLOSED,
    (_S.OFFERED, DossierTurn.WITHDRAWN): _S.CLOSED,
}
"""What follows from a hand-over."""

_HANDLING = frozenset({DossierParty.IN_CHARGE, DossierParty.HEAD, DossierParty.REGISTRY})
_ABOVE = frozenset({DossierParty.HEAD, DossierParty.REGISTRY})
_ARCHIVE = frozenset({DossierParty.ARCHIVIST})

DOSSIER_WHO: dict[DossierAct, frozenset[DossierParty]] = {
    _A.AMEND: _HANDLING,
    _A.FILE: _HANDLING,
    _A.ASSIGN: _ABOVE,
    _A.CLOSE: _HANDLING,
    _A.REOPEN: _HANDLING,
    _A.CANCEL: _HANDLING,
    _A.OFFER: _HANDLING,
    _A.CORRECT: _ARCHIVE,
    _A.GIVE_BACK: _ARCHIVE,
}
"""Whose act it is."""

NEEDS_REASON = frozenset({_A.REOPEN, _A.CANCEL, _A.CORRECT, _A.GIVE_BACK})


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as it stands now; its documents are rows of their own."""

    id: DossierId
    agency: AgencyId
    """Whose it is for ever, whoever follows it."""
    year: int
    """Of the file list to which it belongs (FileCatalog)."""
    symbol: str
    """Số, ký hiệu hồ sơ: `01.TCCB`; unique in the agency's year."""
    fonds: str = ""
    """Code of the fonds in which it was opened, or empty where the agency has none."""
    title: str = ""
    retention: Retention = PERMANENT
    confidentiality: Confidentiality = Confidentiality.NONE
    file_list: FileListId = FileListId("")
    """The list from which it was opened; empty = opened by itself."""
    entry: str = ""
    """The symbol of its entry there."""
    person: PersonId = PersonId("")
    """Who is in charge of it (người lập)."""
    unit: UnitId = UnitId("")
    started: Day = UNBOUNDED
    ended: Day = UNBOUNDED
    """The day on which the work ended."""
    trigger_day: Day = UNBOUNDED
    """From which its retention counts, where that is not the end of the work."""
    languages: tuple[str, ...] = ("vi",)
    keywords: tuple[str, ...] = ()
    note: str = ""
    info_sign: str = ""
    """Ký hiệu thông tin (Circular 05/2025: inforSign)."""
    condition: Condition | None = None
    """Of what is on paper; None = not noted."""
    paper_code: str = ""
    """Under which code the paper dossier lies (Circular 05/2025: paperFileCode)."""
    state: DossierState = DossierState.OPEN
    opened: int = 0
    """Microseconds since 1970-01-01 UTC."""
    closed: int = 0
    archived: int = 0
    form: Form | None = None
    """As found when it was closed."""
    items: int = 0
    """Documents and other papers in it."""
    documents: int = 0
    """Of these, registered documents."""
    pages: int = 0
    """Of the items of which the number of pages was noted."""
    contents: bytes = b""
    """The chain over its items when it was closed (`repository.model.contents`)."""
    hand_over_by: Day = UNBOUNDED
    keep_until: Day = UNBOUNDED
    """The first day on which disposal may be considered; empty = never, or not known."""
    due: Day = UNBOUNDED
    """When the next thing has to be done with it: by its state hand-over, answer or disposal."""
    hand_over: HandOverId = HandOverId("")
    """The last one it was in."""
    reason: str = ""
    """Given with the last act that needed one."""
    last_rank: int = 0
    """Of its last item."""
    revision: int = 1
    """Counts up with everything that changes it."""
    actor: str = ""
    """Who did the last thing."""
    sequence: int = 0
    """The place of its last event in the node's log."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A document in a dossier, or another paper that no register has."""

    id: ItemId
    dossier: DossierId
    rank: int
    """Where it stands among the others."""
    document: DocumentId = DocumentId("")
    """The registered document, or empty of another paper (tài liệu khác)."""
    title: str = ""
    """Of another paper."""
    blob: BlobId = BlobId(b"")
    """Of another paper."""
    name: str = ""
    """The name its file came with."""
    size: int = 0
    media_type: str = ""
    pages: int = 0
    """As noted by whoever added it; 0 = not noted."""
    added: int = 0
    actor: str = ""
    purge: PurgeId = PurgeId("")
    """What destroyed the content of its file."""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that was done with a dossier."""

    sequence: int
    """The event's place in the node's log."""
    at: int
    actor: str
    what: str
    """`opened`, an act, a turn, or `added`, `removed`, `moved`, `erased`."""
    reason: str = ""
    items: int = 0
    """How many items it was about."""
    after: Dossier | None = None
    """How the dossier stood afterwards; not kept for what only concerns items."""


class DossierActNotOpen(Trouble):
    """{act} is not open now: the dossier is {state}. Open to you: {allowed}."""

    kind = Kind.CONFLICT
    vietnamese = "Không thể {act} lúc này: hồ sơ đang {state}. Bạn có thể: {allowed}."


def allowed(dossier: Dossier, parties: AbstractSet[DossierParty]) -> tuple[DossierAct, ...]:
    """What *parties* may do with *dossier* now, in the order of `DossierAct`."""
    return tuple(
        act
        for act in DossierAct
        if (dossier.state, act) in DOSSIER_ACTS and DOSSIER_WHO[act] & parties
    )


def after(dossier: Dossier, act: DossierAct, parties: AbstractSet[DossierParty]) -> DossierState:
    """The state after *act* by *parties*; raise `DossierActNotOpen` with what is open to them."""
    open_now = allowed(dossier, parties)
    if act not in open_now:
        raise DossierActNotOpen(
            act=act.value,
            state=dossier.state.value,
            allowed=", ".join(one.value for one in open_now) or "–",
        )
    return DOSSIER_ACTS[dossier.state, act]


def counted_from(dossier: Dossier) -> Day:
    """The day from which the retention of *dossier* counts, or `UNBOUNDED` where it is not known."""
    from_end = dossier.retention.trigger is Trigger.WORK_ENDED
    return dossier.ended if from_end else dossier.trigger_day
