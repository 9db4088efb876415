"""What is noted of a document as it comes in: Annex VI with its lengths, and how it is amended.

Rules for the file: pure. Decree 30/2020/NĐ-CP, Annex VI and Circular 05/2025/TT-BNV give the
lengths; where they differ the larger holds. What does not fit is refused, with its limit.
"""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.services import fields
from repository.model.confidentiality import Confidentiality
from repository.model.metadata import Capacity, Metadata, Recipient, Signer, Urgency
from repository.model.registers import Direction

MAX_CODE = 35
"""Characters; QĐ 20/2020: OrganId; Annex VI says 13."""
MAX_SIGNER = 50
"""Characters; Annex VI: SignerInfo, FullName."""
MAX_POSITION = 100
"""Characters; Annex VI: SignerInfo, Position."""
MAX_LANGUAGE = 30
"""Characters; Annex VI: Language."""
MAX_PAGES = 9_999
"""Circular 05/2025: four digits; Annex VI: PageAmount has three."""
MAX_COPIES = 999
"""Annex VI: IssuedAmount."""
MAX_NOTE = 500
"""Characters; Annex VI: Description."""
MAX_TO_PLACES = 1_000
"""Characters; Annex VI: ToPlaces."""
MAX_SPHERE = 100
"""Characters; as in QCVN 102: SphereOfPromulgation."""
MAX_KEYWORD = 100
"""Characters; Circular 05/2025: keyword."""
MAX_KEYWORDS = 20
MAX_RECIPIENTS = 500
MAX_LOCATION = 200
"""Characters of where a paper lies."""

Pages = Annotated[int, Meta(ge=0, le=MAX_PAGES)]
Copies = Annotated[int, Meta(ge=0, le=MAX_COPIES)]
INCOMING_ONLY = ("issuer_code", "to_places", "arrived")
"""What only a document that arrived can have."""


class SignerGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Who signed."""

    name: str = ""
    """At most 50 characters."""
    position: str = ""
    """At most 100 characters."""
    capacity: Capacity | None = None


class RecipientGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """To whom it goes."""

    name: fields.Line
    """At most 200 characters."""
    code: str = ""
    """At most 35 characters."""


class MetadataGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What is noted of a document."""

    issuer_code: str = ""
    """Incoming: code of the issuer, as given; at most 35 characters."""
    signer: SignerGiven = SignerGiven()
    language: str = ""
    """At most 30 characters."""
    pages: Pages = 0
    """0 = not noted."""
    copies: Copies = 0
    """How many were issued; 0 = not noted."""
    urgency: Urgency = Urgency.NORMAL
    confidentiality: Confidentiality = Confidentiality.NONE
    recipients: tuple[RecipientGiven, ...] = ()
    """At most 500."""
    to_places: str = ""
    """Incoming: recipients as printed; at most 1,000 characters."""
    sphere: str = ""
    """Lĩnh vực; at most 100 characters."""
    keywords: tuple[fields.Line, ...] = ()
    """At most 20, of at most 100 characters."""
    note: str = ""
    """At most 500 characters."""
    due: fields.DayText = ""
    """Until when it is to be answered or handled."""
    arrived: fields.DayText = ""
    """Incoming: the day it came, where it is registered later."""
    paper: bool = False
    """A paper original came or is kept with it."""
    location: str = ""
    """Where the paper lies; at most 200 characters."""


class SignerAmended(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What is to be said otherwise of who signed."""

    name: str | UnsetType | None = UNSET
    position: str | UnsetType | None = UNSET
    capacity: Capacity | UnsetType | None = UNSET


class MetadataAmended(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What is to be noted otherwise; null takes it away, what is not said stays."""

    issuer_code: str | UnsetType | None = UNSET
    signer: SignerAmended | UnsetType | None = UNSET
    language: str | UnsetType | None = UNSET
    pages: Pages | UnsetType | None = UNSET
    copies: Copies | UnsetType | None = UNSET
    urgency: Urgency | UnsetType | None = UNSET
    confidentiality: Confidentiality | UnsetType = UNSET
    recipients: tuple[RecipientGiven, ...] | UnsetType | None = UNSET
    """All of them anew."""
    to_places: str | UnsetType | None = UNSET
    sphere: str | UnsetType | None = UNSET
    keywords: tuple[fields.Line, ...] | UnsetType | None = UNSET
    """All of them anew."""
    note: str | UnsetType | None = UNSET
    due: fields.DayText | UnsetType | None = UNSET
    arrived: fields.DayText | UnsetType | None = UNSET
    paper: bool | UnsetType | None = UNSET
    location: str | UnsetType | None = UNSET


NAMES: tuple[str, ...] = MetadataGiven.__struct_fields__
"""The fields, as requests and answers call them."""


def checked(given: MetadataGiven, direction: Direction) -> Metadata:
    """What is noted, composed and within its limits; raise of `fields` where it does not fit."""
    if direction is not Direction.INCOMING:
        _refuse_arrival(given)
    return Metadata(
        issuer_code=_line("issuer_code", given.issuer_code, MAX_CODE),
        signer=_signer(given.signer),
        language=_line("language", given.language, MAX_LANGUAGE),
        pages=given.pages,
        copies=given.copies,
        urgency=given.urgency,
        recipients=_recipients(given.recipients),
        to_places=_line("to_places", given.to_places, MAX_TO_PLACES),
        sphere=_line("sphere", given.sphere, MAX_SPHERE),
        keywords=_keywords(given.keywords),
        note=_line("note", given.note, MAX_NOTE),
        due=fields.some_day("$.due", given.due),
        arrived=fields.some_day("$.arrived", given.arrived),
        paper=given.paper,
        location=_line("location", given.location, MAX_LOCATION),
    )


def require_arrived_by(metadata: Metadata, day: date) -> None:
    """Raise `FieldUnfit` where the document is said to have come after *day*, its registration's."""
    if metadata.arrived and metadata.arrived > day.isoformat():
        raise fields.FieldUnfit(path="$.arrived", expected=f"≤ {day.isoformat()}")


def given_of(metadata: Metadata, confidentiality: Confidentiality) -> MetadataGiven:
    """*metadata* as if it came in: what an amendment begins with."""
    signer = metadata.signer
    return MetadataGiven(
        issuer_code=metadata.issuer_code,
        signer=SignerGiven(name=signer.name, position=signer.position, capacity=signer.capacity),
        language=metadata.language,
        pages=metadata.pages,
        copies=metadata.copies,
        urgency=metadata.urgency,
        confidentiality=confidentiality,
        recipients=tuple(
            RecipientGiven(name=one.name, code=one.code) for one in metadata.recipients
        ),
        to_places=metadata.to_places,
        sphere=metadata.sphere,
        keywords=metadata.keywords,
        note=metadata.note,
        due=metadata.due,
        arrived=metadata.arrived,
        paper=metadata.paper,
        location=metadata.location,
    )


def amended(
    metadata: Metadata, confidentiality: Confidentiality, wanted: MetadataAmended
) -> MetadataGiven:
    """*metadata* with what is *wanted* otherwise (RFC 7396), to be `checked` again."""
    before = given_of(metadata, confidentiality)
    changes = _changes(wanted, MetadataGiven())
    signer = changes.pop("signer", None)
    if isinstance(signer, SignerAmended):
        signer = msgspec.structs.replace(before.signer, **_changes(signer, SignerGiven()))
    if signer is not None:
        changes["signer"] = signer
    return msgspec.structs.replace(before, **changes)


def texts_said(given: MetadataGiven) -> dict[str, str]:
    """The texts of *given* in which a paper may say that it is a state secret, by path."""
    return {"$.note": given.note, "$.sphere": given.sphere, "$.to_places": given.to_places}


def _changes(
    wanted: MetadataAmended | SignerAmended, plain: MetadataGiven | SignerGiven
) -> dict[str, object]:
    """What *wanted* says of the fields of *plain*; null is what is *plain* there."""
    said = {name: getattr(wanted, name) for name in plain.__struct_fields__}
    return {
        name: getattr(plain, name) if value is None else value
        for name, value in said.items()
        if value is not UNSET
    }


def _refuse_arrival(given: MetadataGiven) -> None:
    for name in INCOMING_ONLY:
        if getattr(given, name):
            raise fields.FieldUnfit(path=f"$.{name}", expected='"" (outgoing)')


def _signer(given: SignerGiven) -> Signer:
    return Signer(
        name=_line("signer.name", given.name, MAX_SIGNER),
        position=_line("signer.position", given.position, MAX_POSITION),
        capacity=given.capacity,
    )


def _recipients(given: tuple[RecipientGiven, ...]) -> tuple[Recipient, ...]:
    if len(given) > MAX_RECIPIENTS:
        raise fields.FieldUnfit(path="$.recipients", expected=f"0–{MAX_RECIPIENTS}")
    return tuple(_recipient(f"recipients[{n}]", one) for n, one in enumerate(given))


def _recipient(path: str, given: RecipientGiven) -> Recipient:
    limit = fields.MAX_AGENCY_NAME
    return Recipient(
        name=fields.line(f"$.{path}.name", given.name, limit=limit, required=True),
        code=_line(f"{path}.code", given.code, MAX_CODE),
    )


def _keywords(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(given) > MAX_KEYWORDS:
        raise fields.FieldUnfit(path="$.keywords", expected=f"0–{MAX_KEYWORDS}")
    words = (
        fields.line(f"$.keywords[{n}]", word, limit=MAX_KEYWORD, required=True)
        for n, word in enumerate(given)
    )
    return tuple(dict.fromkeys(words))


def _line(name: str, given: str, limit: int) -> str:
    # Most of the fields of most documents are not noted, and the keeper looks at each registration.
    return fields.line(f"$.{name}", given, limit=limit) if given else ""
