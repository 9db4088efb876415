"""The storage bench measures everything it promises, and refuses to measure a lie."""

import io
from pathlib import Path
from typing import Any

import pytest

from repository.blobs.port import Receipt
from repository.model.ids import BlobId
from tests.tools.bench.plain_store import PlainBlobs, PlainStores
from tools.bench.corpus import Corpus
from tools.bench.frame import Measure
from tools.bench.storage_bytes import measure_bytes
from tools.bench.storage_ground import BenchBroken, Ground, Options, Stores
from tools.bench.storage_measures import measure
from tools.bench.storage_reads import measure_chain_reads
from tools.bench.storage_writes import measure_writes

BARRED = {
    "bytes.whole_over_naive",
    "bytes.kept_over_naive",
    "bytes.kept_over_whole",
    "put_1_client",
    "put_16_clients",
    "bulk_import",
    "full_read_unchecked",
    "full_read_checked",
    "chain_read_checked",
    "range_4_kib_unchecked",
    "rebuild_walking",
    "rebuild_from_footers",
}


def options(corpora: Path, scratch: Path) -> Options:
    return Options(corpus=corpora, scratch=scratch).quick()


def a_ground(corpora: Path, scratch: Path, stores: Stores) -> tuple[Ground, list[Measure]]:
    told: list[Measure] = []
    quick = options(corpora, scratch)
    return Ground(options=quick, stores=stores, emit=told.append), told


@pytest.fixture(scope="module")
def told(chains: Corpus, corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Measure]:
    scratch = tmp_path_factory.mktemp("scratch")
    measures: list[Measure] = []
    measure(options(corpora, scratch), PlainStores(), measures.append)
    assert not list(scratch.iterdir()), "the bench leaves nothing on the measured disk"
    return measures


def test_every_promised_bar_is_judged_once(told: list[Measure]):
    assert sorted(m.measure for m in told if m.bar) == sorted(BARRED)
    assert all((m.holds is None) == (m.bar is None) for m in told)


def test_no_measure_is_told_twice(told: list[Measure]):
    names = [m.measure for m in told]

    assert len(names) == len(set(names))


def test_peers_are_named_with_their_versions(told: list[Measure]):
    compared = {m.measure: (m.peer, m.peer_version) for m in told}

    assert compared["put_1_client"] == ("disk-objectstore", "1.5.0")
    assert compared["bulk_import"] == ("disk-objectstore", "1.5.0+fsync repaired")
    assert compared["put_16_clients"][0] == "durable loose files"
    assert compared["bulk_import.rate.raw-disk"][0] == "raw disk"


def test_the_raw_disk_stands_beside_every_timed_measure(told: list[Measure]):
    raw = {m.measure.split(".")[0] for m in told if m.measure.endswith(".raw-disk")}

    assert raw == {
        "put_1_client", "put_16_clients", "bulk_import",
        "full_read", "range_4_kib", "chain_read", "rebuild",
    }  # fmt: skip


def test_a_store_that_keeps_whole_files_misses_the_bar_for_bytes(
    told: list[Measure], chains: Corpus
):
    by_name = {m.measure: m for m in told}

    assert by_name["bytes.kept_over_whole"].value == pytest.approx(1)
    assert by_name["bytes.kept_over_whole"].holds is False
    assert by_name["bytes.naive"].value == pytest.approx(chains.naive_bytes, rel=1e-4)


class Forgetful(PlainBlobs):
    """Gives back other bytes than it was given."""

    def read(self, blob: BlobId, *, checked: bool = True) -> bytes:
        return super().read(blob)[:-1] + b"?"


class Stingy(PlainBlobs):
    """Gives back less than it was asked for."""

    def read(self, blob: BlobId, *, checked: bool = True) -> bytes:
        return super().read(blob)[:-1]


class Knowing(PlainBlobs):
    """Says it knew every blob, and so would write nothing."""

    def put(self, stream: Any, **_: Any) -> Receipt:
        super().put(io.BytesIO(content := stream.read()))
        return super().put(io.BytesIO(content))


def test_bytes_that_do_not_come_back_are_not_counted(chains: Corpus, corpora: Path, tmp_path: Path):
    ground, told = a_ground(corpora, tmp_path, PlainStores(Forgetful))

    with pytest.raises(BenchBroken, match="came back changed"):
        measure_bytes(ground)
    assert not told


def test_a_read_that_returns_too_little_is_not_timed(chains: Corpus, corpora: Path, tmp_path: Path):
    ground, told = a_ground(corpora, tmp_path, PlainStores(Stingy))

    with pytest.raises(BenchBroken, match="shorter than asked"):
        measure_chain_reads(ground)
    assert not told


def test_a_write_of_what_was_known_is_not_timed(corpora: Path, tmp_path: Path):
    ground, told = a_ground(corpora, tmp_path, PlainStores(Knowing))

    with pytest.raises(BenchBroken, match="known before"):
        measure_writes(ground)
    assert not told
