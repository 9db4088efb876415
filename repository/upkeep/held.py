"""At an office node: does the store node keep everything that this node's catalogue names.

The bytes themselves are looked over where they lie, by `vankho check` at the store node.
"""

from collections.abc import Iterator
from itertools import islice

from repository.blobs.remote import RemoteStore
from repository.blobs.store_node import MAX_HELD, StoreNodeUnreachable
from repository.catalogue.views import Reading
from repository.holdings import Holdings
from repository.model.ids import BlobId, show_blob
from repository.upkeep.check import Finding, Severity

MAX_TOLD = 20
"""Documents told of one file."""


def check_held(
    holdings: Holdings, store: RemoteStore, *, part: int = 1, of: int = 1
) -> Iterator[Finding]:
    """Every blob in *part* of *of* that the store node does not keep for this node, or not as known."""
    after = b""
    while True:
        with holdings.reading() as now:
            blobs = now.blobs(after, MAX_HELD)
        chosen = [b for b in blobs if int.from_bytes(b[:8], "big") * of >> 64 == part - 1]
        try:
            yield from _missing(holdings, store, chosen)
        except StoreNodeUnreachable as trouble:
            yield Finding(
                severity=Severity.SUSPICIOUS,
                what=trouble.slug(),
                where="store node",
                detail=trouble.sentence,
            )
            return
        if len(blobs) < MAX_HELD:
            return
        after = blobs[-1] + b"\0"


def _missing(holdings: Holdings, store: RemoteStore, blobs: list[BlobId]) -> Iterator[Finding]:
    held = {one.id: one for one in store.held(blobs)}
    for blob in blobs:
        with holdings.reading() as now:
            row, needed = now.row(blob), _documents(now, blob)
        if blob not in held:
            yield _damage("blob-missing", blob, f"not kept at the store node; {needed}")
        elif row and row.length != held[blob].size:
            yield _damage("blob-length", blob, f"{held[blob].size} bytes at the store node")


def _documents(now: Reading, blob: BlobId) -> str:
    """Whose file it is: which documents somebody has to bring it for again."""
    found = [document for document, _ in islice(now.documents_holding(blob), MAX_TOLD)]
    return "documents: " + " ".join(found) if found else "no document holds it"


def _damage(what: str, blob: BlobId, detail: str) -> Finding:
    return Finding(severity=Severity.DAMAGED, what=what, where=show_blob(blob), detail=detail)
