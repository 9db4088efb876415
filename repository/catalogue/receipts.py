"""What the events about recipient lines do to the catalogue, and the looks at them."""

from collections.abc import Callable, Iterator

import msgspec

from repository.catalogue import directions
from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import AgencyId, DocumentId, ReceiptId
from repository.model.receipts import (
    ACTS,
    ENDED,
    TURNS,
    Act,
    Extension,
    Receipt,
    State,
    holder_of,
)

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
    reading: Reading, holder: str, state: State, *, after: tuple[int, str] | None
) -> Iterator[Receipt]:
    """The lines that *holder* has in *state*, oldest first, behind the place *after*."""
    start = None if after is None else after[0]
    for key, _ in reading.scan(t.HANDS, holder, state.value, start=start):
        if after is None or (int(str(key[2])), str(key[3])) > after:
            receipt = reading.get(t.RECEIPTS, key[3])
            if receipt:
                yield receipt


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
        giver=event.on_behalf_of or event.actor,
        given=event.at,
        due=body.due,
        instruction=_words(kept),
        desk=body.desk,
        deputy=_deputy(event),
    )
    rows.put(t.DOCUMENT_RECEIPTS, (body.document, body.id), receipt.agency)
    rows.put(t.RECIPIENTS, (body.document, holder_of(receipt), body.id), receipt.agency)
    if body.parent:
        rows.put(t.RECEIPTS_BELOW, (body.parent, body.id), receipt.agency)
    _keep(rows, None, receipt)
    if body.idempotency_key:
        key = (event.actor, body.idempotency_key)
        before = rows.get(t.GIVEN_KEYS, *key)
        given = (*(before.receipts if before else ()), body.id)
        rows.put(t.GIVEN_KEYS, key, t.GivenBefore(body.request, given))


def _acted(rows: Writing, event: e.Event, body: e.ReceiptActed, kept: bytes) -> None:
    before = rows.get(t.RECEIPTS, body.id)
    if before is None:
        return
    state = ACTS[before.state, body.act]
    moved = state is not before.state
    opens = moved and state is not State.RECALLED
    after = msgspec.structs.replace(
        before,
        state=state,
        opened=before.opened or (event.at if opens else 0),
        ended=event.at if state in ENDED else 0,
        due=body.due,
        answer=body.answer or before.answer,
        reason=_words(kept) or before.reason,
        reminded=before.reminded + (body.act is Act.REMIND),
        asked=UNBOUNDED if state in ENDED else before.asked,
        telling=_telling(before, state, body.due),
        deputy=_deputy(event),
    )
    if body.wished:
        after = _extended(before, after, event, body, _words(kept))
    if state is State.RECALLED:
        rows.delete(t.RECIPIENTS, body.document, holder_of(before), body.id)
    _keep(rows, before, after)


def _extended(
    before: Receipt, after: Receipt, event: e.Event, body: e.ReceiptActed, words: str
) -> Receipt:
    """*after*, with what was asked for, decided or set in the history of its last days."""
    if body.act is Act.ASK_EXTENSION:
        asked = Extension(former=before.due, wished=body.wished, why=words, asked=event.at)
        return msgspec.structs.replace(
            after,
            asked=body.wished,
            reason=before.reason,
            extensions=(*before.extensions, asked),
        )
    earlier = before.extensions
    if before.asked:
        open_now, earlier = earlier[-1], earlier[:-1]
    else:
        open_now = Extension(former=before.due, wished=UNBOUNDED, why="", asked=event.at)
    decided = msgspec.structs.replace(
        open_now,
        decided=event.at,
        by=event.on_behalf_of or event.actor,
        due=UNBOUNDED if body.act is Act.REFUSE_EXTENSION else body.due,
        answer=words,
    )
    return msgspec.structs.replace(after, asked=UNBOUNDED, extensions=(*earlier, decided))


def _turned(rows: Writing, event: e.Event, body: e.ReceiptTurned, _: bytes) -> None:
    before = rows.get(t.RECEIPTS, body.id)
    if before is None:
        return
    state = TURNS[before.state, body.turn]
    after = msgspec.structs.replace(
        before,
        state=state,
        ended=event.at if state in ENDED else 0,
        asked=UNBOUNDED if state in ENDED else before.asked,
        telling=_telling(before, state, before.due),
    )
    _keep(rows, before, after)


def _told(rows: Writing, _event: e.Event, body: e.DeadlineTold, _: bytes) -> None:
    before = rows.get(t.RECEIPTS, body.id)
    if before:
        after = msgspec.structs.replace(before, told=body.day, telling=body.next)
        _keep(rows, before, after)


def _telling(before: Receipt, state: State, due: Day) -> Day:
    """When its holder is told next: begun anew with another last day, and with being in hand again."""
    begins_anew = due != before.due or before.state in ENDED or state in ENDED
    return UNBOUNDED if begins_anew else before.telling


def _deputy(event: e.Event) -> str:
    return event.actor if event.on_behalf_of else ""


def _keep(rows: Writing, before: Receipt | None, after: Receipt) -> None:
    if before:
        rows.delete(t.HANDS, *_place(before))
    rows.put(t.HANDS, _place(after), after.document)
    directions.move(rows, before, after)
    rows.put(t.RECEIPTS, (after.id,), after)


def _place(receipt: Receipt) -> tuple[str, str, int, str]:
    return holder_of(receipt), receipt.state.value, receipt.given, receipt.id


def _words(kept: bytes) -> str:
    return e.decode_words(kept).words if kept else ""


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.ReceiptGiven: _given,
    e.ReceiptActed: _acted,
    e.ReceiptTurned: _turned,
    e.DeadlineTold: _told,
}
