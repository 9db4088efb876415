"""Whose a certificate is: the registry first, then what the certificate itself says.

No field of a certificate says outright whether it is a person's or an organisation's; capitals in the
name are no sign. What the rules leave open a clerk decides.
"""

import unicodedata
from datetime import datetime
from typing import NamedTuple

from interop.signatures.context import Context
from interop.signatures.dimensions import Owner
from interop.signatures.verdicts import Certificate


class Owned(NamedTuple):
    """An owner, as far as known."""

    kind: Owner
    id: str = ""
    agency: str = ""


NOBODY = Owned(Owner.UNKNOWN)


def owner_of(certificate: Certificate | None, context: Context, on: datetime | None) -> Owned:
    """Whose *certificate* was at the moment *on*."""
    if certificate is None:
        return NOBODY
    registered = [one for one in context.owners if one.sha256.lower() == certificate.sha256]
    if registered:
        # What the registry knows and says ended is not looked for in the certificate.
        held = next((one for one in registered if one.on(on)), None)
        return Owned(held.kind, held.id, held.agency) if held else NOBODY
    if certificate.identifier.upper().startswith("MST"):
        return Owned(Owner.ORGANISATION, certificate.identifier)
    if certificate.email or certificate.identifier.upper().startswith(("CCCD", "CMND")):
        return Owned(Owner.PERSON, certificate.identifier or certificate.email)
    return _named(certificate.subject, context)


def _named(subject: str, context: Context) -> Owned:
    for agency in context.agencies:
        if agency.name and _plain(agency.name) == _plain(subject):
            return Owned(Owner.ORGANISATION, agency.code, agency.code)
    return NOBODY


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
