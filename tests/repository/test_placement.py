"""Media of packs: the contract over each, and what placement does with them."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from repository.blobs import local_pack_io
from repository.blobs.fs_pack_io import FsPackIO
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack import PackBroken
from repository.blobs.pack_io import (
    Buffer,
    MediumFull,
    NotDurable,
    PackFile,
    PackIO,
    WriteFailed,
    require_durable,
)
from repository.blobs.placement import (
    COPYING,
    CopyDiffers,
    MediumUnreachable,
    copy_sealed,
    open_medium,
)
from repository.format import create_store
from repository.holdings import Holdings
from repository.log.event_log import EventLog
from tests.contracts.pack_io import PackIOContract, with_content
from tests.repository.stores import SMALL, a_store, stored


class TestLocalPackIO(PackIOContract):
    durable = True
    holes = True

    def opened(self, place: Path) -> PackIO:
        return LocalPackIO(place)


class TestFsPackIOInMemory(PackIOContract):
    durable = False
    holes = False

    def opened(self, place: Path) -> PackIO:
        return open_medium("mem://")


class TestFsPackIOOnAFolder(PackIOContract):
    durable = False
    holes = False

    def opened(self, place: Path) -> PackIO:
        local = open_medium(f"osfs://{place}")
        local.close()
        from fs.osfs import OSFS

        return FsPackIO(OSFS(str(place)))


@pytest.mark.parametrize("able", [True, False])
def test_erased_bytes_are_gone_whether_or_not_their_room_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, able: bool
):
    if not able:
        monkeypatch.setattr(local_pack_io, "punched", lambda *_: False)
    medium = LocalPackIO(tmp_path)
    with_content(medium, "pack", b"x" * 1_000_000)
    before = (tmp_path / "pack").stat().st_blocks

    medium.erase("pack", 10, 999_000)

    assert set(medium.pread("pack", 10, 999_000)) == {0}
    assert medium.pread("pack", 0, 10) == b"x" * 10
    after = (tmp_path / "pack").stat().st_blocks
    assert after < before // 2 if able else after == before


def test_a_reader_lets_go_of_files_that_somebody_removed(tmp_path: Path):
    reader, keeper = LocalPackIO(tmp_path), LocalPackIO(tmp_path)
    with_content(keeper, "old", b"1")
    assert reader.pread("old", 0, 1) == b"1"
    keeper.remove("old")

    with_content(keeper, "new", b"2")
    assert reader.pread("new", 0, 1) == b"2"

    with pytest.raises(FileNotFoundError):
        reader.pread("old", 0, 1)


def test_a_folder_of_this_machine_is_local_whatever_its_url(tmp_path: Path):
    for url in (str(tmp_path / "plain"), f"osfs://{tmp_path}/osfs", f"file://{tmp_path}/file"):
        medium = open_medium(url)
        assert isinstance(medium, LocalPackIO)
        with_content(medium, "file", b"here")

    found = sorted(path.parent.name for path in tmp_path.rglob("file") if path.is_file())
    assert found == ["file", "osfs", "plain"]


def test_a_zip_written_as_a_medium_is_read_as_one(tmp_path: Path):
    written = open_medium(f"zip://{tmp_path}/kho.zip")
    copy_sealed(a_medium_with("a.log", b"nh\xe1\xba\xadt k\xc3\xbd" * 100), "a.log", written)
    written.close()

    from fs.zipfs import ZipFS

    with closing(FsPackIO(ZipFS(str(tmp_path / "kho.zip")))) as read:
        assert read.names() == ["a.log"]
        assert read.pread("a.log", 3, 4) == (b"nh\xe1\xba\xadt k\xc3\xbd" * 100)[3:7]
        with pytest.raises(WriteFailed):
            read.create("b.log")


@pytest.mark.parametrize("url", ["nowhere://secret@host/x", "osfs:///proc/secret"])
def test_a_medium_that_cannot_be_opened_is_said_without_its_password(url: str):
    with pytest.raises(MediumUnreachable) as refused:
        open_medium(url)

    assert "secret" not in refused.value.sentence + refused.value.sentence_vi


def test_the_store_keeps_no_open_packs_where_nothing_can_be_synced(tmp_path: Path):
    root = create_store(tmp_path / "store", store=uuid.UUID(int=1)).root

    with pytest.raises(NotDurable):
        Holdings.open_alone(root, SMALL, rules={}, folders=lambda _: open_medium("mem://"))
    with pytest.raises(NotDurable):
        require_durable(open_medium("mem://"))
    with pytest.raises(NotDurable):
        EventLog(open_medium("mem://"), uuid.UUID(int=1))


def test_a_failed_append_leaves_the_file_as_it_was():
    from fs.memoryfs import MemoryFS

    medium = FsPackIO(MemoryFS())
    file = medium.create("file")
    file.append([b"kept"])

    with pytest.raises(TypeError):
        file.append([b"half", "no bytes"])  # type: ignore[list-item]
    assert medium.pread("file", 0, 100) == b"kept"
    file.append([b"!"])

    assert medium.pread("file", 0, 100) == b"kept!"


def test_a_full_medium_is_said_to_be_full():
    from fs.errors import InsufficientStorage
    from fs.memoryfs import MemoryFS

    class FullFS(MemoryFS):
        def openbin(self, path: str, mode: str = "r", buffering: int = -1, **options: Any) -> Any:
            if "x" in mode:
                raise InsufficientStorage(path)
            return super().openbin(path, mode, buffering, **options)

    with pytest.raises(MediumFull):
        FsPackIO(FullFS()).create("file")


# Copies.


def test_a_sealed_pack_is_copied_whole_and_copying_again_changes_nothing(tmp_path: Path):
    packs, name = a_sealed_pack(tmp_path)
    target = open_medium("mem://")

    for _ in range(2):
        copy_sealed(packs, name, target)

        assert target.names() == [name]
        assert target.pread(name, 0, 1 << 30) == packs.pread(name, 0, 1 << 30)


def test_an_interrupted_copy_is_begun_again(tmp_path: Path):
    packs, name = a_sealed_pack(tmp_path)
    target = open_medium("mem://")
    with_content(target, name + COPYING, b"half")

    copy_sealed(packs, name, target)

    assert target.names() == [name]


def test_rot_in_a_pack_does_not_reach_its_backup(tmp_path: Path):
    packs, name = a_sealed_pack(tmp_path)
    path = tmp_path / "store" / "packs" / name
    rotten = bytearray(path.read_bytes())
    rotten[len(rotten) // 3] ^= 1
    path.write_bytes(rotten)
    target = open_medium("mem://")

    with pytest.raises(PackBroken):
        copy_sealed(packs, name, target)

    assert target.names() == []


def test_a_medium_that_gives_other_bytes_back_is_found_out():
    class Lying(FsPackIO):
        def pread(self, name: str, offset: int, length: int) -> bytes:
            return super().pread(name, offset, length).replace(b"o", b"0")

        def run(self, name: str, at: int, end: int) -> Iterator[bytes]:
            return (piece.replace(b"o", b"0") for piece in super().run(name, at, end))

    from fs.memoryfs import MemoryFS

    target = Lying(MemoryFS())

    with pytest.raises(CopyDiffers):
        copy_sealed(a_medium_with("a.log", b"so den"), "a.log", target)

    assert target.names() == []


def test_other_bytes_under_the_same_name_are_not_replaced():
    target = a_medium_with("a.log", b"older")

    with pytest.raises(CopyDiffers):
        copy_sealed(a_medium_with("a.log", b"newer"), "a.log", target)

    assert target.pread("a.log", 0, 100) == b"older"


def test_a_target_that_fails_keeps_nothing_of_the_copy():
    class Target(FsPackIO):
        def create(self, name: str) -> PackFile:
            return NoRoom(super().create(name))

    from fs.memoryfs import MemoryFS

    target = Target(MemoryFS())

    with pytest.raises(MediumFull):
        copy_sealed(a_medium_with("a.log", b"so den"), "a.log", target)

    assert target.names() == []


class NoRoom:
    """A pack file that has room for nothing."""

    def __init__(self, behind: PackFile) -> None:
        self.behind = behind
        self.size = 0

    def append(self, buffers: Iterable[Buffer]) -> int:
        raise MediumFull(name="a.log")

    def sync(self) -> None:
        self.behind.sync()

    def close(self) -> None:
        self.behind.close()


def a_medium_with(name: str, content: bytes) -> PackIO:
    medium = open_medium("mem://")
    with_content(medium, name, content)
    return medium


def a_sealed_pack(folder: Path) -> tuple[PackIO, str]:
    with a_store(folder) as holdings:
        for n in range(20):
            stored(holdings, b"v\xc4\x83n b\xe1\xba\xa3n %d " % n * 400)
        holdings.seal()
    packs = LocalPackIO(folder / "store" / "packs")
    (name,) = [name for name in packs.names() if name.endswith(".pack")]
    return packs, name
