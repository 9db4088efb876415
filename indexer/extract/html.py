"""HTML: what a browser would show as text, by libxml2's forgiving parser."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from lxml import etree

from indexer.extract.plain import MAX_BYTES, decoded

CHUNK = 64 * 1024
"""Characters fed at once."""
_HIDDEN = frozenset({"script", "style", "noscript", "template", "svg", "math", "head"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "kbd", "label", "mark"}
    | {"q", "s", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)


def read(source: BinaryIO) -> Iterator[str]:
    """Give the text of *source*, its title first."""
    page = _decoded(source.read(MAX_BYTES))
    shown = _Shown()
    parser = etree.HTMLParser(target=cast("Any", shown), no_network=True, huge_tree=False)
    for start in range(0, len(page), CHUNK):
        parser.feed(page[start : start + CHUNK])
        yield from shown.taken()
    parser.close()
    yield from shown.taken()


def _decoded(raw: bytes) -> str:
    declared = _CHARSET.search(raw[:2048])
    if declared is None:
        return decoded(raw)
    try:
        return raw.decode(declared[1].decode("ascii"))
    except (LookupError, UnicodeDecodeError):
        return decoded(raw)


class _Shown:
    """A parser's target that keeps what is shown and puts blocks on lines of their own."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._hidden = 0
        self._titled = False

    def taken(self) -> list[str]:
        """Give the pieces gathered since the last time."""
        pieces, self._pieces = self._pieces, []
        return pieces

    def start(self, tag: str, _attributes: object) -> None:
        self._hidden += tag in _HIDDEN
        self._titled = tag == "title"
        self._break(tag)

    def end(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        self._titled = False
        self._break(tag)

    def data(self, text: str) -> None:
        if self._titled or not self._hidden:
            self._pieces.append(text)

    def close(self) -> None:
        """Nothing is left to do; lxml asks for it."""

    def _break(self, tag: str) -> None:
        if tag not in _INLINE:
            self._pieces.append("\n")
