"""The peers do what their measures say: above all, they sync."""

import os
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from disk_objectstore import Container

from tests.descriptors import close_new, open_files
from tools.bench.peers import LooseFiles, ObjectStore, RawDisk, disk_objectstore_peer

BLOBS = [b"mot", b"hai" * 50_000, b"ba" * 7]


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were really synced, each in its turn."""
    files: list[Path] = []
    for name in ("fsync", "fdatasync"):
        shipped = getattr(os, name)

        monkeypatch.setattr(os, name, partial(_told_and_done, files, shipped))
    return files


def _told_and_done(files: list[Path], sync: Callable[[int], None], descriptor: int) -> None:
    files.append(Path(f"/proc/self/fd/{descriptor}").readlink())
    sync(descriptor)


def test_as_shipped_the_peer_never_syncs_its_packs(tmp_path: Path, synced: list[Path]):
    container = Container(tmp_path / "store")
    container.init_container()
    before = open_files()
    with closing(container):
        container.add_objects_to_pack(BLOBS)

    # The command it gives instead of a sync duplicates the folder's descriptor (F_DUPFD is 0).
    close_new(before, tmp_path)
    assert not [path for path in synced if "packs" in path.parts]


def test_repaired_it_syncs_the_pack_and_its_folder_at_every_call(
    tmp_path: Path, synced: list[Path]
):
    with closing(ObjectStore(tmp_path / "store")) as peer:
        peer.put_packed(BLOBS[:2])
        peer.put_packed(BLOBS[2:])

    pack = tmp_path / "store" / "packs" / "0"
    assert synced.count(pack) == 2
    assert synced.count(pack.parent) == 2


def test_the_repair_is_named_in_the_version():
    assert disk_objectstore_peer(repaired=True).version == "1.5.0+fsync repaired"
    assert disk_objectstore_peer().version == "1.5.0"


@pytest.mark.parametrize("packed", [True, False])
def test_what_the_peer_keeps_comes_back(tmp_path: Path, packed: bool):
    with closing(ObjectStore(tmp_path / "store")) as peer:
        keys = peer.put_packed(BLOBS) if packed else [peer.put(blob) for blob in BLOBS]

        assert [peer.read(key) for key in keys] == BLOBS
        assert peer.read_range(keys[1], 99_999, 4_096) == BLOBS[1][99_999 : 99_999 + 4_096]


def test_a_loose_file_is_synced_and_then_the_folder_that_received_it(
    tmp_path: Path, synced: list[Path]
):
    LooseFiles(tmp_path / "loose").put(3, BLOBS[1])

    shard = tmp_path / "loose" / "03"
    assert (shard / "3").read_bytes() == BLOBS[1]
    assert synced == [shard / "3.tmp", shard]


def test_the_bare_file_is_synced_once_a_batch_and_reads_what_was_written(
    tmp_path: Path, synced: list[Path]
):
    with closing(RawDisk(tmp_path / "raw")) as disk:
        assert disk.append(BLOBS) == 0
        assert disk.append(BLOBS) == sum(map(len, BLOBS))

        assert disk.read(3, len(BLOBS[1])) == BLOBS[1]
        assert disk.read_through() == 2 * sum(map(len, BLOBS))
    assert synced == [tmp_path / "raw"] * 2


def test_a_batch_longer_than_one_writev_is_written_whole(tmp_path: Path):
    blobs = [b"", *(bytes([n % 251]) * n for n in range(3_000))]
    with closing(RawDisk(tmp_path / "raw")) as disk:
        disk.append(blobs)

    assert (tmp_path / "raw").read_bytes() == b"".join(blobs)
