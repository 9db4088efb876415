"""Beginning to draft an outgoing document (soạn thảo): who may, for which unit, in answer to what.

Decree 30/2020/NĐ-CP, Art. 10. What is done with a draft afterwards is `api.services.draft_acts`.
"""

import msgspec

from api.services import fields, paper
from api.services.access import draft_for, given, present, readable
from api.services.agencies import require_living
from api.services.giving import MAX_WORDS
from api.services.incidents import NoteRefusal, noting_refusals, refuse_secrets
from api.services.organisation import unit_named
from api.services.receipts import parties as receipt_parties
from api.services.receipts import receipt_for
from api.services.registration import components_held
from api.services.relations import UnknownDocument, house_of
from api.services.signatories import posts_here
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.access import Caller, Hidden
from repository.model.agencies import Agency
from repository.model.days import day_of
from repository.model.drafts import Draft
from repository.model.ids import AgencyId, DocumentId, DraftId, ReceiptId, UnitId
from repository.model.receipts import ENDED, Party
from repository.model.registers import Direction
from repository.model.relations import RelationKind, require_allowed

MAX_DRAFTED_RELATIONS = 20
"""Relations that a draft names."""


class Drafted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is drafted; also part of the body of a request."""

    subject: fields.Line
    """Trích yếu, at most 1,000 characters."""
    kind: str = ""
    """Loại văn bản, in words."""
    files: tuple[paper.ComponentGiven, ...] = ()
    """All files of the version: one main file, annexes, attachments."""
    note: str = ""
    """What changed, at most 2,000 characters."""


class RelationDrafted(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What the document will be to another, once it is issued; also part of the body of a request."""

    kind: RelationKind
    document: str
    """A stored document that the drafter may read."""


class OpenDraft(Command[Draft], frozen=True, kw_only=True, tag="open-draft"):
    """Begin to draft an outgoing document of *agency* (its code)."""

    id: str
    """A new identifier, made by whoever sends this: sent twice, it is opened once."""
    agency: str
    drafted: Drafted
    unit: str = ""
    """Short name of the drafting unit; empty = that in which the drafter works."""
    receipt: str = ""
    """The recipient line that it answers."""
    relations: tuple[RelationDrafted, ...] = ()
    """What it will be to other documents: replaces, corrects, recalls …"""


class PersonNeeded(Trouble):
    """Only a person does that; this token is a program's."""

    kind = Kind.FORBIDDEN
    vietnamese = "Việc này chỉ người dùng mới làm; mã truy cập này là của phần mềm."


class NotToAnswer(Trouble):
    """The paper of this line is not in your hand to be answered."""

    kind = Kind.INVALID
    vietnamese = "Văn bản của dòng xử lý này không ở trong tay bạn để trả lời."


class UnitNotYours(Trouble):
    """You do not draft in the unit {unit} ({path})."""

    kind = Kind.INVALID
    vietnamese = "Bạn không soạn thảo cho đơn vị {unit} ({path})."


def open_draft(keeper: Keeper, command: OpenDraft) -> Draft:
    """Open a draft; raise as `decide_open_draft`, and leave an incident of a state secret."""
    refusal = NoteRefusal(
        caller=command.caller,
        grade="",
        drafted_in=command.agency,
        blobs=tuple(one.blob for one in command.drafted.files),
    )
    with noting_refusals(keeper, refusal):
        return keeper.submit(command)


def decide_open_draft(change: Change, command: OpenDraft) -> Draft:
    """Let the draft be opened.

    Raise `PersonNeeded`, `Hidden`, `AgencyEnded`, `AgencyNotYetFounded`, `UnknownUnit`,
    `UnitNotYours`, `NotToAnswer`, `UnknownDocument`, `RelationNotAllowed`, `StateSecretRefused`,
    `SecondMainFile`, `UnknownBlob` or of `fields`.
    """
    caller = command.caller
    before = change.get(t.DRAFTS, given(command.id))
    if before:
        return draft_for(change, caller, before.id)  # this was sent before
    agency = _agency(change, caller, command.agency)
    require_living(change, agency, day_of(change.stamp.at))
    body = e.DraftOpened(
        id=DraftId(given(command.id)),
        drafter=caller.person,
        unit=_unit(change, caller, agency, command.unit),
        receipt=_answered(change, caller, agency.id, command.receipt),
        components=wording_held(change, caller, command.drafted, "$"),
        relations=_relations(change, caller, agency, command.relations),
    )
    change.record(body, agency=agency.id, particulars=told_of(change, command.drafted, "$"))
    return present(change.get(t.DRAFTS, body.id))


def _agency(change: Change, caller: Caller, code: str) -> Agency:
    if not caller.person:
        raise PersonNeeded
    agency = change.agency_by_code(code)
    if agency is None or agency.id not in caller.standing:
        raise Hidden
    return agency


def _unit(change: Change, caller: Caller, agency: Agency, code: str) -> UnitId:
    """The drafting unit: one in which the drafter has a post, or any where they have none."""
    held = posts_here(change, agency.id, caller.person, day_of(change.stamp.at))
    mine = [post.unit for post in held if post.unit]
    if not code:
        return mine[0] if mine else UnitId("")
    unit = unit_named(change, agency, "$.unit", code)
    if mine and unit not in mine and f"u:{unit}" not in caller.hands:
        raise UnitNotYours(path="$.unit", unit=code)
    return unit


def _answered(change: Change, caller: Caller, agency: AgencyId, receipt: str) -> ReceiptId:
    if not receipt:
        return ReceiptId("")
    line = receipt_for(change, caller, receipt)
    mine = Party.HOLDER in receipt_parties(caller, line)
    if not mine or line.agency != agency or line.state in ENDED:
        raise NotToAnswer(path="$.receipt")
    return line.id


def _relations(
    change: Change, caller: Caller, agency: Agency, given: tuple[RelationDrafted, ...]
) -> tuple[tuple[RelationKind, DocumentId], ...]:
    """The other ends, each such that the kind will be allowed when the document is there."""
    if len(given) > MAX_DRAFTED_RELATIONS:
        raise fields.FieldUnfit(path="$.relations", expected=f"0–{MAX_DRAFTED_RELATIONS}")
    found: dict[tuple[RelationKind, DocumentId], None] = {}
    for n, one in enumerate(given):
        target = readable(change, caller, one.document)
        if target is None:
            raise UnknownDocument(path=f"$.relations[{n}].document")
        house = house_of(change, agency.id, target.agency, day_of(change.stamp.at))
        require_allowed(one.kind, Direction.OUTGOING, target.direction, house)
        found[one.kind, target.id] = None
    return tuple(found)


def wording_held(
    change: Change, caller: Caller, drafted: Drafted, path: str
) -> tuple[e.ComponentHeld, ...]:
    """The files of a version; refuse what says of itself that it is a state secret."""
    names = {f"{path}.files[{n}].name": one.name for n, one in enumerate(drafted.files)}
    refuse_secrets({f"{path}.kind": drafted.kind, f"{path}.subject": drafted.subject} | names)
    return components_held(change, caller, drafted.files, path=f"{path}.files")


def told_of(change: Change, drafted: Drafted, path: str) -> e.DraftTold:
    """What stands beside the event of a version that is named at *path*; raise of `fields`."""
    subject = fields.line(
        f"{path}.subject", drafted.subject, limit=fields.MAX_SUBJECT, required=True
    )
    return e.DraftTold(
        salt=change.entropy(e.SALT_BYTES),
        words=fields.line(f"{path}.note", drafted.note, limit=MAX_WORDS),
        kind=fields.line(f"{path}.kind", drafted.kind, limit=fields.MAX_KIND),
        subject=subject,
        names=paper.names_of(f"{path}.files", drafted.files),
        digitisers=paper.digitisers_of(f"{path}.files", drafted.files),
    )
