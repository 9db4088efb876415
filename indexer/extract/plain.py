"""Plain text: UTF-8, UTF-16 with its mark, else the Vietnamese Windows code page."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from indexer.extract.reading import CannotRead
from indexer.text import MAX_TEXT, Reason

MAX_BYTES = 4 * MAX_TEXT
"""Bytes that are looked at: enough for `MAX_TEXT` of text in any encoding."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read(source: BinaryIO) -> Iterator[str]:
    """Give the text of *source*."""
    yield decoded(source.read(MAX_BYTES))


def decoded(raw: bytes) -> str:
    """Give *raw* as text; raises `CannotRead` for what is no text at all."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    if b"\0" in raw:
        raise CannotRead(Reason.DAMAGED, "NUL bytes in plain text")
    try:
        return _whole_letters(raw)
    except UnicodeDecodeError:
        return raw.decode("cp1258", errors="replace")  # marks follow their letters: composed later


def _whole_letters(raw: bytes) -> str:
    """Decode UTF-8 strictly, but for a letter cut in two by the end of what was read."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    return decoder.decode(raw, final=len(raw) < MAX_BYTES)
