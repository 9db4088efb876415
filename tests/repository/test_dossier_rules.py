"""The tables of dossiers lead nowhere they should not; days of retention are never too early."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.model.days import UNBOUNDED, Day
from repository.model.dossiers import (
    DOSSIER_ACTS,
    DOSSIER_TURNS,
    DOSSIER_WHO,
    NEEDS_REASON,
    Dossier,
    DossierAct,
    DossierActNotOpen,
    DossierParty,
    DossierState,
    after,
    allowed,
)
from repository.model.hand_overs import HAND_OVER_ACTS, HAND_OVER_WHO, HandOverAct
from repository.model.ids import AgencyId, DossierId
from repository.model.retention import (
    MAX_YEARS,
    PERMANENT,
    Form,
    Retention,
    Trigger,
    answer_by,
    archive_code,
    due_when_closed,
    hand_over_by,
    is_handed_over,
    keep_until,
    rules,
)

DAYS = st.dates(date(1976, 1, 1), date(2300, 12, 31)).map(lambda one: Day(one.isoformat()))
RETENTIONS = st.builds(
    Retention, st.sampled_from(Trigger), st.one_of(st.none(), st.integers(1, MAX_YEARS))
)


def a_dossier(state: DossierState) -> Dossier:
    return Dossier(id=DossierId("d"), agency=AgencyId("a"), year=2026, symbol="01", state=state)


# The tables.


@given(
    state=st.sampled_from(DossierState),
    act=st.sampled_from(DossierAct),
    parties=st.frozensets(st.sampled_from(DossierParty)),
)
def test_what_is_not_in_the_table_or_not_ones_own_is_refused(
    state: DossierState, act: DossierAct, parties: frozenset[DossierParty]
):
    dossier = a_dossier(state)
    may = (state, act) in DOSSIER_ACTS and bool(DOSSIER_WHO[act] & parties)

    assert (act in allowed(dossier, parties)) is may
    if may:
        assert after(dossier, act, parties) is DOSSIER_ACTS[state, act]
    else:
        with pytest.raises(DossierActNotOpen):
            after(dossier, act, parties)


def test_every_act_is_somebodys_and_open_somewhere():
    assert set(DOSSIER_WHO) == {act for _, act in DOSSIER_ACTS} == set(DossierAct)
    assert all(DOSSIER_WHO.values())
    assert set(HAND_OVER_WHO) == {act for _, act in HAND_OVER_ACTS} == set(HandOverAct)


def test_every_state_is_reached_and_only_a_cancelled_dossier_is_at_its_end():
    steps = [(one, two) for (one, _), two in (*DOSSIER_ACTS.items(), *DOSSIER_TURNS.items())]
    reached = {DossierState.OPEN, *(two for _, two in steps)}

    assert reached == set(DossierState)
    assert set(DossierState) - {one for one, _ in steps} == {DossierState.CANCELLED}


def test_what_goes_back_needs_a_reason():
    order = (
        DossierState.OPEN,
        DossierState.CLOSED,
        DossierState.OFFERED,
        DossierState.ARCHIVED,
    )
    back = {
        act
        for (one, act), two in DOSSIER_ACTS.items()
        if one in order and two in order and order.index(two) < order.index(one)
    }

    assert back <= NEEDS_REASON
    assert {DossierAct.CANCEL, DossierAct.CORRECT} <= NEEDS_REASON


# Retention.


@given(retention=RETENTIONS, day=DAYS)
def test_nothing_is_disposed_of_before_its_years_are_over(retention: Retention, day: Day):
    until = keep_until(retention, day)

    if retention.years is None:
        assert until == UNBOUNDED
        return
    first = f"{int(day[:4]) + retention.years:04d}{day[4:]}"
    assert until > first
    assert until[4:] == "-01-01"
    assert int(until[:4]) == int(day[:4]) + retention.years + 1


@given(retention=RETENTIONS)
def test_what_is_counted_from_a_day_not_known_is_kept(retention: Retention):
    assert keep_until(retention, UNBOUNDED) == UNBOUNDED


@given(years=st.integers(1, MAX_YEARS - 1), day=DAYS)
def test_a_longer_retention_never_ends_earlier(years: int, day: Day):
    shorter, longer = (Retention(Trigger.EXPIRY, count) for count in (years, years + 1))

    assert keep_until(shorter, day) < keep_until(longer, day)


@given(day=DAYS, form=st.sampled_from(Form), retention=RETENTIONS)
def test_a_closed_dossier_is_due_for_the_archive_or_for_disposal(
    day: Day, form: Form, retention: Retention
):
    due = due_when_closed(retention, form, ended=day, until=keep_until(retention, day))

    if is_handed_over(retention, day):
        assert day < due == hand_over_by(form, day)
        assert date.fromisoformat(due).toordinal() - date.fromisoformat(day).toordinal() <= 366
    else:
        assert due == keep_until(retention, day)


@pytest.mark.parametrize(
    ("form", "ended", "due"),
    [
        (Form.ELECTRONIC, "2025-06-30", "2026-06-30"),
        (Form.ELECTRONIC, "2025-07-01", "2025-08-30"),
        (Form.MIXED, "2025-07-01", "2026-07-01"),
        (Form.PAPER, "2028-02-29", "2029-03-01"),
    ],
)
def test_the_rule_of_the_day_on_which_the_work_ended_counts(form: Form, ended: Day, due: str):
    assert hand_over_by(form, ended) == due


def test_permanent_is_handed_over_and_little_is_not():
    assert is_handed_over(PERMANENT, Day("2026-01-01"))
    assert is_handed_over(Retention(Trigger.WORK_ENDED, 5), Day("2026-01-01"))
    assert not is_handed_over(Retention(Trigger.WORK_ENDED, 4), Day("2026-01-01"))
    assert answer_by(Day("2026-03-02")) == "2026-05-01"


@pytest.mark.parametrize(
    ("years", "code"), [(None, "01"), (70, "02"), (20, "05"), (10, "06"), (5, "07"), (15, "07")]
)
def test_the_archive_has_codes_for_some_retentions(years: int | None, code: str):
    assert archive_code(Retention(Trigger.WORK_ENDED, years), Day("2026-03-02")) == code


def test_rules_are_read_with_their_first_days_in_order():
    for rows in (rules().floors, rules().hand_over, rules().answers, rules().codes):
        days = [row.since for row in rows]
        assert days == sorted(set(days))
