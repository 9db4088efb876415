"""A message, read: bytes in any pieces, then the value, its faults, its skeleton, its files."""

import time
from collections.abc import Callable
from datetime import date
from typing import BinaryIO, Literal, Self, TypeVar

import msgspec

from interop.edxml.composing import Interpreted, interpret
from interop.edxml.intake import Intake
from interop.edxml.limits import STANDARD, Limits
from interop.edxml.messages import Document, Message, Status
from interop.edxml.payload import Budget, Content, Payload
from interop.edxml.rules import judged
from interop.edxml.scanner import CHUNK, Cut, Monotonic, Scanner
from interop.edxml.shapes import DOCUMENT, MESSAGE, STATUS, shown
from interop.edxml.tree import Node
from interop.edxml.troubles import (
    BeyondLimit,
    ElementMissing,
    Level,
    ManifestDiffers,
    MessageFault,
    MessageTypeDiffers,
)

T = TypeVar("T")
MessageType = Literal["edoc", "status"]
"""What an axis calls the two messages."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A message taken apart: all of it but its files, which others keep by name."""

    skeleton: bytes
    """The bytes as they came, without those of the payloads."""
    cuts: tuple[Cut, ...]
    contents: tuple[Content, ...]
    """Of each payload, by its number."""
    size: int
    """Bytes of the message as it came."""
    sha256: bytes
    """Of the message as it came."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What was read."""

    message: Message
    faults: tuple[MessageFault, ...]
    unknown: tuple[str, ...]
    """Places of elements that we do not know: ignored, and kept in the skeleton."""
    envelope: Envelope

    @property
    def acceptable(self) -> bool:
        """Whether it may be taken in: remarks at most."""
        return all(fault.level is Level.FLAG for fault in self.faults)


class MessageReader:
    """Takes a message piece by piece. Left by `close`, or as a context when something fails."""

    def __init__(
        self,
        intake: Intake,
        *,
        today: date,
        limits: Limits = STANDARD,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """*today*, the day in Việt Nam, is what no document may be dated after."""
        self._today = today
        self._limits = limits
        self._payloads = _Payloads(intake, limits)
        self._scanner = Scanner(self._payloads, limits, monotonic)
        self._fault: MessageFault | None = None

    def feed(self, piece: bytes) -> None:
        """Take the next *piece*; raise a `MessageFault` when no more can be read."""
        self._guarded(lambda: self._scanner.feed(piece))

    def close(self, *, announced: MessageType | None = None) -> Reading:
        """Say that the message has ended; give what it was. Raise a `MessageFault`.

        *announced* is what the axis called it.
        """
        return self._guarded(lambda: self._read(announced))

    def abandon(self) -> None:
        """Forget the files that were taken; harmless after `close`, which has handed them over."""
        self._payloads.abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.abandon()

    def _guarded(self, work: Callable[[], T]) -> T:
        if self._fault is not None:
            raise self._fault
        try:
            return work()
        except MessageFault as fault:
            self._fault = fault
            self._payloads.abandon()
            raise

    def _read(self, announced: MessageType | None) -> Reading:
        root = self._scanner.finish()
        status = bool(_header(root, "StatusCode"))
        found = interpret(root, STATUS if status else DOCUMENT)
        message, contents, remarks = self._settled(found)
        faults = (
            *_type_faults(announced, "status" if status else "edoc"),
            *found.faults,
            *remarks,
            *_placed(judged(message, today=self._today), found),
        )
        if len(faults) > self._limits.faults:
            raise BeyondLimit(code="X.Limit", most=self._limits.faults, what="faults")
        return Reading(
            message=message,
            faults=faults,
            unknown=found.unknown,
            envelope=Envelope(
                skeleton=self._scanner.skeleton,
                cuts=self._scanner.cuts,
                contents=contents,
                size=self._scanner.size,
                sha256=self._scanner.sha256,
            ),
        )

    def _settled(
        self, found: Interpreted
    ) -> tuple[Message, tuple[Content, ...], list[MessageFault]]:
        message: Message = found.value
        if isinstance(message, Status):
            faults = [_carries_files()] if self._payloads.count else []
            contents = self._payloads.settle({})
            return message, contents, list[MessageFault](faults)
        names = {
            hole: one.name or _listed(message, one.content_id)
            for one, hole in zip(message.attachments, found.holes, strict=True)
            if hole is not None
        }
        contents = self._payloads.settle(names)
        faults = [content.remark for content in contents if content.remark is not None]
        return _with(message, found.holes, contents), contents, list[MessageFault](faults)


def read(
    stream: BinaryIO,
    intake: Intake,
    *,
    today: date,
    announced: MessageType | None = None,
    limits: Limits = STANDARD,
) -> Reading:
    """Read the message that *stream* gives, as `MessageReader` does; raise a `MessageFault`."""
    with MessageReader(intake, today=today, limits=limits) as reader:
        while piece := stream.read(CHUNK):
            reader.feed(piece)
        return reader.close(announced=announced)


class _Payloads:
    """The payloads of one message, in the order in which they came."""

    def __init__(self, intake: Intake, limits: Limits) -> None:
        self._intake = intake
        self._limits = limits
        self._budget = Budget(limits)
        self._all: list[Payload] = []

    @property
    def count(self) -> int:
        return len(self._all)

    def begin(self) -> int:
        self._all.append(Payload(self._intake, self._limits, self._budget))
        return len(self._all) - 1

    def text(self, text: str, /) -> None:
        self._all[-1].write(text)

    def end(self) -> None:
        self._all[-1].finish()

    def settle(self, names: dict[int, str]) -> tuple[Content, ...]:
        """What each turned out to be, attached as *names* say."""
        return tuple(one.settle(names.get(n, "")) for n, one in enumerate(self._all))

    def abandon(self) -> None:
        for one in self._all:
            one.abandon()


def _header(root: Node, word: str) -> list[Node]:
    nodes = [root]
    for step in (*MESSAGE.split("/"), word):
        nodes = [inner for node in nodes for inner in node.named(step)]
    return nodes


def _listed(document: Document, content_id: str) -> str:
    return next((one.name for one in document.references if one.content_id == content_id), "")


def _with(
    document: Document, holes: tuple[int | None, ...], contents: tuple[Content, ...]
) -> Document:
    """*document* with what its files turned out to be."""
    attachments = tuple(
        msgspec.structs.replace(
            one,
            content=content.content,
            size=content.size,
            form=content.form,
            entry=content.entry,
        )
        for one, hole in zip(document.attachments, holes, strict=True)
        for content in [contents[hole] if hole is not None else Content()]
    )
    return msgspec.structs.replace(document, attachments=attachments)


def _type_faults(announced: MessageType | None, found: MessageType) -> list[MessageFault]:
    if announced in (None, found):
        return []
    return [MessageTypeDiffers(code="TYPE_MISMATCH", announced=announced, found=found)]


def _carries_files() -> MessageFault:
    return ManifestDiffers(
        code="B.Manifest", place="AttachmentEncoded", reason="a status carries no files"
    )


def _placed(faults: tuple[MessageFault, ...], found: Interpreted) -> list[MessageFault]:
    """*faults* with their lines; what was there but not readable is not told as missing too."""
    lines = {shown(place): line for place, line in found.lines.items()}
    unreadable = {fault.place for fault in found.faults}
    return [
        fault.at(lines.get(fault.place, 0))
        for fault in faults
        if not (isinstance(fault, ElementMissing) and fault.place in unreadable)
    ]
