"""Epochs and leases: of two lives of one node, at most one gives numbers."""

import io
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec import structs

from repository.blobs.store_node import LogTold
from repository.catalogue.nodes import term_of
from repository.format import Layout, create_store
from repository.holdings import Holdings
from repository.keeper import Command, OutcomeUnknown
from repository.log.event_log import LogTaken
from repository.model import events as e
from repository.model.ids import AgencyCode, AgencyId, show_blob
from repository.model.nodes import (
    LEASE_MARGIN,
    LeaseLapsed,
    LogBehind,
    NodeName,
    NodeSuperseded,
)
from repository.model.terms import EpochAdrift, StoreNodeReplaced
from repository.nodes.lease import Lease, Phase
from repository.nodes.memory_store_node import MemoryStoreNode, SharedMemory
from repository.nodes.office import Office
from repository.upkeep.resend import resend
from tests.repository.stores import SMALL

NAME = NodeName("xa-1")
LEASE = 10.0


class Stopwatch:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_life(shared: SharedMemory, stopwatch: Stopwatch, instance: str = "a" * 32) -> Lease:
    node = MemoryStoreNode(NAME, shared)
    return Lease(node, NAME, instance=instance, seconds=LEASE, stopwatch=stopwatch)


def begun(lease: Lease, size: int = 0) -> Lease:
    """*lease*, taken and begun in this thread."""
    while lease.phase is not Phase.DUE:
        lease._step()
    lease.begin(lambda: LogTold(size, b"\0" * 32))
    return lease


def test_before_it_has_begun_nothing_may_be_decided():
    with pytest.raises(LeaseLapsed):
        a_life(SharedMemory(), Stopwatch()).require()


def test_unheard_of_for_longer_than_its_lease_it_decides_nothing_until_it_is_renewed():
    shared, stopwatch = SharedMemory(), Stopwatch()
    lease = begun(a_life(shared, stopwatch))
    stopwatch.now += LEASE - 0.1
    lease.require()
    stopwatch.now += 0.1

    with pytest.raises(LeaseLapsed):
        lease.require()
    with pytest.raises(OutcomeUnknown):
        lease.confirm()
    lease._renew()
    lease.require()


def test_a_lease_counts_from_when_the_renewal_was_sent_not_answered():
    stopwatch = Stopwatch()

    def slowly() -> None:
        stopwatch.now += 4

    node = MemoryStoreNode(NAME, SharedMemory(), upon=slowly)
    lease = begun(Lease(node, NAME, instance="a" * 32, seconds=LEASE, stopwatch=stopwatch))
    stopwatch.now += LEASE - 4

    with pytest.raises(LeaseLapsed):
        lease.require()


def test_once_replaced_it_never_decides_again():
    shared, stopwatch = SharedMemory(), Stopwatch()
    lease = begun(a_life(shared, stopwatch))
    MemoryStoreNode(NAME, shared).take_epoch("b" * 32, LEASE)

    with pytest.raises(NodeSuperseded) as refused:
        lease._renew()
    lease._lose(refused.value)

    for ask in (lease.require, lease.confirm):
        with pytest.raises(NodeSuperseded):
            ask()


def test_a_copy_with_an_older_log_never_begins():
    shared, stopwatch = SharedMemory(), Stopwatch()
    begun(a_life(shared, stopwatch), size=9).close()
    copy = a_life(shared, stopwatch, "b" * 32)

    with pytest.raises(LogBehind):
        begun(copy, size=8)
    with pytest.raises(LogBehind):
        copy.require()


# With a store.


class OpenAgency(Command[int], frozen=True, kw_only=True, tag="open-agency-for-leases"):
    """Something that leaves an event; the answer is its place in the log."""

    code: str


def rules_with(upon: Callable[[], None]) -> dict[type[Command[int]], Callable[..., int]]:
    def decide(change: object, command: OpenAgency) -> int:
        upon()
        body = e.AgencyOpened(AgencyId(command.code), AgencyCode(command.code), "Xã")
        return change.record(body)  # type: ignore[attr-defined]

    return {OpenAgency: decide}


def an_office(shared: SharedMemory, seconds: float = 0.2) -> Office:
    return Office(
        name=NAME,
        connect=lambda: MemoryStoreNode(NAME, shared),
        cache_bytes=0,
        lease_seconds=seconds,
    )


def opened(
    folder: Path,
    shared: SharedMemory,
    upon: Callable[[], None] = lambda: None,
    seconds: float = 0.2,
) -> Holdings:
    if not folder.exists():
        create_store(folder, store=uuid.UUID(int=7), office=NAME)
    return Holdings.open_alone(
        folder, SMALL, rules=rules_with(upon), office=an_office(shared, seconds)
    )


def told(holdings: Holdings, code: str) -> int:
    from repository.landing import NODE

    return holdings.keeper.submit(OpenAgency(caller=NODE, code=code))


def names(holdings: Holdings) -> list[str]:
    bodies = (read.event.body for read in holdings.events(0))
    return [
        body.code if isinstance(body, e.AgencyOpened) else f"epoch {getattr(body, 'epoch', '?')}"
        for body in bodies
    ]


def beside(folder: Path, other: Path) -> Path:
    """A second machine's folder: the log is shared, the catalogue its own."""
    layout = Layout(create_store(folder, store=uuid.UUID(int=7), office=NAME).root)
    layout.log.rmdir()
    layout.log.symlink_to(Layout(other).log)
    return folder


def test_each_life_begins_its_epoch_in_the_log(tmp_path: Path):
    shared = SharedMemory()
    for code in ("H20.14", "H20.15"):
        with opened(tmp_path / "a", shared) as holdings:
            told(holdings, code)
            written = names(holdings)

    assert written == ["epoch 1", "H20.14", "epoch 2", "H20.15"]


def test_what_was_decided_while_somebody_took_over_is_not_acknowledged(tmp_path: Path):
    shared = SharedMemory()
    taken_over: list[Holdings] = []

    def takes_over() -> None:
        # This life stands still in the middle of a decision, for as long as a successor needs.
        if not taken_over:
            successor = beside(tmp_path / "b", tmp_path / "a")
            taken_over.append(opened(successor, shared))
            assert told(taken_over[0], "H20.15") == 5

    with opened(tmp_path / "a", shared) as before:
        told(before, "H20.13")
    with opened(tmp_path / "a", shared, takes_over) as stopped:
        with pytest.raises((OutcomeUnknown, NodeSuperseded, LogTaken)):
            told(stopped, "H20.14")
        with pytest.raises((LeaseLapsed, NodeSuperseded)):
            told(stopped, "H20.16")

    with taken_over[0] as successor:
        assert told(successor, "H20.17") == 6
    with opened(tmp_path / "b", shared) as reopened:
        assert [name for name in names(reopened) if name[0] == "H"] == [
            "H20.13",
            "H20.15",
            "H20.17",
        ]


# The store node was promoted or restored meanwhile.


def test_a_lease_that_still_runs_goes_on_in_a_new_term_without_a_wait():
    shared, stopwatch = SharedMemory(), Stopwatch()
    lease = begun(a_life(shared, stopwatch))
    shared.promote()
    with pytest.raises(EpochAdrift):
        lease._renew()
    lease.take_another()

    begun(lease)

    lease.require()
    assert (lease.epoch, lease.term, stopwatch.now) == (2, shared.term, 100.0)


def test_one_that_has_lapsed_waits_for_whoever_may_have_replaced_it_unheard():
    shared, stopwatch = SharedMemory(), Stopwatch()
    lease = begun(a_life(shared, stopwatch))
    shared.promote()
    stopwatch.now += LEASE
    lease.take_another()
    waited: list[float] = []

    def waits(seconds: float) -> None:
        waited.append(seconds)

    lease._wait = waits

    begun(lease)

    assert waited == [LEASE * LEASE_MARGIN]


def test_whoever_was_replaced_unheard_of_does_not_go_on_where_its_successor_began():
    shared, stopwatch = SharedMemory(), Stopwatch()
    reached = 0
    former = Lease(
        MemoryStoreNode(NAME, shared),
        NAME,
        instance="a" * 32,
        seconds=LEASE,
        stopwatch=stopwatch,
        reached=lambda: reached,
    )
    begun(former)
    successor = begun_after(a_life(shared, stopwatch, "b" * 32))
    reached = successor.epoch
    node = shared.nodes[NAME]
    shared.promote()
    shared.nodes[NAME] = structs.replace(node, epoch=1, instance="a" * 32, adrift=True)
    stopwatch.now += LEASE
    former.take_another()
    former._wait = not_at_all

    begun(former)

    assert former.epoch > successor.epoch
    with pytest.raises(NodeSuperseded):
        successor._renew()


def not_at_all(seconds: float) -> None:
    """Wait in no time."""
    del seconds


def begun_after(lease: Lease) -> Lease:
    lease._wait = not_at_all
    return begun(lease)


def test_a_restored_store_node_brings_itself_up_to_its_offices(tmp_path: Path):
    shared = SharedMemory()
    for code in ("H20.14", "H20.15", "H20.16"):
        with opened(tmp_path / "a", shared) as holdings:
            told(holdings, code)
    shared.nodes[NAME] = structs.replace(shared.nodes[NAME], epoch=1)
    shared.logs.clear()

    with opened(tmp_path / "a", shared) as holdings:
        told(holdings, "H20.17")
        assert holdings.blobs.put(io.BytesIO(b"brought after it")).size == 16
        written = names(holdings)

    assert written[-2:] == ["epoch 4", "H20.17"]


def test_a_running_office_takes_up_a_new_term_by_itself_and_shows_it(tmp_path: Path):
    shared = SharedMemory()
    with opened(tmp_path / "a", shared) as holdings:
        told(holdings, "H20.14")
        kept = holdings.blobs.put(io.BytesIO(b"kept")).id
        former = shared.term
        shared.promote(kept)
        told_patiently(holdings, "H20.15")

        resent = resend(holdings)
        assert resent is not None
        assert (resent.sent, resent.missing) == (0, (show_blob(kept),))
        assert resend(holdings) is None
        shared.term = former
        with pytest.raises(StoreNodeReplaced):
            holdings.blobs.put(io.BytesIO(b"to the wrong one"))
        assert (kept, NAME) not in shared.custody


def told_patiently(holdings: Holdings, code: str) -> None:
    pause = threading.Event()
    for _ in range(1200):
        with suppress(LeaseLapsed, OutcomeUnknown, EpochAdrift):
            told(holdings, code)
            with holdings.reading() as now:
                if term_of(now).number:
                    return
        pause.wait(0.05)
    raise AssertionError("no new term was begun")
