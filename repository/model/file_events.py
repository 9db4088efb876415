"""Events of the files of a document; names of files and of people stand beside the event."""

import msgspec

from repository.model.body import Body
from repository.model.days import UNBOUNDED, Day
from repository.model.documents import Component, ComponentRole
from repository.model.ids import BlobId, DocumentId


class ComponentHeld(msgspec.Struct, frozen=True, array_like=True):
    """A file of a document, without its name (that is a particular)."""

    role: ComponentRole
    blob: BlobId
    size: int
    media_type: str
    number: str = ""
    """Of an annex, as printed."""
    digitised: Day = UNBOUNDED
    """The day on which it was made from paper; unbounded = it was not."""
    pages: int = 0
    """Of paper that it was made from."""


class FilesChanged(Body, frozen=True, array_like=True, tag="files-changed"):
    """Files were added to a document, or stand in the place of others; those stay in its history."""

    id: DocumentId
    revision: int
    """From 2; revision 1 is the registration."""
    files: tuple[tuple[int, ComponentHeld], ...]
    """Each at its place, from 0; a place behind the last one is a new one."""


class FilesTold(msgspec.Struct, frozen=True, array_like=True):
    """Particulars of changed files."""

    salt: bytes
    """16 random bytes, so that the digest in the event tells nothing about short texts."""
    names: tuple[str, ...]
    """In the order of the event's files."""
    digitisers: tuple[str, ...]
    """Who made them from paper, in words; in the same order, or none at all."""
    reason: str


def component_of(held: ComponentHeld, *, name: str, digitised_by: str) -> Component:
    """The file as its document has it."""
    return Component(
        role=held.role,
        blob=held.blob,
        name=name,
        size=held.size,
        media_type=held.media_type,
        number=held.number,
        digitised=held.digitised,
        digitised_by=digitised_by,
        pages=held.pages,
    )
