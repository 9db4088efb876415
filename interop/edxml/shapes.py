"""Which element each word of `messages` is, how long it may be and how much it matters: tables.

Rules for the file: the order of the fields is the order in which they are written (the sample
that the public parser accepted); reading depends on no order. Lengths are characters.
"""

import enum
from functools import cache

import msgspec

from interop.edxml import messages
from interop.edxml.troubles import Level


class Sort(enum.Enum):
    """What the text of an element is read as."""

    TEXT = "text"
    CODE = "code"
    """Of an agency."""
    CID = "cid"
    """A content id, written with `cid:` and read with or without it."""
    MAIL = "mail"
    NUMBER = "number"
    DAY = "day"
    """`yyyy/MM/dd`."""
    MOMENT = "moment"
    """`yyyy/MM/dd HH:mm:ss`, UTC+7."""
    OPAQUE = "opaque"
    SHAPE = "shape"


class Need(enum.Enum):
    """What it means when an element is missing."""

    MUST = Level.ERROR
    SHOULD = Level.FLAG
    MAY = None


class Field(msgspec.Struct, frozen=True):
    """One word and its element."""

    path: str
    """Names of elements, from the shape's own on."""
    name: str
    sort: Sort = Sort.TEXT
    most: int = 0
    """Characters of a text, or the largest number; 0 = only the limit of the message."""
    need: Need = Need.MAY
    many: bool = False
    least: int = 0
    fault: Level = Level.FLAG
    """What it means when the element is malformed."""
    shape: "Shape | None" = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of its path."""
        return _steps(self.path)


class Shape(msgspec.Struct, frozen=True):
    """An element with its words."""

    of: type[msgspec.Struct]
    fields: tuple[Field, ...]


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))


HEADER = "edXMLEnvelope/edXMLHeader"
BODY = "edXMLEnvelope/edXMLBody"
MESSAGE = f"{HEADER}/MessageHeader"
PAYLOAD = "ContentTransferEncoded"
MAX_CODE = 35
MAX_ID = 200
UINT16 = 65_535


def _party(path: str, name: str, *, sender: bool) -> Field:
    fault = Level.ERROR if sender else Level.FLAG
    shape = Shape(
        messages.Party,
        (
            Field("OrganId", "code", Sort.CODE, MAX_CODE, Need.MUST, fault=fault),
            Field("OrganizationInCharge", "in_charge", most=200),
            Field("OrganName", "name", most=200, need=Need.SHOULD if sender else Need.MAY),
            Field("OrganAdd", "address", most=250),
            Field("Email", "email", Sort.MAIL, 100),
            Field("Telephone", "telephone", most=50),
            Field("Fax", "fax", most=50),
            Field("Website", "website", most=100),
        ),
    )
    return Field(path, name, Sort.SHAPE, need=Need.MUST, many=not sender, shape=shape)


def _answered(*, status: bool) -> Field:
    weight, fault = (Need.MUST, Level.ERROR) if status else (Need.SHOULD, Level.FLAG)
    shape = Shape(
        messages.Answered,
        (
            Field("OrganId", "code", Sort.CODE, MAX_CODE, weight, fault=fault),
            Field("Code", "symbol", most=50),
            Field("DocumentId", "document_id", most=MAX_ID, need=weight),
            Field("PromulgationDate", "issued", Sort.DAY),
        ),
    )
    need = Need.MUST if status else Need.MAY
    path = f"{MESSAGE}/ResponseFor"
    return Field(path, "answered", Sort.SHAPE, need=need, many=not status, shape=shape)


STAFF = Shape(
    messages.Staff,
    (
        Field("Department", "department", most=250),
        Field("DepartmentId", "department_id", most=MAX_ID),
        Field("Staff", "name", most=100),
        Field("StaffId", "staff_id", most=MAX_ID),
        Field("Email", "email", Sort.MAIL, 100),
        Field("Mobile", "mobile", most=100),
    ),
)
RECEIVER = Shape(
    messages.Receiver,
    (
        Field("OrganId", "code", Sort.CODE, MAX_CODE, Need.SHOULD),
        Field("ReceiverType", "sort", Sort.NUMBER, 1),
    ),
)
CHANGED = Shape(
    messages.Changed,
    (
        Field("DocumentInfo", "document", Sort.NUMBER, 1),
        Field("DocumentReceiver", "receivers", Sort.NUMBER, 1),
        Field("ReceiverList/Receiver", "named", Sort.SHAPE, many=True, shape=RECEIVER),
    ),
)
REPLACED = Shape(
    messages.Replaced,
    (
        Field("DocumentId", "document_id", most=MAX_ID, need=Need.MUST),
        Field("OrganIdList/OrganId", "codes", Sort.CODE, MAX_CODE, Need.SHOULD, many=True),
    ),
)
BUSINESS = Shape(
    messages.Business,
    (
        Field("DocumentId", "document_id", most=MAX_ID),
        Field("BussinessDocType", "purpose", Sort.NUMBER, 3, Need.MUST, fault=Level.ERROR),
        Field("BussinessDocReason", "reason", most=500),
        Field("Paper", "paper", Sort.NUMBER, 1),
        Field("BussinessDocumentInfo", "changed", Sort.SHAPE, shape=CHANGED),
        Field(
            "ReplacementInfoList/ReplacementInfo",
            "replaced",
            Sort.SHAPE,
            many=True,
            shape=REPLACED,
        ),
        Field("StaffInfo", "staff", Sort.SHAPE, shape=STAFF),
    ),
)
HOP = Shape(
    messages.Hop,
    (
        Field("OrganId", "code", most=MAX_CODE),
        Field("Timestamp", "at", Sort.MOMENT, need=Need.SHOULD),
    ),
)
REFERENCE = Shape(
    messages.Reference,
    (
        Field("ContentId", "content_id", Sort.CID, MAX_ID, Need.MUST),
        Field("ContentType", "content_type", most=100, need=Need.SHOULD),
        Field("Description", "description", most=500),
        Field("AttachmentName", "name", most=500, need=Need.SHOULD),
    ),
)
ATTACHMENT = Shape(
    messages.Attachment,
    (
        Field("ContentId", "content_id", Sort.CID, MAX_ID, Need.MUST),
        Field("AttachmentName", "name", most=500, need=Need.SHOULD),
        Field("Description", "description", most=500),
        Field("ContentType", "content_type", most=100),
    ),
)
DOCUMENT = Shape(
    messages.Document,
    (
        _party(f"{MESSAGE}/From", "sender", sender=True),
        _party(f"{MESSAGE}/To", "recipients", sender=False),
        Field(f"{MESSAGE}/DocumentId", "document_id", most=MAX_ID, need=Need.SHOULD),
        Field(f"{MESSAGE}/Code/CodeNumber", "number", most=11, need=Need.MUST),
        Field(f"{MESSAGE}/Code/CodeNotation", "notation", most=30, need=Need.MUST),
        Field(f"{MESSAGE}/PromulgationInfo/Place", "place", most=50),
        Field(f"{MESSAGE}/PromulgationInfo/PromulgationDate", "issued", Sort.DAY),
        Field(f"{MESSAGE}/DocumentType/Type", "type_group", Sort.NUMBER, 2, Need.SHOULD, least=1),
        Field(f"{MESSAGE}/DocumentType/TypeDetail", "type_number", Sort.NUMBER, 32),
        Field(f"{MESSAGE}/DocumentType/TypeName", "type_name", most=100, need=Need.MUST),
        Field(f"{MESSAGE}/Subject", "subject", most=500, need=Need.MUST),
        Field(f"{MESSAGE}/Content", "summary", most=500),
        Field(f"{MESSAGE}/SignerInfo/Competence", "competence", most=100),
        Field(f"{MESSAGE}/SignerInfo/Position", "position", most=100),
        Field(f"{MESSAGE}/SignerInfo/FullName", "signer", most=50, need=Need.MUST),
        Field(f"{MESSAGE}/DueDate", "due", Sort.DAY),
        Field(f"{MESSAGE}/OtherInfo/Priority", "priority", Sort.NUMBER, 4),
        Field(f"{MESSAGE}/OtherInfo/SphereOfPromulgation", "sphere", most=100),
        Field(f"{MESSAGE}/OtherInfo/TyperNotation", "typist", most=10),
        Field(f"{MESSAGE}/OtherInfo/PromulgationAmount", "copies", Sort.NUMBER, UINT16),
        Field(f"{MESSAGE}/OtherInfo/PageAmount", "pages", Sort.NUMBER, UINT16),
        Field(f"{MESSAGE}/OtherInfo/Appendixes/Appendix", "appendixes", many=True),
        Field(f"{MESSAGE}/OtherInfo/Direction", "direction"),
        Field(f"{MESSAGE}/OtherInfo/ReplyFors", "reply_fors"),
        Field(f"{MESSAGE}/OtherInfo/ReferenceCodes", "reference_codes"),
        _answered(status=False),
        Field(f"{MESSAGE}/SteeringType", "steering", Sort.NUMBER, 1),
        Field(f"{MESSAGE}/ResponseForTask/TaskCode", "task_code"),
        Field(f"{MESSAGE}/ApplicationType", "application"),
        Field(f"{MESSAGE}/ToPlaces/Place", "to_places", most=150, many=True),
        Field(f"{MESSAGE}/SignedInfo", "signed", Sort.OPAQUE),
        Field(
            f"{HEADER}/TraceHeaderList/TraceHeader",
            "hops",
            Sort.SHAPE,
            need=Need.SHOULD,
            many=True,
            shape=HOP,
        ),
        Field(f"{HEADER}/TraceHeaderList/Bussiness", "business", Sort.SHAPE, shape=BUSINESS),
        Field(f"{HEADER}/Signature", "signature", Sort.OPAQUE),
        Field(
            f"{BODY}/edXMLManifest/Reference",
            "references",
            Sort.SHAPE,
            many=True,
            shape=REFERENCE,
        ),
        Field(
            "AttachmentEncoded/Attachment",
            "attachments",
            Sort.SHAPE,
            many=True,
            shape=ATTACHMENT,
        ),
    ),
)
STATUS = Shape(
    messages.Status,
    (
        _party(f"{MESSAGE}/From", "sender", sender=True),
        _answered(status=True),
        Field(f"{MESSAGE}/StaffInfo", "staff", Sort.SHAPE, shape=STAFF),
        Field(f"{MESSAGE}/StatusCode", "code", need=Need.MUST),
        Field(f"{MESSAGE}/Description", "description", most=1000),
        Field(f"{MESSAGE}/Timestamp", "at", Sort.MOMENT, need=Need.MUST, fault=Level.ERROR),
    ),
)


def shown(place: str) -> str:
    """*place* from its first telling element on.

    >>> shown("edXMLEnvelope/edXMLHeader/MessageHeader/To[2]/OrganId")
    'MessageHeader/To[2]/OrganId'
    """
    return place.removeprefix(f"{HEADER}/").removeprefix(f"{BODY}/")
