"""At an office node: what its own collector has swept is let go of at the store node (ADR 22).

Stamps are asked for first; then the keeper lets go of what this node has not got back, then the store
node is told. Each step may be done twice, and a file that is brought meanwhile stays.
"""

from repository.blobs.remote import RemoteStore
from repository.blobs.store_node import MAX_HELD
from repository.catalogue import tables as t
from repository.catalogue.nodes import term_of
from repository.elsewhere import LetGoOf, NoteReleased
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.ids import BlobId


def release(holdings: Holdings) -> int:
    """Let go of what is leaving; how many blobs the store node need not keep for this node any more.

    Raise `StoreNodeUnreachable`, `LeaseLapsed`, `NodeSuperseded`, `EpochAdrift`: the rest waits.
    """
    store = holdings.blobs
    if not isinstance(store, RemoteStore):
        return 0
    done, after = 0, b""
    while True:
        with holdings.reading() as now:
            leaving = [BlobId(key) for key, _ in now.raw(t.LEAVING, after, MAX_HELD)]
        if leaving:
            done += _released(holdings, store, leaving)
        if len(leaving) < MAX_HELD:
            return done
        after = leaving[-1] + b"\0"


def _released(holdings: Holdings, store: RemoteStore, leaving: list[BlobId]) -> int:
    with holdings.reading() as now:
        term = term_of(now).number
    there = {one.id: one.stamp for one in store.held(leaving)}
    submit = holdings.keeper.submit
    going = submit(LetGoOf(caller=NODE, term=term, stamps=tuple(there.items())))
    if going:
        store.release([(blob, there[blob]) for blob in going])
    gone = (*going, *(blob for blob in leaving if blob not in there))
    submit(NoteReleased(caller=NODE, blobs=gone))
    return len(gone)
