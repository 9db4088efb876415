"""Small real stores for the tests, and papers that are signed again and again."""

import io
import random
import uuid
from collections.abc import Callable
from pathlib import Path

from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack_io import PackIO
from repository.blobs.port import MiB, Receipt
from repository.format import StoreOptions, create_store
from repository.holdings import Holdings
from repository.keeper import Rules

STORE = uuid.UUID(int=1)
SMALL = StoreOptions(map_size=32 * MiB, pack_target=64 * MiB, reserve=0, max_blob=64 * MiB)


def a_store(
    folder: Path,
    options: StoreOptions = SMALL,
    rules: Rules | None = None,
    folders: Callable[[Path], PackIO] = LocalPackIO,
) -> Holdings:
    """The store in *folder*, made when it is not there, with its keeper in this process."""
    root = folder / "store"
    if not root.exists():
        create_store(root, store=STORE)
    return Holdings.open_alone(root, options, rules=rules or {}, folders=folders)


def stored(holdings: Holdings, content: bytes) -> Receipt:
    """Put *content*."""
    return holdings.blobs.put(io.BytesIO(content))


def noise(length: int, seed: int = 0) -> bytes:
    """Bytes that zstd cannot pack; the same for the same *seed*."""
    return random.Random(seed).randbytes(length)


def prose(length: int, seed: int = 0) -> bytes:
    """Bytes that zstd packs well; the same for the same *seed*."""
    words = [noise(6, seed * 100 + n).hex().encode() + b" " for n in range(20)]
    chosen = random.Random(seed).choices(words, k=length // 13 + 1)
    return b"".join(chosen)[:length]


def revisions(count: int, *, tail: int = 300, head: int = 6000, seed: int = 0) -> list[bytes]:
    """A PDF and its later revisions, each the one before with *tail* bytes and an end behind."""
    made = [b"%PDF-1.7\n" + noise(head, seed).replace(b"%", b"x") + b"\n%%EOF\n"]
    for n in range(1, count):
        more = noise(tail, seed * 1000 + n).replace(b"%", b"x")
        made.append(made[-1] + b"\n" + more + b"\n%%EOF\n")
    return made
