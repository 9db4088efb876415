"""Registering documents (vào sổ): number, row, event and idempotency key in one decision.

Decree 30/2020/NĐ-CP, Art. 15 and 22: numbers are consecutive. They are taken inside the
decision, so that a refusal leaves no gap.
"""

import msgspec

from api.services import duplicates, fields, metadata, numbering, paper
from api.services.access import agency_for, may_read, present
from api.services.agencies import named_agency, require_living
from api.services.blob_access import may_use_blob
from api.services.incidents import NoteRefusal, noting_refusals
from api.services.numbering import Place
from repository.blobs.media import NAMES, Media
from repository.catalogue import tables as t
from repository.catalogue.agencies import successors_of
from repository.catalogue.change import Change
from repository.catalogue.homes import require_home
from repository.catalogue.relations import marks_of
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.access import Caller, Hidden, Right, holds, judge
from repository.model.agencies import Agency
from repository.model.confidentiality import Confidentiality
from repository.model.days import UNBOUNDED, Day, day_of
from repository.model.documents import Document
from repository.model.ids import AgencyId, DocumentId
from repository.model.registers import Direction, Register, day_in_vietnam
from repository.model.relations import Marked


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the document as it stands in the register."""

    document: Document
    agency: Agency
    register: Register
    addressed_to: str = ""
    """Code of the agency that ended and was meant; empty = this one."""
    replayed: bool = False
    """The same request had been answered before; nothing happened again."""
    marks: tuple[Marked, ...] = ()
    """What its issuer did to it since."""


class RegisterDocument(Command[Registered], frozen=True, kw_only=True, tag="register-document"):
    """Give a document the next number of its register."""

    registration: paper.Registration
    key: str
    """Idempotency key, scoped to the caller's name."""
    request: bytes
    """`paper.request_digest` of the registration."""
    kin: tuple[duplicates.KinBlob, ...] = ()
    """Blobs that no document of the agency may hold; none unless that was asked for."""


class UnknownRegister(Trouble):
    """The agency has no register {register}."""

    kind = Kind.INVALID
    vietnamese = "Cơ quan không có sổ {register}."


class WrongDirection(Trouble):
    """The register {register} takes {expected} documents, not {given} ones."""

    kind = Kind.INVALID
    vietnamese = "Sổ {register} dành cho văn bản {expected}, không phải {given}."


class NotSuccessor(Trouble):
    """This agency does not follow {agency}: a paper for that one is not its to register."""

    kind = Kind.INVALID
    vietnamese = "Cơ quan này không kế thừa {agency}, nên không đăng ký văn bản gửi cho đơn vị đó."


class ClearanceNeeded(Trouble):
    """Papers of the grade {grade} are only for who has a clearance in this agency ({path})."""

    kind = Kind.FORBIDDEN
    vietnamese = "Văn bản mức {grade} chỉ dành cho người được tiếp cận tại cơ quan này ({path})."


class IdempotencyKeyReused(Trouble):
    """This Idempotency-Key came with another request before."""

    kind = Kind.INVALID
    vietnamese = "Idempotency-Key này đã dùng cho một yêu cầu khác."


class DuplicateDocument(Trouble):
    """A document of this issuer, symbol and date is registered already; see `document`.

    To register it again, send `duplicate_reason`.
    """

    kind = Kind.CONFLICT
    vietnamese = "Văn bản cùng cơ quan ban hành, số ký hiệu và ngày đã được đăng ký."


def register(
    keeper: Keeper,
    caller: Caller,
    registration: paper.Registration,
    *,
    key: str,
    kin: tuple[duplicates.KinBlob, ...] = (),
) -> Registered:
    """Register a document for *caller*; with the same *key* again, give the first answer.

    *kin*: what is refused where the agency has it already (`duplicates.kin_of`). Raise `IdempotencyKeyUnfit`, or what `decide_register` refuses with.
    """
    paper.check_key(key)
    request = paper.request_digest(registration)
    with noting_refusals(keeper, refusal_noted(caller, registration)):
        return keeper.submit(
            RegisterDocument(
                caller=caller, registration=registration, key=key, request=request, kin=kin
            )
        )


def refusal_noted(caller: Caller, registration: paper.Registration) -> NoteRefusal:
    """What is noted where *registration* is refused as a state secret: nothing that it says."""
    return NoteRefusal(
        caller=caller,
        grade="",
        agency=registration.agency,
        register=registration.register,
        blobs=tuple(one.blob for one in registration.components),
    )


def decide_register(change: Change, command: RegisterDocument) -> Registered:
    """Number the document and let it be registered.

    Raise `Hidden`, `NotAllowed`, `IdempotencyKeyReused`, `UnknownRegister`, `WrongDirection`,
    `UnknownBlob`, `AgencyEnded`, `AgencyNotYetFounded`, `NotSuccessor`, `DuplicateDocument`,
    `DuplicateFile`, `DateNotInPeriod`, `SecondMainFile`, `StateSecretRefused`, `ClearanceNeeded`, of
    `numbering` or of `fields`.
    """
    paper.check_key(command.key)
    return enter(change, command)


def enter(change: Change, command: RegisterDocument) -> Registered:
    """As `decide_register`, whatever the key looks like."""
    given = command.registration
    agency = agency_for(change, command.caller, Right.WRITE, given.agency)
    known = change.get(t.IDEMPOTENCY, change.stamp.actor, command.key)
    if known:
        return first_answer(change, command, known)
    require_home(change, agency.id)
    paper.refuse_secret(given)
    require_clearance(command.caller, agency.id, given.confidentiality)
    require_living(change, agency, day_of(change.stamp.at))
    book = register_of(change, agency, given)
    place = place_for(change, book, given)
    wording = _wording(change, agency, book, given, place)
    metadata.require_arrived_by(wording.metadata, day_in_vietnam(change.stamp.at))
    reason = paper.duplicate_reason(given.duplicate_reason)
    check_duplicate(change, command.caller, agency.id, wording.origin, reason)
    duplicates.refuse_kin(change, command.caller, agency.id, command.kin, reason)
    body = event_of(change, command, book, wording, place)
    change.record(body, agency=agency.id, particulars=particulars_of(change, wording, reason))
    return answer_of(change, body.id)


def require_clearance(caller: Caller, agency: AgencyId, grade: Confidentiality) -> None:
    """Return when *caller* may write papers of *grade* in *agency*; raise `ClearanceNeeded`."""
    if not judge(caller, Right.WRITE, agency, grade).allowed:
        raise ClearanceNeeded(path="$.confidentiality", grade=grade.value)


def first_answer(change: Change, command: RegisterDocument, known: t.Known) -> Registered:
    """What the key of *command* was answered.

    Raise `IdempotencyKeyReused` for another request, `Hidden` where the document has been
    withheld from the caller since.
    """
    if known.request != command.request:
        raise IdempotencyKeyReused(key=command.key)
    answer = answer_of(change, known.document)
    document = answer.document
    if not judge(command.caller, Right.WRITE, document.agency, document.confidentiality).allowed:
        raise Hidden
    return msgspec.structs.replace(answer, replayed=True, marks=marks_of(change, known.document))


def answer_of(change: Change, document: DocumentId) -> Registered:
    """What is told of a registered *document*."""
    kept = present(change.document(document))
    meant = change.agency(AgencyId(kept.addressed_to)) if kept.addressed_to else None
    return Registered(
        document=kept,
        agency=present(change.agency(kept.agency)),
        register=present(change.register(kept.register)),
        addressed_to=meant.code if meant else "",
    )


def register_of(reading: Reading, agency: Agency, given: paper.Registration) -> Register:
    """The register of *agency* that *given* names; raise `UnknownRegister` or `WrongDirection`."""
    code = fields.short_name("$.register", given.register)
    book = reading.register_by_code(agency.id, code)
    if book is None:
        raise UnknownRegister(path="$.register", register=code)
    if book.direction is not given.direction:
        raise WrongDirection(
            path="$.direction",
            register=book.code,
            expected=book.direction.value,
            given=given.direction.value,
        )
    return book


def place_for(change: Change, book: Register, given: paper.Registration) -> Place:
    """Where *given* is entered in *book*: at its reserved number, or at the next."""
    wanted = given.reserved
    if wanted is None:
        return numbering.next_place(change, book)
    return numbering.reserved_place(change, book, number=wanted.number, period=wanted.period)


def _wording(
    change: Change, agency: Agency, book: Register, given: paper.Registration, place: Place
) -> paper.Wording:
    if book.direction is Direction.INCOMING:
        return paper.incoming(given)
    today = day_in_vietnam(change.stamp.at).isoformat()
    taken = place.reserved.day if place.reserved else today
    day = fields.day("$.issued", given.issued or taken)
    numbering.require_day(change, book, place, day.isoformat(), today=today)
    symbol = numbering.symbol_for(
        book,
        place,
        day=day,
        kind=given.kind,
        unit=fields.line("$.unit", given.unit, limit=fields.MAX_NOTATION),
        notation=fields.line("$.notation", given.notation, limit=fields.MAX_NOTATION),
    )
    return paper.outgoing(given, symbol=symbol, day=day, house=agency.name)


def check_duplicate(
    change: Change, caller: Caller, agency: AgencyId, origin: str, reason: str
) -> None:
    """Raise `DuplicateDocument` where *agency* has a document of *origin* and no *reason* is given.

    Which one it is, only a reader learns; a reader is not warned of one that they may not see
    (decision 20).
    """
    if not origin or reason:
        return
    rows = change.scan(t.ORIGINS, agency, bytes.fromhex(origin))
    same = [present(change.document(document)) for _, document in rows]
    seen = next((one for one in same if may_read(change, caller, one)), None)
    if seen:
        url = f"/v1/documents/{seen.id}"
        raise DuplicateDocument(document=seen.id, url=url, number=seen.number, symbol=seen.symbol)
    if same and not holds(caller, Right.READ, agency):
        raise DuplicateDocument


def event_of(
    change: Change,
    command: RegisterDocument,
    book: Register,
    wording: paper.Wording,
    place: Place,
) -> e.DocumentRegistered:
    """What happens when the document of *command* is entered at *place*."""
    return e.DocumentRegistered(
        id=DocumentId(change.new_id()),
        register=book.id,
        direction=book.direction,
        period=place.period,
        number=place.number,
        symbol=wording.symbol,
        issued=wording.issued,
        kind=wording.kind,
        components=components_held(change, command.caller, command.registration.components),
        idempotency_key=command.key,
        request=command.request,
        addressed_to=_addressed(change, book.agency, command.registration),
        confidentiality=wording.confidentiality,
    )


def _addressed(change: Change, agency: AgencyId, given: paper.Registration) -> str:
    """The agency before *agency* to which the paper was addressed, if another one was."""
    if not given.addressed_to:
        return ""
    if given.direction is not Direction.INCOMING:
        raise fields.FieldUnfit(path="$.addressed_to", expected='"" (outgoing)')
    former = named_agency(change, "$.addressed_to", given.addressed_to)
    if agency not in successors_of(change, former.id, day_of(change.stamp.at)):
        raise NotSuccessor(path="$.addressed_to", agency=former.code)
    return former.id


def components_held(
    change: Change,
    caller: Caller,
    given: tuple[paper.ComponentGiven, ...],
    *,
    path: str = "$.components",
) -> tuple[e.ComponentHeld, ...]:
    """The files that *caller* names at *path*, as events tell them.

    Raise `FieldUnfit`, `SecondMainFile` or `UnknownBlob`.
    """
    paper.check_components(given, path=path)
    return tuple(held_file(change, caller, f"{path}[{n}]", one) for n, one in enumerate(given))


def held_file(
    change: Change, caller: Caller, path: str, given: paper.ComponentGiven
) -> e.ComponentHeld:
    """The file given at *path*, which *caller* may use; raise `UnknownBlob` or of `fields`."""
    blob = paper.blob_of(path, given)
    row = change.row(blob)
    if row is None or not may_use_blob(change, caller, blob):
        raise paper.UnknownBlob(path=f"{path}.blob", blob=given.blob)
    media_type = NAMES[Media(row.media)]
    limit, made = paper.MAX_ANNEX_NUMBER, given.digitised
    return e.ComponentHeld(
        role=given.role,
        blob=blob,
        size=row.length,
        media_type=media_type,
        number=fields.line(f"{path}.number", given.number, limit=limit),
        digitised=_digitised_on(change, f"{path}.digitised.on", made) if made else UNBOUNDED,
        pages=made.pages if made else 0,
    )


def _digitised_on(change: Change, path: str, made: paper.DigitisedGiven) -> Day:
    today = day_of(change.stamp.at)
    on = fields.some_day(path, made.on) or today
    if on > today:
        raise fields.FieldUnfit(path=path, expected=f"≤ {today}")
    return on


def particulars_of(
    change: Change, wording: paper.Wording, duplicate_reason: str = ""
) -> e.DocumentParticulars:
    """What stands beside the event of a registration."""
    return e.DocumentParticulars(
        salt=change.entropy(e.SALT_BYTES),
        issuer=wording.issuer,
        subject=wording.subject,
        names=wording.names,
        digitisers=wording.digitisers,
        origin=wording.origin,
        duplicate_reason=duplicate_reason,
        metadata=wording.metadata,
    )
