"""A fault or the end at every storage call of an upload: what was acknowledged is never sent again."""

import io
import os
import random
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from repository.blobs.address import digest_of
from repository.blobs.pack_io import MediumFull
from repository.blobs.store import DiskReserve
from repository.errors import Kind, Trouble
from repository.format import Layout
from repository.holdings import Holdings
from repository.keeper import KeeperStopped
from repository.keeping import stopper
from repository.model.ids import BlobId, UploadId, system_clock, time_ordered_ids
from repository.uploads.local import LocalUploads
from repository.uploads.port import Announced, Chunk, UploadLimits
from tests.crash.clerk import a_paper, opened
from tests.crash.conftest import Harmed
from tests.crash.faults import ENDINGS, ERRORS, Ended, Fault, Plan
from tests.crash.upload_faults import Platter, faulty_files

Fresh = Callable[[], Harmed]
OWNER = "token:1"
CHUNK_BYTES = 2000
FILES = [a_paper(seed, 2 * CHUNK_BYTES + seed) for seed in (1000, 1001)]
FOR_EVER = 1 << 60


class Sender:
    """Sends files in chunks; what was answered stands in `told`, as it does with a client."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.uploads = holdings.uploads
        self.told: dict[int, tuple[UploadId, int]] = {}
        """The number of the file: its upload, and the offset that was acknowledged."""
        self.committed: set[int] = set()

    def sends_all(self) -> None:
        for number, content in enumerate(FILES):
            if number not in self.told:
                begun = self.uploads.begin(OWNER, Announced(length=len(content), expires=FOR_EVER))
                self.told[number] = (begun.id, 0)
            self.goes_on(number, content)

    def goes_on(self, number: int, content: bytes) -> None:
        upload, _ = self.told[number]
        offset = self.uploads.state(OWNER, upload).offset
        while offset < len(content):
            piece = content[offset : offset + CHUNK_BYTES]
            chunk = Chunk(offset, len(piece), io.BytesIO(piece))
            offset = self.uploads.append(OWNER, upload, chunk).offset
            self.told[number] = (upload, offset)
        with self.uploads.held(OWNER, upload) as held:
            if held.state.receipt is None:
                held.finish(
                    self.holdings.blobs.put(
                        held.stream(), expected=BlobId(digest_of(content)), size=len(content)
                    )
                )
        self.committed.add(number)

    def taken_over_by(self, holdings: Holdings) -> "Sender":
        """The same client before the store opened again."""
        after = Sender(holdings)
        after.told, after.committed = self.told, self.committed
        return after

    def is_kept_to_what_it_was_told(self) -> None:
        for number, (upload, offset) in self.told.items():
            state = self.uploads.state(OWNER, upload)
            assert state.offset >= offset, "an acknowledged byte has to be sent again"
            assert (state.receipt is not None) or number not in self.committed
            if state.receipt is None:
                self._holds_what_came(number, state.offset)
        for number in self.committed:
            assert self.holdings.blobs.read(BlobId(digest_of(FILES[number]))) == FILES[number]

    def _holds_what_came(self, number: int, offset: int) -> None:
        with self.uploads.held(OWNER, self.told[number][0]) as held:
            assert held.stream().read(offset) == FILES[number][:offset]


def uploads_of(root: Path, plan: Plan, platter: Platter) -> LocalUploads:
    """The uploads of a store on storage that follows *plan*."""
    layout = Layout(root)
    return LocalUploads(
        layout.uploads,
        limits=UploadLimits(8, 1 << 30),
        reserve=DiskReserve(root, 0, mark=layout.read_only),
        stop=stopper(layout),
        clock=system_clock,
        new_id=time_ordered_ids(system_clock, os.urandom),
        files=faulty_files(plan, platter),
    )


@contextmanager
def sending(store: Harmed, plan: Plan, platter: Platter | None = None) -> Generator[Sender]:
    """A sender before a store whose uploads alone follow *plan*."""
    holdings = opened(store.root)
    holdings.uploads = uploads_of(store.root, plan, platter or Platter())
    try:
        yield Sender(holdings)
    finally:
        with suppress(Trouble):  # a store that was stopped cannot close its pack
            holdings.close()


def calls_of(store: Harmed) -> list[str]:
    plan = Plan()
    with sending(store, plan) as sender:
        sender.sends_all()
    return plan.calls


@contextmanager
def told_where(plan: Plan, at: int) -> Generator[None]:
    try:
        yield
    except BaseException as failed:
        failed.add_note(f"{plan.fault.name} at call {at}: {plan.calls[at - 1 : at]}")
        raise


def comes_back_whole(store: Harmed, before: Sender) -> None:
    """After the doctor came, on sound storage, all that was told holds and the rest follows."""
    Layout(store.root).read_only.unlink(missing_ok=True)
    with opened(store.root) as holdings:
        after = before.taken_over_by(holdings)
        after.is_kept_to_what_it_was_told()
        after.sends_all()
        after.is_kept_to_what_it_was_told()
        assert after.committed == set(range(len(FILES)))


@pytest.mark.parametrize("fault", ERRORS)
def test_after_an_error_at_any_call_nothing_acknowledged_is_sent_again(
    a_store: Fresh, fault: Fault
):
    for at in range(1, len(calls_of(a_store())) + 1):
        store, plan = a_store(), Plan(at, fault)
        with told_where(plan, at):
            with sending(store, plan) as sender, suppress(Trouble):
                sender.sends_all()
            comes_back_whole(store, sender)


@pytest.mark.parametrize("fault", ENDINGS)
def test_after_the_end_at_any_call_nothing_acknowledged_is_sent_again(a_store: Fresh, fault: Fault):
    for at in range(1, len(calls_of(a_store())) + 1):
        store, plan = a_store(), Plan(at, fault)
        with told_where(plan, at):
            with sending(store, plan) as sender, suppress(Ended):
                sender.sends_all()
            comes_back_whole(store, sender)


@pytest.mark.parametrize("fault", ENDINGS)
@pytest.mark.parametrize("seed", range(3))
def test_after_a_power_cut_at_any_call_nothing_acknowledged_is_sent_again(
    a_store: Fresh, fault: Fault, seed: int
):
    for at in range(1, len(calls_of(a_store())) + 1):
        store, plan, platter = a_store(), Plan(at, fault), Platter()
        with told_where(plan, at):
            with sending(store, plan, platter) as sender, suppress(Ended):
                sender.sends_all()
            platter.lose_power(random.Random(seed * 1000 + at))
            comes_back_whole(store, sender)


@pytest.mark.parametrize("fault", ENDINGS)
def test_an_offset_that_another_process_tells_outlives_a_power_cut(a_store: Fresh, fault: Fault):
    for at in range(1, len(calls_of(a_store())) + 1):
        store, plan, platter = a_store(), Plan(at, fault), Platter()
        with told_where(plan, at):
            with sending(store, plan, platter) as sender, suppress(Ended):
                sender.sends_all()
            successor = uploads_of(store.root, Plan(), platter)
            for number, (upload, _) in sender.told.items():
                sender.told[number] = (upload, successor.state(OWNER, upload).offset)
            platter.lose_power(random.Random(at))
            comes_back_whole(store, sender)


def test_a_full_disk_takes_the_rest_when_there_is_room_again(a_store: Fresh):
    for at in range(1, len(calls_of(a_store())) + 1):
        store, plan = a_store(), Plan(at, Fault.FULL)
        with told_where(plan, at), sending(store, plan) as sender:
            try:
                sender.sends_all()
            except MediumFull as full:
                assert full.kind is Kind.EXHAUSTED  # noqa: PT017 - it need not be raised
            sender.is_kept_to_what_it_was_told()
            plan.make_room()
            sender.sends_all()
            sender.is_kept_to_what_it_was_told()


def test_after_a_failed_sync_of_a_chunk_nobody_writes_until_the_doctor_came(a_store: Fresh):
    calls = calls_of(a_store())
    for at in (n for n, call in enumerate(calls, 1) if call.startswith("sync")):
        store, plan = a_store(), Plan(at, Fault.EIO)
        with told_where(plan, at):
            with sending(store, plan) as sender:
                with pytest.raises(Trouble) as failed:
                    sender.sends_all()
                assert failed.value.kind is Kind.UNAVAILABLE
                before = list(plan.calls)
                with pytest.raises(Trouble) as refused:
                    sender.sends_all()
                assert refused.value.kind is Kind.UNAVAILABLE
                assert plan.calls == before, "it was tried again"
                nobody_writes(store, sender)
            with pytest.raises(KeeperStopped):
                opened(store.root)
            comes_back_whole(store, sender)


def nobody_writes(store: Harmed, sender: Sender) -> None:
    """Neither a blob, nor another process's uploads."""
    with pytest.raises(Trouble) as refused:
        sender.holdings.blobs.put(io.BytesIO(b"another"))
    assert refused.value.kind is Kind.UNAVAILABLE
    other = uploads_of(store.root, Plan(), Platter())
    with pytest.raises(Trouble) as refused:
        other.begin(OWNER, Announced(length=1, expires=FOR_EVER))
    assert refused.value.kind is Kind.UNAVAILABLE
