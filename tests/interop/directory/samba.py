"""The hands of the administrator of a real domain, over LDAPS."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import ldap3
import msgspec

from interop.directory.active_directory import ActiveDirectory
from interop.directory.limits import Access, access
from interop.directory.port import Directory
from interop.directory.tls import VerifiedTls, context_for
from interop.directory.users import Sid, UserGuid, guid_of, sid_of
from tests.contracts.directory import PASSWORD
from tools.bench.domain import people
from tools.bench.domain.controller import Doors, Gate

PAGE = 7
"""Small, so that there are many pages."""
SECONDS = 5
ATTRIBUTES = {
    "name": "displayName",
    "principal": "userPrincipalName",
    "mail": "mail",
    "title": "title",
    "department": "department",
}


class Samba:
    """A running domain, and how it is reached."""

    def __init__(self, folder: Path, gates: list[Gate], network: Path) -> None:
        self.folder = folder
        self.network = network
        self.gates = gates
        self.ca = folder / "tls/ca.pem"
        self._admin: Any = None

    def urls(self, *, at_once: bool = True) -> tuple[str, ...]:
        """All gates, as `ldaps://` or, for StartTLS, `ldap://`."""
        return tuple(url(gate.doors, at_once=at_once) for gate in self.gates)

    def access(
        self,
        *urls: str,
        account: str = people.SERVICE,
        password: Callable[[], str] = lambda: PASSWORD,
        **limits: object,
    ) -> Access:
        """The way to it, with short patience."""
        given = access(urls or self.urls(), people.TOWN, f"{account}@vankho.test", password)
        usual: dict[str, object] = {
            "ca": self.ca,
            "connect_seconds": SECONDS,
            "answer_seconds": SECONDS,
            "page": PAGE,
        }
        return msgspec.structs.replace(given, **usual | limits)

    def directory(
        self, *urls: str, stopwatch: Callable[[], float] = time.monotonic, **how: Any
    ) -> ActiveDirectory:
        """A directory of its own; the caller closes it."""
        return ActiveDirectory(self.access(*urls, **how), lambda: datetime.now(UTC), stopwatch)

    @property
    def admin(self) -> Any:
        """The administrator's own connection, past our code."""
        if self._admin is None or self._admin.closed:
            tls = VerifiedTls(context_for(self.ca))
            doors = self.gates[0].doors
            server = ldap3.Server(
                "localhost", doors.ldaps, use_ssl=True, tls=tls, get_info=ldap3.NONE
            )
            self._admin = ldap3.Connection(
                server, people.ADMINISTRATOR, PASSWORD, auto_bind=True, raise_exceptions=True
            )
        return self._admin

    def close(self) -> None:
        if self._admin is not None:
            self._admin.unbind()

    def asked(self, place: str, attribute: str) -> bytes:
        """The first value of an attribute."""
        self.admin.search(place, "(objectClass=*)", ldap3.BASE, attributes=[attribute])
        return self.admin.response[0]["raw_attributes"][attribute][0]


class SambaDomain:
    """The contract's domain."""

    def __init__(self, samba: Samba, directory: Directory) -> None:
        self.directory = directory
        self._samba = samba

    def hire(self, account: str, **particulars: str) -> UserGuid:
        place = f"CN={account},{people.OFFICE}"
        password = particulars.pop("password", PASSWORD)
        given: dict[str, object] = {ATTRIBUTES[name]: text for name, text in particulars.items()}
        given |= {"sAMAccountName": account, "userAccountControl": 0x10200}
        given["unicodePwd"] = f'"{password}"'.encode("utf-16-le")
        self._samba.admin.add(place, ["user"], given)
        return guid_of(self._samba.asked(place, "objectGUID"))

    def disable(self, guid: UserGuid) -> None:
        self._set(guid, "userAccountControl", 0x10202)

    def expire(self, guid: UserGuid, at: datetime) -> None:
        since_1601 = int(at.timestamp() * 1_000_000) * 10 + 116444736000000000
        self._set(guid, "accountExpires", since_1601)

    def demand_new_password(self, guid: UserGuid) -> None:
        self._set(guid, "userAccountControl", 0x200)
        self._set(guid, "pwdLastSet", 0)

    def rename(self, guid: UserGuid, name: str) -> None:
        self._set(guid, "displayName", name)
        self._samba.admin.modify_dn(self._place(guid), f"CN={name}")

    def move(self, guid: UserGuid, *, away: bool) -> None:
        place = self._place(guid)
        where = people.ELSEWHERE if away else people.TOWN
        self._samba.admin.modify_dn(place, place.split(",")[0], new_superior=where)

    def dismiss(self, guid: UserGuid) -> None:
        self._samba.admin.delete(self._place(guid))

    def enlist(self, guid: UserGuid) -> tuple[Sid, ...]:
        groups = [f"CN={name},{people.TOWN}" for name in people.GROUPS]
        change = {"member": [(ldap3.MODIFY_ADD, [self._place(guid)])]}
        self._samba.admin.modify(groups[0], change)
        assert all(self._holds(outer, inner) for inner, outer in pairwise(groups))
        return tuple(sid_of(self._samba.asked(group, "objectSid")) for group in groups)

    def _holds(self, outer: str, inner: str) -> bool:
        return inner.encode() in self._samba.asked(outer, "member")

    def _set(self, guid: UserGuid, attribute: str, value: object) -> None:
        change = {attribute: [(ldap3.MODIFY_REPLACE, [str(value)])]}
        self._samba.admin.modify(self._place(guid), change)

    def _place(self, guid: UserGuid) -> str:
        wanted = "".join(f"\\{byte:02x}" for byte in uuid.UUID(guid).bytes_le)
        self._samba.admin.search(people.BASE, f"(objectGUID={wanted})", attributes=["name"])
        return next(each["dn"] for each in self._samba.admin.response if "attributes" in each)


def url(doors: Doors, *, at_once: bool = True) -> str:
    """Where a gate is, for a directory."""
    return f"ldaps://localhost:{doors.ldaps}" if at_once else f"ldap://localhost:{doors.ldap}"
