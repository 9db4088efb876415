"""A fault at every storage call: create, append, sync, publish, remove, commit."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import pytest

from repository.blobs.pack_io import MediumFull
from repository.errors import Kind, Trouble
from repository.format import Layout
from repository.holdings import Holdings
from repository.keeper import KeeperStopped
from tests.crash.clerk import Clerk, opened
from tests.crash.conftest import Harmed
from tests.crash.faults import ENDINGS, ERRORS, Ended, Fault, Plan
from tests.crash.invariants import invariants, what_is_readable
from tests.crash.processes import FINISHED, end_at
from tests.crash.scenarios import SCENARIOS

Fresh = Callable[[], Harmed]
by_scenario = pytest.mark.parametrize("scenario", SCENARIOS)


def calls_of(store: Harmed, scenario: str, *, closing: bool = True) -> list[str]:
    """The calls when nothing goes wrong; without *closing*, those that the clerk waits for."""
    plan = Plan()
    with opened(store.root, plan) as holdings:
        SCENARIOS[scenario](Clerk(holdings, store.acks))
        waited_for = list(plan.calls)
    return plan.calls if closing else waited_for


@contextmanager
def told_where(plan: Plan, at: int) -> Generator[None]:
    """Let whatever fails name the call."""
    try:
        yield
    except BaseException as failed:
        failed.add_note(f"{plan.fault.name} at call {at}: {plan.calls[at - 1 : at]}")
        raise


def let_go(holdings: Holdings) -> None:
    """Close what may have failed."""
    with suppress(Trouble, Ended):
        holdings.close()


def doctored(store: Harmed) -> Holdings:
    """Opened again, on sound storage, after `vankho doctor` took the mark away."""
    Layout(store.root).read_only.unlink(missing_ok=True)
    return opened(store.root)


def comes_back_whole(store: Harmed, scenario: str) -> None:
    """All that was promised is there, and the interrupted work can be done again."""
    with doctored(store) as holdings:
        invariants(holdings, store.told())
        SCENARIOS[scenario](Clerk(holdings, store.acks))
    with opened(store.root) as holdings:
        invariants(holdings, store.told())


@by_scenario
@pytest.mark.parametrize("fault", ERRORS)
def test_after_an_error_at_any_call_nothing_acknowledged_is_missing(
    a_store: Fresh, scenario: str, fault: Fault
):
    for at in range(1, len(calls_of(a_store(), scenario)) + 1):
        store, plan = a_store(), Plan(at, fault)
        with told_where(plan, at):
            with suppress(Trouble):
                holdings = opened(store.root, plan)
                try:
                    SCENARIOS[scenario](Clerk(holdings, store.acks))
                finally:
                    let_go(holdings)
            comes_back_whole(store, scenario)


@by_scenario
@pytest.mark.parametrize("fault", ENDINGS)
def test_after_the_process_ends_at_any_call_nothing_acknowledged_is_missing(
    a_store: Fresh, scenario: str, fault: Fault
):
    at, ended = 0, -1
    while ended != FINISHED:
        at, store = at + 1, a_store()
        ended = end_at(store.root, store.acks.path, scenario, at, fault)
        with told_where(Plan(at, fault), at):
            comes_back_whole(store, scenario)
    assert at > 2


@by_scenario
def test_a_full_disk_still_reads_and_takes_all_when_there_is_room_again(
    a_store: Fresh, scenario: str
):
    for at in range(1, len(calls_of(a_store(), scenario)) + 1):
        store, plan = a_store(), Plan(at, Fault.FULL)
        with told_where(plan, at), opened(store.root, plan) as holdings:
            clerk = Clerk(holdings, store.acks)
            try:
                SCENARIOS[scenario](clerk)
            except MediumFull as full:
                assert full.kind is Kind.EXHAUSTED  # noqa: PT017 - it need not be raised
            what_is_readable(holdings, store.told())
            plan.make_room()
            SCENARIOS[scenario](clerk)
            invariants(holdings, store.told())
        comes_back_whole(store, scenario)


@by_scenario
def test_after_a_failed_sync_or_commit_nothing_is_written_until_the_doctor_came(
    a_store: Fresh, scenario: str
):
    calls = calls_of(a_store(), scenario, closing=False)
    for at in (n for n, call in enumerate(calls, 1) if call.startswith(("sync", "commit"))):
        store, plan = a_store(), Plan(at, Fault.EIO)
        with told_where(plan, at):
            holdings = opened(store.root, plan)
            try:
                with pytest.raises(Trouble):
                    SCENARIOS[scenario](Clerk(holdings, store.acks))
                before = len(plan.calls)
                for _ in range(2):
                    with pytest.raises(Trouble) as refused:
                        Clerk(holdings, store.acks).registers("too-late", b"%PDF-1.7 too late")
                    assert refused.value.kind is Kind.UNAVAILABLE
                assert not [call for call in plan.calls[before:] if call.startswith("sync")]
            finally:
                let_go(holdings)
            with pytest.raises(KeeperStopped):
                opened(store.root)
            comes_back_whole(store, scenario)
