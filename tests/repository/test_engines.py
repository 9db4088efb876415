"""Both engines of the catalogue, held to one contract, and what only the one on disk shows."""

from pathlib import Path

import pytest

from repository.blobs.port import MiB
from repository.catalogue.engine import Engine
from repository.catalogue.lmdb_engine import CatalogueFull, LmdbEngine
from repository.catalogue.memory_engine import MemoryEngine
from tests.contracts.engine import TABLES, EngineContract, content, write


class TestLmdbEngine(EngineContract):
    def opened(self, place: Path) -> Engine:
        return LmdbEngine(place, tables=TABLES, map_size=8 * MiB)


class TestMemoryEngine(EngineContract):
    def opened(self, place: Path) -> Engine:
        return MemoryEngine(tables=TABLES)


def test_what_was_committed_survives_reopening(tmp_path: Path):
    first = LmdbEngine(tmp_path, tables=TABLES, map_size=MiB)
    write(first, {b"key": b"value"})
    first.close()

    again = LmdbEngine(tmp_path, tables=TABLES, map_size=2 * MiB)
    assert content(again) == {b"key": b"value"}
    again.close()


def test_a_full_map_is_said_to_be_full_and_what_was_there_stays(tmp_path: Path):
    engine = LmdbEngine(tmp_path, tables=TABLES, map_size=MiB)
    write(engine, {b"kept": b"value"})

    with pytest.raises(CatalogueFull):
        write(engine, {b"%d" % n: bytes(4000) for n in range(1000)})

    assert content(engine) == {b"kept": b"value"}
    engine.close()


def test_a_copy_is_the_state_when_it_was_taken(tmp_path: Path):
    engine = LmdbEngine(tmp_path / "now", tables=TABLES, map_size=8 * MiB)
    write(engine, {b"key": b"old"})
    engine.copy_to(tmp_path / "copy")
    write(engine, {b"key": b"new"})
    engine.close()

    copy = LmdbEngine(tmp_path / "copy", tables=TABLES, map_size=8 * MiB, readonly=True)
    assert content(copy) == {b"key": b"old"}
    copy.close()
