"""Closing a register or one of its periods (khóa sổ): the certificate, and the rows' digest.

The digest is a chain over the rows in order: link n is BLAKE3 of link n - 1 and row n, the first
stands on 32 zero bytes. A printed page ends with the link of its last row, so pages of any
length lead to the certificate's digest. A row is a MessagePack array of what was entered when its
number was taken and what became of it since; corrections to a document are no part of it, they
stand in its history.
"""

from functools import reduce

import msgspec

from repository.model.documents import Document
from repository.model.ids import DocumentId, RegisterId
from repository.model.merkle import digest
from repository.model.registers import Entry, EntryState

NO_LINK = bytes(32)
"""What the first row's link stands on."""


class Row(msgspec.Struct, frozen=True, array_like=True):
    """A row in its canonical form (`docs/format.md`)."""

    number: int
    state: EntryState
    document: DocumentId
    at: int
    day: str
    reserved_by: str
    voided: int
    voided_by: str
    symbol: str
    issued: str
    kind: str


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of a period's rows, from its first row to `last`."""

    period: int
    first: int = 0
    """0 = it has no row."""
    last: int = 0
    count: int = 0
    voided: tuple[int, ...] = ()
    reserved: tuple[int, ...] = ()
    """Those that still wait for a document, or for the seal of a draft."""
    bound: tuple[int, ...] = ()
    """Those that were reserved and then bound."""
    digest: bytes = NO_LINK
    altered: int = 0
    """The last event that had changed an earlier row when this was counted."""


class ClosingCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """What a register says when one of its periods is closed (biên bản khóa sổ)."""

    register: RegisterId
    period: int
    first: int
    last: int
    count: int
    voided: tuple[int, ...]
    bound: tuple[int, ...]
    digest: bytes
    for_good: bool
    """The register gives no number any more, in no period."""
    closed: int
    """Microseconds since 1970-01-01 UTC."""
    closed_by: str
    sequence: int
    """The event's place in the node's log."""


_ENCODER = msgspec.msgpack.Encoder()


def canonical(number: int, entry: Entry, document: Document | None) -> bytes:
    """The canonical bytes of a row; *document* as it was registered, where it has one."""
    return _ENCODER.encode(
        Row(
            number=number,
            state=entry.state,
            document=entry.document,
            at=entry.at,
            day=entry.day,
            reserved_by=entry.reserved_by,
            voided=entry.voided,
            voided_by=entry.voided_by,
            symbol=document.symbol if document else "",
            issued=document.issued if document else "",
            kind=document.kind if document else "",
        )
    )


def link(before: bytes, row: bytes) -> bytes:
    """The link of a canonical *row* that stands on *before*."""
    return digest(before + row)


def chained(rows: tuple[bytes, ...], before: bytes = NO_LINK) -> bytes:
    """The link of the last of canonical *rows*; *before* where there is none."""
    return reduce(link, rows, before)


def with_row(counted: Counted, number: int, entry: Entry, document: Document | None) -> Counted:
    """*counted* and one row more."""
    one = (number,)
    waiting = entry.state in (EntryState.RESERVED, EntryState.AWAITING_SEAL)
    void = entry.state is EntryState.VOID
    bound = entry.state is EntryState.GIVEN and bool(entry.reserved_by)
    return Counted(
        period=counted.period,
        first=counted.first or number,
        last=number,
        count=counted.count + 1,
        voided=counted.voided + one if void else counted.voided,
        reserved=counted.reserved + one if waiting else counted.reserved,
        bound=counted.bound + one if bound else counted.bound,
        digest=link(counted.digest, canonical(number, entry, document)),
        altered=counted.altered,
    )
