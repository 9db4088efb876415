"""The only reader of XML here: bytes in, a small tree and the texts of the payloads out.

Rules for the file: nothing that an attacker chooses may grow without a limit, and nothing is left
to what expat does by default. A DOCTYPE ends the reading at its first token: parameter entities
pass both ElementTree and lxml in silence.
"""

import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple, NoReturn, Protocol
from xml.parsers import expat

import msgspec

from interop.edxml.codes import URI
from interop.edxml.limits import Limits
from interop.edxml.shapes import PAYLOAD
from interop.edxml.tree import Node
from interop.edxml.troubles import (
    BeyondLimit,
    DoctypeRefused,
    ManifestDiffers,
    MessageFault,
    MessageOversized,
    NotBase64,
    NotXml,
    OtherNamespace,
)

CHUNK = 64 * 1024
"""Bytes given to the parser at once: fewer are gathered first, so that slow senders cost no more."""
_PAYLOAD_PATH = ("edXML", "AttachmentEncoded", "Attachment", PAYLOAD)
_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_ENCODINGS = {None, "utf-8", "utf8", "us-ascii", "ascii"}
Monotonic = Callable[[], float]
"""Seconds of a clock that never goes back."""


class Payloads(Protocol):
    """Takes the payloads as they pass."""

    def begin(self) -> int:
        """Begin the next one; give its number, from 0."""
        ...

    def text(self, text: str, /) -> None:
        """Take the next piece of its text."""
        ...

    def end(self) -> None:
        """Say that it has ended."""
        ...


class Cut(NamedTuple):
    """Where bytes of a payload were taken out of the skeleton."""

    at: int
    """Byte of the skeleton before which they stood."""
    payload: int


class _Open:
    """An element that has not ended yet."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.parts: list[Node | str] = []


class Scanner:
    """Reads one message; after a fault it takes nothing more."""

    def __init__(self, payloads: Payloads, limits: Limits, monotonic: Monotonic) -> None:
        self._payloads = payloads
        self._limits = limits
        self._monotonic = monotonic
        self._until = monotonic() + limits.seconds
        self._sha256 = hashlib.sha256()
        self._gathered = bytearray()
        self._skeleton = _Skeleton(limits)
        self._stack: list[_Open] = []
        self._root: Node | None = None
        self._hole: int | None = None
        self._size = self._elements = self._text = self._namespaces = 0
        self._parser = self._made_parser()

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        return self._size

    @property
    def sha256(self) -> bytes:
        """Of all bytes taken so far."""
        return self._sha256.digest()

    @property
    def skeleton(self) -> bytes:
        """The message without its payloads, once it has ended."""
        return bytes(self._skeleton.kept)

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """Where the payloads stood in the skeleton."""
        return tuple(self._skeleton.cuts)

    def feed(self, piece: bytes) -> None:
        """Take the next *piece*; raise a `MessageFault`."""
        self._size += len(piece)
        if self._size > self._limits.message:
            raise MessageOversized(
                code="B.Size", most=self._limits.message, what="bytes of the message"
            )
        self._sha256.update(piece)
        self._gathered += piece
        while len(self._gathered) >= CHUNK:
            chunk = bytes(self._gathered[:CHUNK])
            del self._gathered[:CHUNK]
            self._parse(chunk)

    def finish(self) -> Node:
        """Say that there is no more; give the root. Raise a `MessageFault`."""
        self._parse(bytes(self._gathered))
        self._gathered.clear()
        self._parse(b"", last=True)
        self._skeleton.settle(self._size)
        if self._root is None:
            raise self._fault(NotXml, "X.Syntax", reason="no element found")
        return self._root

    def _made_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.buffer_size = 2 * CHUNK
        parser.ordered_attributes = True
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._started
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = self._said
        return parser

    def _parse(self, chunk: bytes, *, last: bool = False) -> None:
        self._skeleton.window += chunk
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise self._fault(NotXml, "X.Syntax", reason=expat.ErrorString(error.code)) from None
        except ValueError:  # UnicodeError among them
            raise self._fault(NotXml, "X.Syntax", reason="text not readable") from None
        position = self._parser.CurrentByteIndex
        self._skeleton.settle(position)
        if len(self._skeleton.window) > self._limits.token + CHUNK:
            self._beyond("bytes of one tag or comment", self._limits.token)
        if self._monotonic() > self._until:
            self._beyond("seconds", self._limits.seconds)

    # What the parser calls.

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding and encoding.casefold()) not in _ENCODINGS:
            raise self._fault(NotXml, "X.Syntax", reason="encoding is not UTF-8")

    def _doctype(self, *_: object) -> None:
        raise self._fault(DoctypeRefused, "X.Dtd")

    def _namespace(self, _prefix: str | None, uri: str | None) -> None:
        self._namespaces += 1
        if self._namespaces > self._limits.elements:
            self._beyond("namespaces", self._limits.elements)
        if len(uri or "") > self._limits.name:
            self._beyond("characters of a namespace", self._limits.name)

    def _started(self, full: str, attributes: list[str]) -> None:
        uri, _, name = full.rpartition(" ")
        self._counted(name, attributes)
        if not self._stack and (uri, name) != (URI, "edXML"):
            raise self._fault(OtherNamespace, "X.Namespace", found=repr(full[:80]))
        pairs = sorted(zip(attributes[::2], attributes[1::2], strict=True))
        line = self._parser.CurrentLineNumber
        node = Node(name=name, uri=uri, attributes=tuple(pairs), line=line)
        self._stack.append(_Open(node))
        if self._at_payload():
            self._begin_payload()

    def _counted(self, name: str, attributes: list[str]) -> None:
        self._elements += 1
        if self._hole is not None:
            raise self._fault(NotBase64, "B.Base64")
        if self._elements > self._limits.elements:
            self._beyond("elements", self._limits.elements)
        if len(self._stack) >= self._limits.depth:
            self._beyond("elements within each other", self._limits.depth)
        if len(attributes) > 2 * self._limits.attributes:
            self._beyond("attributes", self._limits.attributes)
        if len(name) > self._limits.name:
            self._beyond("characters of a name", self._limits.name)

    def _at_payload(self) -> bool:
        names = tuple(one.node.word for one in self._stack[:5])
        return names == _PAYLOAD_PATH

    def _begin_payload(self) -> None:
        if any(isinstance(p, Node) and p.hole is not None for p in self._stack[-2].parts):
            raise self._fault(ManifestDiffers, "B.Manifest", reason="two payloads in one file")
        self._hole = self._payloads.begin()
        if self._hole >= self._limits.attachments:
            raise self._fault(
                MessageOversized, "B.Size", most=self._limits.attachments, what="files"
            )
        self._skeleton.open(self._parser.CurrentByteIndex)

    def _said(self, text: str) -> None:
        if self._hole is not None:
            self._payloads.text(text)
            return
        self._text += len(text)
        if self._text > self._limits.text:
            self._beyond("characters outside the files", self._limits.text)
        self._stack[-1].parts.append(text)

    def _ended(self, _name: str) -> None:
        ended = self._stack.pop()
        node = msgspec.structs.replace(ended.node, parts=_joined(ended.parts), hole=self._hole)
        if self._hole is not None:
            self._payloads.end()
            self._skeleton.shut(self._parser.CurrentByteIndex, self._hole)
            self._hole = None
        if self._stack:
            self._stack[-1].parts.append(node)
        else:
            self._root = node

    def _beyond(self, what: str, most: float) -> NoReturn:
        raise self._fault(BeyondLimit, "X.Limit", most=most, what=what)

    def _fault(self, trouble: type[MessageFault], code: str, **facts: object) -> MessageFault:
        place = "/".join(one.node.name for one in self._stack) or "edXML"
        return trouble(code=code, place=place, line=self._parser.CurrentLineNumber, **facts)  # pyright: ignore[reportArgumentType]


class _Skeleton:
    """Keeps the bytes of a message but those of its payloads.

    `window` holds what the parser has seen and not said anything about: tags that are still whole.
    """

    def __init__(self, limits: Limits) -> None:
        self.kept = bytearray()
        self.cuts: list[Cut] = []
        self.window = bytearray()
        self._start = 0
        """Which byte of the message the window begins with."""
        self._limits = limits
        self._inside = False

    def open(self, tag: int) -> None:
        """A payload begins with the tag at byte *tag*."""
        found = _TAG.match(self.window, tag - self._start)
        if found is None or found[0].endswith(b"/>"):
            return  # nothing is in it: a fault of its own
        self.settle(self._start + found.end())
        self._inside = True

    def shut(self, tag: int, payload: int) -> None:
        """The payload ends before the tag at byte *tag*."""
        if self._inside:
            self.settle(tag)
            self._inside = False
            self.cuts.append(Cut(len(self.kept), payload))

    def settle(self, position: int) -> None:
        """Say that everything before *position* belongs where we are now."""
        count = position - self._start
        if count <= 0:
            return
        if not self._inside:
            self.kept += self.window[:count]
        del self.window[:count]
        self._start = position
        if len(self.kept) > self._limits.skeleton:
            raise BeyondLimit(
                code="X.Limit", most=self._limits.skeleton, what="bytes outside the files"
            )


def _joined(parts: list[Node | str]) -> tuple[Node | str, ...]:
    """*parts* with neighbouring texts made one."""
    joined: list[Node | str] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)
