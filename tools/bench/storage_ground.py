"""What every part of the storage bench stands on: its options, the store's port, its folders."""

import shutil
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from repository.blobs.port import BlobStore
from repository.errors import Kind, Trouble
from tools.bench.frame import Bar, Emit, Peer, Rounds, measured
from tools.bench.peers import disk_objectstore_peer, loose_files_peer, raw_disk_peer
from tools.bench.plan import FULL_SCALE

Item = TypeVar("Item")

BENCH = "storage"
OURS = "vankho"
QUICK_SCALE = 0.02
LEAST = 8
"""No scale makes a part smaller than this many blobs or documents."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How large a run is. The bars are meant for the whole scale."""

    corpus: Path
    """Where the frozen corpora are kept from run to run."""
    scratch: Path
    """Where stores are made and removed again: the disk that is measured."""
    rounds: int = 9
    scale: float = 1.0
    workers: int = 2
    """Processes that make the corpus when it is missing."""
    seed: int = 40

    def quick(self) -> "Options":
        """The same on a small scale, to try the bench rather than the store."""
        return msgspec.structs.replace(self, rounds=2, scale=QUICK_SCALE)

    @property
    def documents(self) -> int:
        """Documents of the signed-chain corpus."""
        return self._scaled(FULL_SCALE)

    @property
    def put_blobs(self) -> int:
        """Blobs a round for one client."""
        return self._scaled(1_000)

    @property
    def many_blobs(self) -> int:
        """Blobs a round for many clients and for bulk import."""
        return self._scaled(4_000)

    @property
    def population(self) -> int:
        """Blobs that reads choose from, and records that are rebuilt."""
        return self._scaled(20_000)

    @property
    def reads(self) -> int:
        """Reads a round."""
        return self._scaled(2_000)

    def _scaled(self, whole: int) -> int:
        return max(LEAST, round(whole * self.scale))


class Footprint(msgspec.Struct, frozen=True, kw_only=True):
    """What a store takes on disk, in bytes as `du` counts them."""

    kept: int
    """Packs, footers and log."""
    catalogue: int


class OpenStore(Protocol):
    """An open store as far as the bench uses it."""

    @property
    def blobs(self) -> BlobStore:
        """The doorway."""
        ...

    def seal(self) -> object:
        """Seal every open pack; stored bytes are compressed there."""
        ...


class Stores(Protocol):
    """How stores come to be: the bench makes and forgets many."""

    def create(self, root: Path) -> AbstractContextManager[OpenStore]:
        """A new store in *root*, which is missing or empty."""
        ...

    def reopen(self, root: Path) -> AbstractContextManager[OpenStore]:
        """The store made in *root* before."""
        ...

    def rebuild(self, root: Path, *, walk: bool) -> int:
        """Rebuild the catalogue of the closed store in *root*; return the records found.

        By walking every record where *walk*, else from the footers of sealed packs.
        """
        ...

    def footprint(self, root: Path) -> Footprint:
        """What the closed store in *root* takes."""
        ...


class BenchBroken(Trouble):
    """The bench {part} does not measure what it says: {reason}."""

    kind = Kind.DAMAGED
    vietnamese = "Phép đo {part} không đo đúng điều nó nói: {reason}."


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Options, stores and the place for measures, handed to every part."""

    options: Options
    stores: Stores
    emit: Emit

    @contextmanager
    def fresh(self, name: str) -> Generator[Path, None, None]:
        """An empty folder on the measured disk, gone afterwards."""
        folder = self.options.scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def tell(
        self,
        measure: str,
        unit: str,
        *values: float,
        peer: Peer | None = None,
        bar: Bar | None = None,
    ) -> None:
        """Emit one measure of this bench."""
        self.emit(measured(BENCH, measure, unit, values, peer=peer, bar=bar))

    def tell_ratio(
        self, measure: str, rounds: Rounds, ours: str, theirs: str, bar: Bar | None
    ) -> None:
        """Emit how many times *theirs* the arm *ours* is, taken inside each round."""
        ratios = rounds.ratios(ours, theirs)
        self.tell(measure, "times", *ratios, peer=peers()[theirs], bar=bar)

    def tell_rates(self, measure: str, unit: str, rounds: Rounds) -> None:
        """Emit the rate of every arm, ours and the peers'."""
        known = peers()
        for arm, rates in rounds.rates.items():
            self.tell(f"{measure}.{arm}", unit, *rates, peer=known.get(arm))


OBJECTSTORE = "disk-objectstore"
OBJECTSTORE_REPAIRED = "disk-objectstore-repaired"
LOOSE = "loose-files"
RAW = "raw-disk"


def peers() -> dict[str, Peer]:
    """The peers by the name of their arm."""
    return {
        OBJECTSTORE: disk_objectstore_peer(),
        OBJECTSTORE_REPAIRED: disk_objectstore_peer(repaired=True),
        LOOSE: loose_files_peer(),
        RAW: raw_disk_peer(),
    }


def in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """*items* in lists of *size*, the last one shorter."""
    waiting = iter(items)
    return iter(lambda: list(islice(waiting, size)), [])
