"""What is known of a document besides its files (bối cảnh): who owns certificates, who holds posts.

Given as JSON, field names as here; times are ISO 8601 with a zone. A file of context is written by
the registry's own software or by a clerk: it is trusted, and bounded all the same.
"""

import enum
import unicodedata
from datetime import datetime

import msgspec

from interop.signatures.dimensions import Owner, Role
from interop.signatures.port import MIB, Revision
from repository.errors import Kind, Trouble

MAX_CONTEXT = 8 * MIB
EVERY_FILE = "*"


class ContextUnreadable(Trouble):
    """The context cannot be read: {reason}."""

    kind = Kind.MALFORMED
    vietnamese = "Không đọc được bối cảnh văn bản: {reason}."


class FileKind(enum.Enum):
    """What a file is to the document."""

    MAIN = "main"
    ANNEX = "annex"
    """In a file of its own, or another file that goes with the document."""
    COPY = "copy"
    """A certified copy: sao y, sao lục, trích sao."""


class Stage(enum.Enum):
    """How far the document has come."""

    SIGNED = "signed"
    """By the authorised person; the organisation is still to sign."""
    ISSUED = "issued"


class _Known(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds from one moment until another."""

    since: datetime | None = None
    until: datetime | None = None

    def on(self, moment: datetime | None) -> bool:
        """Say whether it held at *moment*; at an unknown one only what has no bounds holds."""
        if moment is None:
            return self.since is None and self.until is None
        begun = self.since is None or self.since <= moment
        return begun and (self.until is None or moment <= self.until)


class CertificateOwner(_Known, frozen=True, kw_only=True):
    """Whose a certificate is, by the province's registry."""

    sha256: str
    kind: Owner
    id: str = ""
    agency: str = ""
    """Code of the organisation, or of the person's."""


class PostHeld(_Known, frozen=True, kw_only=True):
    """A post that lets its holder sign for an agency."""

    person: str
    agency: str
    signs: bool = True


class AgencyKnown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agency: its name as on certificates, and those it came from."""

    code: str
    name: str = ""
    formerly: tuple[str, ...] = ()
    """Codes of agencies it succeeds: their certificates and posts are its own."""


class FileContext(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one file."""

    kind: FileKind = FileKind.MAIN
    stage: Stage = Stage.ISSUED
    roles: dict[str, Role] = {}
    """Declared: by name of the signature's field."""
    revisions: tuple[Revision, ...] = ()
    """As registered before."""


class Context(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of the document to which the files belong."""

    issuer: str = ""
    """Code of the agency that issues it."""
    number: str = ""
    """Number and notation, `12/QĐ-UBND`."""
    agencies: tuple[AgencyKnown, ...] = ()
    owners: tuple[CertificateOwner, ...] = ()
    posts: tuple[PostHeld, ...] | None = None
    """None: posts are not known and not judged."""
    files: dict[str, FileContext] = {}
    """By file name; `*` stands for every file that has none of its own."""

    def file(self, name: str) -> FileContext:
        """What is known of the file *name*."""
        return self.files.get(name) or self.files.get(EVERY_FILE) or FileContext()

    def stands_for(self, code: str) -> frozenset[str]:
        """The agency *code* and all it came from."""
        formerly = {one.code: one.formerly for one in self.agencies}
        found, waiting = set[str](), [code]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += formerly.get(one, ())
        return frozenset(found)


def context_of(body: bytes) -> Context:
    """The context written in *body*; raise `ContextUnreadable`."""
    if len(body) > MAX_CONTEXT:
        raise ContextUnreadable(reason=f"more than {MAX_CONTEXT} bytes")
    try:
        text = unicodedata.normalize("NFC", body.decode())
        context = msgspec.json.decode(text, type=Context)
    except (UnicodeDecodeError, msgspec.DecodeError) as wrong:
        raise ContextUnreadable(reason=wrong) from None
    _refuse_naive(context)
    return context


def _refuse_naive(context: Context) -> None:
    moments = [one.at for file in context.files.values() for one in file.revisions]
    for known in (*context.owners, *(context.posts or ())):
        moments += [known.since, known.until]
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        raise ContextUnreadable(reason="a time without a zone")
