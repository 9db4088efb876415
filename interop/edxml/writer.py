"""A message, written: the same bytes for the same value, whenever and wherever."""

from collections.abc import Iterator
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from interop.edxml.codes import URI
from interop.edxml.composing import compose
from interop.edxml.messages import Document, Form, Message
from interop.edxml.outlet import OpenContent, looked_through
from interop.edxml.payload import PLACE, ZIP_FAMILY
from interop.edxml.plain import extension_of
from interop.edxml.rules import judged, of_ours, shape_of
from interop.edxml.shapes import PAYLOAD
from interop.edxml.tree import Node
from interop.edxml.troubles import ZipRefused, refused

_PREFIX = "edXML"
_DECLARED = f'xmlns:{_PREFIX}="{URI}"'
_XML = "http://www.w3.org/XML/1998/namespace"
_ESCAPED = {"\r": "&#13;"}
_ESCAPED_VALUE = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}

Piece = bytes | int
"""Bytes, or the number of the file that stands there."""


class Writing:
    """A message of ours, judged and looked through; its bytes may be asked for again and again."""

    def __init__(self, message: Message, open_content: OpenContent, *, today: date) -> None:
        """Raise `MessageRefused` for any fault, `ContentDiffers` for a file that is another."""
        if faults := (*judged(message, today=today), *of_ours(message)):
            raise refused(faults)
        self._open = open_content
        files = message.attachments if isinstance(message, Document) else ()
        self._outlets = tuple(looked_through(one, open_content) for one in files)
        for one, outlet in zip(files, self._outlets, strict=True):
            # A reader would take it for the wrapping of a file, and find none.
            if (
                outlet.zip_like
                and one.form is Form.RAW
                and extension_of(one.name) not in ZIP_FAMILY
            ):
                raise refused((_ambiguous(),))
        self._parts = tuple(_serialised(message))

    @property
    def size(self) -> int:
        """Bytes of the message: some axes ask for it before the first."""
        return sum(
            self._outlets[part].length if isinstance(part, int) else len(part)
            for part in self._parts
        )

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the message from its beginning."""
        for part in self._parts:
            if isinstance(part, int):
                yield from self._outlets[part].pieces(self._open)
            else:
                yield part


def _ambiguous() -> ZipRefused:
    return ZipRefused(code="B.Zip", place=PLACE, reason="a ZIP under another name, not wrapped")


def _serialised(message: Message) -> Iterator[Piece]:
    """The message in pieces, a number where a file stands."""
    root = compose(message, shape_of(message))
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="{URI}">\n'.encode()
    for node in root.nodes:
        prefix = f"{_PREFIX}:" if node.name == "edXMLEnvelope" else ""
        yield from _element(node, prefix, 1)
    yield b"</edXML>\n"


def _element(node: Node, prefix: str, depth: int) -> Iterator[Piece]:
    """An element of ours: a line for each that holds text, its own lines for one that holds others."""
    indent = "  " * depth
    name = prefix + node.name
    if node.hole is not None:
        yield f"{indent}<{_PREFIX}:{PAYLOAD} {_DECLARED}>".encode()
        yield node.hole
        yield f"</{_PREFIX}:{PAYLOAD}>\n".encode()
    elif node.word == "Signature" or node.name == "SignedInfo":
        yield (indent + "".join(_opaque(node, URI)) + "\n").encode()
    elif node.text:
        yield f"{indent}<{name}>{escape(node.text, _ESCAPED)}</{name}>\n".encode()
    else:
        yield f"{indent}<{name}{_attributes_of(node.name)}>\n".encode()
        for inner in node.nodes:
            yield from _element(inner, prefix, depth + 1)
        yield f"{indent}</{name}>\n".encode()


def _attributes_of(name: str) -> str:
    """What the elements of ours that have attributes carry."""
    if name == "edXMLEnvelope":
        return f" {_DECLARED}"
    return ' version="1.0"' if name == "edXMLManifest" else ""


def _opaque(node: Node, default: str) -> Iterator[str]:
    """An element of others, exactly as it is; *default* is the namespace around it."""
    own = "" if node.uri == default else f" xmlns={quoteattr(node.uri)}"
    yield f"<{node.name}{own}"
    for number, (full, value) in enumerate(node.attributes):
        uri, _, name = full.rpartition(" ")
        told = quoteattr(value, _ESCAPED_VALUE)
        if uri == _XML:
            yield f" xml:{name}={told}"
        elif uri:
            yield f" xmlns:a{number}={quoteattr(uri)} a{number}:{name}={told}"
        else:
            yield f" {name}={told}"
    yield ">"
    for part in node.parts:
        if isinstance(part, str):
            yield escape(part, _ESCAPED)
        else:
            yield from _opaque(part, node.uri)
    yield f"</{node.name}>"
