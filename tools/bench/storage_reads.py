"""Reads, all warm: whole blobs, whole revisions of signed chains, and ranges of 4 KiB.

The same blobs lie in three places: our store (sealed), the peer's packs, one bare file. The
peer checks nothing when it reads; we are measured unchecked and checked beside it. A range of
4 KiB has its bar unchecked, like for like; what the check of its 64 KiB costs stands beside.
"""

import io
import random
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from repository.model.ids import BlobId
from tools.bench.corpus import drawn_blobs
from tools.bench.frame import Arm, Bar, Rounds, paired, seconds
from tools.bench.peers import PACKED_A_CALL, ObjectStore, RawDisk
from tools.bench.storage_bytes import chains_of, stored
from tools.bench.storage_ground import (
    OBJECTSTORE,
    OURS,
    RAW,
    BenchBroken,
    Ground,
    OpenStore,
    in_batches,
)

RANGE = 4 * 1024
"""Bytes of a ranged read."""
CHECKED = f"{OURS}-checked"
UNCHECKED = f"{OURS}-unchecked"

FULL_UNCHECKED = Bar(least=8)
FULL_CHECKED = Bar(least=5)
CHAIN_CHECKED = Bar(least=5)
RANGE_UNCHECKED = Bar(least=25)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where one blob lies: in our store, at the peer's, and in the bare file."""

    id: BlobId
    key: str
    offset: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The same blobs, open in all three places."""

    store: OpenStore
    peer: ObjectStore
    disk: RawDisk
    places: tuple[Place, ...]


def measure_reads(ground: Ground, folder: Path) -> None:
    """Fill *folder* with a population, tell full and ranged reads; leave the store closed there.

    The store lies in `folder / "store"` and is sealed, the bare file in `folder / "raw"`.
    """
    options = ground.options
    with _shelf(ground, folder, _fill_with_population) as shelf:
        full = paired(_full_arms(ground, shelf), options.rounds)
        ranges = paired(_range_arms(ground, shelf), options.rounds)
    _told(ground, "full_read", full, FULL_UNCHECKED, FULL_CHECKED)
    _told(ground, "range_4_kib", ranges, RANGE_UNCHECKED, None)


def measure_chain_reads(ground: Ground) -> None:
    """Tell full reads of signed revisions, each some segments of its ancestors and a tail."""
    with ground.fresh("chains") as folder, _shelf(ground, folder, _fill_with_chains) as shelf:
        rounds = paired(_full_arms(ground, shelf), ground.options.rounds)
    _told(ground, "chain_read", rounds, None, CHAIN_CHECKED)


def _told(
    ground: Ground, name: str, rounds: Rounds, unchecked: Bar | None, checked: Bar | None
) -> None:
    ground.tell_ratio(f"{name}_unchecked", rounds, UNCHECKED, OBJECTSTORE, unchecked)
    ground.tell_ratio(f"{name}_checked", rounds, CHECKED, OBJECTSTORE, checked)
    ground.tell_rates(f"{name}.rate", "reads/s", rounds)


Fill = Callable[[Ground, OpenStore, ObjectStore, RawDisk], tuple[Place, ...]]


@contextmanager
def _shelf(ground: Ground, folder: Path, fill: Fill) -> Generator[Shelf, None, None]:
    with (
        closing(ObjectStore(folder / "peer")) as peer,
        closing(RawDisk(folder / "raw")) as disk,
    ):
        with ground.stores.create(folder / "store") as store:
            places = fill(ground, store, peer, disk)
            store.seal()
        # Opened anew: what a reader meets is a store that found its sealed packs at start-up.
        with ground.stores.reopen(folder / "store") as store:
            yield Shelf(store=store, peer=peer, disk=disk, places=places)


def _fill_with_population(
    ground: Ground, store: OpenStore, peer: ObjectStore, disk: RawDisk
) -> tuple[Place, ...]:
    places: list[Place] = []
    blobs = drawn_blobs(ground.options.population, ground.options.seed)
    for few in in_batches(blobs, PACKED_A_CALL):
        receipts = store.blobs.put_many(map(io.BytesIO, few), batch=PACKED_A_CALL)
        places += _placed([receipt.id for receipt in receipts], few, peer, disk)
    return tuple(places)


def _fill_with_chains(
    ground: Ground, store: OpenStore, peer: ObjectStore, disk: RawDisk
) -> tuple[Place, ...]:
    corpus = chains_of(ground)
    blobs = stored(store, corpus).blobs
    places: list[Place] = []
    for few in in_batches((v for v in corpus.versions if v.parent), PACKED_A_CALL):
        contents = [corpus.path(version).read_bytes() for version in few]
        places += _placed([blobs[version.name] for version in few], contents, peer, disk)
    return tuple(places)


def _placed(
    ids: Iterable[BlobId], blobs: Sequence[bytes], peer: ObjectStore, disk: RawDisk
) -> list[Place]:
    """Put *blobs*, which our store holds as *ids*, into the two other places."""
    keys, offset = peer.put_packed(blobs), disk.append(blobs)
    places: list[Place] = []
    for blob, name, key in zip(blobs, ids, keys, strict=True):
        places.append(Place(id=name, key=key, offset=offset, size=len(blob)))
        offset += len(blob)
    return places


def _full_arms(ground: Ground, shelf: Shelf) -> dict[str, Arm]:
    blobs, peer, disk = shelf.store.blobs, shelf.peer, shelf.disk
    reads: dict[str, Read] = {
        UNCHECKED: lambda span: blobs.read(span.place.id, checked=False),
        CHECKED: lambda span: blobs.read(span.place.id),
        OBJECTSTORE: lambda span: peer.read(span.place.key),
        RAW: lambda span: disk.read(span.place.offset, span.length),
    }
    return _arms(ground, shelf, reads, _whole)


def _range_arms(ground: Ground, shelf: Shelf) -> dict[str, Arm]:
    blobs, peer, disk = shelf.store.blobs, shelf.peer, shelf.disk
    reads: dict[str, Read] = {
        UNCHECKED: lambda span: blobs.read_range(
            span.place.id, span.offset, span.length, checked=False
        ),
        CHECKED: lambda span: blobs.read_range(span.place.id, span.offset, span.length),
        OBJECTSTORE: lambda span: peer.read_range(span.place.key, span.offset, span.length),
        RAW: lambda span: disk.read(span.place.offset + span.offset, span.length),
    }
    return _arms(ground, shelf, reads, _ranged)


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """What one read asks for: *length* bytes of a blob from *offset*."""

    place: Place
    offset: int
    length: int


Read = Callable[[Span], bytes]
Cut = Callable[[Place, random.Random], Span]


def _whole(place: Place, _: random.Random) -> Span:
    return Span(place=place, offset=0, length=place.size)


def _ranged(place: Place, dice: random.Random) -> Span:
    length = min(RANGE, place.size)
    return Span(place=place, offset=dice.randint(0, place.size - length), length=length)


def _arms(ground: Ground, shelf: Shelf, reads: Mapping[str, Read], cut: Cut) -> dict[str, Arm]:
    """One arm a reader; in one round all read the same spans in the same order."""

    def arm(read: Read) -> Arm:
        def rate(number: int) -> float:
            dice = random.Random(f"{ground.options.seed}-reads-{number}")
            chosen = dice.choices(shelf.places, k=ground.options.reads)
            return _rate(read, [cut(place, dice) for place in chosen])

        return rate

    return {name: arm(read) for name, read in reads.items()}


def _rate(read: Read, spans: Sequence[Span]) -> float:
    """Reads a second; a reader that gives back too little measures nothing."""
    sizes: list[int] = []
    taken = seconds(lambda: sizes.extend(len(read(span)) for span in spans))
    if sizes != [span.length for span in spans]:
        raise BenchBroken(part="reads", reason="a read came back shorter than asked")
    return len(spans) / taken
