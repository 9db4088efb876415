"""Office files: DOCX, XLSX, PPTX and OpenDocument are zip files of XML, read as streams.

Rules for the file: no tree is built, no entity resolved, no address fetched; a document type
declaration, which no honest office file has, ends the reading.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Protocol, cast

from lxml import etree

from indexer.extract.archive import Archive
from indexer.extract.reading import CannotRead
from indexer.text import Reason

MAX_STRINGS = 1_000_000
"""Shared strings of one workbook."""


def read_docx(source: BinaryIO) -> Iterator[str]:
    """Give the paragraphs of a DOCX: the text, then notes, headers and footers."""
    parts = r"word/(?:document|footnotes|endnotes|header\d*|footer\d*)\.xml"
    return _paragraphs(Archive(source), parts, spoken={"t"}, blocks={"p", "br", "cr"})


def read_pptx(source: BinaryIO) -> Iterator[str]:
    """Give the paragraphs of a PPTX, slide by slide, then the notes."""
    parts = r"ppt/(?:slides/slide|notesSlides/notesSlide)\d+\.xml"
    return _paragraphs(Archive(source), parts, spoken={"t"}, blocks={"p", "br"})


def read_opendocument(source: BinaryIO) -> Iterator[str]:
    """Give the paragraphs of an OpenDocument text, sheet or presentation."""
    archive = Archive(source)
    if b"encryption-data" in b"".join(_manifest(archive)):
        raise CannotRead(Reason.ENCRYPTED)
    return _paragraphs(
        archive, r"(?:content|styles)\.xml", spoken={"p", "h"}, blocks={"p", "h", "line-break"}
    )


def read_xlsx(source: BinaryIO) -> Iterator[str]:
    """Give the cells of an XLSX, row by row."""
    archive = Archive(source)
    strings = list(_shared_strings(archive))
    for name in _ordered(archive.names(), r"xl/worksheets/sheet\d+\.xml"):
        yield from _streamed(archive.chunks(name), _Cells(strings))


def _paragraphs(
    archive: Archive, parts: str, *, spoken: set[str], blocks: set[str]
) -> Iterator[str]:
    names = _ordered(archive.names(), parts)
    if not names:
        raise CannotRead(Reason.DAMAGED, "no part with text")
    for name in names:
        yield from _streamed(archive.chunks(name), _Paragraphs(spoken, blocks))
        yield "\n"


def _shared_strings(archive: Archive) -> Iterator[str]:
    if "xl/sharedStrings.xml" in archive.names():
        for count, text in enumerate(
            _streamed(archive.chunks("xl/sharedStrings.xml"), _SharedStrings())
        ):
            if count >= MAX_STRINGS:
                raise CannotRead(Reason.TOO_LARGE, "shared strings")
            yield text


def _manifest(archive: Archive) -> Iterable[bytes]:
    name = "META-INF/manifest.xml"
    return archive.chunks(name) if name in archive.names() else ()


def _ordered(names: Iterable[str], form: str) -> list[str]:
    """Give the *names* of *form*: as the form names its kinds, then by number."""
    chosen = {name for name in names if re.fullmatch(form, name)}
    kinds = re.findall(r"document|footnotes|slides/|content", form)

    def place(name: str) -> tuple[int, int, str]:
        kind = next((at for at, kind in enumerate(kinds) if kind in name), len(kinds))
        number = re.search(r"(\d{1,9})\.xml", name)
        return kind, int(number[1]) if number else 0, name

    return sorted(chosen, key=place)


class _Target(Protocol):
    """What a parser tells what it meets; `taken` empties what was gathered."""

    def taken(self) -> list[str]: ...


def _streamed(chunks: Iterable[bytes], target: _Target) -> Iterator[str]:
    parser = etree.XMLParser(
        target=cast("Any", target),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for chunk in chunks:
        parser.feed(chunk)
        yield from target.taken()
    parser.close()
    yield from target.taken()


class _Gathering:
    """The common half of the targets: pieces, and the refusal of declarations."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def taken(self) -> list[str]:
        pieces, self._pieces = self._pieces, []
        return pieces

    def doctype(self, *_: object) -> None:
        """Refuse the file before any entity of it could be used."""
        raise CannotRead(Reason.HOSTILE, "document type declaration")

    def close(self) -> None:
        """Nothing is left to do; lxml asks for it."""


class _Paragraphs(_Gathering):
    """Keeps the text inside the *spoken* elements and ends a line after each of the *blocks*."""

    def __init__(self, spoken: set[str], blocks: set[str]) -> None:
        super().__init__()
        self._spoken = spoken
        self._blocks = blocks
        self._inside = 0

    def start(self, tag: str, _attributes: object) -> None:
        self._inside += _local(tag) in self._spoken

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._inside -= name in self._spoken
        if name in self._blocks:
            self._pieces.append("\n")
        elif name in _SPACES:
            self._pieces.append(" ")

    def data(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)


class _SharedStrings(_Gathering):
    """Keeps each `si` as one piece, without the phonetic hints (`rPh`)."""

    def __init__(self) -> None:
        super().__init__()
        self._letters: list[str] = []
        self._inside = 0
        self._hint = False

    def start(self, tag: str, _attributes: object) -> None:
        self._inside += _local(tag) == "t"
        self._hint = self._hint or _local(tag) == "rPh"

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._inside -= name == "t"
        self._hint = self._hint and name != "rPh"
        if name == "si":
            self._pieces.append("".join(self._letters))
            self._letters = []

    def data(self, text: str) -> None:
        if self._inside and not self._hint:
            self._letters.append(text)


class _Cells(_Gathering):
    """Keeps the value of each cell, a tab after it and a line's end after each row."""

    def __init__(self, strings: list[str]) -> None:
        super().__init__()
        self._strings = strings
        self._shared = False
        self._value: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "c":
            self._shared = attributes.get("t") == "s"
        elif name in {"v", "t"}:
            self._value = []

    def end(self, tag: str) -> None:
        name = _local(tag)
        if name in {"v", "t"} and self._value is not None:
            self._pieces.append(self._shown("".join(self._value)))
            self._value = None
        elif name in {"c", "row"}:
            self._pieces.append("\t" if name == "c" else "\n")

    def data(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def _shown(self, value: str) -> str:
        if not self._shared:
            return value
        number = int(value) if value.isdecimal() and len(value) < 10 else len(self._strings)
        return self._strings[number] if number < len(self._strings) else ""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


_SPACES = frozenset({"tab", "s"})
"""Empty elements that stand for space: `w:tab`, `text:tab`, `text:s`."""
