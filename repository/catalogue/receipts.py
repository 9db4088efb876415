"""What the events about recipient lines do to the catalogue, and the looks at them."""

from collections.abc import Callable, Iterator
from itertools import islice

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.ids import AgencyId, DocumentId, ReceiptId
from repository.model.receipts import ACTS, ENDED, TURNS, Act, Receipt, State, holder_of

# Looks.


def receipts_of(reading: Reading, document: DocumentId) -> Iterator[Receipt]:
    """All lines of *document*, in the order in which they were given."""
    keys = (ReceiptId(str(key[1])) for key, _ in reading.scan(t.DOCUMENT_RECEIPTS, document))
    found = (reading.get(t.RECEIPTS, key) for key in keys)
    return (receipt for receipt in found if receipt)


def is_recipient(reading: Reading, document: DocumentId, holder: str) -> bool:
    """Say whether *holder* has, or had, a line of *document* that was not recalled."""
    return any(True for _ in reading.scan(t.RECIPIENTS, document, holder))


def recipients_of(reading: Reading, document: DocumentId) -> frozenset[str]:
    """The hands that have, or had, a line of *document* that was not recalled."""
    return frozenset(str(key[1]) for key, _ in reading.scan(t.RECIPIENTS, document))


def in_hand(
    reading: Reading, holder: str, state: State, *, after: tuple[int, str] | None, limit: int
) -> list[Receipt]:
    """Up to *limit* lines that *holder* has in *state*, oldest first, behind the place *after*."""
    start = None if after is None else after[0]
    rows = reading.scan(t.HANDS, holder, state.value, start=start)
    ahead = (key for key, _ in rows if after is None or (int(str(key[2])), str(key[3])) > after)
    found = (reading.get(t.RECEIPTS, key[3]) for key in islice(ahead, limit))
    return [receipt for receipt in found if receipt]


# Effects.


def _given(rows: Writing, event: e.Event, body: e.ReceiptGiven, kept: bytes) -> None:
    receipt = Receipt(
        id=body.id,
        document=body.document,
        agency=AgencyId(event.agency),
        role=body.role,
        person=body.person,
        unit=body.unit,
        parent=body.parent,
        giver=event.actor,
        given=event.at,
        due=body.due,
        instruction=_words(kept),
    )
    rows.put(t.DOCUMENT_RECEIPTS, (body.document, body.id), receipt.agency)
    rows.put(t.RECIPIENTS, (body.document, holder_of(receipt), body.id), receipt.agency)
    if body.parent:
        rows.put(t.RECEIPTS_BELOW, (body.parent, body.id), receipt.agency)
    _keep(rows, None, receipt)


def _acted(rows: Writing, event: e.Event, body: e.ReceiptActed, kept: bytes) -> None:
    before = rows.get(t.RECEIPTS, body.id)
    if before is None:
        return
    state = ACTS[before.state, body.act]
    after = msgspec.structs.replace(
        before,
        state=state,
        opened=before.opened or (event.at if state is not State.RECALLED else 0),
        ended=event.at if state in ENDED else 0,
        due=body.due,
        answer=body.answer or before.answer,
        reason=_words(kept) or before.reason,
        reminded=before.reminded + (body.act is Act.REMIND),
    )
    if body.act in (Act.REMIND, Act.DEFER):
        after = msgspec.structs.replace(after, opened=before.opened)
    if state is State.RECALLED:
        rows.delete(t.RECIPIENTS, body.document, holder_of(before), body.id)
    _keep(rows, before, after)


def _turned(rows: Writing, event: e.Event, body: e.ReceiptTurned, _: bytes) -> None:
    before = rows.get(t.RECEIPTS, body.id)
    if before is None:
        return
    state = TURNS[before.state, body.turn]
    ended = event.at if state in ENDED else 0
    _keep(rows, before, msgspec.structs.replace(before, state=state, ended=ended))


def _keep(rows: Writing, before: Receipt | None, after: Receipt) -> None:
    if before:
        rows.delete(t.HANDS, *_place(before))
    rows.put(t.HANDS, _place(after), after.document)
    rows.put(t.RECEIPTS, (after.id,), after)


def _place(receipt: Receipt) -> tuple[str, str, int, str]:
    return holder_of(receipt), receipt.state.value, receipt.given, receipt.id


def _words(kept: bytes) -> str:
    return e.decode_words(kept).words if kept else ""


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.ReceiptGiven: _given,
    e.ReceiptActed: _acted,
    e.ReceiptTurned: _turned,
}
