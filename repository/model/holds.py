"""Holds (lệnh giữ): while one stands, its blob or the files of its document are not destroyed."""

import msgspec

from repository.model.ids import BlobId, DocumentId, HoldId, show_blob

NO_BLOB = BlobId(b"")
NO_DOCUMENT = DocumentId("")


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold as it stands now; a lifted one is kept as evidence."""

    id: HoldId
    blob: BlobId = NO_BLOB
    """What is held, or empty when it is a document."""
    document: DocumentId = NO_DOCUMENT
    """The document whose files are held, or empty when it is a blob."""
    reason: str
    placed: int
    """Microseconds since 1970-01-01 UTC."""
    placed_by: str
    lifted: int = 0
    """When it was lifted; 0 = it stands."""
    lifted_by: str = ""

    @property
    def target(self) -> str:
        """What is held, as the catalogue's key."""
        return held_document(self.document) if self.document else held_blob(self.blob)


def held_blob(blob: BlobId) -> str:
    """The key of holds on *blob*."""
    return show_blob(blob)


def held_document(document: DocumentId) -> str:
    """The key of holds on *document*."""
    return f"document:{document}"
