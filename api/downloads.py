"""Giving a file out: entity tag, ranges, digests, and a name that can do no harm.

A file is data from strangers: it is always an attachment, never sniffed, and should a browser
show it all the same, it stands in a sandbox.
"""

import unicodedata
from functools import lru_cache
from urllib.parse import quote

import falcon

from api import digests, ranges, wire
from api import headers as h
from api.operations import Answered
from api.services import Services, blobs
from repository.blobs.port import BlobStat
from repository.model.ids import show_blob

_TURNING = frozenset(["RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"])
_UNSAFE = frozenset('/\\:*?"<>|')
WHOLE_BYTES = 1024 * 1024
"""So much is handed over at once: waitress sends a stream head and pieces apart, at twice the cost."""
IMMUTABLE = "private, max-age=31536000, immutable"
_FILE = (h.ETAG, h.REPR_DIGEST, h.ACCEPT_RANGES, h.DISPOSITION)
ANSWERS = (
    Answered(told="The file.", shape=bytes, media_type="*/*", headers=_FILE),
    Answered(
        told="The range.",
        status=206,
        shape=bytes,
        media_type="*/*",
        headers=(*_FILE, h.CONTENT_RANGE),
    ),
    Answered(told="You have it.", status=304, headers=(h.ETAG,)),
)
"""What `send_file` answers."""


def send_file(
    req: falcon.Request, resp: falcon.Response, services: Services, stat: BlobStat, *, name: str
) -> None:
    """Answer with the bytes of a blob that the caller may read, or with the range it wants."""
    chosen = begin(req, resp, stat, name=name)
    if chosen is None:
        return
    if chosen.length <= WHOLE_BYTES:
        resp.data = blobs.at_once(services.holdings, stat, chosen.offset, chosen.length)
    else:
        pieces = blobs.chunks(services.holdings, stat.id, chosen.offset, chosen.length)
        resp.set_stream(pieces, chosen.length)


def begin(
    req: falcon.Request, resp: falcon.Response, stat: BlobStat, *, name: str
) -> ranges.Slice | None:
    """The head of the answer, and which bytes follow; None = none do."""
    describe(resp, stat, name=name)
    tag = show_blob(stat.id)
    if wire.matches(req, tag):
        wire.not_modified(resp)
        return None
    if req.method == "HEAD":  # RFC 9110, 14.2: a range is for GET alone
        resp.content_length = stat.size
        return None
    chosen = ranges.wanted(_range_header(req, tag), stat.size)
    if chosen is None:
        raise falcon.HTTPRangeNotSatisfiable(stat.size)
    if chosen.length < stat.size:
        last = chosen.offset + chosen.length - 1
        resp.status = 206
        resp.set_header("Content-Range", f"bytes {chosen.offset}-{last}/{stat.size}")
    return chosen


def describe(resp: falcon.Response, stat: BlobStat, *, name: str) -> None:
    """The headers that a file has whether or not its bytes follow."""
    resp.content_type = stat.media_type
    resp.etag = show_blob(stat.id)
    resp.set_header("Accept-Ranges", "bytes")
    resp.set_header("Cache-Control", IMMUTABLE)
    resp.set_header(digests.REPRESENTATION, digests.sha256_field(stat.sha256))
    resp.set_header("Content-Disposition", disposition(name))
    resp.set_header("X-Content-Type-Options", "nosniff")
    resp.set_header("Content-Security-Policy", "sandbox; default-src 'none'")


@lru_cache(maxsize=1024)
def disposition(name: str) -> str:
    r"""`Content-Disposition` for a file that came as *name* (RFC 6266, RFC 8187).

    >>> disposition("../Quyết định.pdf")
    'attachment; filename=".._Quy_t __nh.pdf"; filename*=UTF-8\'\'.._Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh.pdf'
    """
    harmless = "".join("_" if _is_unsafe(sign) else sign for sign in name) or "_"
    plain = "".join(sign if sign.isascii() and sign != "%" else "_" for sign in harmless)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(harmless, safe='')}"


def _is_unsafe(sign: str) -> bool:
    """A path separator, what some file system forbids, a control, or a turn of direction."""
    return (
        sign in _UNSAFE
        or unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(sign) in _TURNING
        or sign in "\u061c\u200e\u200f"
    )


def _range_header(req: falcon.Request, tag: str) -> str | None:
    """The Range to honour: none when If-Range names another version (or only a date)."""
    condition = req.get_header("If-Range")
    if condition is not None and condition.strip() != f'"{tag}"':
        return None
    return req.get_header("Range")
