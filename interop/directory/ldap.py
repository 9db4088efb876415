"""One LDAP connection: ldap3's calls and answers turned into ours. Here, and in `tls`, lives ldap3.

What is switched off on purpose: reading the server's schema (`get_info`; before StartTLS it would
fail, and values are read as bytes anyway), chasing referrals (they lead to other machines, with
our password), ranges, dereferencing.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import ldap3
from ldap3.core.exceptions import (
    LDAPCommunicationError,
    LDAPExtensionError,
    LDAPResponseTimeoutError,
    LDAPStartTLSError,
)
from ldap3.protocol import microsoft
from pyasn1.error import PyAsn1Error

from interop.directory.entries import Attributes, verdict
from interop.directory.limits import Access, Address
from interop.directory.pause import ControllerAway
from interop.directory.tls import VerifiedTls
from interop.directory.troubles import DirectoryAnswerUnfit

OK, TIME_LIMIT, SIZE_LIMIT, NO_SUCH_OBJECT = 0, 3, 4, 32
INVALID_CREDENTIALS, BUSY, UNAVAILABLE = 49, 51, 52
_ELSEWHERE = frozenset({TIME_LIMIT, BUSY, UNAVAILABLE})
"""Another controller may do better."""
_LOST = (
    LDAPCommunicationError,
    LDAPStartTLSError,
    LDAPResponseTimeoutError,
    LDAPExtensionError,
    OSError,
    PyAsn1Error,
    IndexError,
)
"""What ldap3 raises when a connection breaks, keeps still, or tells no LDAP. Nothing wider: a
request that cannot be made is our fault, and no controller may be given up for it."""

_microsoft: Any = microsoft
_DIRSYNC_BYTES = 1024 * 1024
Control = tuple[str, bool, Any]


class Entry(NamedTuple):
    """One found."""

    place: str
    attributes: Attributes


class Search(NamedTuple):
    """What to look for."""

    base: str
    filter: str
    attributes: Sequence[str]
    whole_tree: bool = True
    """False = the entry *base* alone."""
    size: int = 0
    """At most so many entries; 0 = as many as there are."""


class Answer(NamedTuple):
    """What a search came to."""

    code: int
    reason: str
    entries: list[Entry]
    controls: dict[str, Any]

    def checked(self) -> list[Entry]:
        """The entries; nothing where the base does not exist. Raise `DirectoryAnswerUnfit`."""
        if self.code not in (OK, NO_SUCH_OBJECT):
            raise DirectoryAnswerUnfit(reason=self.reason)
        return self.entries


class LdapConnection:
    """A connection under TLS. One thread at a time; each call may raise `ControllerAway`."""

    def __init__(self, address: Address, access: Access, tls: VerifiedTls) -> None:
        """Connect and put TLS over it, before anything else is said."""
        self._seconds = access.answer_seconds
        # A Server of its own: those that share one share `current_address`, and a connection that
        # could not be opened would pass for open while another one is.
        server = ldap3.Server(
            address.host,
            port=address.port,
            use_ssl=address.at_once,
            get_info=ldap3.NONE,
            tls=tls,
            connect_timeout=access.connect_seconds,
        )
        self._wire: Any = ldap3.Connection(
            server,
            client_strategy=ldap3.SYNC,
            auto_bind=ldap3.AUTO_BIND_NONE,
            auto_referrals=False,
            auto_range=False,
            auto_encode=False,
            check_names=False,
            read_only=True,
            raise_exceptions=False,
            receive_timeout=access.answer_seconds,
        )
        try:
            self._wire.open(read_server_info=False)
            if not address.at_once:
                self._start_tls()
        except _LOST as error:
            self.close()
            raise _away(error) from error
        except BaseException:
            self.close()
            raise

    @property
    def tls(self) -> str:
        """The protocol spoken, such as `TLSv1.3`."""
        return str(self._wire.socket.version())

    def bind(self, name: str, password: bytes) -> None:
        """Bind as *name*; raise a child of `LoginRefused` when that is refused.

        Bytes: ldap3 would change the letters of a text by SASLprep.
        """
        self._wire.user, self._wire.password = name, password
        self._wire.authentication = ldap3.SIMPLE
        try:
            self._wire.bind(read_server_info=False)
        except _LOST as error:
            raise _away(error) from error
        finally:
            self._wire.password = None
        result = self._wire.result
        if result["result"] == INVALID_CREDENTIALS:
            raise verdict(name, str(result["message"]))
        if result["result"] != OK:
            raise self._unfit(result)

    def search(
        self,
        search: Search,
        controls: Sequence[Control] = (),
        page: tuple[int, bytes] | None = None,
    ) -> Answer:
        """Look; *page* is how many entries at once, and the cookie of the page before."""
        try:
            self._wire.search(
                search_base=search.base,
                search_filter=search.filter,
                search_scope=ldap3.SUBTREE if search.whole_tree else ldap3.BASE,
                dereference_aliases=ldap3.DEREF_NEVER,
                attributes=list(search.attributes),
                size_limit=search.size,
                time_limit=self._seconds,
                controls=list(controls) or None,
                paged_size=page[0] if page else None,
                paged_criticality=True,
                paged_cookie=page[1] if page else None,
            )
        except _LOST as error:
            raise _away(error) from error
        result = self._wire.result
        if result["result"] in _ELSEWHERE:
            raise self._unfit(result)
        return self._answer(result)

    def _start_tls(self) -> None:
        if not self._wire.start_tls(read_server_info=False):
            raise ControllerAway("StartTLS refused")

    def close(self) -> None:
        """Let go of it; never raises."""
        wire = self._wire
        with suppress(*_LOST, AttributeError):
            if not wire.closed:
                wire.unbind()
        with suppress(OSError, AttributeError):
            wire.socket.close()  # where it was never open for ldap3

    def _answer(self, result: dict[str, Any]) -> Answer:
        found = [
            Entry(str(each["dn"]), each["raw_attributes"])
            for each in self._wire.response or ()
            if each["type"] == "searchResEntry"
        ]
        return Answer(result["result"], _told(result), found, result.get("controls") or {})

    def _unfit(self, result: dict[str, Any]) -> Exception:
        if result["result"] in _ELSEWHERE:
            return ControllerAway(_told(result))
        return DirectoryAnswerUnfit(reason=_told(result))


def following(cookie: bytes) -> list[Control]:
    """The controls that ask for what changed since *cookie* (MS-ADTS 3.1.1.3.4.1.3)."""
    asked: Any = _microsoft.dir_sync_control(
        criticality=True,
        object_security=False,
        ancestors_first=False,
        public_data_only=False,
        incremental_values=False,
        max_length=_DIRSYNC_BYTES,
        cookie=cookie,
    )
    # Active Directory tells of the deleted anyway, Samba when it is asked.
    return [asked, _microsoft.show_deleted_control(criticality=False)]


def _told(result: dict[str, Any]) -> str:
    return f"{result['description']} {result['message']!s:.200}".strip()


def _away(error: BaseException) -> ControllerAway:
    told = str(error) or type(error).__name__
    return ControllerAway(f"{told:.200}", silent=isinstance(error, TimeoutError))
