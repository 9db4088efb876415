"""The contents of a dossier as a chain: link n is BLAKE3 of link n - 1 and item n, in their order.

A printed table of contents (mục lục văn bản) ends with the last link; that of a closed dossier
stands in the event that closed it, so that a later print can be compared.
"""

import msgspec

from repository.model.closings import NO_LINK
from repository.model.documents import Document
from repository.model.dossiers import Item
from repository.model.ids import BlobId, DocumentId, ItemId
from repository.model.merkle import digest


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """An item in its canonical form (`docs/format.md`)."""

    position: int
    item: ItemId
    document: DocumentId
    revision: int
    blobs: tuple[BlobId, ...]


def contents_link(before: bytes, position: int, item: Item, document: Document | None) -> bytes:
    """The link of the item at *position* (from 1), behind the link *before*."""
    blobs = tuple(one.blob for one in document.components) if document else (item.blob,)
    revision = document.revision if document else 0
    row = _Row(position, item.id, item.document, revision, blobs)
    return digest(before + msgspec.msgpack.encode(row))


NOTHING = NO_LINK
"""The chain over no item."""
