"""Identifiers: what they are made of, how they are read and shown.

A blob is named by the BLAKE3 digest of its bytes; its text form carries the algorithm,
`blake3:<64 lowercase hex>`, as OCI image-spec #1240 registered it. Everything else is named
by an opaque, time-ordered identifier that is never reused and never re-pointed.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NewType

from repository.errors import Kind, Trouble

BlobId = NewType("BlobId", bytes)
"""32 bytes: the BLAKE3 digest of a blob (khối dữ liệu)."""
AgencyId = NewType("AgencyId", str)
"""An agency (cơ quan) for ever; its code may change, this does not."""
AgencyCode = NewType("AgencyCode", str)
"""The code an agency bears now, `H20.14` (mã định danh, QĐ 20/2020/QĐ-TTg)."""
RegisterId = NewType("RegisterId", str)
"""A register (sổ đăng ký)."""
DocumentId = NewType("DocumentId", str)
"""A registered document (văn bản)."""
FileListId = NewType("FileListId", str)
"""A file list (danh mục hồ sơ) of an agency's year."""
DossierId = NewType("DossierId", str)
"""A dossier (hồ sơ)."""
ItemId = NewType("ItemId", str)
"""A document or another paper in a dossier."""
HandOverId = NewType("HandOverId", str)
"""A hand-over (giao nhận) of dossiers to the archive."""
TokenId = NewType("TokenId", str)
"""The public half of a bearer token."""
SuccessionId = NewType("SuccessionId", str)
"""An act by which agencies follow others (kế thừa)."""
UnitId = NewType("UnitId", str)
"""A unit (đơn vị) of an agency; empty = none."""
PersonId = NewType("PersonId", str)
"""A person (người) who works in an agency."""
PostId = NewType("PostId", str)
"""A post (vị trí) held by a person."""
ReceiptId = NewType("ReceiptId", str)
"""A recipient line (dòng xử lý) of a document."""
DraftId = NewType("DraftId", str)
"""A draft (dự thảo) of an outgoing document."""
DispatchId = NewType("DispatchId", str)
"""A line (dòng nơi nhận) of an issued document: one of those it was sent to."""
AuthorityId = NewType("AuthorityId", str)
"""A signing authority (ủy quyền ký) that somebody was given."""
RelationId = NewType("RelationId", str)
"""A relation (quan hệ) between documents."""
DelegationId = NewType("DelegationId", str)
"""A delegation (ủy quyền) from one person to another."""
UploadId = NewType("UploadId", str)
"""An upload (tải lên) that comes in chunks."""
HoldId = NewType("HoldId", str)
"""A hold (lệnh giữ) on a blob or a document."""
PurgeId = NewType("PurgeId", str)
"""The destruction of a blob's content (tiêu hủy nội dung), from its request on."""

Clock = Callable[[], datetime]
"""Says the present moment, with a zone."""
NewId = Callable[[], str]
"""Makes an identifier that was never given before; later ones sort after earlier ones."""

BLOB_DIGEST_BYTES = 32
_BLOB_TEXT = re.compile(r"blake3:([0-9a-f]{64})")
# QĐ 20/2020/QĐ-TTg: at most 35 characters, groups from left to right, level 1 = letter + 2 digits.
_AGENCY_CODE = re.compile(r"(?=.{3,35}\Z)[A-Z][0-9]{2}(\.[0-9A-Z]{1,10})*")


class BadIdentifier(Trouble):
    """{given} is not {expected}."""

    kind = Kind.MALFORMED
    vietnamese = "{given} không phải là {expected}."

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(given=repr(given[:80]), expected=expected)


def show_blob(blob: BlobId) -> str:
    """The text form of *blob*, used everywhere outside the store's own files."""
    return f"blake3:{blob.hex()}"


def parse_blob(text: str) -> BlobId:
    """Read `blake3:<64 hex>`; raise `BadIdentifier` for anything else."""
    match = _BLOB_TEXT.fullmatch(text)
    if not match:
        raise BadIdentifier(given=text, expected="blake3:<64 lowercase hex>")
    return BlobId(bytes.fromhex(match[1]))


def parse_agency_code(text: str) -> AgencyCode:
    """Read a code that we may assign, strictly; raise `BadIdentifier` for anything else."""
    if not _AGENCY_CODE.fullmatch(text):
        raise BadIdentifier(given=text, expected="an agency code such as H20.14 (QĐ 20/2020)")
    return AgencyCode(text)


def time_ordered_ids(clock: Clock, entropy: Callable[[int], bytes]) -> NewId:
    """Make identifiers of 48 bits of milliseconds and 80 random bits, as 32 hex digits.

    *entropy* gives that many unpredictable bytes (`os.urandom`).
    """

    def new_id() -> str:
        milliseconds = int(clock().timestamp() * 1000)
        return milliseconds.to_bytes(6, "big").hex() + entropy(10).hex()

    return new_id


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)
