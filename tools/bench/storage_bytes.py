"""Bytes: what the signed-chain corpora take once stored, against naive and whole-file keeping."""

import hashlib
from pathlib import Path

import msgspec

from repository.model.ids import BlobId
from tools.bench.corpus import Corpus, rewritten, signed_chains
from tools.bench.frame import Bar
from tools.bench.storage_ground import BenchBroken, Footprint, Ground, OpenStore

WHOLE_OVER_NAIVE = Bar(least=0.42, most=0.46)
"""The corpus is what it was frozen as: judged first, since all ratios rest on it."""
OVER_NAIVE = Bar(most=0.11)
OVER_WHOLE = Bar(most=0.25)


class StoredCorpus(msgspec.Struct, frozen=True, kw_only=True):
    """A corpus in a store: the blob of every version, by the version's name."""

    corpus: Corpus
    blobs: dict[str, BlobId]


def measure_bytes(ground: Ground) -> None:
    """Store both corpora in the order of arrival, seal, and tell what they take."""
    chains = chains_of(ground)
    _told(ground, "bytes", chains, (WHOLE_OVER_NAIVE, OVER_NAIVE, OVER_WHOLE))
    anew = rewritten(chains, ground.options.documents)
    _told(ground, "bytes_rewritten", anew, (None, None, None))


def chains_of(ground: Ground) -> Corpus:
    """The signed-chain corpus in the scale of the run."""
    options = ground.options
    return signed_chains(options.corpus, options.documents, options.workers)


def stored(store: OpenStore, corpus: Corpus) -> StoredCorpus:
    """Put every naive copy of *corpus* through the doorway, one after another."""
    blobs: dict[str, BlobId] = {}
    for version in corpus.copies():
        with corpus.path(version).open("rb") as file:
            blobs[version.name] = store.blobs.put(file).id
    return StoredCorpus(corpus=corpus, blobs=blobs)


def _told(
    ground: Ground, name: str, corpus: Corpus, bars: tuple[Bar | None, Bar | None, Bar | None]
) -> None:
    with ground.fresh(name) as folder:
        footprint = _footprint(ground, folder / "store", corpus)
    naive, whole = corpus.naive_bytes, corpus.whole_bytes
    ground.tell(f"{name}.naive", "bytes", naive)
    ground.tell(f"{name}.kept", "bytes", footprint.kept)
    ground.tell(f"{name}.catalogue", "bytes", footprint.catalogue)
    ground.tell(f"{name}.whole_over_naive", "share", whole / naive, bar=bars[0])
    ground.tell(f"{name}.kept_over_naive", "share", footprint.kept / naive, bar=bars[1])
    ground.tell(f"{name}.kept_over_whole", "share", footprint.kept / whole, bar=bars[2])


def _footprint(ground: Ground, root: Path, corpus: Corpus) -> Footprint:
    with ground.stores.create(root) as store:
        held = stored(store, corpus)
        store.seal()
        _compared(store, held)
    return ground.stores.footprint(root)


def _compared(store: OpenStore, held: StoredCorpus) -> None:
    """Read every version back: bytes that do not come back do not count as stored."""
    for version in held.corpus.versions:
        content = store.blobs.read(held.blobs[version.name])
        if hashlib.sha256(content).hexdigest() != version.sha256:
            raise BenchBroken(part="bytes", reason=f"{version.name} came back changed")
