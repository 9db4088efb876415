"""A signed draft gets its number, and becomes a document that goes to its recipients (phát hành).

Decree 30/2020/NĐ-CP, Art. 14-18: the number and the date by the system's function, after the
authorised person's signature and before the organisation's; issued on the day it was signed, at the
latest on the next working day. A number is bound before the seal: whatever becomes of the seal, it
stays this draft's, until the draft is issued or abandoned and the number void (decision 25).
"""

from typing import NamedTuple

import msgspec

from api.services import fields, metadata, numbering, paper
from api.services.access import present
from api.services.agencies import named_agency, require_living
from api.services.holds import reason_given
from api.services.incidents import refuse_secrets
from api.services.recalling import recall
from api.services.receipts import answered_by
from api.services.registration import UnknownRegister, WrongDirection
from api.services.relations import Stating, relate
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.drafts import version_of
from repository.catalogue.homes import is_home
from repository.errors import Kind, Trouble
from repository.model import events as e
from repository.model.access import Caller, Right, authorize
from repository.model.days import day_of
from repository.model.documents import Component, Document
from repository.model.drafts import Act, Draft
from repository.model.ids import AgencyId, DispatchId, DocumentId
from repository.model.metadata import Metadata, Recipient, Signer
from repository.model.registers import Direction, Register, day_in_vietnam
from repository.model.relations import RelationKind

MAX_RECIPIENTS = 500
"""To whom one document goes."""
_ORIGINALS = frozenset({Act.SIGN, Act.NUMBER, Act.SEAL})
"""What brings the files that are issued; without any of them the original is on paper."""


class NumberAsked(msgspec.Struct, frozen=True, kw_only=True):
    """From where a draft gets its number."""

    register: str
    """Short name of an outgoing register of the agency."""
    notation: str = ""
    unit: str = ""
    reserved: paper.ReservedNumber | None = None
    """A number that was reserved for it; null = the next one."""


class RecipientNamed(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One of those to whom a document goes; also part of the body of a request."""

    agency: str = ""
    """Code of an agency that is at home here; or empty, and then a name."""
    name: str = ""
    """As printed under `Nơi nhận`."""


class Bound(NamedTuple):
    """A number and what goes with it."""

    register: Register
    place: numbering.Place
    symbol: str
    issued: str


class Issue(NamedTuple):
    """How a draft is issued."""

    recipients: tuple[RecipientNamed, ...]
    noted: metadata.MetadataGiven
    """What else is noted of the document."""
    request: bytes
    """BLAKE3 of what was asked."""


class NamedTwice(Trouble):
    """{name} is named twice among the recipients ({path})."""

    kind = Kind.INVALID
    vietnamese = "{name} bị nêu hai lần trong nơi nhận ({path})."


def bind(change: Change, draft: Draft, asked: NumberAsked) -> Bound:
    """The number that *draft* gets now, with its symbol and date.

    Raise `AgencyEnded`, `UnknownRegister`, `WrongDirection`, of `numbering`, of `fields`.
    """
    agency = present(change.agency(draft.agency))
    require_living(change, agency, day_of(change.stamp.at))
    book = change.register_by_code(agency.id, fields.short_name("$.register", asked.register))
    if book is None:
        raise UnknownRegister(path="$.register", register=asked.register)
    if book.direction is not Direction.OUTGOING:
        raise WrongDirection(
            path="$.register",
            register=book.code,
            expected=book.direction.value,
            given=Direction.OUTGOING.value,
        )
    place = _place(change, book, asked)
    today = day_in_vietnam(change.stamp.at).isoformat()
    day = fields.day("$.issued", place.reserved.day if place.reserved else today)
    numbering.require_day(change, book, place, day.isoformat(), today=today)
    symbol = numbering.symbol_for(
        book,
        place,
        day=day,
        kind=draft.kind,
        unit=fields.line("$.unit", asked.unit, limit=fields.MAX_NOTATION),
        notation=fields.line("$.notation", asked.notation, limit=fields.MAX_NOTATION),
    )
    return Bound(book, place, symbol, day.isoformat())


def _place(change: Change, book: Register, asked: NumberAsked) -> numbering.Place:
    wanted = asked.reserved
    if wanted is None:
        return numbering.next_place(change, book)
    return numbering.reserved_place(change, book, number=wanted.number, period=wanted.period)


def void(change: Change, draft: Draft, reason: str) -> None:
    """Let the number of a *draft* that is abandoned be nobody's; raise of `fields` or `numbering`."""
    book = present(change.register(draft.register))
    numbering.require_open(change, book, draft.period)
    body = e.NumberVoided(book.id, draft.period, draft.number, DocumentId(""))
    change.record(body, agency=draft.agency, particulars=reason_given(change, reason))


def issue(change: Change, caller: Caller, draft: Draft, asked: Issue) -> Document:
    """Let *draft* become a document, go to its recipients, be what it is to others, and answer what
    it answers.

    Raise `RegisterClosed`, `PeriodClosed`, `UnknownAgency`, `NamedTwice`, `StateSecretRefused`, what
    `relate` raises, or of `fields`.
    """
    # What an agency numbered before it ended may still be issued, as long as its register is open.
    numbering.require_open(change, present(change.register(draft.register)), draft.period)
    named = _named(change, asked.recipients)
    document = _register(change, draft, _noted(change, draft, asked.noted, named), asked.noted)
    change.record(e.DraftIssued(draft.id, document.id, asked.request), agency=draft.agency)
    for place, recipient in enumerate(named):
        _send(change, document, place, recipient)
    _relate(change, caller, draft, document)
    return present(change.document(document.id))


def _noted(
    change: Change,
    draft: Draft,
    given: metadata.MetadataGiven,
    named: list[tuple[AgencyId, str]],
) -> Metadata:
    """What is noted; who signed and to whom it goes follow from the draft."""
    for name in ("signer", "recipients"):
        if getattr(given, name) != getattr(metadata.MetadataGiven(), name):
            raise fields.FieldUnfit(path=f"$.noted.{name}", expected="—")
    refuse_secrets(metadata.texts_said(given))
    signing = present(draft.signing)
    person = change.get(t.PEOPLE, signing.person)
    agencies = (change.agency(agency) if agency else None for agency, _ in named)
    return msgspec.structs.replace(
        metadata.checked(given, Direction.OUTGOING),
        signer=Signer(
            name=person.name if person else "",
            position=signing.position,
            capacity=signing.capacity,
        ),
        recipients=tuple(
            Recipient(name=name, code=agency.code if agency else "")
            for (_, name), agency in zip(named, agencies, strict=True)
        ),
        paper=given.paper or not signing.electronic,
    )


def _register(
    change: Change, draft: Draft, noted: Metadata, given: metadata.MetadataGiven
) -> Document:
    version = present(version_of(change, draft, draft.version))
    files = version.components if version.act in _ORIGINALS else ()
    body = e.DocumentRegistered(
        id=DocumentId(change.new_id()),
        register=draft.register,
        direction=Direction.OUTGOING,
        period=draft.period,
        number=draft.number,
        symbol=draft.symbol,
        issued=draft.issued,
        kind=draft.kind,
        components=tuple(map(_held, files)),
        idempotency_key="",
        request=b"",
        confidentiality=given.confidentiality,
    )
    told = e.DocumentParticulars(
        salt=change.entropy(e.SALT_BYTES),
        issuer=present(change.agency(draft.agency)).name,
        subject=draft.subject,
        names=tuple(one.name for one in files),
        digitisers=tuple(one.digitised_by for one in files)
        if any(one.digitised for one in files)
        else (),
        metadata=noted,
    )
    change.record(body, agency=draft.agency, particulars=told)
    return present(change.document(body.id))


def _held(one: Component) -> e.ComponentHeld:
    return e.ComponentHeld(
        role=one.role,
        blob=one.blob,
        size=one.size,
        media_type=one.media_type,
        number=one.number,
        digitised=one.digitised,
        pages=one.pages,
    )


def _relate(change: Change, caller: Caller, draft: Draft, document: Document) -> None:
    """Let *document* be to others what the draft said, and answer what it answers."""
    for kind, other in draft.relations:
        target = present(change.document(other))
        relate(change, document, Stating(kind=kind, target=target))
        if kind is RelationKind.RECALLS and target.agency == document.agency:
            authorize(caller, Right.WRITE, target.agency)
            recall(change, target, f"{document.symbol} ngày {document.issued}")
    if draft.receipt:
        answered_by(change, draft.receipt, document)


def _named(change: Change, given: tuple[RecipientNamed, ...]) -> list[tuple[AgencyId, str]]:
    if len(given) > MAX_RECIPIENTS:
        raise fields.FieldUnfit(path="$.recipients", expected=f"0–{MAX_RECIPIENTS}")
    found: list[tuple[AgencyId, str]] = []
    for n, one in enumerate(given):
        path = f"$.recipients[{n}]"
        recipient = _recipient(change, path, one)
        if recipient in found:
            raise NamedTwice(path=path, name=recipient[1])
        found.append(recipient)
    return found


def _recipient(change: Change, path: str, given: RecipientNamed) -> tuple[AgencyId, str]:
    if bool(given.agency) is bool(given.name):
        raise fields.FieldUnfit(path=path, expected="agency ⊻ name")
    if given.agency:
        agency = named_agency(change, f"{path}.agency", given.agency)
        # Who has moved to another node is named in words: its registry cannot answer here.
        return agency.id if is_home(change, agency.id) else AgencyId(""), agency.name
    name = fields.line(f"{path}.name", given.name, limit=fields.MAX_AGENCY_NAME, required=True)
    return AgencyId(""), name


def _send(change: Change, document: Document, place: int, recipient: tuple[AgencyId, str]) -> None:
    agency, name = recipient
    body = e.DispatchSent(DispatchId(change.new_id()), document.id, agency, place)
    told = e.WordsWritten(change.entropy(e.SALT_BYTES), name)
    change.record(body, agency=document.agency, particulars=told)
    if agency:
        change.record(e.DispatchArrived(body.id), agency=agency)


def numbered_before(change: Change, key: str) -> t.NumberedDraft | None:
    """What was answered to *key* before, if anything was."""
    return change.get(t.DRAFT_KEYS, change.stamp.actor, key)
