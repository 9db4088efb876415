"""Registered documents (văn bản): what they say of themselves, and the files they consist of."""

import enum

import msgspec

from repository.model.confidentiality import Confidentiality
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import AgencyId, BlobId, DocumentId, DraftId, RegisterId
from repository.model.metadata import NOTHING, Metadata
from repository.model.registers import Direction


class ComponentRole(enum.Enum):
    """What a file is to its document."""

    MAIN = "main"
    """Văn bản chính; at most one."""
    ANNEX = "annex"
    """Phụ lục in a file of its own."""
    ATTACHMENT = "attachment"
    """Tài liệu kèm theo."""


class Component(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file of a document."""

    role: ComponentRole
    blob: BlobId
    name: str
    """The name it came with: shown and offered for download, never opened as a path."""
    size: int
    """Bytes."""
    media_type: str
    number: str = ""
    """Số phụ lục, of an annex, as printed: `I`, `02`."""
    digitised: Day = UNBOUNDED
    """The day on which it was made from paper (số hóa); unbounded = it was not."""
    digitised_by: str = ""
    """By whom, in words."""
    pages: int = 0
    """Of paper that it was made from; 0 = not noted."""


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document as one agency registered it; the same file elsewhere is another document."""

    id: DocumentId
    agency: AgencyId
    register: RegisterId
    direction: Direction
    period: int
    number: int
    """Số đến or số đi, given once by the register."""
    symbol: str
    """Số, ký hiệu as printed on the document: `12/QĐ-UBND`."""
    issued: str
    """Ngày ban hành, ISO 8601 `YYYY-MM-DD`, or empty when the document bears none."""
    kind: str
    """Loại văn bản, in words: `Quyết định`."""
    registered: int
    """Microseconds since 1970-01-01 UTC."""
    issuer: str
    """Cơ quan ban hành, in words."""
    subject: str
    """Trích yếu."""
    components: tuple[Component, ...] = ()
    sequence: int = 0
    """The place of its latest event in the node's log."""
    revision: int = 1
    """Counts up with every amendment."""
    amended: int = 0
    """When it was amended last, microseconds since 1970-01-01 UTC; 0 = never."""
    actor: str = ""
    """Who registered it or amended it last."""
    addressed_to: str = ""
    """AgencyId of the agency that ended and was meant, where its successor registered; or empty."""
    voided: int = 0
    """When its number was voided, microseconds since 1970-01-01 UTC; 0 = it stands."""
    confidentiality: Confidentiality = Confidentiality.NONE
    """Mức độ tiếp cận: who may see it."""
    metadata: Metadata = NOTHING
    """What else is noted of it."""
    reason: str = ""
    """Why its files were changed, where this revision is that change."""
    recalled: int = 0
    """When it was recalled, microseconds since 1970-01-01 UTC; 0 = it holds."""
    recall_reason: str = ""
    draft: DraftId = DraftId("")
    """The draft that it was issued from; empty = it was signed elsewhere, or came in."""
