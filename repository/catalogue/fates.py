"""What becomes of blobs nobody needs: condemned, revived, swept, erased; effects and looks.

Every fate is an event, so that packs and log alone bring it back: a record in a pack says what a
blob is, the log says whether it is still kept. A blob without an entry here is kept.
"""

from collections.abc import Iterable, Iterator

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.nodes import epoch_of
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.blobs import LITERAL, unpack_segments
from repository.model.holds import Hold
from repository.model.ids import AgencyId, BlobId
from repository.model.purges import Erasure, Purge, PurgeState

ERASED_REASON = "(đã xóa)"
"""Stands where a reason was erased."""


# Looks.


class Fates:
    """Answers for one transaction; nothing is looked up while no blob has any fate at all."""

    def __init__(self, rows: Reading) -> None:
        self._rows = rows
        self._condemned = rows.count(t.CONDEMNED) > 0
        self._swept = rows.count(t.SWEPT) > 0
        self._erased = rows.count(t.ERASURES) > 0

    def none(self) -> bool:
        """Say whether every blob of the store is simply kept."""
        return not (self._condemned or self._swept or self._erased)

    def condemned(self, blob: BlobId) -> bool:
        """Say whether *blob* waits to be swept: it is read, and nothing new relies on it."""
        return self._condemned and self._rows.get(t.CONDEMNED, blob) is not None

    def erased(self, blob: BlobId) -> bool:
        """Say whether the content of *blob* is destroyed, or about to be."""
        return self._erased and self._rows.get(t.ERASURES, blob) is not None

    def barred(self, blob: BlobId) -> bool:
        """Say whether no new blob may be told from *blob*, or built on it."""
        return self.condemned(blob) or self.erased(blob)

    def leaving(self, blob: BlobId) -> bool:
        """Say whether nothing may be built on *blob* any more: swept, or being erased."""
        return self.erased(blob) or (self._swept and self._rows.get(t.SWEPT, blob) is not None)

    def lost(self, blob: BlobId) -> bool:
        """Say whether a record of *blob* found in a pack is none: swept, or destroyed."""
        if self._swept and self._rows.get(t.SWEPT, blob) is not None:
            return True
        found = self._rows.get(t.ERASURES, blob) if self._erased else None
        return found is not None and found.destroyed

    def incomplete(self, segments: bytes) -> bool:
        """Say whether a blob of these packed *segments* leans on one that is lost."""
        return not self.none() and any(map(self.lost, bases_in(segments)))


def bases_in(segments: bytes) -> Iterator[BlobId]:
    """The blobs that packed *segments* name."""
    return (one.base for one in unpack_segments(segments) if one.base != LITERAL)


def bases_of(rows: Reading, blob: BlobId) -> Iterator[BlobId]:
    """The blobs that *blob* is put together from."""
    return (one.base for one in rows.segments(blob) if one.base != LITERAL)


def needed_by(rows: Reading, blob: BlobId) -> Iterator[BlobId]:
    """What *blob* cannot be without: the blobs it is put together from, and its text."""
    yield from bases_of(rows, blob)
    found = rows.derived(blob)
    if found and found.text:
        yield found.text


def condemned_among(rows: Reading, blobs: Iterable[BlobId]) -> tuple[BlobId, ...]:
    """Those of *blobs*, and of what they need, that are condemned."""
    coming = list(blobs)
    if not coming or rows.count(t.CONDEMNED) == 0:
        return ()
    fates, seen = Fates(rows), set(coming)
    while coming:
        following = [each for each in needed_by(rows, coming.pop()) if each not in seen]
        seen.update(following)
        coming += following
    return tuple(sorted(blob for blob in seen if fates.condemned(blob)))


def purge_of(rows: Reading, body_id: str) -> Purge:
    """The purge that an event speaks of; the log never names one that it did not tell before."""
    found = rows.get(t.PURGES, body_id)
    if found is None:
        raise LookupError(body_id)
    return found


def is_elsewhere(rows: Reading) -> bool:
    """Say whether this is an office node's catalogue: its bytes lie at a store node."""
    return epoch_of(rows) > 0


def ever_purged(rows: Reading) -> set[BlobId]:
    """Every blob of which an overwritten record may still stand in a pack.

    What was purged, also where it was brought again since, and what had it inside.
    """
    return {blob for _, purge in rows.scan(t.PURGES) for blob in (*purge.blobs, *purge.inside)}


# Effects.


def condemned(rows: Writing, event: e.Event, body: e.BlobsCondemned, _: bytes) -> None:
    """Blobs wait to be swept."""
    for blob in body.blobs:
        rows.put(t.CONDEMNED, (blob,), event.at)


def revived(rows: Writing, _event: e.Event, body: e.BlobsRevived, _: bytes) -> None:
    """Blobs are kept as if nothing had been."""
    for blob in body.blobs:
        for table in (t.CONDEMNED, t.SWEPT, t.ERASURES, t.LEAVING):
            rows.delete(table, blob)


def swept(rows: Writing, event: e.Event, body: e.BlobsSwept, _: bytes) -> None:
    """Blobs are no longer kept; neither is what was known of them.

    At an office node the store node still keeps them for it.
    """
    elsewhere = is_elsewhere(rows)
    for blob in body.blobs:
        _forget(rows, blob)
        rows.delete(t.CONDEMNED, blob)
        rows.put(t.SWEPT, (blob,), event.at)
        if elsewhere:
            rows.put(t.LEAVING, (blob,), event.at)


def hold_placed(rows: Writing, event: e.Event, body: e.HoldPlaced, kept: bytes) -> None:
    """A hold stands."""
    hold = Hold(
        id=body.id,
        blob=body.blob,
        document=body.document,
        reason=_reason(kept),
        placed=event.at,
        placed_by=event.actor,
    )
    rows.put(t.HOLDS, (hold.id,), hold)
    rows.put(t.HELD, (hold.target, hold.id), hold.id)


def hold_lifted(rows: Writing, event: e.Event, body: e.HoldLifted, _: bytes) -> None:
    """It stands no longer."""
    hold = rows.get(t.HOLDS, body.id)
    if hold:
        lifted = msgspec.structs.replace(hold, lifted=event.at, lifted_by=event.actor)
        rows.put(t.HOLDS, (hold.id,), lifted)
        rows.delete(t.HELD, hold.target, hold.id)


def purge_requested(rows: Writing, event: e.Event, body: e.PurgeRequested, kept: bytes) -> None:
    """One of two persons has asked."""
    purge = Purge(
        id=body.id,
        blob=body.blob,
        reason=_reason(kept),
        state=PurgeState.REQUESTED,
        requested=event.at,
        requested_by=event.actor,
        everywhere=body.everywhere,
    )
    rows.put(t.PURGES, (body.id,), purge)


def purge_withdrawn(rows: Writing, _event: e.Event, body: e.PurgeWithdrawn, _: bytes) -> None:
    """It will not be done."""
    _advance(rows, body.id, state=PurgeState.WITHDRAWN)


def purge_confirmed(rows: Writing, event: e.Event, body: e.PurgeConfirmed, _: bytes) -> None:
    """From now on nobody is given the content; the rows stay for what is put together from it."""
    _advance(
        rows,
        body.id,
        state=PurgeState.CONFIRMED,
        blobs=body.blobs,
        written=body.written,
        sequence=event.sequence,
        **_agreed(rows, event, body.id),
    )
    for blob in body.blobs:
        rows.put(t.ERASURES, (blob,), Erasure(body.id))
        rows.delete(t.CONDEMNED, blob)
        rows.delete(t.DERIVED, blob)
        _forget_grants(rows, blob)
    for blob, agency in body.bringers:
        rows.put(t.ERASED_GRANTS, (blob, agency), body.id)


def file_erased(rows: Writing, event: e.Event, body: e.FileErased, _: bytes) -> None:
    """A document holds the blob no longer, and says why."""
    document = rows.document(body.document)
    holder = document.agency if document else event.agency
    rows.delete(t.HOLDERS, body.blob, holder, body.document)
    rows.put(t.ERASED_FILES, (body.blob, body.document), body.purge)


def destroyed(rows: Writing, event: e.Event, body: e.BlobsDestroyed, _: bytes) -> None:
    """The rows go; what was brought again meanwhile stays.

    At an office node the store node still keeps them for it.
    """
    _advance(
        rows,
        body.purge,
        state=PurgeState.DESTROYED,
        inside=body.inside,
        packs=body.packs,
        stored=body.stored,
    )
    elsewhere = is_elsewhere(rows)
    for blob in body.blobs:
        found = rows.get(t.ERASURES, blob)
        if found and found.purge == body.purge:
            rows.put(t.ERASURES, (blob,), Erasure(body.purge, destroyed=True))
            _forget(rows, blob)
            if elsewhere:
                rows.put(t.LEAVING, (blob,), event.at)


def purge_completed(rows: Writing, event: e.Event, body: e.PurgeCompleted, _: bytes) -> None:
    """It is done, and told where the bytes had been."""
    _advance(rows, body.id, state=PurgeState.COMPLETED, completed=event.at, packs=body.packs)


def _agreed(rows: Writing, event: e.Event, purge: str) -> dict[str, object]:
    """Who agreed and when, unless that was told before: where it was ordered elsewhere."""
    if purge_of(rows, purge).confirmed:
        return {}
    return {"confirmed": event.at, "confirmed_by": event.actor}


def _advance(rows: Writing, purge: str, **changes: object) -> None:
    found = purge_of(rows, purge)
    rows.put(t.PURGES, (found.id,), msgspec.structs.replace(found, **changes))


def _forget(rows: Writing, blob: BlobId) -> None:
    for table in (t.BLOBS, t.SEGMENTS, t.DERIVED):
        rows.delete(table, blob)
    _forget_grants(rows, blob)


def _forget_grants(rows: Writing, blob: BlobId) -> None:
    for agency in [AgencyId(str(key[1])) for key, _ in rows.scan(t.GRANTS, blob)]:
        rows.delete(t.GRANTS, blob, agency)


def _reason(kept: bytes) -> str:
    return e.decode_reason(kept).reason if kept else ERASED_REASON
