"""The port `Verifier`: a file in, what the file tells out; and what a verifier is set up with.

Rules for the file: values, limits and the port. What is between files, posts and numbers is judged
by `interop.signatures.judging`, from what an adapter found.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from interop.signatures.verdicts import FileFacts
from repository.errors import Kind, Trouble

MIB = 1024 * 1024
MAX_FILE = 256 * MIB
"""Bytes of one file that are judged."""
MAX_SIGNATURES = 64
MAX_REVISIONS = 128
"""Each is compared with those before it."""


class VerifierDown(Trouble):
    """No process for verifying could be started: {cause}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Không khởi động được tiến trình kiểm tra chữ ký: {cause}."


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """What is trusted and what is known of revocation; all of it DER, given, never fetched."""

    anchors: tuple[bytes, ...]
    intermediates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    """OCSP responses (RFC 6960)."""
    version: str = ""
    """SHA-256 over all of it: which trust a verdict was given under."""


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """What an agency may choose about a verdict (chính sách)."""

    skew: timedelta = timedelta(minutes=10)
    """How far clocks may be apart before times do not fit."""
    covered: float = 0.15
    """The part of a page that the picture of a signature may cover."""
    comment: float = 0.10
    """The part of a page that one comment may cover."""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A revision of a file that was registered (bản đã đăng ký)."""

    length: int
    sha256: str
    """Hexadecimal, of all its bytes."""
    signatures: int = 0
    at: datetime | None = None
    """When it was registered: its signatures are not younger."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about one file."""

    at: datetime
    """The moment for which the verdict is given; aware."""
    revisions: tuple[Revision, ...] = ()
    """What was registered of the document before; a file that begins with one is as old as it."""


class Verifier(Protocol):
    """Port: says what the signatures of a file are worth.

    An adapter MUST NOT raise because of what a file contains: a surprise is a remark or a value that
    weighs at least `Final.INDETERMINATE`. It MUST judge every signature that can be found, whatever
    the others are; MUST NOT open any connection; MUST be callable from several threads at once. It
    raises `VerifierDown` or OSError when it could not look at the file at all.
    """

    def look(self, path: Path, question: Question) -> FileFacts:
        """Give what the file at *path* tells."""
        ...

    def close(self) -> None:
        """Let go of everything held; twice is harmless."""
        ...
