"""Durable writes: one client, sixteen clients, bulk import; each beside its peer and the disk."""

import io
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

from repository.blobs.port import BlobStore, Receipt
from tools.bench.corpus import speed_blobs
from tools.bench.frame import Arm, Bar, paired, seconds
from tools.bench.peers import LooseFiles, ObjectStore, RawDisk
from tools.bench.storage_ground import (
    LOOSE,
    OBJECTSTORE,
    OBJECTSTORE_REPAIRED,
    OURS,
    RAW,
    BenchBroken,
    Ground,
    in_batches,
)

CLIENTS = 16
BULK = 32
"""Blobs of one call, or of one sync, in a bulk import."""

ONE_CLIENT = Bar(least=1.3)
MANY_CLIENTS = Bar(least=1.0)
BULK_IMPORT = Bar(least=1.2)


def measure_writes(ground: Ground) -> None:
    """Tell the three durable writes; every round writes the same blobs into fresh stores."""
    blobs = speed_blobs(ground.options.many_blobs, ground.options.seed)
    few = blobs[: ground.options.put_blobs]
    _compared(ground, "put_1_client", OBJECTSTORE, ONE_CLIENT, _one_client(ground, few))
    _compared(ground, "put_16_clients", LOOSE, MANY_CLIENTS, _many_clients(ground, blobs))
    _compared(ground, "bulk_import", OBJECTSTORE_REPAIRED, BULK_IMPORT, _bulk(ground, blobs))


def _compared(ground: Ground, name: str, theirs: str, bar: Bar, arms: dict[str, Arm]) -> None:
    rounds = paired(arms, ground.options.rounds)
    ground.tell_ratio(name, rounds, OURS, theirs, bar)
    ground.tell_rates(f"{name}.rate", "blobs/s", rounds)


def _one_client(ground: Ground, blobs: Sequence[bytes]) -> dict[str, Arm]:
    def ours(_: int) -> float:
        with _our_blobs(ground) as store:
            return _rate(blobs, lambda: _all_new([store.put(io.BytesIO(b)) for b in blobs]))

    def theirs(_: int) -> float:
        with _objectstore(ground) as peer:
            return _rate(blobs, lambda: [peer.put(blob) for blob in blobs])

    return {OURS: ours, OBJECTSTORE: theirs, RAW: _raw(ground, blobs, batch=1)}


def _many_clients(ground: Ground, blobs: Sequence[bytes]) -> dict[str, Arm]:
    def ours(_: int) -> float:
        with _our_blobs(ground) as store:
            return _rate(blobs, lambda: _by_clients(blobs, _putting(store)))

    def theirs(_: int) -> float:
        with ground.fresh(LOOSE) as folder:
            files = LooseFiles(folder)
            return _rate(blobs, lambda: _by_clients(blobs, files.put))

    return {OURS: ours, LOOSE: theirs, RAW: _raw(ground, blobs, batch=CLIENTS)}


def _bulk(ground: Ground, blobs: Sequence[bytes]) -> dict[str, Arm]:
    def ours(_: int) -> float:
        with _our_blobs(ground) as store:
            streams = map(io.BytesIO, blobs)
            return _rate(blobs, lambda: _all_new(store.put_many(streams, batch=BULK)))

    def theirs(_: int) -> float:
        with _objectstore(ground) as peer:
            return _rate(blobs, lambda: [peer.put_packed(few) for few in in_batches(blobs, BULK)])

    return {OURS: ours, OBJECTSTORE_REPAIRED: theirs, RAW: _raw(ground, blobs, batch=BULK)}


def _raw(ground: Ground, blobs: Sequence[bytes], batch: int) -> Arm:
    """The bare disk: one writev and one fdatasync for each *batch*."""

    def raw(_: int) -> float:
        with ground.fresh(RAW) as folder, closing(RawDisk(folder / "raw")) as disk:
            return _rate(blobs, lambda: [disk.append(few) for few in in_batches(blobs, batch)])

    return raw


@contextmanager
def _our_blobs(ground: Ground) -> Generator[BlobStore, None, None]:
    with ground.fresh(OURS) as folder, ground.stores.create(folder / "store") as store:
        yield store.blobs


@contextmanager
def _objectstore(ground: Ground) -> Generator[ObjectStore, None, None]:
    with ground.fresh(OBJECTSTORE) as folder, closing(ObjectStore(folder / "store")) as peer:
        yield peer


def _rate(blobs: Sequence[bytes], work: Callable[[], object]) -> float:
    return len(blobs) / seconds(work)


def _by_clients(blobs: Sequence[bytes], put: Callable[[int, bytes], object]) -> None:
    """Let `CLIENTS` threads put *blobs* at once, each its own share."""

    def client(first: int) -> None:
        for number in range(first, len(blobs), CLIENTS):
            put(number, blobs[number])

    with ThreadPoolExecutor(CLIENTS) as clients:
        for _ in clients.map(client, range(CLIENTS)):
            pass


def _putting(store: BlobStore) -> Callable[[int, bytes], None]:
    def put(_: int, blob: bytes) -> None:
        _all_new([store.put(io.BytesIO(blob))])

    return put


def _all_new(receipts: Iterable[Receipt]) -> None:
    """A blob that was known already would cost nothing and measure nothing."""
    for receipt in receipts:
        if receipt.known:
            raise BenchBroken(part="writes", reason=f"{receipt.id} was known before")
