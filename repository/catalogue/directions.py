"""Lines by their last day: for who follows up what was given, and for who is to be told.

Every line stands in `DIRECTIONS` some times over, under scopes: a scope names who gave it, or
nobody (then all of the agency), and whose it is: anybody's, one hand's, or one unit's with the people
in it. So a page of any of these lists, and its totals, read as many rows as they show and days there are.
What these tables say follows from the rows of `RECEIPTS` alone.
"""

from collections.abc import Iterator

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model.days import UNBOUNDED, Day, day_at
from repository.model.deadlines import Reckoning, is_to_be_told, kept
from repository.model.ids import AgencyId, ReceiptId, UnitId
from repository.model.receipts import ENDED, Receipt, State, holder_of

NO_DAY = "~"
"""Stands for the last day of a line without one: behind all days."""
_ALL_DAYS = ""
_DUE, _TOLD = "due", "told"


def scope_of(giver: str, *, hand: str = "", unit: str = "") -> str:
    """The lines that *giver* gave (empty = whoever), in one hand or one unit where these are named."""
    return f"{giver}|h{hand}" if hand else f"{giver}|d{unit}" if unit else f"{giver}|"


# Looks.


def directions(
    reading: Reading, agency: AgencyId, scope: str, state: State, *, after: tuple[str, str] | None
) -> Iterator[tuple[str, ReceiptId]]:
    """Day and line, in order, behind the place *after*; of ended lines the day on which they did."""
    start = None if after is None else after[0]
    for key, _ in reading.scan(t.DIRECTIONS, agency, scope, state.value, start=start):
        place = str(key[3]), ReceiptId(str(key[4]))
        if after is None or place > after:
            yield place


def counted(reading: Reading, agency: AgencyId, scope: str) -> Iterator[tuple[State, str, int]]:
    """State, day and number of lines; of those that have ended, all days together."""
    for key, number in reading.scan(t.DIRECTION_COUNTS, agency, scope):
        yield State(str(key[2])), str(key[3]), number


def to_be_told(reading: Reading, seen: Reckoning) -> Iterator[ReceiptId]:
    """The lines whose holders are to be told today, those that wait longest first."""
    for phase, last in ((_TOLD, seen.today), (_DUE, seen.soon)):
        for key, _ in reading.scan(t.TELLINGS, phase):
            if str(key[1]) > last:
                break
            receipt = reading.get(t.RECEIPTS, key[2])
            if receipt and is_to_be_told(receipt, seen):
                yield receipt.id


def punctuality(
    reading: Reading, year: int, agency: AgencyId | None = None
) -> Iterator[tuple[AgencyId, UnitId, t.Kept]]:
    """Agency, unit (empty = none) and what was completed there in *year*; of all agencies unless named."""
    begin = (year,) if agency is None else (year, agency)
    for key, number in reading.scan(t.PUNCTUALITY, *begin):
        yield AgencyId(str(key[1])), UnitId(str(key[2])), number


# Effects.


def move(rows: Writing, before: Receipt | None, after: Receipt) -> None:
    """Let *after* stand where it belongs now, and *before* nowhere."""
    _move_telling(rows, before, after)
    if before and _state_and_day(before) == _state_and_day(after):
        return
    if before:
        _stand(rows, before, -1)
        _count_kept(rows, before, -1)
    _stand(rows, after, 1)
    _count_kept(rows, after, 1)


def place_all(rows: Writing) -> None:
    """Let every line stand where it belongs: in a catalogue that has no such tables yet."""
    for table in (t.DIRECTIONS, t.DIRECTION_COUNTS, t.TELLINGS, t.PUNCTUALITY):
        rows.transaction.clear(table.name)
    for _, receipt in rows.scan(t.RECEIPTS):
        move(rows, None, receipt)


def _state_and_day(receipt: Receipt) -> tuple[State, str]:
    if receipt.state in ENDED:
        return receipt.state, day_at(receipt.ended)
    return receipt.state, receipt.due or NO_DAY


def _scopes(receipt: Receipt) -> Iterator[str]:
    unit = receipt.unit or receipt.desk
    for giver in ("", receipt.giver):
        yield scope_of(giver)
        yield scope_of(giver, hand=holder_of(receipt))
        if unit:
            yield scope_of(giver, unit=unit)


def _stand(rows: Writing, receipt: Receipt, difference: int) -> None:
    state, day = _state_and_day(receipt)
    counted_day = _ALL_DAYS if state in ENDED else day
    for scope in _scopes(receipt):
        key = (receipt.agency, scope, state.value)
        if difference > 0:
            rows.put(t.DIRECTIONS, (*key, day, receipt.id), receipt.document)
        else:
            rows.delete(t.DIRECTIONS, *key, day, receipt.id)
        number = (rows.get(t.DIRECTION_COUNTS, *key, counted_day) or 0) + difference
        if number:
            rows.put(t.DIRECTION_COUNTS, (*key, counted_day), number)
        else:
            rows.delete(t.DIRECTION_COUNTS, *key, counted_day)


def _count_kept(rows: Writing, receipt: Receipt, difference: int) -> None:
    if receipt.state is not State.DONE or receipt.due == UNBOUNDED:
        return
    year = int(day_at(receipt.ended)[:4])
    key = (year, receipt.agency, receipt.unit or receipt.desk)
    known = rows.get(t.PUNCTUALITY, *key) or t.Kept(0, 0)
    in_time = kept(receipt)
    after = t.Kept(known.on_time + difference * in_time, known.late + difference * (not in_time))
    if after.on_time or after.late:
        rows.put(t.PUNCTUALITY, key, after)
    else:
        rows.delete(t.PUNCTUALITY, *key)


def _move_telling(rows: Writing, before: Receipt | None, after: Receipt) -> None:
    then, now = _telling(before) if before else None, _telling(after)
    if then != now:
        if then:
            rows.delete(t.TELLINGS, *then)
        if now:
            rows.put(t.TELLINGS, now, after.agency)


def _telling(receipt: Receipt) -> tuple[str, Day, ReceiptId] | None:
    if receipt.state in ENDED or receipt.due == UNBOUNDED:
        return None
    if receipt.telling == UNBOUNDED:
        return _DUE, receipt.due, receipt.id
    return _TOLD, receipt.telling, receipt.id
