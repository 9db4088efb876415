"""At an office node: what a promoted or restored store node has not got is sent again, or told.

Each file that this node's catalogue names was acknowledged by the store node of an earlier term. In a
new one all are asked for once; what is still in the cache is sent again, the rest is told.
"""

from collections.abc import Iterator

import msgspec

from repository.blobs.remote import RemoteStore
from repository.blobs.store_node import MAX_HELD
from repository.catalogue.nodes import term_of, told_in
from repository.elsewhere import NoteTold
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.ids import BlobId, show_blob


class Resent(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with the files of this node at the store node of its term."""

    asked: int = 0
    sent: int = 0
    """Were missing there, and are there again."""
    missing: tuple[str, ...] = ()
    """Are missing there and here: whoever has one of these has to bring it again."""


def resend(holdings: Holdings) -> Resent | None:
    """Ask for every file, once in each term; None where that was done, or nothing is elsewhere.

    Raise `StoreNodeUnreachable` and what `BlobStore.put` raises: it begins anew the next time.
    """
    store = holdings.blobs
    with holdings.reading() as now:
        term, told = term_of(now), told_in(now)
    if not isinstance(store, RemoteStore) or term == told:
        return None
    asked, sent, missing = 0, 0, list[str]()
    for blobs in _all(holdings):
        asked += len(blobs)
        there = {one.id for one in store.held(blobs)}
        for blob in blobs:
            if blob in there:
                continue
            if store.resend(blob):
                sent += 1
            else:
                missing.append(show_blob(blob))
    holdings.keeper.submit(NoteTold(caller=NODE, term=term))
    return Resent(asked=asked, sent=sent, missing=tuple(missing))


def _all(holdings: Holdings) -> Iterator[list[BlobId]]:
    after = b""
    while True:
        with holdings.reading() as now:
            blobs = now.blobs(after, MAX_HELD)
        yield blobs
        if len(blobs) < MAX_HELD:
            return
        after = blobs[-1] + b"\0"
