"""What is noted of a document beside its number and its words, as it is shown."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from repository.model.documents import Document
from repository.model.metadata import NOTHING, Signer


class SignerView(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed."""

    name: str
    position: str
    capacity: str
    """`TM.`, `Q.`, `KT.`, `TL.`, `TUQ.`, or empty."""


class RecipientView(msgspec.Struct, frozen=True, kw_only=True):
    """To whom it goes."""

    name: str
    code: str
    """As given, or empty."""


class MetadataView(msgspec.Struct, frozen=True, kw_only=True):
    """What is noted of a document; what is not noted is not there."""

    issuer_code: str | UnsetType = UNSET
    signer: SignerView | UnsetType = UNSET
    language: str | UnsetType = UNSET
    pages: int | UnsetType = UNSET
    copies: int | UnsetType = UNSET
    """How many were issued."""
    urgency: str | UnsetType = UNSET
    """`urgent`, `very-urgent`, `express`, `timed-express`."""
    recipients: tuple[RecipientView, ...] | UnsetType = UNSET
    to_places: str | UnsetType = UNSET
    """Recipients as printed."""
    sphere: str | UnsetType = UNSET
    """Lĩnh vực."""
    keywords: tuple[str, ...] | UnsetType = UNSET
    note: str | UnsetType = UNSET
    due: str | UnsetType = UNSET
    arrived: str | UnsetType = UNSET
    """The day it came, where that was noted."""
    paper: bool | UnsetType = UNSET
    """A paper original came or is kept with it."""
    location: str | UnsetType = UNSET
    """Where the paper lies."""


_AS_THEY_ARE = (
    "issuer_code",
    "language",
    "pages",
    "copies",
    "to_places",
    "sphere",
    "keywords",
    "note",
    "due",
    "arrived",
    "paper",
    "location",
)


def metadata_shown(document: Document) -> dict[str, Any]:
    """The fields of a `MetadataView` that *document* has."""
    noted = document.metadata
    shown: dict[str, Any] = {
        name: getattr(noted, name)
        for name in _AS_THEY_ARE
        if getattr(noted, name) != getattr(NOTHING, name)
    }
    if noted.urgency is not NOTHING.urgency:
        shown["urgency"] = noted.urgency.value
    if noted.signer != NOTHING.signer:
        shown["signer"] = _signer(noted.signer)
    if noted.recipients:
        shown["recipients"] = tuple(
            RecipientView(name=one.name, code=one.code) for one in noted.recipients
        )
    return shown


def _signer(signer: Signer) -> SignerView:
    return SignerView(
        name=signer.name,
        position=signer.position,
        capacity=signer.capacity.value if signer.capacity else "",
    )
