"""The two messages as values, in our words; which element each word is stands in `shapes`.

Texts are NFC without spaces around them; empty = not there. Codes of agencies stand as they were
received. None = not there, or not readable, which a fault then tells.
"""

import enum
from datetime import date, datetime

import msgspec

from interop.edxml.codes import Purpose
from interop.edxml.tree import Node


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A sender or recipient (From, To)."""

    code: str = ""
    in_charge: str = ""
    """The body that governs it (cơ quan chủ quản)."""
    name: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The document that a message answers (ResponseFor)."""

    code: str = ""
    symbol: str = ""
    document_id: str = ""
    issued: date | None = None


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """Who acted (StaffInfo)."""

    department: str = ""
    department_id: str = ""
    name: str = ""
    staff_id: str = ""
    email: str = ""
    mobile: str = ""


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """A station on the way (TraceHeader); its code may be missing."""

    code: str = ""
    at: datetime | None = None


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient whom an update names. What 0 and 1 mean was not confirmed: a person decides."""

    code: str = ""
    sort: int | None = None


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What an update changes (BussinessDocumentInfo)."""

    document: int | None = None
    """1 = metadata or files."""
    receivers: int | None = None
    """1 = the recipients."""
    named: tuple[Receiver, ...] = ()


class Replaced(msgspec.Struct, frozen=True, kw_only=True):
    """A document that this one replaces, and who has to replace it."""

    document_id: str = ""
    codes: tuple[str, ...] = ()


class Business(msgspec.Struct, frozen=True, kw_only=True):
    """What the message is for (Bussiness)."""

    document_id: str = ""
    """The document that is revoked or updated; empty = the message's own."""
    purpose: int | None = None
    """A `Purpose`."""
    reason: str = ""
    paper: int | None = None
    """1 = a paper copy is sent as well."""
    changed: Changed | None = None
    replaced: tuple[Replaced, ...] = ()
    staff: Staff | None = None


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the manifest."""

    content_id: str = ""
    """Without its leading `cid:`."""
    content_type: str = ""
    description: str = ""
    name: str = ""


class Form(enum.Enum):
    """How the bytes of a file lie in the payload, under Base64."""

    RAW = "raw"
    ZIP = "zip"


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """An attached file: what is said of it, and what it is."""

    content_id: str = ""
    name: str = ""
    description: str = ""
    content_type: str = ""
    content: str = ""
    """The name of its bytes as whoever took them gave it, `blake3:…`."""
    size: int = 0
    """Bytes of the file, unwrapped."""
    form: Form = Form.ZIP
    entry: str = ""
    """The name inside the ZIP; never a path."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document sent to agencies (văn bản), or what is to become of one sent before."""

    sender: Party = Party()
    recipients: tuple[Party, ...] = ()
    document_id: str = ""
    number: str = ""
    notation: str = ""
    place: str = ""
    issued: date | None = None
    type_group: int | None = None
    """1 = legal normative, 2 = administrative; others occur."""
    type_number: int | None = None
    type_name: str = ""
    """The field to go by."""
    subject: str = ""
    summary: str = ""
    competence: str = ""
    """`TL.`, `KT.`, `TM.` …"""
    position: str = ""
    signer: str = ""
    due: date | None = None
    priority: int | None = None
    """0 to 4; None = 0."""
    sphere: str = ""
    typist: str = ""
    copies: int | None = None
    pages: int | None = None
    appendixes: tuple[str, ...] = ()
    direction: str = ""
    reply_fors: str = ""
    reference_codes: str = ""
    answered: tuple[Answered, ...] = ()
    steering: int | None = None
    task_code: str = ""
    application: str = ""
    to_places: tuple[str, ...] = ()
    """Lines of "Nơi nhận"."""
    signed: Node | None = None
    """SignedInfo, opaque."""
    hops: tuple[Hop, ...] = ()
    business: Business | None = None
    """None = a new document."""
    signature: Node | None = None
    """Opaque, and never a proof: what is in the samples is a placeholder."""
    references: tuple[Reference, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def purpose(self) -> int | None:
        """What it is for; None = said, but not readable."""
        return Purpose.NEW if self.business is None else self.business.purpose

    @property
    def target(self) -> str:
        """The id of the document that is revoked or updated."""
        return (self.business and self.business.document_id) or self.document_id


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a document fares (thông điệp trạng thái); it goes to `answered.code`."""

    sender: Party = Party()
    answered: Answered | None = None
    staff: Staff | None = None
    code: str = ""
    """Two digits; `codes.status_of` knows them."""
    description: str = ""
    at: datetime | None = None


Message = Document | Status
