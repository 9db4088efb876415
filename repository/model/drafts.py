"""Drafts (dự thảo) of outgoing documents, from the first version to the paper that is issued.

Rules for the file: what may be done in which state, by whom, and where it leads is one table;
nothing here looks into the store. Decree 30/2020/NĐ-CP, Art. 10-19: drafted, checked for content by
the head of the unit and for form by whoever is assigned, approved and signed by the authorised
person, then numbered and dated, then signed by the organisation, then issued.
"""

import enum
from typing import NamedTuple

import msgspec

from repository.errors import Kind, Trouble
from repository.model.documents import Component
from repository.model.ids import (
    AgencyId,
    DocumentId,
    DraftId,
    PersonId,
    ReceiptId,
    RegisterId,
    UnitId,
)
from repository.model.relations import RelationKind
from repository.model.signing import Initial, SignatureClaim, Signing


class State(enum.Enum):
    """For what a draft waits."""

    DRAFTING = "drafting"
    """Đang soạn thảo."""
    CONTENT_REVIEW = "content-review"
    """Chờ kiểm tra nội dung (Art. 12.1)."""
    FORM_REVIEW = "form-review"
    """Chờ kiểm tra thể thức, kỹ thuật trình bày (Art. 12.2)."""
    APPROVAL = "approval"
    """Chờ duyệt (Art. 11)."""
    SIGNING = "signing"
    """Đã duyệt, chờ ký (Art. 13)."""
    NUMBERING = "numbering"
    """Đã ký, chờ cấp số (Art. 15)."""
    AWAITING_SEAL = "awaiting-seal"
    """Đã cấp số, chờ ký số cơ quan (đóng dấu)."""
    SEAL_REFUSED = "seal-refused"
    """Bị từ chối đóng dấu; số vẫn giữ."""
    SEALED = "sealed"
    """Đã đóng dấu, chờ phát hành."""
    ISSUED = "issued"
    """Đã phát hành."""
    ABANDONED = "abandoned"
    """Đã bỏ; số, nếu đã cấp, bị hủy với lý do."""


class Act(enum.Enum):
    """What may be done with a draft."""

    REVISE = "revise"
    """Sửa: another version."""
    SUBMIT = "submit"
    """Trình."""
    INITIAL = "initial"
    """Ký nháy, ký tắt: recorded, never a condition of validity."""
    CHECK_CONTENT = "check-content"
    """Kiểm tra nội dung."""
    CHECK_FORM = "check-form"
    """Kiểm tra thể thức."""
    RETURN = "return"
    """Trả lại một bước trước, with a reason."""
    APPROVE = "approve"
    """Duyệt."""
    SIGN = "sign"
    """Ký."""
    NUMBER = "number"
    """Cấp số, ngày."""
    SEAL = "seal"
    """Ký số cơ quan, tổ chức (đóng dấu)."""
    REFUSE_SEAL = "refuse-seal"
    """Từ chối đóng dấu, with a reason."""
    ISSUE = "issue"
    """Phát hành."""
    ABANDON = "abandon"
    """Bỏ dự thảo, with a reason."""


class Party(enum.Enum):
    """Who somebody is to a draft."""

    DRAFTER = "drafter"
    """Người soạn thảo."""
    HEAD = "head"
    """Lãnh đạo đơn vị soạn thảo; of a draft without a unit, whoever signs."""
    CHECKER = "checker"
    """Người được giao kiểm tra thể thức; any clerk where nobody was named."""
    SIGNER = "signer"
    """Người có thẩm quyền ký, to whom it was submitted."""
    REGISTRY = "registry"
    """Văn thư."""


class Step(NamedTuple):
    """A row of the table: by whom, and to which of which states it leads."""

    who: frozenset[Party]
    leads: tuple[State, ...]
    """The first one, unless the act names another of them."""


def _step(*who: Party, to: State) -> Step:
    return Step(frozenset(who), (to,))


ORDER = (
    State.DRAFTING,
    State.CONTENT_REVIEW,
    State.FORM_REVIEW,
    State.APPROVAL,
    State.SIGNING,
    State.NUMBERING,
)
"""The steps before a number is bound: back to any earlier one a draft may be returned."""


def _back(at: State, *who: Party) -> Step:
    return Step(frozenset(who), ORDER[: ORDER.index(at)])


STEPS: dict[tuple[State, Act], Step] = {
    (State.DRAFTING, Act.REVISE): _step(Party.DRAFTER, Party.HEAD, to=State.DRAFTING),
    (State.DRAFTING, Act.INITIAL): _step(Party.DRAFTER, to=State.DRAFTING),
    (State.DRAFTING, Act.SUBMIT): _step(Party.DRAFTER, Party.HEAD, to=State.CONTENT_REVIEW),
    (State.DRAFTING, Act.ABANDON): _step(Party.DRAFTER, Party.HEAD, to=State.ABANDONED),
    (State.CONTENT_REVIEW, Act.INITIAL): _step(Party.HEAD, to=State.CONTENT_REVIEW),
    (State.CONTENT_REVIEW, Act.CHECK_CONTENT): _step(Party.HEAD, to=State.FORM_REVIEW),
    (State.CONTENT_REVIEW, Act.RETURN): _back(State.CONTENT_REVIEW, Party.DRAFTER, Party.HEAD),
    (State.FORM_REVIEW, Act.INITIAL): _step(Party.HEAD, Party.CHECKER, to=State.FORM_REVIEW),
    (State.FORM_REVIEW, Act.CHECK_FORM): _step(Party.CHECKER, to=State.APPROVAL),
    (State.FORM_REVIEW, Act.RETURN): _back(
        State.FORM_REVIEW, Party.HEAD, Party.CHECKER, Party.REGISTRY
    ),
    (State.APPROVAL, Act.INITIAL): _step(Party.HEAD, Party.CHECKER, to=State.APPROVAL),
    (State.APPROVAL, Act.APPROVE): _step(Party.SIGNER, to=State.SIGNING),
    (State.APPROVAL, Act.RETURN): _back(State.APPROVAL, Party.HEAD, Party.SIGNER, Party.REGISTRY),
    (State.SIGNING, Act.SIGN): _step(Party.SIGNER, to=State.NUMBERING),
    (State.SIGNING, Act.RETURN): _back(State.SIGNING, Party.HEAD, Party.SIGNER, Party.REGISTRY),
    (State.NUMBERING, Act.NUMBER): _step(Party.REGISTRY, to=State.AWAITING_SEAL),
    (State.NUMBERING, Act.RETURN): _back(State.NUMBERING, Party.REGISTRY),
    (State.AWAITING_SEAL, Act.SEAL): _step(Party.REGISTRY, to=State.SEALED),
    (State.AWAITING_SEAL, Act.REFUSE_SEAL): _step(Party.REGISTRY, to=State.SEAL_REFUSED),
    (State.AWAITING_SEAL, Act.ABANDON): _step(Party.REGISTRY, to=State.ABANDONED),
    (State.SEAL_REFUSED, Act.SIGN): _step(Party.SIGNER, to=State.AWAITING_SEAL),
    (State.SEAL_REFUSED, Act.SEAL): _step(Party.REGISTRY, to=State.SEALED),
    (State.SEAL_REFUSED, Act.ABANDON): _step(Party.REGISTRY, to=State.ABANDONED),
    (State.SEALED, Act.ISSUE): _step(Party.REGISTRY, to=State.ISSUED),
    (State.SEALED, Act.ABANDON): _step(Party.REGISTRY, to=State.ABANDONED),
}
"""What is open in which state, to whom, and where it leads; all else is refused.

Whoever has it in hand may be away for good: so the head may go on with what came back, and the
registry may send back what lies with somebody else."""

NEEDS_REASON = frozenset({Act.RETURN, Act.REFUSE_SEAL, Act.ABANDON})
NUMBERED = frozenset({State.AWAITING_SEAL, State.SEAL_REFUSED, State.SEALED})
"""States in which a draft holds a number that is no document's yet."""
BY_A_PERSON = frozenset({Act.INITIAL, Act.SIGN, Act.APPROVE})
"""What nobody but a person does."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as it stands."""

    id: DraftId
    agency: AgencyId
    drafter: PersonId
    unit: UnitId = UnitId("")
    """The drafting unit; empty in an agency without units."""
    opened: int
    """Microseconds since 1970-01-01 UTC."""
    kind: str = ""
    """Loại văn bản, in words."""
    subject: str
    """Trích yếu."""
    receipt: ReceiptId = ReceiptId("")
    """The recipient line whose paper it answers; empty = none."""
    relations: tuple[tuple[RelationKind, DocumentId], ...] = ()
    """What the document will be to others, once it is issued."""
    state: State = State.DRAFTING
    since: int = 0
    """When it came to that state."""
    version: int = 1
    """Which version of its files holds now."""
    versions: int = 1
    """How many there are."""
    revision: int = 1
    """Counts up with every act."""
    signer: PersonId = PersonId("")
    """Who is to sign; named when it is submitted."""
    checker: PersonId = PersonId("")
    """Who was named for the form; empty = any clerk."""
    initials: tuple[Initial, ...] = ()
    """Those on the newest wording; another wording begins without any."""
    signing: Signing | None = None
    """How it was signed; None = it is not."""
    register: RegisterId = RegisterId("")
    period: int = 0
    number: int = 0
    """0 = none yet."""
    symbol: str = ""
    issued: str = ""
    """The date that goes with the number, ISO 8601."""
    seal_refusals: int = 0
    reason: str = ""
    """Why it was returned, refused its seal, or abandoned last."""
    document: DocumentId = DocumentId("")
    """What it became."""
    hands: tuple[str, ...] = ()
    """In whose hand it is now; see `repository.model.drafts.registry_hand`."""
    actor: str = ""
    """Who acted last."""
    request: bytes = b""
    """BLAKE3 of what they asked: the same asked again at once is answered as before."""
    sequence: int = 0
    """The place of its latest event in the node's log."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a draft's files; each is whole, and none is ever changed."""

    number: int
    components: tuple[Component, ...]
    at: int
    """Microseconds since 1970-01-01 UTC."""
    actor: str
    act: Act
    """What brought it: `revise`, or an act that signs."""
    note: str = ""
    """What changed, in words."""
    continues: tuple[bool, ...] = ()
    """Of each file: its bytes begin with those of the same file of the version before."""
    claims: tuple[SignatureClaim, ...] = ()
    """What was said of signatures in it; nobody here has judged them."""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done with a draft."""

    act: Act
    before: State
    after: State
    at: int
    actor: str
    version: int
    """The version on which it was done, or which it brought."""
    words: str = ""
    """A reason, or what was noted."""
    sequence: int = 0


class DraftActNotOpen(Trouble):
    """{act} is not open now: the draft is {state}. Open to you: {allowed}."""

    kind = Kind.CONFLICT
    vietnamese = "Không thể {act} lúc này: dự thảo đang {state}. Bạn có thể: {allowed}."


class InitialledAlready(Trouble):
    """Your initials stand on this version already."""

    kind = Kind.CONFLICT
    vietnamese = "Bạn đã ký nháy trên phiên bản này rồi."


class NotAnEarlierStep(Trouble):
    """From {state} a draft is not returned to {wanted}; to one of: {earlier}."""

    kind = Kind.INVALID
    vietnamese = "Từ bước {state} không trả lại được về {wanted}; chỉ về: {earlier}."


def registry_hand(agency: AgencyId) -> str:
    """The hand of an agency's clerks: `r:<agency>`."""
    return f"r:{agency}"


def waiting_for(draft: Draft) -> tuple[str, ...]:
    """In whose hands *draft* is, by its state; nobody's when it has ended."""
    signer, registry = f"p:{draft.signer}", registry_hand(draft.agency)
    if draft.state is State.DRAFTING:
        return (f"p:{draft.drafter}",)
    if draft.state is State.CONTENT_REVIEW:
        return (f"u:{draft.unit}" if draft.unit else signer,)
    if draft.state is State.FORM_REVIEW:
        return (f"p:{draft.checker}" if draft.checker else registry,)
    if draft.state in (State.APPROVAL, State.SIGNING):
        return (signer,)
    if draft.state is State.SEAL_REFUSED:
        return (registry, signer)
    ended = draft.state in (State.ISSUED, State.ABANDONED)
    return () if ended else (registry,)


def allowed(draft: Draft, parties: frozenset[Party]) -> tuple[Act, ...]:
    """What *parties* may do with *draft* now, in the order of `Act`."""
    rows = ((act, STEPS.get((draft.state, act))) for act in Act)
    return tuple(act for act, step in rows if step and step.who & parties)


def after(draft: Draft, act: Act, parties: frozenset[Party], wanted: State | None = None) -> State:
    """The state after *act* by *parties*; *wanted* is one of several to which it may lead.

    Raise `DraftActNotOpen` with what is open to them, or `NotAnEarlierStep`.
    """
    open_now = allowed(draft, parties)
    if act not in open_now:
        raise DraftActNotOpen(
            act=act.value,
            state=draft.state.value,
            allowed=", ".join(one.value for one in open_now) or "–",
        )
    leads = STEPS[draft.state, act].leads
    if wanted is None:
        return leads[0]
    if wanted not in leads:
        raise NotAnEarlierStep(
            path="$.to",
            state=draft.state.value,
            wanted=wanted.value,
            earlier=", ".join(one.value for one in leads),
        )
    return wanted
