"""What the events about dispatches and recalls do to the catalogue, and the looks at them."""

from collections.abc import Callable, Iterator
from itertools import islice

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.dispatches import (
    DISPATCH_ACTS,
    DISPATCH_TURNS,
    HELD_BY_RECIPIENT,
    Dispatch,
    DispatchState,
)
from repository.model.ids import AgencyId, BlobId, DispatchId, DocumentId

# Looks.


def dispatches_of(reading: Reading, document: DocumentId) -> tuple[Dispatch, ...]:
    """To whom *document* went, in the order in which they were named."""
    keys = (key for _, key in reading.scan(t.DOCUMENT_DISPATCHES, document))
    found = (reading.get(t.DISPATCHES, key) for key in keys)
    return tuple(one for one in found if one)


def sent_to(
    reading: Reading,
    agency: AgencyId,
    state: DispatchState,
    *,
    after: tuple[int, str] | None,
    limit: int,
) -> list[Dispatch]:
    """Up to *limit* lines of *agency* in *state*, oldest first, behind the place *after*."""
    start = None if after is None else after[0]
    rows = reading.scan(t.AGENCY_DISPATCHES, agency, state.value, start=start)
    ahead = (key for key, _ in rows if after is None or (int(str(key[2])), str(key[3])) > after)
    found = (reading.get(t.DISPATCHES, DispatchId(str(key[3]))) for key in islice(ahead, limit))
    return [one for one in found if one]


def is_addressed(reading: Reading, document: DocumentId, agency: AgencyId) -> bool:
    """Say whether *document* was sent to *agency*, which has not given it back."""
    return next(reading.scan(t.ADDRESSED, document, agency), None) is not None


def registries_sent(reading: Reading, document: DocumentId) -> frozenset[AgencyId]:
    """The agencies to which *document* was sent and which have not given it back."""
    return frozenset(AgencyId(str(key[1])) for key, _ in reading.scan(t.ADDRESSED, document))


def is_addressed_file(reading: Reading, blob: BlobId, agency: AgencyId) -> bool:
    """Say whether *blob* is a file of a document that was sent to *agency*."""
    return next(reading.scan(t.ADDRESSED_FILES, blob, agency), None) is not None


def is_recalled(reading: Reading, document: DocumentId) -> bool:
    """Say whether *document* was recalled."""
    return reading.get(t.RECALLS, document) is not None


def held_only_recalled(reading: Reading, blob: BlobId, agency: AgencyId) -> bool:
    """Say whether *agency* has documents with *blob*, and all of them were recalled."""
    if reading.count(t.RECALLS) == 0:
        return False
    found = False
    for document in reading.documents_of(blob, agency):
        if not is_recalled(reading, document):
            return False
        found = True
    return found


# Effects.


def _sent(rows: Writing, event: e.Event, body: e.DispatchSent, kept: bytes) -> None:
    dispatch = Dispatch(
        id=body.id,
        document=body.document,
        sender=AgencyId(event.agency),
        agency=body.agency,
        name=e.decode_words(kept).words if kept else e.ERASED,
        sent=event.at,
        since=event.at,
        actor=event.actor,
    )
    rows.put(t.DOCUMENT_DISPATCHES, (body.document, body.place), body.id)
    _keep(rows, None, dispatch)


def _arrived(_rows: Writing, _event: e.Event, _body: e.DispatchArrived, _: bytes) -> None:
    """Nothing more: the feed tells it."""


def _acted(rows: Writing, event: e.Event, body: e.DispatchActed, kept: bytes) -> None:
    before = rows.get(t.DISPATCHES, body.id)
    if before:
        state = DISPATCH_ACTS[before.state, body.act]
        after = _stepped(before, event, state, kept)
        received = body.received or before.received
        _keep(rows, before, msgspec.structs.replace(after, received=received))


def _turned(rows: Writing, event: e.Event, body: e.DispatchTurned, kept: bytes) -> None:
    before = rows.get(t.DISPATCHES, body.id)
    if before:
        state = DISPATCH_TURNS[before.state, body.turn]
        _keep(rows, before, _stepped(before, event, state, kept))


def _stepped(before: Dispatch, event: e.Event, state: DispatchState, kept: bytes) -> Dispatch:
    return msgspec.structs.replace(
        before,
        state=state,
        since=event.at,
        reason=e.decode_words(kept).words if kept else before.reason,
        revision=before.revision + 1,
        actor=event.actor,
    )


def _told(_rows: Writing, _event: e.Event, _body: e.DispatchTold, _: bytes) -> None:
    """Nothing more: the feed tells it."""


def _recalled(rows: Writing, event: e.Event, body: e.DocumentRecalled, kept: bytes) -> None:
    before = rows.document(body.document)
    if before is None:
        return
    after = msgspec.structs.replace(
        before,
        recalled=event.at,
        recall_reason=e.decode_words(kept).words if kept else "",
        sequence=event.sequence,
    )
    rows.put(t.DOCUMENTS, (body.document,), after)
    rows.put(t.RECALLS, (body.document,), event.at)


def _keep(rows: Writing, before: Dispatch | None, after: Dispatch) -> None:
    """Keep *after*, where its recipient finds it, readable for them as long as it is theirs."""
    rows.put(t.DISPATCHES, (after.id,), after)
    if not after.agency:
        return
    if before:
        rows.delete(t.AGENCY_DISPATCHES, *_place(before))
    rows.put(t.AGENCY_DISPATCHES, _place(after), after.document)
    if before is None:
        rows.put(t.ADDRESSED, (after.document, after.agency, after.id), after.id)
        for blob in _files(rows, after):
            rows.put(t.ADDRESSED_FILES, (blob, after.agency, after.id), after.document)
    elif after.state not in HELD_BY_RECIPIENT:
        rows.delete(t.ADDRESSED, after.document, after.agency, after.id)
        for blob in _files(rows, after):
            rows.delete(t.ADDRESSED_FILES, blob, after.agency, after.id)


def _place(dispatch: Dispatch) -> tuple[str, str, int, str]:
    return dispatch.agency, dispatch.state.value, dispatch.sent, dispatch.id


def _files(rows: Reading, dispatch: Dispatch) -> Iterator[BlobId]:
    """The files of the document, those that others have taken the place of included."""
    document = rows.document(dispatch.document)
    known = (*rows.history(document.id), document) if document else ()
    return (one.blob for each in known for one in each.components)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.DispatchSent: _sent,
    e.DispatchArrived: _arrived,
    e.DispatchActed: _acted,
    e.DispatchTurned: _turned,
    e.DispatchTold: _told,
    e.DocumentRecalled: _recalled,
}
