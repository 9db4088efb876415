"""One attached file on its way into a message: wrapped, in Base64, as long as was said before."""

import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec

from interop.edxml.base64_stream import encoded
from interop.edxml.messages import Attachment, Form
from interop.edxml.payload import PLACE, Content
from interop.edxml.troubles import ContentDiffers
from interop.edxml.zipped import CHUNK, MAGIC, packed, packed_size
from repository.blobs.address import Naming
from repository.model.ids import show_blob

OpenContent = Callable[[str], BinaryIO]
"""Opens the bytes that go by a name, from their beginning; asked twice for each file."""


class Outlet(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was looked through, ready to be written any number of times."""

    content: str
    size: int
    form: Form
    entry: str
    crc: int
    zip_like: bool
    """It begins as a ZIP does."""

    @property
    def length(self) -> int:
        """Signs of its payload."""
        wrapped = self.form is Form.ZIP
        raw = packed_size(self.size, self.entry) if wrapped else self.size
        return -(-raw // 3) * 4

    def pieces(self, open_content: OpenContent) -> Iterator[bytes]:
        """Its payload; raise `ContentDiffers` when the file has changed since."""
        with open_content(self.content) as stream:
            raw = _exactly(stream, self.size)
            if self.form is Form.ZIP:
                raw = packed(raw, self.entry, self.size, self.crc)
            yield from encoded(raw)


def looked_through(one: Attachment | Content, open_content: OpenContent) -> Outlet:
    """*one* made ready; raise `ContentDiffers` unless its bytes are those it names."""
    naming, crc, size, head = Naming(), 0, 0, b""
    with open_content(one.content) as stream:
        while piece := stream.read(CHUNK):
            naming.update(piece)
            head = head or piece[: len(MAGIC)]
            crc = zlib.crc32(piece, crc)
            size += len(piece)
    if size != one.size or show_blob(naming.finish()) != one.content:
        raise _differs()
    return Outlet(
        content=one.content,
        size=size,
        form=one.form,
        entry=one.entry,
        crc=crc,
        zip_like=head == MAGIC,
    )


def _exactly(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        piece = stream.read(min(CHUNK, size))
        if not piece:
            raise _differs()
        size -= len(piece)
        yield piece
    if stream.read(1):
        raise _differs()


def _differs() -> ContentDiffers:
    return ContentDiffers(code="B.Content", place=PLACE)
