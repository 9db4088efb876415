"""Every table of the catalogue, declared: its name, its key, its record.

`SCHEMA` counts up with every change here that an older vankho could not read; the steps stand
in `repository.catalogue.versions`.
"""

import enum
from typing import Generic, TypeVar

import msgspec

from repository.catalogue.keys import Part, digest, number, text
from repository.model.access import Token
from repository.model.agencies import Agency
from repository.model.documents import Document
from repository.model.ids import AgencyId, BlobId, DocumentId, RegisterId
from repository.model.registers import Entry, Register

SCHEMA = 1
"""1: the first."""

R = TypeVar("R")


class Table(Generic[R]):
    """A table: what its keys are made of, and the type of its records."""

    def __init__(self, name: str, key: tuple[Part, ...], record: type[R]) -> None:
        self.name = name
        self.key = key
        self.record = record
        self.encode = msgspec.msgpack.Encoder().encode
        self.decode = msgspec.msgpack.Decoder(record).decode


class PackState(enum.Enum):
    """The life of a pack."""

    OPEN = "open"
    """One writer appends."""
    CLOSED = "closed"
    """Nobody appends; waits to be sealed."""
    SEALED = "sealed"
    """Immutable, with a footer."""
    RETIRED = "retired"
    """All that lived in it has been moved; its file may be removed."""


class PackRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the catalogue knows of a pack."""

    state: PackState
    writer: str = ""
    watermark: int = 0
    """Up to which byte of an open pack its records are in the catalogue."""
    records: int = 0
    size: int = 0


class Known(msgspec.Struct, frozen=True, array_like=True):
    """The answer once given to an idempotency key."""

    request: bytes
    document: DocumentId
    at: int


class Derived(msgspec.Struct, frozen=True, array_like=True):
    """What was derived from a blob, or why nothing could be."""

    text: BlobId | None
    reason: str
    reader: str


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where an event stands: its number in the node's log."""

    sequence: int


class Watermark(msgspec.Struct, frozen=True, array_like=True):
    """How far the catalogue has followed the log."""

    sequence: int = 0
    peaks: tuple[bytes, ...] = ()
    """The Merkle tree's complete subtrees, largest first."""


META = Table("meta", (text("name"),), bytes)
"""`schema`, `store`: facts about the catalogue itself."""
WATERMARK = Table("watermark", (text("log"),), Watermark)
PACKS = Table("packs", (number("pack"),), PackRow)
BLOBS = Table("blobs", (digest("blob"),), bytes)
"""Fixed rows: `repository.model.blobs.pack_row`."""
SEGMENTS = Table("segments", (digest("blob"),), bytes)
REVISIONS = Table("revisions", (digest("digest"),), bytes)
"""Digest at an %%EOF → blob and length (lineage, decision 8)."""
GRANTS = Table("grants", (digest("blob"), text("agency")), int)
"""Who brought a blob and may read it before a document holds it; the time, microseconds."""
DERIVED = Table("derived", (digest("blob"),), Derived)
AGENCIES = Table("agencies", (text("agency"),), Agency)
AGENCY_CODES = Table("agency_codes", (text("code"),), AgencyId)
AGENCY_SEQUENCES = Table("agency_sequences", (text("agency"),), int)
FEED = Table("feed", (text("agency"), number("agency_sequence")), Place)
REGISTERS = Table("registers", (text("register"),), Register)
REGISTER_CODES = Table("register_codes", (text("agency"), text("code")), RegisterId)
NEXT_NUMBERS = Table("next_numbers", (text("register"), number("period")), int)
ENTRIES = Table("entries", (text("register"), number("period"), number("number")), Entry)
DOCUMENTS = Table("documents", (text("document"),), Document)
HOLDERS = Table("holders", (digest("blob"), text("document")), AgencyId)
"""Which documents hold a blob, and whose they are."""
ORIGINS = Table("origins", (text("agency"), digest("origin")), DocumentId)
IDEMPOTENCY = Table("idempotency", (text("actor"), text("key")), Known)
TOKENS = Table("tokens", (text("token"),), Token)
CURSORS = Table("cursors", (text("follower"),), int)
"""How far each follower has read the log."""

TABLES: tuple[Table[object], ...] = tuple(
    table for table in globals().copy().values() if isinstance(table, Table)
)
TABLE_NAMES = tuple(table.name for table in TABLES)
