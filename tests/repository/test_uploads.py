"""Uploads in memory and on a disk: one contract; then what lies on the disk, and what befalls it."""

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Self

import pytest

from repository.blobs.port import KiB, ReserveReached
from repository.blobs.store import DiskReserve, WritingStopped
from repository.model.ids import Clock, UploadId, time_ordered_ids
from repository.uploads.local import DONE, MAX_REMEMBERED, OPEN, LocalUploads
from repository.uploads.memory import MemoryUploads
from repository.uploads.port import UploadBusy, UploadMissing, Uploads
from repository.uploads.record import CONTENT_AT, PLACE_BYTES, PLACES_AT
from repository.uploads.upload_file import UploadFile
from tests.contracts.uploads import LIMITS, OWNER, Hand, MovableClock, UploadsContract


def local(
    folder: Path, clock: Clock, *, reserve: int = 0, files: type[UploadFile] = UploadFile
) -> LocalUploads:
    def stop(_: object) -> None:
        (folder / "mark").touch()

    return LocalUploads(
        folder / "uploads",
        limits=LIMITS,
        reserve=DiskReserve(folder, reserve, mark=folder / "mark"),
        stop=stop,
        clock=clock,
        new_id=time_ordered_ids(clock, os.urandom),
        files=files,
    )


class TestMemoryUploads(UploadsContract):
    def opened(self, folder: Path, clock: Clock) -> Uploads:
        return MemoryUploads(limits=LIMITS, clock=clock, new_id=time_ordered_ids(clock, os.urandom))


class TestLocalUploads(UploadsContract):
    def opened(self, folder: Path, clock: Clock) -> Uploads:
        return local(folder, clock)


@pytest.fixture
def hand(tmp_path: Path) -> Hand:
    clock = MovableClock()
    return Hand(local(tmp_path, clock), clock)


def files(folder: Path, suffix: str = OPEN) -> list[Path]:
    return sorted((folder / "uploads").glob(f"*/*{suffix}"))


def test_another_process_goes_on_where_the_first_one_ended(tmp_path: Path, hand: Hand):
    begun = hand.begun(6)
    hand.sends(begun.id, 0, b"abc")

    other = Hand(local(tmp_path, hand.clock), hand.clock)

    assert other.uploads.state(OWNER, begun.id).offset == 3
    assert other.sends(begun.id, 3, b"def").complete
    assert hand.content(begun.id) == b"abcdef"


def test_no_name_on_disk_comes_from_outside(tmp_path: Path):
    clock = MovableClock()
    hand = Hand(local(tmp_path, clock), clock)
    hand.begun(1, "../../etc/\0passwd")

    (file,) = files(tmp_path)

    assert {*file.parent.name, *file.stem} <= set("0123456789abcdef")


def test_bytes_behind_the_progress_are_nobodys_and_written_over(tmp_path: Path, hand: Hand):
    begun = hand.begun(6)
    hand.sends(begun.id, 0, b"abc")
    (file,) = files(tmp_path)
    with file.open("ab") as torn:
        torn.write(b"half a chunk of somebody who was killed")

    assert hand.uploads.state(OWNER, begun.id).offset == 3
    hand.sends(begun.id, 3, b"def")

    with hand.uploads.held(OWNER, begun.id) as held:
        assert held.stream().read(6) == b"abcdef"


@pytest.mark.parametrize("place", [0, 1])
def test_a_torn_progress_leaves_the_one_before(tmp_path: Path, hand: Hand, place: int):
    begun = hand.begun(9)
    for offset in range(0, 3 + place * 3, 3):
        hand.sends(begun.id, offset, b"abc")
    whole = hand.uploads.state(OWNER, begun.id).offset
    (file,) = files(tmp_path)
    latest = PLACES_AT + (whole // 3) % 2 * PLACE_BYTES
    with file.open("r+b") as torn:
        torn.seek(latest + 33)
        torn.write(b"\xff")

    assert hand.uploads.state(OWNER, begun.id).offset == whole - 3
    hand.sends(begun.id, whole - 3, b"xyz")


@pytest.mark.parametrize("harm", ["head", "both places", "empty", "short"])
def test_a_file_that_is_no_upload_is_missing_and_swept(tmp_path: Path, hand: Hand, harm: str):
    begun = hand.begun(9)
    (file,) = files(tmp_path)
    whole = bytearray(file.read_bytes())
    if harm == "head":
        whole[60] ^= 1
    if harm == "both places":
        whole[PLACES_AT:] = bytes(len(whole) - PLACES_AT)
    file.write_bytes(whole[: {"empty": 0, "short": 20}.get(harm, len(whole))])

    with pytest.raises(UploadMissing):
        hand.uploads.state(OWNER, begun.id)
    assert hand.uploads.sweep() == (harm != "both places")


def test_an_upload_that_somebody_is_at_work_on_is_not_swept(tmp_path: Path, hand: Hand):
    begun = hand.begun(6, seconds=60)
    with hand.uploads.held(OWNER, begun.id):
        hand.clock.now = hand.clock.now.replace(year=2030)

        assert hand.uploads.sweep() == 0
        assert files(tmp_path)

    assert hand.uploads.sweep() == 1
    assert not files(tmp_path)


def test_an_upload_that_a_sweep_takes_away_while_it_is_made_is_made_again(tmp_path: Path):
    clock = MovableClock()
    sweeping = local(tmp_path, clock)
    swept: list[int] = []

    class SweptOnce(UploadFile):
        @classmethod
        def create(cls, path: Path) -> Self:
            made = super().create(path)
            if not swept:
                swept.append(sweeping.sweep())
            return made

    hand = Hand(local(tmp_path, clock, files=SweptOnce), clock)
    begun = hand.begun(3)

    assert swept == [1]
    assert hand.sends(begun.id, 0, b"abc").complete


def test_who_opened_an_upload_before_it_was_removed_writes_nothing(tmp_path: Path, hand: Hand):
    begun = hand.begun(6)
    other = local(tmp_path, hand.clock)

    with hand.uploads._opened(OWNER, begun.id) as opened:  # type: ignore[attr-defined]
        other.remove(OWNER, begun.id)
        assert opened.hold()

        assert opened.gone


def test_a_committed_upload_keeps_a_few_bytes_only(tmp_path: Path, hand: Hand):
    hand.finishes(bytes(300 * KiB))

    assert not files(tmp_path)
    assert [file.stat().st_size for file in files(tmp_path, DONE)] == [CONTENT_AT]


def test_of_very_many_receipts_the_latest_are_remembered(tmp_path: Path, hand: Hand):
    begun = [hand.finishes(b"") for _ in range(MAX_REMEMBERED + 3)]
    hand.clock.now = hand.clock.now.replace(minute=1)
    hand.uploads.sweep()

    assert len(files(tmp_path, DONE)) == MAX_REMEMBERED
    assert sum(_is_known(hand, upload) for upload in begun) == MAX_REMEMBERED


def _is_known(hand: Hand, upload: UploadId) -> bool:
    try:
        hand.uploads.state(OWNER, upload)
    except UploadMissing:
        return False
    return True


def test_a_full_disk_refuses_beginning_and_chunks_and_tells_the_offset(tmp_path: Path):
    clock = MovableClock()
    roomy = Hand(local(tmp_path, clock), clock)
    begun = roomy.begun(6)
    full = Hand(local(tmp_path, clock, reserve=1 << 60), clock)

    with pytest.raises(ReserveReached):
        full.begun(1)
    with pytest.raises(ReserveReached):
        full.sends(begun.id, 0, b"abc")
    assert full.uploads.state(OWNER, begun.id).offset == 0


def test_an_upload_for_which_there_is_no_room_is_refused_from_the_start(tmp_path: Path):
    clock = MovableClock()
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    hand = Hand(local(tmp_path, clock, reserve=free // 2), clock)

    with pytest.raises(ReserveReached):
        hand.begun(free)


def test_where_the_disk_has_failed_nothing_is_said_of_any_upload(tmp_path: Path, hand: Hand):
    begun = hand.begun(6)
    (tmp_path / "mark").touch()

    for ask in (
        lambda: hand.begun(1),
        lambda: hand.sends(begun.id, 0, b"a"),
        lambda: hand.uploads.state(OWNER, begun.id),
        lambda: hand.uploads.remove(OWNER, begun.id),
    ):
        with pytest.raises(WritingStopped):
            ask()


def test_a_killed_process_lets_go_of_its_upload(tmp_path: Path, hand: Hand):
    begun = hand.begun(6)
    (file,) = files(tmp_path)
    program = (
        "import fcntl, sys\n"
        f"file = open({str(file)!r}, 'r+b')\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(UploadBusy):
            hand.sends(begun.id, 0, b"abc")
        other.send_signal(signal.SIGKILL)
        other.wait()

    assert hand.sends(begun.id, 0, b"abc").offset == 3


def test_the_store_opens_with_its_uploads_beside_everything_else(tmp_path: Path):
    from repository.format import Layout, create_store
    from repository.holdings import Holdings
    from tests.repository.stores import SMALL

    root = create_store(tmp_path / "store", store=uuid.UUID(int=1)).root
    with Holdings.open_alone(root, SMALL, rules={}) as holdings:
        clock = MovableClock()
        clock.now = clock.now.replace(year=2100)
        begun = Hand(holdings.uploads, clock).begun(3)
    with Holdings.open_alone(root, SMALL, rules={}) as holdings:
        assert holdings.uploads.state(OWNER, begun.id) == begun
    assert list(Layout(root).uploads.glob("*/*" + OPEN))
