"""Working days and deadlines, against a calendar that is walked day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.model import calendars
from repository.model.calendars import CalendarDay, CalendarYear, DayKind
from repository.model.days import Day
from repository.model.deadlines import (
    DAILY_DAYS,
    SOON_WORKING_DAYS,
    Timing,
    is_to_be_told,
    next_telling,
    reckoning,
    remaining,
    timing,
)
from repository.model.ids import AgencyId, DocumentId, ReceiptId
from repository.model.receipts import ACTS, ENDED, Act, Party, Receipt, Role, State, allowed
from repository.model.working_days import (
    Calendar,
    CalendarUnknown,
    after_working_days,
    calendar_from,
    is_working,
    working_between,
)

YEARS = (2025, 2026)
KNOWN = st.dates(date(2025, 1, 1), date(2026, 12, 31))
ANY = st.dates(date(2024, 6, 1), date(2027, 6, 1))
SAID = st.dictionaries(KNOWN, st.sampled_from(DayKind), max_size=40)


def a_day(day: date) -> Day:
    return Day(day.isoformat())


def calendar_of(said: dict[date, DayKind]) -> Calendar:
    days = tuple(CalendarDay(a_day(day), kind, "") for day, kind in said.items())
    return calendar_from((CalendarYear(year=year, days=()) for year in YEARS), days)


def naively_worked(day: date, said: dict[date, DayKind]) -> bool | None:
    """None = nobody announced it."""
    if day.year not in YEARS:
        return None
    kind = said.get(day, DayKind.USUAL)
    return day.weekday() < 5 if kind is DayKind.USUAL else kind is DayKind.WORKED


def walked(first: date, last: date) -> list[date]:
    """The days after *first*, up to *last*."""
    return [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]


@given(said=SAID, start=ANY, length=st.integers(0, 500))
def test_working_days_between_are_those_that_are_counted_one_by_one(
    said: dict[date, DayKind], start: date, length: int
):
    last = start + timedelta(days=length)
    each = [naively_worked(day, said) for day in walked(start, last)]
    expected = None if None in each else sum(map(bool, each))

    assert working_between(a_day(start), a_day(last), calendar_of(said)) == expected


@given(said=SAID, start=ANY, count=st.integers(1, 300))
def test_a_deadline_ends_on_the_day_that_is_found_by_walking(
    said: dict[date, DayKind], start: date, count: int
):
    calendar, day, left = calendar_of(said), start, count
    unknown = False
    while left and not unknown:
        day += timedelta(days=1)
        worked = naively_worked(day, said)
        unknown = worked is None
        left -= bool(worked)

    if unknown:
        with pytest.raises(CalendarUnknown) as refused:
            after_working_days(a_day(start), count, calendar)
        assert refused.value.facts == {"year": day.year}
    else:
        due = after_working_days(a_day(start), count, calendar)
        assert due == a_day(day)
        assert is_working(due, calendar)
        assert working_between(a_day(start), due, calendar) == count


@given(said=SAID, start=KNOWN, one=st.integers(1, 60), other=st.integers(1, 60))
def test_deadlines_add_up(said: dict[date, DayKind], start: date, one: int, other: int):
    calendar = calendar_of(said)
    try:
        whole = after_working_days(a_day(start), one + other, calendar)
    except CalendarUnknown:
        return

    halfway = after_working_days(a_day(start), one, calendar)

    assert after_working_days(halfway, other, calendar) == whole


# The years that are announced.


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-02-13", 1, "2026-02-23"),  # Tết Bính Ngọ: nine days
        ("2026-04-29", 1, "2026-05-04"),
        ("2026-04-24", 1, "2026-04-28"),  # Giỗ Tổ fell on a Sunday
        ("2026-08-21", 1, "2026-08-22"),  # a Saturday, worked for Monday 31
        ("2026-08-28", 1, "2026-09-03"),
        ("2025-12-31", 1, "2026-01-05"),
        ("2026-01-09", 1, "2026-01-10"),
        ("2025-04-25", 2, "2025-04-28"),
        ("2024-05-03", 1, "2024-05-04"),
    ],
)
def test_the_announced_years_have_their_days_off(start: str, count: int, due: str):
    assert after_working_days(Day(start), count, calendar_from(calendars.known())) == due


def test_a_year_that_nobody_announced_is_said_and_not_guessed():
    calendar = calendar_from(calendars.known())

    assert [year.year for year in calendars.known()] == [2024, 2025, 2026]
    with pytest.raises(CalendarUnknown) as refused:
        after_working_days(Day("2026-12-30"), 2, calendar)
    assert refused.value.facts == {"year": 2027}
    assert working_between(Day("2026-12-30"), Day("2027-01-04"), calendar) is None


def test_what_a_province_adds_holds_against_what_was_announced():
    added = [
        CalendarDay(Day("2026-11-24"), DayKind.OFF, "Ngày Văn hóa Việt Nam"),
        CalendarDay(Day("2026-04-30"), DayKind.USUAL, ""),
        CalendarDay(Day("2026-05-09"), DayKind.WORKED, ""),
    ]
    calendar = calendar_from(calendars.known(), added)

    worked = [is_working(one.day, calendar) for one in added]

    assert worked == [False, True, True]


# The formula.

RECEIPTS = st.builds(
    Receipt,
    id=st.just(ReceiptId("r")),
    document=st.just(DocumentId("d")),
    agency=st.just(AgencyId("a")),
    role=st.just(Role.LEAD),
    state=st.sampled_from(State),
    due=KNOWN.map(a_day) | st.just(Day("")),
    asked=KNOWN.map(a_day) | st.just(Day("")),
    told=KNOWN.map(a_day) | st.just(Day("")),
    telling=KNOWN.map(a_day) | st.just(Day("")),
)


@given(said=SAID, today=KNOWN, receipt=RECEIPTS)
def test_every_line_stands_in_one_way_with_its_last_day(
    said: dict[date, DayKind], today: date, receipt: Receipt
):
    seen = reckoning(a_day(today), calendar_of(said))

    stands, left = timing(receipt, seen), remaining(receipt, seen)

    if not receipt.due or receipt.state in ENDED:
        assert stands in (Timing.NONE, Timing.ON_TIME, Timing.LATE)
        assert left is None
        return
    assert (stands is Timing.OVERDUE) is (date.fromisoformat(receipt.due) < today)
    if stands is Timing.OVERDUE:
        assert left is not None
        assert left <= 0
    elif left is not None and a_day(today)[:4] == receipt.due[:4]:
        assert (stands is Timing.DUE_SOON) is (left <= SOON_WORKING_DAYS)


@given(today=ANY, ahead=st.integers(0, 30))
def test_in_a_year_that_nobody_announced_every_day_counts(today: date, ahead: int):
    due = a_day(today + timedelta(days=ahead))
    receipt = Receipt(
        id=ReceiptId("r"), document=DocumentId("d"), agency=AgencyId("a"), role=Role.LEAD, due=due
    )
    seen = reckoning(a_day(today), Calendar(years=frozenset()))

    assert (timing(receipt, seen) is Timing.DUE_SOON) is (ahead <= SOON_WORKING_DAYS)
    assert remaining(receipt, seen) is (0 if ahead == 0 else None)


@given(said=SAID, today=KNOWN, late=st.integers(-3, 60))
def test_who_is_told_is_told_again_on_a_later_working_day(
    said: dict[date, DayKind], today: date, late: int
):
    seen = reckoning(a_day(today), calendar_of(said))
    due = a_day(today - timedelta(days=late))

    ahead = date.fromisoformat(next_telling(due, seen))

    assert ahead > today
    assert naively_worked(ahead, said) is not False
    if late >= DAILY_DAYS:
        assert ahead >= today + timedelta(days=7)


@given(said=SAID, today=KNOWN, receipt=RECEIPTS)
def test_nobody_is_told_twice_a_day_nor_of_what_is_not_due(
    said: dict[date, DayKind], today: date, receipt: Receipt
):
    seen = reckoning(a_day(today), calendar_of(said))
    told = is_to_be_told(receipt, seen)

    assert not (told and receipt.told >= seen.today)
    assert not (told and timing(receipt, seen) not in (Timing.DUE_SOON, Timing.OVERDUE))


# Asking for another day.


@given(receipt=RECEIPTS, parties=st.frozensets(st.sampled_from(Party)))
def test_an_extension_is_decided_only_while_one_is_asked_for_and_only_by_the_giver(
    receipt: Receipt, parties: frozenset[Party]
):
    open_now = set(allowed(receipt, parties))
    deciding = {Act.GRANT_EXTENSION, Act.REFUSE_EXTENSION} & open_now

    if deciding:
        assert receipt.asked
        assert Party.GIVER in parties
    if Act.ASK_EXTENSION in open_now:
        assert receipt.due
        assert not receipt.asked
        assert Party.HOLDER in parties
    assert all(ACTS[receipt.state, act] is receipt.state for act in deciding)
