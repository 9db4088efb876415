"""What is said of a document when it is registered, and the rules that wording follows.

Rules for the file: pure; nothing here looks into the store.
"""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from api.services import fields, metadata
from api.services.incidents import refuse_secrets
from indexer.vietnamese import raw_key, symbol_key
from repository.blobs.address import digest_of
from repository.errors import Kind, Trouble
from repository.model.confidentiality import Confidentiality
from repository.model.days import Day
from repository.model.documents import ComponentRole, Document
from repository.model.ids import BadIdentifier, BlobId, parse_blob, show_blob
from repository.model.metadata import Metadata
from repository.model.registers import MAX_NUMBER, Direction

MAX_KEY = 200
"""Characters of an idempotency key."""
AMENDABLE = ("symbol", "issued", "issuer", "kind", "subject", "metadata", "confidentiality")
"""What of a document may be said otherwise later."""
MAX_ANNEX_NUMBER = 20
"""Characters of how an annex is numbered."""
MAX_DIGITISER = 100
"""Characters of who made a file from paper."""
MAX_PERIOD = 9999
"""The last year, or the last term of office."""


class DigitisedGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """How a file was made from paper (số hóa)."""

    by: str = ""
    """By whom, in words; at most 100 characters."""
    on: fields.DayText = ""
    """On which day; empty = today."""
    pages: metadata.Pages = 0
    """Of the paper; 0 = not noted."""


class ComponentGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A file of the document: a stored blob and the name it came with."""

    role: ComponentRole
    blob: fields.BlobText
    """`blake3:<64 hex>`, stored before."""
    name: fields.Line
    """At most 255 characters, whatever they are."""
    number: str = ""
    """Of an annex, as printed: at most 20 characters."""
    digitised: DigitisedGiven | None = None
    """Where it was made from paper."""


class ReservedNumber(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A number that was reserved before."""

    number: Annotated[int, Meta(ge=1, le=MAX_NUMBER)]
    period: Annotated[int, Meta(ge=0, le=MAX_PERIOD)] | None = None
    """The period in which it was reserved; null = the present one."""


class Registration(
    metadata.MetadataGiven,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """A document to be registered (đăng ký văn bản); this is also the body of the request."""

    agency: fields.AgencyCodeText
    """Code of the agency that registers."""
    register: fields.ShortName
    """Short name of its register."""
    direction: Direction
    """MUST be that of the register: a slip of the pen is told, not guessed away."""
    subject: fields.Line
    """At most 1,000 characters, once composed."""
    symbol: str = ""
    """Incoming: as printed. Outgoing: empty, it follows from the number given here."""
    notation: str = ""
    """Outgoing: what follows the number; empty = the register's own. Incoming: empty."""
    issued: fields.DayText = ""
    """`YYYY-MM-DD`; outgoing without one is issued today."""
    issuer: str = ""
    """In words; an outgoing document without one is issued by the agency itself."""
    kind: str = ""
    components: tuple[ComponentGiven, ...] = ()
    """None for a document that exists on paper only: both share one series of numbers."""
    duplicate_reason: str = ""
    """Why the same issuer, symbol and date is registered a second time."""
    addressed_to: str = ""
    """Incoming: code of the agency that ended and was meant, where this one follows it."""
    unit: str = ""
    """Outgoing: how the drafting unit is abbreviated, where the register's symbols name it."""
    secrecy: str = ""
    """Độ mật, as the sender says it: a state secret is refused; of another grade nothing is kept."""
    reserved: ReservedNumber | None = None
    """A number that was reserved for this document; null = the next one."""
    confidentiality: Confidentiality = Confidentiality.NONE
    """Mức độ tiếp cận: `restricted` takes a clearance in the agency."""


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of a registration, composed and within their limits."""

    symbol: str
    issued: str
    issuer: str
    kind: str
    subject: str
    names: tuple[str, ...]
    digitisers: tuple[str, ...]
    origin: str
    """Hex of what two registrations of the same paper share; empty = no key (decision 24)."""
    metadata: Metadata
    confidentiality: Confidentiality


class IdempotencyKeyUnfit(Trouble):
    """An Idempotency-Key of 1 to {limit} visible ASCII characters is required."""

    kind = Kind.MALFORMED
    vietnamese = "Cần có Idempotency-Key gồm từ 1 đến {limit} ký tự ASCII hiển thị được."


class UnknownBlob(Trouble):
    """The file named at {path} is not stored here, or not for you to use: {blob}."""

    kind = Kind.INVALID
    vietnamese = "Tệp nêu tại {path} chưa được lưu, hoặc bạn không được dùng: {blob}."


class SecondMainFile(Trouble):
    """A document has at most one main file; {path} is a second one."""

    kind = Kind.INVALID
    vietnamese = "Mỗi văn bản có nhiều nhất một tệp chính; {path} là tệp chính thứ hai."


def check_key(key: str) -> None:
    """Raise `IdempotencyKeyUnfit` unless *key* may serve as one."""
    if not (1 <= len(key) <= MAX_KEY and all("!" <= sign <= "~" for sign in key)):
        raise IdempotencyKeyUnfit(limit=MAX_KEY)


def request_digest(registration: Registration) -> bytes:
    """BLAKE3 of what was asked: two requests that say the same have the same."""
    return digest_of(msgspec.json.encode(registration))


def refuse_secret(given: Registration) -> None:
    """Raise `StateSecretRefused` where *given* says of itself that it is a state secret."""
    names = {f"$.components[{n}].name": one.name for n, one in enumerate(given.components)}
    said = {
        "$.secrecy": given.secrecy,
        "$.kind": given.kind,
        "$.subject": given.subject,
        "$.symbol": given.symbol,
    }
    refuse_secrets(said | metadata.texts_said(given) | names)


def blob_of(path: str, given: ComponentGiven) -> BlobId:
    """The blob a component names; raise `FieldUnfit` when it names none."""
    try:
        return parse_blob(given.blob)
    except BadIdentifier as error:
        raise fields.FieldUnfit(path=f"{path}.blob", expected="blake3:<64 hex>") from error


def check_components(given: tuple[ComponentGiven, ...], *, path: str = "$.components") -> None:
    """Raise where there are too many files, or a second main one."""
    if len(given) > fields.MAX_COMPONENTS:
        raise fields.FieldUnfit(path=path, expected=f"0–{fields.MAX_COMPONENTS}")
    mains = [n for n, one in enumerate(given) if one.role is ComponentRole.MAIN]
    if len(mains) > 1:
        raise SecondMainFile(path=f"{path}[{mains[1]}]")


def names_of(path: str, given: tuple[ComponentGiven, ...]) -> tuple[str, ...]:
    """The names of the files at *path*, in order."""
    return tuple(fields.file_name(f"{path}[{n}].name", one.name) for n, one in enumerate(given))


def digitisers_of(path: str, given: tuple[ComponentGiven, ...]) -> tuple[str, ...]:
    """Who made the files at *path* from paper, in order; none at all where nobody did."""
    if not any(one.digitised for one in given):
        return ()
    return tuple(
        fields.line(f"{path}[{n}].digitised.by", made.by, limit=MAX_DIGITISER) if made else ""
        for n, made in enumerate(one.digitised for one in given)
    )


def incoming(given: Registration) -> Wording:
    """The wording of an arrival, as its sender printed it."""
    for name in ("notation", "unit"):
        if getattr(given, name):
            raise fields.FieldUnfit(path=f"$.{name}", expected='"" (incoming)')
    issued = fields.day("$.issued", given.issued).isoformat() if given.issued else ""
    symbol = fields.line("$.symbol", given.symbol, limit=fields.MAX_SYMBOL)
    issuer = fields.line("$.issuer", given.issuer, limit=fields.MAX_ISSUER)
    return _wording(
        given, symbol=symbol, issued=issued, issuer=issuer, origin=_origin(issuer, symbol, issued)
    )


def outgoing(given: Registration, *, symbol: str, day: date, house: str) -> Wording:
    """The wording of a document of our own, dated *day*; *symbol* follows from its number.

    *house* is the agency's name.
    """
    if given.symbol:
        raise fields.FieldUnfit(path="$.symbol", expected='"" (outgoing)')
    issuer = fields.line("$.issuer", given.issuer, limit=fields.MAX_ISSUER)
    return _wording(given, symbol=symbol, issued=day.isoformat(), issuer=issuer or house, origin="")


def day_said(given: Registration, today: Day) -> date:
    """The day that *given* bears, or *today*; raise `FieldUnfit` for what is no day."""
    return fields.day("$.issued", given.issued or today)


def duplicate_reason(given: str) -> str:
    """Why the same paper may stand twice, as one line."""
    return fields.line("$.duplicate_reason", given, limit=fields.MAX_REASON)


def noted(
    document: Document, texts: dict[str, str], beside: metadata.MetadataGiven
) -> Registration:
    """What is noted of *document*, with *texts* and *beside* in the place of its own."""
    return Registration(
        agency=document.agency,
        register=document.register,
        direction=document.direction,
        components=tuple(
            ComponentGiven(role=one.role, blob=show_blob(one.blob), name=one.name)
            for one in document.components
        ),
        subject=texts["subject"],
        symbol=texts["symbol"],
        issued=texts["issued"],
        issuer=texts["issuer"],
        kind=texts["kind"],
        **{name: getattr(beside, name) for name in metadata.NAMES},
    )


def amended_outgoing(given: Registration, document: Document, *, house: str) -> Wording:
    """The new wording of a document of our own, whose symbol stays what its number made it.

    Raise of `fields` where the symbol or the date were to go.
    """
    if given.symbol != document.symbol:
        raise fields.FieldUnfit(path="$.symbol", expected="(outgoing)")
    if not given.issued:
        raise fields.FieldMissing(path="$.issued")
    day = fields.day("$.issued", given.issued)
    plain = msgspec.structs.replace(given, symbol="")
    return outgoing(plain, symbol=document.symbol, day=day, house=house)


def says_the_same(document: Document, wording: Wording) -> bool:
    """Say whether *wording* is what *document* says already."""
    return all(getattr(wording, name) == getattr(document, name) for name in AMENDABLE)


def origin_of(document: Document) -> str:
    """Under which origin *document* is known; empty = none."""
    if document.direction is not Direction.INCOMING:
        return ""
    return _origin(document.issuer, document.symbol, document.issued)


def _wording(given: Registration, *, symbol: str, issued: str, issuer: str, origin: str) -> Wording:
    return Wording(
        symbol=symbol,
        issued=issued,
        issuer=issuer,
        kind=fields.line("$.kind", given.kind, limit=fields.MAX_KIND),
        subject=fields.line("$.subject", given.subject, limit=fields.MAX_SUBJECT, required=True),
        names=names_of("$.components", given.components),
        digitisers=digitisers_of("$.components", given.components),
        origin=origin,
        metadata=metadata.checked(given, given.direction),
        confidentiality=given.confidentiality,
    )


def _origin(issuer: str, symbol: str, issued: str) -> str:
    """The key under which an arrival is known again; none unless all three are there."""
    if not (issuer and symbol and issued):
        return ""
    return digest_of(msgspec.json.encode((raw_key(issuer), symbol_key(symbol), issued))).hex()
