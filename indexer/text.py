"""The port for text: bytes and a media type in, plain text or a reason out (trích văn bản).

Rules for the file: values, the port and its trouble only; the formats are in `indexer.extract`.
"""

import enum
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from repository.errors import Kind, Trouble

KIB = 1024
MIB = 1024 * KIB

MAX_SOURCE = 256 * MIB
"""Bytes of one file that are read at all."""
MAX_TEXT = 4 * MIB
"""Bytes of UTF-8 kept of one file; what is beyond is dropped and said (`truncated`)."""
MAX_DETAIL = 200
"""Characters of the remark that goes with a reason."""


class ExtractorDown(Trouble):
    """No process for reading files could be started: {cause}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Không khởi động được tiến trình đọc tệp: {cause}."


class Reason(enum.Enum):
    """Why a file gave no text; the values are stable and may be stored."""

    UNSUPPORTED = "unsupported"
    """No reader for this media type."""
    NO_TEXT = "no-text"
    """Read to its end, and there is none: a scan, perhaps."""
    ENCRYPTED = "encrypted"
    """Closed by a password."""
    DAMAGED = "damaged"
    """Not what its media type says, or cut off."""
    HOSTILE = "hostile"
    """Carries what no honest file of its kind carries: a document type declaration, a device."""
    TOO_LARGE = "too-large"
    """Over a limit of size, entries or inflation."""
    TOO_SLOW = "too-slow"
    """Over the limit of time."""
    CRASHED = "crashed"
    """The reading process died, or ran out of its memory."""


class ExtractedText(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The plain text of a file: NFC, no control characters but newline and tab."""

    text: str
    truncated: bool = False
    """The file holds more text than `MAX_TEXT`."""


class Unreadable(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A file that gave no text; the document stands without it."""

    reason: Reason
    detail: str = ""
    """A remark for the operator, at most `MAX_DETAIL` characters; never text of the file."""


Outcome = ExtractedText | Unreadable


class Extractor(Protocol):
    """Port: reads text out of files that are not trusted.

    An adapter MUST answer `Unreadable` for whatever a file may contain and MUST NOT raise because
    of it; it raises only when it cannot work at all (`ExtractorDown`, or OSError where *source*
    itself cannot be read), for then nothing is known about the file. It MUST return text in NFC; MUST be callable from several threads at once.
    """

    def extract(self, source: BinaryIO | Path, media_type: str) -> Outcome:
        """Give the text of *source*, a file read from its present position, or say why not."""
        ...

    def close(self) -> None:
        """Let go of everything held; twice is harmless."""
        ...
