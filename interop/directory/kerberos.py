"""The accepting side of SPNEGO by MIT Kerberos, behind the port `Negotiation`.

`gssapi` (python-gssapi) is an optional part of the installation: without it nobody is signed on by
ticket, and everything else works (decision 25). MIT's own negotiation unwraps SPNEGO, so nothing
else is needed.
"""

import importlib
import unicodedata
from pathlib import Path
from typing import Any

from interop.directory.port import MAX_TOKEN, Admitted
from interop.directory.troubles import KerberosMissing, KeytabUnfit, TicketRefused

_KERBEROS = "1.2.840.113554.1.2.2"


class KerberosNegotiation:
    """Accepts tickets for the keys in one keytab."""

    def __init__(self, keytab: Path) -> None:
        """Raise `KerberosMissing`, or `KeytabUnfit` where no key can be read."""
        self._gssapi = _gssapi()
        if not keytab.is_file():
            raise KeytabUnfit(reason=f"no file {keytab}")
        self._keytab = f"FILE:{keytab}"
        self._credentials()

    def accept(self, token: bytes) -> Admitted:
        if not 0 < len(token) <= MAX_TOKEN:
            raise TicketRefused(reason=f"{len(token)} bytes")
        try:
            return self._accepted(token)
        except self._gssapi.exceptions.GSSError as error:
            raise TicketRefused(reason=_told(error)) from error

    def _accepted(self, token: bytes) -> Admitted:
        # Fresh credentials each time: a keytab that was renewed counts from then on.
        context = self._gssapi.SecurityContext(creds=self._credentials(), usage="accept")
        # Else a refusal with a token of its own would be raised by whatever is asked next.
        context.__DEFER_STEP_ERRORS__ = False
        answer = context.step(token)
        if not context.complete:
            raise TicketRefused(reason="another round wanted")
        if context.mech.dotted_form != _KERBEROS:
            raise TicketRefused(reason=f"mechanism {context.mech.dotted_form}")
        name = unicodedata.normalize("NFC", str(context.initiator_name))
        return Admitted(principal=name, answer=bytes(answer or b""))

    def _credentials(self) -> Any:
        try:
            return self._gssapi.Credentials(usage="accept", store={"keytab": self._keytab})
        except self._gssapi.exceptions.GSSError as error:
            raise KeytabUnfit(reason=_told(error)) from error


def _gssapi() -> Any:
    """By name, and so late: the package needs the system's Kerberos when it is built and imported."""
    try:
        return importlib.import_module("gssapi")
    except (ImportError, OSError) as error:
        raise KerberosMissing(reason=error) from error


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
