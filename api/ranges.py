"""Which bytes of a file a request wants: one range, the whole, or none that exists.

RFC 9110, 14: a Range that cannot be read, or names several ranges, is answered with the whole
file; one that begins behind the end is refused. Pure.
"""

import re
from typing import NamedTuple

_ONE_RANGE = re.compile(r"bytes=\s*(?:(\d{1,19})-(\d{1,19})?|-(\d{1,19}))\s*", re.ASCII)


class Slice(NamedTuple):
    """Some bytes of a file."""

    offset: int
    length: int


def wanted(header: str | None, size: int) -> Slice | None:
    """The bytes that *header* names of a file of *size* bytes; None = it names none that exist.

    >>> wanted("bytes=2-4", 10), wanted("bytes=-3", 10), wanted("bytes=1-2,4-5", 10)
    (Slice(offset=2, length=3), Slice(offset=7, length=3), Slice(offset=0, length=10))
    """
    whole = Slice(0, size)
    match = _ONE_RANGE.fullmatch(header) if header else None
    if match is None:
        return whole
    first, last, suffix = match.groups()
    if suffix is not None:
        length = min(int(suffix), size)
        return Slice(size - length, length) if length else None
    if last is not None and int(last) < int(first):
        return whole
    offset = int(first)
    end = size if last is None else min(int(last) + 1, size)
    return Slice(offset, end - offset) if offset < size else None
