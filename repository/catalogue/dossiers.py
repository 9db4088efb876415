"""What the events about dossiers do to the catalogue, and the looks at them."""

from collections.abc import Callable, Iterator

from repository.catalogue import tables as t
from repository.catalogue.dossier_steps import changed, stepped
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.confidentiality import Confidentiality
from repository.model.days import Day
from repository.model.dossier_events import DossierFound, DossierNoted
from repository.model.dossiers import DOSSIER_ACTS, DOSSIER_TURNS, Dossier, DossierAct, DossierState
from repository.model.ids import AgencyId, DossierId
from repository.model.receipts import hand

# Looks.

Place = tuple[str, str]
"""Due day and identifier: how the dossiers of one state are ordered."""
_FIRST_DAY = "0"
"""Sorts behind no day at all, and before every day."""


def dossier_by_symbol(
    reading: Reading, agency: AgencyId, year: int, symbol: str
) -> DossierId | None:
    """The dossier of *agency* that bears *symbol* in *year*."""
    return reading.get(t.DOSSIER_SYMBOLS, agency, year, symbol)


def dossiers_in(
    reading: Reading,
    agency: AgencyId,
    confidentiality: Confidentiality,
    state: DossierState,
    *,
    after: Place | None,
    upto: Day,
) -> Iterator[Place]:
    """The places of dossiers of an agency in order, behind *after*, due at the latest on *upto*.

    Without a day all of them, those without a due day first.
    """
    rows = reading.scan(
        t.DOSSIER_PLACES, agency, confidentiality.value, state.value, start=_start(after, upto)
    )
    places = ((str(key[3]), str(key[4])) for key, _ in rows)
    return _between(places, after, upto)


def dossiers_of_hand(
    reading: Reading,
    agency: AgencyId,
    holder: str,
    state: DossierState,
    *,
    after: Place | None,
    upto: Day,
) -> Iterator[Place]:
    """As `dossiers_in`, of those of which *holder* is in charge, whoever else may see them."""
    rows = reading.scan(t.DOSSIER_HANDS, holder, state.value, start=_start(after, upto))
    places = ((str(key[2]), str(key[3])) for key, whose in rows if whose == agency)
    return _between(places, after, upto)


def _start(after: Place | None, upto: Day) -> Place | str | None:
    return after or (_FIRST_DAY if upto else None)


def _between(places: Iterator[Place], after: Place | None, upto: Day) -> Iterator[Place]:
    for place in places:
        if upto and place[0] > upto:
            return
        if after is None or place > after:
            yield place


# Effects.


def _opened(rows: Writing, event: e.Event, body: e.DossierOpened, kept: bytes) -> None:
    begun = Dossier(
        id=body.id,
        agency=AgencyId(event.agency),
        year=body.year,
        symbol=body.noted.symbol,
        fonds=body.fonds,
        file_list=body.file_list,
        entry=body.entry,
        opened=event.at,
    )
    opened = changed(begun, event, 1, **_noted(body.noted), **_told(kept))
    rows.put(t.DOSSIER_SYMBOLS, (event.agency, body.year, opened.symbol), body.id)
    _keep(rows, event, None, opened)
    stepped(rows, event, opened, "opened")


def _amended(rows: Writing, event: e.Event, body: e.DossierAmended, kept: bytes) -> None:
    before = rows.get(t.DOSSIERS, body.id)
    if before is None:
        return
    reason = e.decode_dossier(kept).reason if kept else ""
    after = changed(
        before,
        event,
        body.revision,
        symbol=body.noted.symbol,
        keep_until=body.keep_until,
        due=body.due,
        reason=reason or before.reason,
        **_noted(body.noted),
        **_told(kept),
    )
    if after.symbol != before.symbol:
        rows.delete(t.DOSSIER_SYMBOLS, before.agency, before.year, before.symbol)
        rows.put(t.DOSSIER_SYMBOLS, (after.agency, after.year, after.symbol), after.id)
    _keep(rows, event, before, after)
    stepped(rows, event, after, body.act.value, reason)


def _acted(rows: Writing, event: e.Event, body: e.DossierActed, kept: bytes) -> None:
    before = rows.get(t.DOSSIERS, body.id)
    if before is None:
        return
    reason = e.decode_words(kept).words if kept else ""
    state = DOSSIER_ACTS[before.state, body.act]
    changes: dict[str, object] = {
        "state": state,
        "due": body.due,
        "reason": reason or before.reason,
    }
    if body.found:
        changes |= _found(body.found) | {"closed": event.at}
    if body.hand_over:
        changes["hand_over"] = body.hand_over
    if body.act is DossierAct.GIVE_BACK:
        changes["archived"] = 0
    if state is DossierState.OPEN:
        changes |= {"closed": 0, "contents": b"", "hand_over_by": "", "keep_until": ""}
    if state is DossierState.CANCELLED:
        rows.delete(t.DOSSIER_SYMBOLS, before.agency, before.year, before.symbol)
    after = changed(before, event, body.revision, **changes)
    _keep(rows, event, before, after)
    stepped(rows, event, after, body.act.value, reason)


def _found(found: DossierFound) -> dict[str, object]:
    return {
        "ended": found.ended,
        "form": found.form,
        "documents": found.documents,
        "pages": found.pages,
        "contents": found.contents,
        "hand_over_by": found.hand_over_by,
        "keep_until": found.keep_until,
    }


def _turned(rows: Writing, event: e.Event, body: e.DossierTurned, kept: bytes) -> None:
    before = rows.get(t.DOSSIERS, body.id)
    if before is None:
        return
    reason = e.decode_words(kept).words if kept else ""
    state = DOSSIER_TURNS[before.state, body.turn]
    archived = event.at if state is DossierState.ARCHIVED else 0
    after = changed(
        before,
        event,
        body.revision,
        state=state,
        due=body.due,
        archived=archived,
        reason=reason or before.reason,
    )
    _keep(rows, event, before, after)
    stepped(rows, event, after, body.turn.value, reason)


def _noted(noted: DossierNoted) -> dict[str, object]:
    return {
        "retention": noted.retention,
        "confidentiality": noted.confidentiality,
        "person": noted.person,
        "unit": noted.unit,
        "started": noted.started,
        "ended": noted.ended,
        "trigger_day": noted.trigger_day,
        "languages": noted.languages,
        "info_sign": noted.info_sign,
        "condition": noted.condition,
        "paper_code": noted.paper_code,
    }


def _told(kept: bytes) -> dict[str, object]:
    if not kept:
        return {"title": e.ERASED, "keywords": (), "note": e.ERASED}
    told = e.decode_dossier(kept)
    return {"title": told.title, "keywords": told.keywords, "note": told.note}


def _keep(rows: Writing, _event: e.Event, before: Dossier | None, after: Dossier) -> None:
    """Let *after* stand where it is found, and no more where *before* was."""
    if before:
        rows.delete(t.DOSSIER_PLACES, *_place(before))
        for holder in _holders(before):
            rows.delete(t.DOSSIER_HANDS, holder, before.state.value, before.due, before.id)
    rows.put(t.DOSSIER_PLACES, _place(after), True)  # noqa: FBT003
    for holder in _holders(after):
        key = (holder, after.state.value, after.due, after.id)
        rows.put(t.DOSSIER_HANDS, key, after.agency)
    rows.put(t.DOSSIERS, (after.id,), after)


def _place(dossier: Dossier) -> tuple[str, str, str, str, str]:
    grade, state = dossier.confidentiality.value, dossier.state.value
    return dossier.agency, grade, state, dossier.due, dossier.id


def _holders(dossier: Dossier) -> tuple[str, ...]:
    held = [hand(dossier.person, dossier.unit)] if dossier.person else []
    if dossier.unit:
        held.append(f"u:{dossier.unit}")
    return tuple(held)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.DossierOpened: _opened,
    e.DossierAmended: _amended,
    e.DossierActed: _acted,
    e.DossierTurned: _turned,
}
