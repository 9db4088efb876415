"""Amending what is noted of a document (đính chính): its number, register and files stay.

An amendment is decided on a revision that somebody saw; what stood before is kept, so that the
history tells who changed what.
"""

from datetime import date

from msgspec import UNSET, UnsetType

from api.services import fields, metadata, numbering, paper
from api.services.access import present, writable
from api.services.documents import Sheet, sheet_of
from api.services.incidents import NoteRefusal, noting_refusals
from api.services.registration import check_duplicate, require_clearance
from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.confidentiality import Confidentiality
from repository.model.documents import Document
from repository.model.registers import Direction, day_in_vietnam

Text = str | UnsetType | None
"""Null takes a text away; what is not said stays."""


class Amendment(
    metadata.MetadataAmended,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """What is to be said otherwise (RFC 7396); null takes a text away."""

    symbol: Text = UNSET
    """Incoming only: an outgoing document's follows from its number."""
    issued: fields.DayText | UnsetType | None = UNSET
    """`YYYY-MM-DD`; of an outgoing document within the year of its number."""
    issuer: Text = UNSET
    kind: Text = UNSET
    subject: Text = UNSET
    confidentiality: Confidentiality | UnsetType = UNSET
    """Mức độ tiếp cận: `restricted` takes a clearance in the agency."""
    duplicate_reason: str = ""
    """Why the document may now be the same as another; kept with the event, not shown."""


class AmendDocument(Command[Sheet], frozen=True, kw_only=True, tag="amend-document"):
    """Amend a document that stands at one of the revisions *seen*."""

    document: str
    amendment: Amendment
    seen: tuple[int, ...] | None
    """None = whatever it stands at."""


class DocumentChanged(Trouble):
    """The document stands at revision {revision} by now; look at it and decide again."""

    kind = Kind.PRECONDITION
    vietnamese = "Văn bản đã sang lần sửa {revision}; hãy xem lại rồi quyết định."


def amend(keeper: Keeper, command: AmendDocument) -> Sheet:
    """Amend a document; raise as `decide_amend`, and leave an incident of a state secret."""
    refusal = NoteRefusal(caller=command.caller, grade="", document=command.document)
    with noting_refusals(keeper, refusal):
        return keeper.submit(command)


def decide_amend(change: Change, command: AmendDocument) -> Sheet:
    """Let the document be amended; what changes nothing is no event.

    Raise `Hidden`, `NotAllowed`, `DocumentChanged`, `DuplicateDocument`, `DateNotInPeriod`,
    `DateOutOfOrder`, `StateSecretRefused`, `ClearanceNeeded` or of `fields`.
    """
    document = writable(change, command.caller, command.document)
    wording = _wording(change, document, command.amendment)
    require_clearance(command.caller, document.agency, wording.confidentiality)
    # RFC 9110, 13.1.1: what has been done already may be told as done. A worker that lost its
    # connection sends its command again.
    if paper.says_the_same(document, wording):
        return sheet_of(change, document)
    if command.seen is not None and document.revision not in command.seen:
        raise DocumentChanged(revision=document.revision)
    _record(change, command, document, wording)
    return sheet_of(change, present(change.document(document.id)))


def _wording(change: Change, document: Document, amendment: Amendment) -> paper.Wording:
    beside = metadata.amended(document.metadata, document.confidentiality, amendment)
    merged = paper.noted(document, _merged(document, amendment), beside)
    paper.refuse_secret(merged)
    wording = _reworded(change, document, merged)
    registered = date.fromisoformat(numbering.day_of_moment(document.registered))
    metadata.require_arrived_by(wording.metadata, registered)
    return wording


def _reworded(change: Change, document: Document, merged: paper.Registration) -> paper.Wording:
    if document.direction is Direction.INCOMING:
        return paper.incoming(merged)
    agency = present(change.agency(document.agency))
    wording = paper.amended_outgoing(merged, document, house=agency.name)
    if wording.issued != document.issued:
        _require_day(change, document, wording.issued)
    return wording


def _require_day(change: Change, document: Document, day: str) -> None:
    """Return when the date printed on *document* may be *day*, as far as its number goes."""
    register = present(change.register(document.register))
    if register.historical:
        return
    place = numbering.Place(document.period, document.number)
    today = day_in_vietnam(change.stamp.at).isoformat()
    numbering.require_day(change, register, place, day, today=today)


def _merged(document: Document, amendment: Amendment) -> dict[str, str]:
    """The texts that may be amended, as they are to be."""
    texts: dict[str, str] = {}
    for name in ("symbol", "issued", "issuer", "kind", "subject"):
        wanted: Text = getattr(amendment, name)
        kept: str = getattr(document, name)
        texts[name] = kept if wanted is UNSET else wanted or ""
    return texts


def _record(
    change: Change, command: AmendDocument, document: Document, wording: paper.Wording
) -> None:
    former = paper.origin_of(document)
    reason = paper.duplicate_reason(command.amendment.duplicate_reason)
    if wording.origin != former:
        check_duplicate(change, command.caller, document.agency, wording.origin, reason)
    body = e.DocumentAmended(
        id=document.id,
        revision=document.revision + 1,
        symbol=wording.symbol,
        issued=wording.issued,
        kind=wording.kind,
        confidentiality=wording.confidentiality,
    )
    particulars = e.DocumentParticulars(
        salt=change.entropy(e.SALT_BYTES),
        issuer=wording.issuer,
        subject=wording.subject,
        names=wording.names,
        origin=wording.origin if wording.origin != former else "",
        duplicate_reason=reason,
        former_origin=former if wording.origin != former else "",
        metadata=wording.metadata,
    )
    change.record(body, agency=document.agency, particulars=particulars)
