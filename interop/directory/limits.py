"""Where the directory is and what asking it may cost."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from interop.directory.entries import naming_context
from interop.directory.troubles import DirectorySettingsUnfit

PORTS = {"ldap": 389, "ldaps": 636}
MAX_CONTROLLERS = 16


class Address(msgspec.Struct, frozen=True):
    """One domain controller: `ldaps://` speaks TLS at once, `ldap://` StartTLS before anything else."""

    url: str
    host: str
    port: int
    at_once: bool


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How the directory is reached."""

    addresses: tuple[Address, ...]
    """In the order in which they are preferred."""
    base: str
    """Whoever stands below this distinguished name belongs to us."""
    account: str
    """The service account, as userPrincipalName or distinguished name."""
    password: Callable[[], str]
    """Gives its password, asked for before each bind, so that it can be changed on the way."""
    ca: Path | None = None
    """PEM of the authorities; None = the system's."""
    connect_seconds: int = 3
    answer_seconds: int = 10
    """The longest silence in an answer, and in a handshake."""
    page: int = 1000
    """Entries asked for at once; Active Directory gives no more (MaxPageSize)."""

    @property
    def domain(self) -> str:
        """The naming context in which `base` lies."""
        return naming_context(self.base)


def address_of(url: str) -> Address:
    """Read `ldaps://host[:port]` or `ldap://host[:port]`; raise `DirectorySettingsUnfit`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DirectorySettingsUnfit(reason=f"{url[:200]!r}: {error}") from error
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.username:
        raise DirectorySettingsUnfit(reason=f"{url[:200]!r}: ldaps://host[:port]")
    return Address(url, parts.hostname, port or PORTS[parts.scheme], parts.scheme == "ldaps")


def access(urls: tuple[str, ...], base: str, account: str, password: Callable[[], str]) -> Access:
    """The way to a directory with the usual limits; raise `DirectorySettingsUnfit`."""
    if not 1 <= len(urls) <= MAX_CONTROLLERS:
        raise DirectorySettingsUnfit(reason=f"urls: 1-{MAX_CONTROLLERS}")
    if not naming_context(base):
        raise DirectorySettingsUnfit(reason=f"base {base[:200]!r}: …,DC=…")
    if not account:
        raise DirectorySettingsUnfit(reason="user")
    return Access(
        addresses=tuple(map(address_of, urls)), base=base, account=account, password=password
    )
