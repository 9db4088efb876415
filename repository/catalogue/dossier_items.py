"""What the events about the items of dossiers do to the catalogue, and the looks at them."""

from collections.abc import Callable, Iterator

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.dossier_steps import changed, stepped
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.dossier_events import ItemHeld
from repository.model.dossiers import Dossier, Item
from repository.model.ids import AgencyId, BlobId, DocumentId, DossierId, ItemId

# Looks.


def items_of(reading: Reading, dossier: DossierId) -> Iterator[Item]:
    """What is in a dossier, in order."""
    return (item for _, item in reading.scan(t.ITEMS, dossier))


def item_of(reading: Reading, dossier: DossierId, item: ItemId) -> Item | None:
    """One of them."""
    rank = reading.get(t.ITEM_RANKS, dossier, item)
    return None if rank is None else reading.get(t.ITEMS, dossier, rank)


def dossiers_with(reading: Reading, document: DocumentId) -> Iterator[DossierId]:
    """The dossiers that hold *document*."""
    return (DossierId(str(key[1])) for key, _ in reading.scan(t.DOCUMENT_DOSSIERS, document))


def papers_holding(reading: Reading, blob: BlobId) -> Iterator[tuple[AgencyId, DossierId, ItemId]]:
    """The dossiers that hold *blob* as a paper of their own."""
    for key, agency in reading.scan(t.ITEM_BLOBS, blob):
        yield agency, DossierId(str(key[1])), ItemId(str(key[2]))


# Effects.


def _items_added(rows: Writing, event: e.Event, body: e.ItemsAdded, kept: bytes) -> None:
    before = rows.get(t.DOSSIERS, body.id)
    if before is None:
        return
    blank = tuple("" if held.document else e.ERASED for held in body.items)
    told = e.decode_items(kept) if kept else e.ItemsTold(b"", blank, blank)
    for held, title, name in zip(body.items, told.titles, told.names, strict=True):
        _add(rows, event, before, held, title, name)
    documents = sum(bool(held.document) for held in body.items)
    after = changed(
        before,
        event,
        body.revision,
        items=before.items + len(body.items),
        documents=before.documents + documents,
        pages=before.pages + sum(held.pages for held in body.items),
        last_rank=max(before.last_rank, *(held.rank for held in body.items)),
    )
    rows.put(t.DOSSIERS, (body.id,), after)
    stepped(rows, event, after, "added", items=len(body.items))


def _add(
    rows: Writing, event: e.Event, dossier: Dossier, held: ItemHeld, title: str, name: str
) -> None:
    item = Item(
        id=held.id,
        dossier=dossier.id,
        rank=held.rank,
        document=held.document,
        title=title,
        blob=held.blob,
        name=name,
        size=held.size,
        media_type=held.media_type,
        pages=held.pages,
        added=event.at,
        actor=event.actor,
    )
    rows.put(t.ITEMS, (dossier.id, held.rank), item)
    rows.put(t.ITEM_RANKS, (dossier.id, held.id), held.rank)
    if held.document:
        rows.put(t.DOCUMENT_DOSSIERS, (held.document, dossier.id), held.id)
    if held.blob:
        rows.put(t.ITEM_BLOBS, (held.blob, dossier.id, held.id), dossier.agency)


def _items_removed(rows: Writing, event: e.Event, body: e.ItemsRemoved, kept: bytes) -> None:
    before = rows.get(t.DOSSIERS, body.id)
    if before is None:
        return
    gone = [item for one in body.items if (item := item_of(rows, body.id, one))]
    for item in gone:
        rows.delete(t.ITEMS, body.id, item.rank)
        rows.delete(t.ITEM_RANKS, body.id, item.id)
        if item.document:
            rows.delete(t.DOCUMENT_DOSSIERS, item.document, body.id)
        if item.blob:
            rows.delete(t.ITEM_BLOBS, item.blob, body.id, item.id)
    reason = e.decode_words(kept).words if kept else ""
    after = changed(
        before,
        event,
        body.revision,
        items=before.items - len(gone),
        documents=before.documents - sum(bool(item.document) for item in gone),
        pages=before.pages - sum(item.pages for item in gone),
    )
    rows.put(t.DOSSIERS, (body.id,), after)
    stepped(rows, event, after, "removed", reason, items=len(gone))


def _items_moved(rows: Writing, event: e.Event, body: e.ItemsMoved, _: bytes) -> None:
    before = rows.get(t.DOSSIERS, body.id)
    if before is None:
        return
    moving = [(item, rank) for one, rank in body.moves if (item := item_of(rows, body.id, one))]
    for item, _rank in moving:
        rows.delete(t.ITEMS, body.id, item.rank)
    for item, rank in moving:
        rows.put(t.ITEMS, (body.id, rank), msgspec.structs.replace(item, rank=rank))
        rows.put(t.ITEM_RANKS, (body.id, item.id), rank)
    last = max((rank for _, rank in moving), default=0)
    whole = len(moving) == before.items
    after = changed(
        before, event, body.revision, last_rank=last if whole else max(last, before.last_rank)
    )
    rows.put(t.DOSSIERS, (body.id,), after)
    stepped(rows, event, after, "moved", items=len(moving))


def _item_erased(rows: Writing, event: e.Event, body: e.ItemErased, _: bytes) -> None:
    item = item_of(rows, body.id, body.item)
    dossier = rows.get(t.DOSSIERS, body.id)
    rows.delete(t.ITEM_BLOBS, body.blob, body.id, body.item)
    if item and dossier:
        erased = msgspec.structs.replace(item, purge=body.purge)
        rows.put(t.ITEMS, (body.id, item.rank), erased)
        stepped(rows, event, dossier, "erased", items=1)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.ItemsAdded: _items_added,
    e.ItemsRemoved: _items_removed,
    e.ItemsMoved: _items_moved,
    e.ItemErased: _item_erased,
}
