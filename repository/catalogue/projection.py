"""What each event does to the catalogue: the one function that deciding and recovery share.

Applying the same events in the same order to an empty catalogue gives the same rows, byte for
byte; nothing here asks a clock, makes an identifier or looks outside the transaction.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from repository.catalogue import (
    agencies,
    authorities,
    books,
    counting,
    deadlines,
    dispatches,
    dossier_items,
    dossiers,
    drafts,
    fates,
    file_lists,
    files,
    hand_overs,
    homes,
    moves,
    nodes,
    organisation,
    proving,
    purge_orders,
    receipts,
    relations,
)
from repository.catalogue import tables as t
from repository.catalogue.views import Writing
from repository.model import events as e
from repository.model.access import Token
from repository.model.documents import Document
from repository.model.ids import AgencyId, DocumentId

_NO_PARTICULARS = e.DocumentParticulars(salt=b"", issuer=e.ERASED, subject=e.ERASED, names=())


def apply(rows: Writing, event: e.Event, particulars: bytes) -> None:
    """Let *event* take effect; empty *particulars* of an event that had some = erased."""
    rows.put(t.AGENCY_SEQUENCES, (event.agency,), event.agency_sequence)
    rows.put(t.FEED, (event.agency, event.agency_sequence), _place(event))
    effect: Callable[[Writing, e.Event, Any, bytes], None] = _EFFECTS[type(event.body)]
    effect(rows, event, event.body, particulars)


def _place(event: e.Event) -> t.Place:
    """What is told of *event* in its agency's feed; nobody reads the node's own."""
    if not event.agency:
        return t.Place(event.sequence)
    tag = str(event.body.__struct_config__.tag)
    return t.Place(event.sequence, event.at, tag, e.subject_of(event))


def _document_registered(
    rows: Writing, event: e.Event, body: e.DocumentRegistered, kept: bytes
) -> None:
    told = e.decode_particulars(kept) if kept else _NO_PARTICULARS
    agency = AgencyId(event.agency)
    document = _document(event, body, told)
    rows.put(t.DOCUMENTS, (body.id,), document)
    counting.count(rows, document)
    books.number_given(rows, event, body)
    for component in body.components:
        rows.put(t.HOLDERS, (component.blob, agency, body.id), True)  # noqa: FBT003
    if told.origin:
        _enter_origin(rows, agency, told.origin, body.id)
    if body.idempotency_key:
        known = t.Known(request=body.request, document=body.id, at=event.at)
        rows.put(t.IDEMPOTENCY, (event.actor, body.idempotency_key), known)


def _document(event: e.Event, body: e.DocumentRegistered, told: e.DocumentParticulars) -> Document:
    return Document(
        id=body.id,
        agency=AgencyId(event.agency),
        register=body.register,
        direction=body.direction,
        period=body.period,
        number=body.number,
        symbol=body.symbol,
        issued=body.issued,
        kind=body.kind,
        registered=event.at,
        issuer=told.issuer,
        subject=told.subject,
        components=files.components_of(body.components, told.names, told.digitisers),
        sequence=event.sequence,
        actor=event.actor,
        addressed_to=body.addressed_to,
        confidentiality=body.confidentiality,
        metadata=told.metadata,
    )


def _document_amended(rows: Writing, event: e.Event, body: e.DocumentAmended, kept: bytes) -> None:
    before = rows.document(body.id)
    if before is None:
        return
    told = e.decode_particulars(kept) if kept else _NO_PARTICULARS
    rows.put(t.HISTORY, (body.id, before.revision), before)
    after = _amended(before, event, body, told)
    rows.put(t.DOCUMENTS, (body.id,), after)
    counting.recount(rows, before, after)
    _move_origin(rows, before, told)


def _amended(
    before: Document, event: e.Event, body: e.DocumentAmended, told: e.DocumentParticulars
) -> Document:
    return msgspec.structs.replace(
        before,
        symbol=body.symbol,
        issued=body.issued,
        kind=body.kind,
        issuer=told.issuer,
        subject=told.subject,
        confidentiality=body.confidentiality or before.confidentiality,
        metadata=told.metadata,
        reason="",
        revision=body.revision,
        amended=event.at,
        actor=event.actor,
        sequence=event.sequence,
    )


def _move_origin(rows: Writing, document: Document, told: e.DocumentParticulars) -> None:
    if told.former_origin:
        rows.delete(t.ORIGINS, document.agency, bytes.fromhex(told.former_origin), document.id)
    if told.origin:
        _enter_origin(rows, document.agency, told.origin, document.id)


def _enter_origin(rows: Writing, agency: AgencyId, origin: str, document: DocumentId) -> None:
    rows.put(t.ORIGINS, (agency, bytes.fromhex(origin), document), document)


def _number_voided(rows: Writing, event: e.Event, body: e.NumberVoided, kept: bytes) -> None:
    entry = books.number_voided(rows, event, body, kept)
    if entry:
        drafts.number_lost(rows, event, entry)


def _text_derived(rows: Writing, _event: e.Event, body: e.TextDerived, _: bytes) -> None:
    rows.put(t.DERIVED, (body.blob,), t.Derived(body.text, "", body.reader))


def _text_missing(rows: Writing, _event: e.Event, body: e.TextMissing, _: bytes) -> None:
    rows.put(t.DERIVED, (body.blob,), t.Derived(None, body.reason, body.reader))


def _token_issued(rows: Writing, _event: e.Event, body: e.TokenIssued, _: bytes) -> None:
    token = Token(
        id=body.id,
        digest=body.digest,
        label=body.label,
        agencies=body.agencies,
        rights=body.rights,
        every_agency=body.every_agency,
        expires=body.expires,
        person=body.person,
        cleared=body.cleared,
    )
    rows.put(t.TOKENS, (body.id,), token)


def _token_revoked(rows: Writing, _event: e.Event, body: e.TokenRevoked, _: bytes) -> None:
    token = rows.token(body.id)
    if token:
        rows.put(t.TOKENS, (body.id,), msgspec.structs.replace(token, revoked=True))


_EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    **agencies.EFFECTS,
    **organisation.EFFECTS,
    **receipts.EFFECTS,
    **relations.EFFECTS,
    **files.EFFECTS,
    **deadlines.EFFECTS,
    **file_lists.EFFECTS,
    **dossiers.EFFECTS,
    **dossier_items.EFFECTS,
    **hand_overs.EFFECTS,
    e.DocumentRegistered: _document_registered,
    e.DocumentAmended: _document_amended,
    e.TextDerived: _text_derived,
    e.TextMissing: _text_missing,
    e.TokenIssued: _token_issued,
    e.TokenRevoked: _token_revoked,
    e.BlobsCondemned: fates.condemned,
    e.BlobsRevived: fates.revived,
    e.BlobsSwept: fates.swept,
    e.HoldPlaced: fates.hold_placed,
    e.HoldLifted: fates.hold_lifted,
    e.PurgeRequested: fates.purge_requested,
    e.PurgeWithdrawn: fates.purge_withdrawn,
    e.PurgeConfirmed: fates.purge_confirmed,
    e.FileErased: fates.file_erased,
    e.BlobsDestroyed: fates.destroyed,
    e.PurgeCompleted: fates.purge_completed,
    e.NumberVoided: _number_voided,
    **books.EFFECTS,
    **drafts.EFFECTS,
    **authorities.EFFECTS,
    **dispatches.EFFECTS,
    **nodes.EFFECTS,
    **proving.EFFECTS,
    **purge_orders.EFFECTS,
    **homes.EFFECTS,
    **moves.EFFECTS,
}
