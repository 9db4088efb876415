"""What the events about hand-overs do to the catalogue, and the looks at them."""

from collections.abc import Callable, Iterator

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.hand_overs import HandOver, HandOverState
from repository.model.ids import AgencyId, HandOverId

# Looks.


def hand_overs_of(reading: Reading, agency: AgencyId, *, after: str = "") -> Iterator[HandOver]:
    """The hand-overs of *agency* behind the one called *after*, in the order they were asked for."""
    for key, _ in reading.scan(t.AGENCY_HAND_OVERS, agency, start=after or None):
        found = reading.get(t.HAND_OVERS, str(key[1]))
        if found and found.id != after:
            yield found


# Effects.


def _asked(rows: Writing, event: e.Event, body: e.HandOverAsked, kept: bytes) -> None:
    told = _told(kept)
    asked = HandOver(
        id=body.id,
        agency=AgencyId(event.agency),
        dossiers=body.dossiers,
        asked=event.at,
        asked_by=event.actor,
        giver=told.name,
        note=told.words,
        answer_by=body.answer_by,
    )
    rows.put(t.HAND_OVERS, (body.id,), asked)
    rows.put(t.AGENCY_HAND_OVERS, (event.agency, body.id), True)  # noqa: FBT003


def _settled(rows: Writing, event: e.Event, body: e.HandOverSettled, kept: bytes) -> None:
    told = _told(kept)
    reasons = told.reasons or (e.ERASED,) * len(body.refused)
    refused = dict(zip(body.refused, reasons, strict=True))
    _end(rows, event, body.id, kept, state=HandOverState.SETTLED, refused=refused)


def _withdrawn(rows: Writing, event: e.Event, body: e.HandOverWithdrawn, kept: bytes) -> None:
    _end(rows, event, body.id, kept, state=HandOverState.WITHDRAWN)


def _end(
    rows: Writing, event: e.Event, hand_over: HandOverId, kept: bytes, **changes: object
) -> None:
    before = rows.get(t.HAND_OVERS, hand_over)
    if before is None:
        return
    told = _told(kept)
    ended = msgspec.structs.replace(
        before,
        settled=event.at,
        settled_by=event.actor,
        receiver=told.name,
        remark=told.words,
        **changes,
    )
    rows.put(t.HAND_OVERS, (hand_over,), ended)


def _told(kept: bytes) -> e.HandOverTold:
    return e.decode_hand_over(kept) if kept else e.HandOverTold(b"", e.ERASED, e.ERASED)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.HandOverAsked: _asked,
    e.HandOverSettled: _settled,
    e.HandOverWithdrawn: _withdrawn,
}
