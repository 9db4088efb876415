"""One attached file on its way from Base64 to a sink, unwrapped where a ZIP lies around it.

Whether a ZIP is a wrapping or the file itself is decided by its content and by the name of the
attachment, which may stand behind the payload: what begins like a ZIP waits in a spool.
"""

from typing import BinaryIO

import msgspec

from interop.edxml.base64_stream import Decoder
from interop.edxml.intake import Intake, Sink
from interop.edxml.limits import Limits
from interop.edxml.messages import Form
from interop.edxml.plain import extension_of
from interop.edxml.troubles import Level, MessageOversized, ZipRefused
from interop.edxml.zipped import CHUNK, MAGIC, Entry, single_entry, unpacked

ZIP_FAMILY = frozenset(
    {"zip", "jar", "epub", "asice", "asics"}
    | {"docx", "docm", "dotx", "xlsx", "xlsm", "xltx", "pptx", "pptm", "ppsx"}
    | {"odt", "ods", "odp", "odg"}
)
"""Files that are a ZIP themselves."""
PLACE = "AttachmentEncoded/Attachment"


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a payload turned out to be."""

    content: str = ""
    size: int = 0
    form: Form = Form.RAW
    entry: str = ""
    remark: ZipRefused | None = None
    """A ZIP that was taken as the file itself, though its name says something else."""


class Budget:
    """Bytes that all files of a message may still have together."""

    def __init__(self, limits: Limits) -> None:
        self._left = limits.content
        self._most = limits.content

    def take(self, size: int) -> None:
        """Count *size* bytes; raise `MessageOversized`."""
        self._left -= size
        if self._left < 0:
            raise MessageOversized(
                code="B.Size", place=PLACE, most=self._most, what="bytes of content"
            )


class Payload:
    """Takes the text of one payload; `settle` says what it was."""

    def __init__(self, intake: Intake, limits: Limits, budget: Budget) -> None:
        self._intake = intake
        self._limits = limits
        self._budget = budget
        self._decoder = Decoder()
        self._head = b""
        self._size = 0
        self._sink: Sink | None = None
        self._spool: BinaryIO | None = None

    def write(self, text: str) -> None:
        """Take the next *text*; raise `NotBase64`, `MessageOversized`."""
        self._take(self._decoder.decoded(text))

    def finish(self) -> None:
        """Say that its text has ended; raise `NotBase64`."""
        self._decoder.finish()

    def settle(self, name: str) -> Content:
        """Put the file, which is attached as *name*, into its sink; raise `ZipRefused`."""
        try:
            return self._settled(name)
        finally:
            self._close_spool()

    def abandon(self) -> None:
        """Forget it."""
        self._close_spool()
        if self._sink is not None:
            self._sink.abandon()

    def _take(self, raw: bytes) -> None:
        self._size += len(raw)
        if self._size > self._limits.attachment:
            raise _too_large(self._limits)
        if self._spool is not None:
            self._spool.write(raw)
        elif self._sink is not None:
            self._put(raw)
        else:
            self._head += raw
            if len(self._head) >= len(MAGIC):
                self._choose()

    def _choose(self) -> None:
        """Say where it goes, now that its first bytes are there."""
        head, self._head = self._head, b""
        if head.startswith(MAGIC):
            self._spool = self._intake.spool()
            self._spool.write(head)
        else:
            self._put(head)

    def _put(self, piece: bytes) -> None:
        self._budget.take(len(piece))
        if self._sink is None:
            self._sink = self._intake.sink()
        self._sink.write(piece)

    def _settled(self, name: str) -> Content:
        if self._spool is None:
            if self._head:
                self._put(self._head)
            return self._content(self._size)
        entry = single_entry(self._spool, self._size)
        extension = extension_of(name)
        if entry is not None and extension_of(entry.name) == extension:
            return self._unwrapped(self._spool, entry)
        self._spool.seek(0)
        while piece := self._spool.read(CHUNK):
            self._put(piece)
        return self._content(self._size, remark=_remark(extension, alone=entry is not None))

    def _unwrapped(self, spool: BinaryIO, entry: Entry) -> Content:
        size = 0
        for piece in unpacked(spool, entry, self._limits):
            size += len(piece)
            if size > self._limits.attachment:
                raise _too_large(self._limits)
            self._put(piece)
        content = self._content(size)
        return msgspec.structs.replace(content, form=Form.ZIP, entry=entry.name)

    def _content(self, size: int, remark: ZipRefused | None = None) -> Content:
        name = self._sink.done() if self._sink is not None else ""
        return Content(content=name, size=size, remark=remark)

    def _close_spool(self) -> None:
        if self._spool is not None:
            self._spool.close()
        self._spool = None


def _remark(extension: str, *, alone: bool) -> ZipRefused | None:
    """What to say of a ZIP that is taken as it is."""
    if extension in ZIP_FAMILY:
        return None
    level = Level.FLAG if alone or not extension else Level.ERROR
    reason = "its entry has another extension" if alone else "not one whole entry"
    return ZipRefused(code="B.Zip", place=PLACE, level=level, reason=reason)


def _too_large(limits: Limits) -> MessageOversized:
    return MessageOversized(
        code="B.Size", place=PLACE, most=limits.attachment, what="bytes of one file"
    )
