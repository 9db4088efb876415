"""Who may not know that a file is here writes as much as if it were not, and leaves nothing more."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from repository.blobs.filler import LEAST_BYTES, Noise, filler_of
from repository.blobs.ledger import BlobWentAway
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack import walk
from repository.blobs.port import MiB, Receipt
from repository.blobs.record import BLOCK_BYTES, read_header, read_tail
from repository.holdings import Holdings
from repository.landing import NODE, LandBlobs
from repository.model.blobs import Landed, pack_row
from repository.model.ids import AgencyId, BlobId
from repository.rebuild import rebuild_catalogue
from repository.upkeep.scrub import check_packs, packs_due
from tests.repository.stores import SMALL, a_store, noise, revisions

STRANGER = [AgencyId("a2")]
PACKS = Path("store", "packs")
EVEN = 8
"""Bytes by which a filler may be shorter than what it stands for."""


@pytest.fixture
def holdings(tmp_path: Path) -> Iterator[Holdings]:
    with a_store(tmp_path) as holdings:
        yield holdings


def put(holdings: Holdings, content: bytes) -> Receipt:
    return holdings.blobs.put(io.BytesIO(content))


def strangely(holdings: Holdings, content: bytes) -> Receipt:
    """Put *content* as somebody who may not know that it is here."""
    return holdings.blobs.put(io.BytesIO(content), holders=STRANGER, may_know=lambda _: False)


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / PACKS).iterdir())


def written(folder: Path, holdings: Holdings, content: bytes) -> int:
    """How many bytes a stranger's upload of *content* appends."""
    before = bytes_in(folder)
    strangely(holdings, content)
    return bytes_in(folder) - before


@pytest.mark.parametrize(
    "size", [0, 1, 4096, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 300_000, MiB - 1, MiB]
)
def test_a_known_file_writes_as_much_as_an_unknown_one(
    tmp_path: Path, holdings: Holdings, size: int
):
    known, unknown = noise(size, 1), noise(size, 2)
    put(holdings, known)
    put(holdings, b"the pack is begun")

    if size:
        assert (
            0 <= written(tmp_path, holdings, unknown) - written(tmp_path, holdings, known) <= EVEN
        )
    assert written(tmp_path, holdings, known) >= size


def test_a_file_whose_beginning_is_known_writes_as_much_as_any(tmp_path: Path, holdings: Holdings):
    known = revisions(3, head=90_000, seed=1)
    unknown = [revisions(n, head=90_000, seed=n)[-1] for n in (2, 3)]
    put(holdings, known[0])

    for later, other in zip(known[1:], unknown, strict=True):
        assert len(later) == len(other)
        assert 0 <= written(tmp_path, holdings, other) - written(tmp_path, holdings, later) <= EVEN
        assert holdings.blobs.read(put(holdings, later).id) == later


def test_sealed_it_has_cost_nothing(tmp_path: Path):
    contents = [noise(40_000, 1), noise(MiB, 2), *revisions(3, head=60_000)]
    for folder in (tmp_path / "once", tmp_path / "often"):
        folder.mkdir()
    with a_store(tmp_path / "once") as once, a_store(tmp_path / "often") as often:
        for content in contents:
            put(once, content)
            put(often, content)
            strangely(often, content)
        assert bytes_in(tmp_path / "often") > 1.9 * bytes_in(tmp_path / "once")

        once.seal()
        often.seal()

        assert bytes_in(tmp_path / "often") == bytes_in(tmp_path / "once")
        assert all(often.blobs.read(put(often, content).id) == content for content in contents)


def test_a_filler_holds_nobodys_bytes(tmp_path: Path, holdings: Holdings):
    content = noise(50_000, 1)
    put(holdings, content)

    strangely(holdings, content)

    (pack,) = (tmp_path / PACKS).iterdir()
    assert pack.read_bytes().count(content[1000:1064]) == 1


def test_a_larger_file_is_not_written_again(tmp_path: Path, holdings: Holdings):
    content = noise(MiB + 1)
    put(holdings, content)

    assert written(tmp_path, holdings, content) == 0


def test_packs_with_fillers_are_sound_open_sealed_and_rebuilt(tmp_path: Path):
    contents = [noise(30_000, 1), noise(70_000, 2)]
    with a_store(tmp_path) as holdings:
        for content in contents:
            put(holdings, content)
        for content in (*contents, noise(10_000, 3), *contents):  # the last ones are fillers
            strangely(holdings, content)
        names = [strangely(holdings, content).id for content in contents]
        assert list(check_packs(holdings, packs_due(holdings))) == []
    rebuild_catalogue(tmp_path / "store", SMALL)

    with a_store(tmp_path) as holdings:
        assert list(check_packs(holdings, packs_due(holdings))) == []
        holdings.seal()
        assert list(check_packs(holdings, packs_due(holdings))) == []
        assert [holdings.blobs.read(name) for name in names] == contents


def test_what_has_gone_away_meanwhile_is_not_called_known(holdings: Holdings):
    put(holdings, b"something")
    with holdings.reading() as now:
        row = now.row(put(holdings, b"something").id)
    assert row is not None
    gone = Landed(blob=BlobId(bytes(range(32))), row=pack_row(row), segments=b"", marks=b"")

    with pytest.raises(BlobWentAway):
        holdings.keeper.submit(LandBlobs(caller=NODE, pack=row.pack, watermark=0, veiled=(gone,)))


@pytest.mark.parametrize(
    "more", [0, 8, 16, BLOCK_BYTES, BLOCK_BYTES + 8, BLOCK_BYTES + 16, 3 * MiB]
)
def test_a_filler_is_a_record_that_walks_pass_over(tmp_path: Path, more: int):
    filler = filler_of(LEAST_BYTES + more, at=1)
    content = b"".join(Noise(2 * BLOCK_BYTES).written(filler))
    medium = LocalPackIO(tmp_path)
    (tmp_path / "000000000001.open").write_bytes(bytes(64) + content)

    assert filler.total == len(content)
    assert 0 <= LEAST_BYTES + more - len(content) <= EVEN
    assert read_header(content) == filler
    assert read_tail(filler, content[filler.header + filler.stored :]) is not None
    assert list(walk(medium, "000000000001.open", start=0, whole=True)) == []
