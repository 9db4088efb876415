"""TLS to a domain controller: its certificate and its name are judged by Python's own `ssl`.

ldap3 2.9.1 hides the name from OpenSSL, compares it by a copy of code that Python has given up, and
leaves the socket open where that fails.
"""

import ssl
from pathlib import Path
from typing import Any

from ldap3 import Tls

from interop.directory.troubles import DirectorySettingsUnfit


def context_for(ca: Path | None) -> ssl.SSLContext:
    """What controllers have to prove: a certificate below *ca*, or below the system's authorities.

    TLS 1.2 at least, their name in it. Raise `DirectorySettingsUnfit` where *ca* is no PEM file.
    """
    try:
        context = ssl.create_default_context(cafile=str(ca) if ca else None)
    except (OSError, ssl.SSLError) as error:
        raise DirectorySettingsUnfit(reason=f"ca {ca}: {error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class VerifiedTls(Tls):
    """What ldap3 wraps a socket with, for StartTLS and LDAPS alike."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)  # pyright: ignore[reportUnknownMemberType]
        self._context = context

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Put TLS over the connection's socket; raise `ssl.SSLError`, nothing stays open."""
        plain, host = connection.socket, connection.server.host
        try:
            connection.socket = self._context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
