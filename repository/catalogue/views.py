"""Typed looks at the catalogue within one transaction: `Reading`, and `Change` which also writes.

A change happens only by an event: `Change.record` numbers it, keeps its canonical bytes for
the log and applies it with the same function that recovery uses. Blob rows and cursors are
the exception: what they say is in the packs, or can be found again.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar, cast

from repository.catalogue import tables as t
from repository.catalogue.engine import Transaction
from repository.catalogue.keys import pack_key, unpack_key
from repository.model.access import Token
from repository.model.agencies import Agency
from repository.model.blobs import (
    BlobRow,
    RevisionMark,
    Segment,
    unpack_row,
    unpack_segments,
)
from repository.model.closings import ClosingCertificate
from repository.model.documents import Document
from repository.model.ids import (
    AgencyCode,
    AgencyId,
    BlobId,
    DocumentId,
    PurgeId,
    RegisterId,
    TokenId,
)
from repository.model.purges import Erasure, Purge
from repository.model.registers import Entry, Register, Term

R = TypeVar("R")
NODE_LOG = "node"
_LAST = 2**64 - 1


def _parts(start: object) -> tuple[object, ...]:
    return cast("tuple[object, ...]", start) if isinstance(start, tuple) else (start,)


class Reading:
    """One snapshot of the catalogue; it is also the store's `BlobLookup`."""

    def __init__(self, txn: Transaction) -> None:
        self._txn = txn

    def get(self, table: t.Table[R], *key: object) -> R | None:
        """The record at *key*, or None."""
        kept = self._txn.get(table.name, pack_key(key))
        return None if kept is None else table.decode(kept)

    def scan(
        self, table: t.Table[R], *prefix: object, start: object = None, backwards: bool = False
    ) -> Iterator[tuple[tuple[object, ...], R]]:
        """All rows whose key begins with *prefix*, from the next part *start* on, in order.

        A tuple starts at several parts.
        """
        begin = pack_key(prefix)
        first = begin if start is None else begin + pack_key(_parts(start))
        if backwards and start is None:
            first = begin + b"\xff" * 40
        for key, kept in self._txn.scan(table.name, first, backwards=backwards):
            if not key.startswith(begin):
                return
            yield unpack_key(table.key, key), table.decode(kept)

    def count(self, table: t.Table[R]) -> int:
        """How many rows *table* has."""
        return self._txn.count(table.name)

    # What the store asks (BlobLookup).

    def row(self, blob: BlobId) -> BlobRow | None:
        kept = self._txn.get(t.BLOBS.name, blob)
        return None if kept is None else unpack_row(kept)

    def segments(self, blob: BlobId) -> tuple[Segment, ...]:
        kept = self._txn.get(t.SEGMENTS.name, blob)
        return () if kept is None else unpack_segments(kept)

    def revision(self, digest: BlobId) -> tuple[BlobId, int] | None:
        kept = self._txn.get(t.REVISIONS.name, digest)
        if kept is None:
            return None
        return BlobId(kept[:32]), int.from_bytes(kept[32:40], "little")

    def blobs(self, start: bytes, most: int) -> list[BlobId]:
        """Up to *most* stored blobs in the order of their names, from *start* on."""
        found = self._txn.scan(t.BLOBS.name, start)
        return [BlobId(blob) for blob, _ in islice(found, most)]

    def raw(self, table: t.Table[R], start: bytes, most: int) -> list[tuple[bytes, bytes]]:
        """Up to *most* rows of *table* as bytes, from the key *start* on: for long scans in short looks."""
        return list(islice(self._txn.scan(table.name, start), most))

    # What services ask.

    def agency(self, agency: AgencyId) -> Agency | None:
        """The agency by its lasting identifier."""
        return self.get(t.AGENCIES, agency)

    def agency_by_code(self, code: AgencyCode | str) -> Agency | None:
        """The agency that bears *code* now."""
        known = self.get(t.AGENCY_CODES, code)
        return None if known is None else self.agency(known)

    def agencies(self) -> Iterator[Agency]:
        """All agencies, by identifier (that is, in the order of their declaration)."""
        return (agency for _, agency in self.scan(t.AGENCIES))

    def register(self, register: RegisterId) -> Register | None:
        """The register by its identifier."""
        return self.get(t.REGISTERS, register)

    def register_by_code(self, agency: AgencyId, code: str) -> Register | None:
        """The register that *agency* calls *code*."""
        known = self.get(t.REGISTER_CODES, agency, code)
        return None if known is None else self.register(known)

    def registers_of(self, agency: AgencyId) -> Iterator[Register]:
        """All registers of *agency*, by code."""
        for _, known in self.scan(t.REGISTER_CODES, agency):
            register = self.register(known)
            if register:
                yield register

    def next_number(self, register: RegisterId, period: int) -> int | None:
        """The number that comes next, or None when the period has none yet."""
        return self.get(t.NEXT_NUMBERS, register, period)

    def entries(
        self, register: RegisterId, period: int, *, start: int = 0
    ) -> Iterator[tuple[int, Entry]]:
        """The rows of a register from number *start* on, in order."""
        for key, entry in self.scan(t.ENTRIES, register, period, start=start):
            yield int(str(key[2])), entry

    def found_entries(
        self, register: RegisterId, period: int, *, start: int = 0
    ) -> Iterator[tuple[int, Entry]]:
        """The rows of a historical register from number *start* on; numbers may come twice."""
        for key, entry in self.scan(t.FOUND_ENTRIES, register, period, start=start):
            yield int(str(key[2])), entry

    def terms(self, register: RegisterId) -> tuple[Term, ...]:
        """The terms of office by which *register* counts, in order."""
        return tuple(term for _, term in self.scan(t.TERMS, register))

    def closing(self, register: RegisterId, period: int) -> ClosingCertificate | None:
        """The certificate with which *period* was closed, if it was."""
        return self.get(t.CLOSINGS, register, period)

    def document(self, document: DocumentId) -> Document | None:
        """The document by its identifier."""
        return self.get(t.DOCUMENTS, document)

    def same_paper(self, agency: AgencyId, origin: str) -> DocumentId | None:
        """The first document of *agency* with that *origin* (hex)."""
        rows = self.scan(t.ORIGINS, agency, bytes.fromhex(origin))
        return next((document for _, document in rows), None)

    def history(self, document: DocumentId, *, start: int = 1) -> Iterator[Document]:
        """How the document stood before it was amended, from revision *start* on, in order."""
        return (before for _, before in self.scan(t.HISTORY, document, start=start))

    def documents_holding(self, blob: BlobId) -> Iterator[tuple[DocumentId, AgencyId]]:
        """The documents that hold *blob*, and whose they are."""
        for key, _ in self.scan(t.HOLDERS, blob):
            yield DocumentId(str(key[2])), AgencyId(str(key[1]))

    def stored(self, blob: BlobId) -> bool:
        """Say whether *blob* is here and kept as any other."""
        row, erasure = self._txn.get(t.BLOBS.name, blob), self._txn.get(t.ERASURES.name, blob)
        return row is not None and erasure is None

    def brought(self, blob: BlobId, agency: AgencyId) -> bool:
        """Say whether *agency* brought *blob* itself."""
        return self._txn.get(t.GRANTS.name, pack_key((blob, agency))) is not None

    def held(self, blob: BlobId, agency: AgencyId) -> bool:
        """Say whether a document of *agency* holds *blob*."""
        begin = pack_key((blob, agency))
        first = next(self._txn.scan(t.HOLDERS.name, begin), None)
        return first is not None and first[0].startswith(begin)

    def documents_of(self, blob: BlobId, agency: AgencyId) -> Iterator[DocumentId]:
        """The documents of *agency* that hold *blob*."""
        return (DocumentId(str(key[2])) for key, _ in self.scan(t.HOLDERS, blob, agency))

    def grants(self, blob: BlobId) -> Iterator[AgencyId]:
        """The agencies that brought *blob* themselves."""
        return (AgencyId(str(key[1])) for key, _ in self.scan(t.GRANTS, blob))

    def erasure(self, blob: BlobId) -> Erasure | None:
        """What destroys the content of *blob*, or has; None when it is kept as any other."""
        return self.get(t.ERASURES, blob)

    def erasures(self) -> Iterator[tuple[BlobId, Erasure]]:
        """Every blob whose content is destroyed, or about to be."""
        for key, kept in self._txn.scan(t.ERASURES.name, b""):
            yield BlobId(bytes(key)), t.ERASURES.decode(kept)

    def erased_from(self, document: DocumentId, blob: BlobId) -> Purge | None:
        """The purge that took *blob* away from *document*, if one did."""
        purge = self.get(t.ERASED_FILES, blob, document)
        return self.purge(purge) if purge else None

    def purge(self, purge: PurgeId) -> Purge | None:
        """The purge by its identifier."""
        return self.get(t.PURGES, purge)

    def derived(self, blob: BlobId) -> t.Derived | None:
        """What text was derived from *blob*, if it was tried."""
        return self.get(t.DERIVED, blob)

    def revisions_within(self, blob: BlobId, marks: tuple[RevisionMark, ...]) -> list[RevisionMark]:
        """Those of *marks* that are blobs stored under their own name."""
        return [mark for mark in marks if mark.digest != blob and self.row(mark.digest)]

    def token(self, token: TokenId) -> Token | None:
        """The token by its public half."""
        return self.get(t.TOKENS, token)

    def watermark(self) -> t.Watermark:
        """How far the catalogue has followed the log."""
        return self.get(t.WATERMARK, NODE_LOG) or t.Watermark()

    def start(self) -> int:
        """How often a keeper has begun to keep this catalogue."""
        return int(self.get(t.META, "starts") or 0)

    def cursor(self, follower: str) -> int:
        """How far *follower* has read the log; 0 = nothing yet."""
        return self.get(t.CURSORS, follower) or 0


class Writing(Reading):
    """A transaction that also writes rows; used by projections and by the keeper."""

    def put(self, table: t.Table[R], key: tuple[object, ...], record: R) -> None:
        """Set the record at *key*."""
        self._txn.put(table.name, pack_key(key), table.encode(record))

    def add(self, table: t.Table[R], key: tuple[object, ...], record: R) -> bool:
        """Add *record* unless its key is taken; say whether it was added."""
        return self._txn.put(table.name, pack_key(key), table.encode(record), overwrite=False)

    def delete(self, table: t.Table[Any], *key: object) -> bool:
        """Take the row at *key* away; say whether it was there."""
        return self._txn.delete(table.name, pack_key(key))

    @property
    def transaction(self) -> Transaction:
        """The rows as bytes, for what is kept in fixed form."""
        return self._txn
