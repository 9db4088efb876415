"""A verdict as a value (kết quả kiểm tra chữ ký): one for each signature, one for the file."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from interop.signatures.dimensions import (
    Appearance,
    CertificateState,
    Change,
    Coverage,
    Final,
    Integrity,
    Order,
    Owner,
    Remark,
    Revocation,
    Role,
    Time,
    Trust,
    Value,
)
from interop.signatures.folding import folded, weight, worst
from interop.signatures.wording import FINALS, Sentence, said

POLICY = "vankho-1"
"""The version of rules and weights; counts up when a verdict may turn out otherwise."""


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a signer's certificate (TT 15/2025/TT-BKHCN, Article 6)."""

    subject: str
    organisation: str
    issuer: str
    serial: str
    """Hexadecimal."""
    sha256: str
    """Of its DER, hexadecimal: the name by which the province's registry knows it."""
    since: datetime
    until: datetime
    identifier: str = ""
    """The subject's UID: `MST:…`, `CCCD:…`."""
    email: str = ""


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """The root to which a certificate leads."""

    name: str
    sha256: str


class RevocationSource(msgspec.Struct, frozen=True, kw_only=True):
    """On what the word about revocation rests."""

    kind: str
    """`crl` or `ocsp`."""
    number: str
    """CRL number, or empty."""
    issued: datetime
    until: datetime | None
    sha256: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a signature shows: page from 1; points from the page's lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
    page_width: float
    page_height: float

    @property
    def share(self) -> float:
        """The part of the page that it covers."""
        area = max(0.0, self.right - self.left) * max(0.0, self.top - self.bottom)
        return area / max(1.0, self.page_width * self.page_height)


class SignatureFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the file alone tells of one signature: dimensions 1 to 7 and what it shows."""

    field: str
    integrity: Integrity
    archival: bool = False
    """A time-stamp over the whole document: evidence, nobody's signature."""
    coverage: Coverage = Coverage.UNCLEAR
    change: Change = Change.UNKNOWN
    changed: str = ""
    """What was changed after it, as the engine says it; cut."""
    trust: Trust = Trust.UNKNOWN
    anchor: Anchor | None = None
    certificate_state: CertificateState = CertificateState.UNKNOWN
    certificate: Certificate | None = None
    revocation: Revocation = Revocation.NOT_CHECKED
    revocation_source: RevocationSource | None = None
    revoked: datetime | None = None
    time: Time = Time.UNKNOWN
    claimed: datetime | None = None
    proved: datetime | None = None
    """Not later than this it was made."""
    end: int = 0
    """Offset behind the last byte it covers: the length of its revision."""
    place: Place | None = None
    text: str = ""
    """Text that it shows; a claim."""
    appearance: tuple[Appearance, ...] = (Appearance.UNKNOWN,)

    @property
    def signed(self) -> datetime | None:
        """The best that is known of when."""
        return self.proved or self.claimed


class FileFacts(msgspec.Struct, frozen=True, kw_only=True, tag="facts"):
    """What a file alone tells: the same for everybody who asks, so it may be cached by content."""

    size: int
    sha256: str
    begins: tuple[int, ...] = ()
    """Lengths of the registered revisions with which it begins."""
    remarks: tuple[Remark, ...] = ()
    signatures: tuple[SignatureFacts, ...] = ()
    trust_version: str = ""
    detail: str = ""
    """A remark for the operator; never text of the file."""


class SignatureVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """One signature, judged in all dimensions."""

    facts: SignatureFacts
    owner: Owner = Owner.UNKNOWN
    owner_id: str = ""
    agency: str = ""
    role: Role = Role.UNKNOWN
    role_declared: bool = False
    appearance: tuple[Appearance, ...] = (Appearance.UNKNOWN,)
    order: tuple[Order, ...] = (Order.NOT_JUDGED,)

    @property
    def values(self) -> tuple[Value, ...]:
        """Its value in each dimension, appearance and order with all of theirs."""
        facts = self.facts
        return (
            facts.integrity,
            facts.coverage,
            facts.change,
            facts.trust,
            facts.certificate_state,
            facts.revocation,
            facts.time,
            self.owner,
            self.role,
            *self.appearance,
            *self.order,
        )

    @property
    def final(self) -> Final:
        """The verdict about it alone."""
        return folded(self.values)


class FileVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """A file, judged: all its signatures and what is between them."""

    facts: FileFacts
    signatures: tuple[SignatureVerdict, ...]
    remarks: tuple[Remark, ...]
    at: datetime

    @property
    def final(self) -> Final:
        """The worst of all; a file that cannot be read is unreadable, whatever else it is."""
        return worst([*map(weight, self.remarks), *(one.final for one in self.signatures)])

    @property
    def reasons(self) -> tuple[Sentence, ...]:
        """Why it is not simply valid, each thing once, the worst first."""
        return tuple(said(value) for value in _telling(self))


def _telling(verdict: FileVerdict) -> Iterator[Value]:
    values = [*verdict.remarks, *(value for one in verdict.signatures for value in one.values)]
    for final in reversed(Final):
        if final is not Final.VALID:
            yield from dict.fromkeys(value for value in values if weight(value) is final)


def headline(final: Final) -> Sentence:
    """The verdict's name."""
    return FINALS[final]
