"""Active Directory (or Samba's) behind the port `Directory`."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from ldap3.utils.conv import escape_bytes, escape_filter_chars

from interop.directory import entries
from interop.directory.controllers import Controller, Controllers, Purpose
from interop.directory.ldap import Answer, Entry, LdapConnection, Search, following
from interop.directory.limits import Access
from interop.directory.pause import ControllerAway
from interop.directory.port import MAX_CHANGES, MAX_USERS, Changes, ControllerHealth
from interop.directory.troubles import (
    ChangesNotAllowed,
    DirectoryAnswerUnfit,
    DirectoryTooLarge,
    DirectoryUserMissing,
    LoginRefused,
    PositionUnfit,
    UnknownLogin,
)
from interop.directory.users import (
    DirectoryUser,
    Sid,
    UserGuid,
    composed,
    guid_bytes,
    login_name,
    objection,
    password_bytes,
)
from repository.errors import Trouble
from repository.model.ids import Clock

T = TypeVar("T")
_PERSON = "(sAMAccountType=805306368)"
"""MS-SAMR 2.2.1.9, SAM_USER_OBJECT: people, no machines, no groups; indexed."""
_NOBODY = "(&(objectClass=user)(!(objectClass=user)))"
_BATCH = 50
"""People asked for at once by their GUIDs."""
_ROUNDS = 10_000
"""Pages of one answer: more is a controller that never ends."""
_PAGED = "1.2.840.113556.1.4.319"
_DIRSYNC = "1.2.840.113556.1.4.841"
_MAX_POSITION = 64 * 1024
_NOT_ALLOWED = 50


class ActiveDirectory:
    """A domain, asked over TLS alone."""

    def __init__(self, access: Access, clock: Clock, stopwatch: Callable[[], float]) -> None:
        """Raise `DirectorySettingsUnfit`; nothing is connected yet."""
        self._access = access
        self._clock = clock
        self._stopwatch = stopwatch
        self._controllers = Controllers(access, stopwatch)
        self._mark = f"{access.domain.lower()}\0".encode()

    # Who is it.

    def authenticate(self, login: str, password: str) -> DirectoryUser:
        name = login_name(login)
        secret = password_bytes(name, password)
        entry = self._read(lambda wire: self._by_login(wire, name))
        if entry is None:
            # The bind that a known name costs too; its outcome means nothing.
            with suppress(LoginRefused, DirectoryAnswerUnfit):
                self._prove(f"CN={uuid.uuid4()},{self._access.base}", secret)
            raise UnknownLogin(login=name)
        try:
            self._prove(entry.place, secret)
        except LoginRefused as refused:
            raise type(refused)(**refused.facts | {"login": name}) from None
        return self._read(lambda wire: self._whole(wire, entry, name))

    def recognise(self, login: str) -> DirectoryUser:
        name = login_name(login)
        user = self._read(lambda wire: self._by_ticket(wire, name))
        refused = objection(user, self._clock())
        if refused:
            raise refused
        return user

    def user(self, guid: UserGuid) -> DirectoryUser:
        return self._read(lambda wire: self._by_guid(wire, guid))

    def groups(self, guid: UserGuid) -> tuple[Sid, ...]:
        return self.user(guid).groups or ()

    def _read(self, work: Callable[[LdapConnection], T]) -> T:
        return self._controllers.ask(Purpose.READING, work)

    def _prove(self, place: str, password: bytes) -> None:
        self._controllers.ask(Purpose.PROVING, lambda wire: wire.bind(place, password))

    def _by_login(self, wire: LdapConnection, name: str) -> Entry | None:
        """An explicit userPrincipalName goes before the implicit one: MS-ADTS 5.1.1.1.1."""
        account = self._account_in(name)
        found = self._one(wire, "userPrincipalName", name) if "@" in name else None
        return found or (self._one(wire, "sAMAccountName", account) if account else None)

    def _by_ticket(self, wire: LdapConnection, name: str) -> DirectoryUser:
        """A KDC takes the account's name first (MS-KILE 3.3.5.6.1), in its own realm alone."""
        account = self._account_in(name)
        if not account:
            raise UnknownLogin(login=name)
        found = self._one(wire, "sAMAccountName", account)
        found = found or self._one(wire, "userPrincipalName", name)
        if not found:
            raise UnknownLogin(login=name)
        return self._whole(wire, found, name)

    def _account_in(self, name: str) -> str:
        """The sAMAccountName that *name* may be; empty where it is of another domain."""
        account, at, suffix = name.partition("@")
        own = entries.dns_name(self._access.domain)
        return account if not at or suffix.lower() == own else ""

    def _one(self, wire: LdapConnection, attribute: str, value: str) -> Entry | None:
        wanted = f"(&{_PERSON}({attribute}={escape_filter_chars(value)}))"
        found = wire.search(Search(self._access.base, wanted, ("objectGUID",), size=2)).checked()
        return found[0] if len(found) == 1 else None

    def _by_guid(self, wire: LdapConnection, guid: UserGuid) -> DirectoryUser:
        wanted = f"(&{_PERSON}{_guid_is(guid)})"
        found = wire.search(Search(self._access.base, wanted, ("objectGUID",), size=2)).checked()
        if not found:
            raise DirectoryUserMissing(guid=guid)
        try:
            return self._whole(wire, found[0], guid)
        except UnknownLogin as gone:
            raise DirectoryUserMissing(guid=guid) from gone

    def _whole(self, wire: LdapConnection, entry: Entry, name: str) -> DirectoryUser:
        """All of a person; by GUID, since the name may change between two questions."""
        place = f"<GUID={entries.guid_in(entry.attributes)}>"
        asked = Search(place, _PERSON, (*entries.READ, "tokenGroups"), whole_tree=False, size=1)
        found = wire.search(asked).checked()
        if not found:
            raise UnknownLogin(login=name)
        given = found[0].attributes
        return entries.user_of(found[0].place, given, entries.groups_in(given))

    # Who is there.

    def users(self) -> list[DirectoryUser]:
        return self._read(lambda wire: [_person(each) for each in self._all(wire, _PERSON)])

    def position(self) -> bytes:
        return self._read(lambda wire: self._followed(wire, b"", _NOBODY)[1])

    def changes(self, since: bytes) -> Changes:
        if not since.startswith(self._mark) or len(since) > _MAX_POSITION:
            raise PositionUnfit
        return self._read(lambda wire: self._changes(wire, since))

    def deleted(self) -> int:
        wanted = "(&(objectClass=user)(isDeleted=TRUE))"
        return self._read(lambda wire: len(self._followed(wire, b"", wanted)[0]))

    def _changes(self, wire: LdapConnection, since: bytes) -> Changes:
        told, position = self._followed(wire, since.removeprefix(self._mark), "(objectClass=user)")
        guids = list(dict.fromkeys(map(entries.guid_in, (each.attributes for each in told))))
        users: list[DirectoryUser] = []
        for batch in _batches(guids):
            any_of = "".join(map(_guid_is, batch))
            users += map(_person, self._all(wire, f"(&{_PERSON}(|{any_of}))"))
        there = {user.guid for user in users}
        gone = tuple(guid for guid in guids if guid not in there)
        return Changes(users=tuple(users), gone=gone, position=position)

    def _all(self, wire: LdapConnection, wanted: str) -> list[Entry]:
        found: list[Entry] = []
        cookie = b""
        for _ in range(_ROUNDS):
            search = Search(self._access.base, wanted, entries.READ)
            answer = wire.search(search, page=(self._access.page, cookie))
            found += answer.checked()
            if len(found) > MAX_USERS:
                raise DirectoryTooLarge(limit=MAX_USERS, what="users")
            cookie = answer.controls.get(_PAGED, {}).get("value", {}).get("cookie", b"")
            if not cookie:
                return found
        raise DirectoryAnswerUnfit(reason="pages without end")

    def _followed(
        self, wire: LdapConnection, cookie: bytes, wanted: str
    ) -> tuple[list[Entry], bytes]:
        """Whatever changed since *cookie*, and the position then."""
        told: list[Entry] = []
        for _ in range(_ROUNDS):
            search = Search(self._access.domain, wanted, entries.WATCHED)
            answer = wire.search(search, following(cookie))
            more, cookie = _dirsync(answer, begun=bool(cookie))
            told += answer.entries
            if len(told) > MAX_CHANGES:
                raise PositionUnfit
            if not more:
                return told, self._mark + cookie
        raise DirectoryAnswerUnfit(reason="changes without end")

    # How is it.

    def health(self) -> tuple[ControllerHealth, ...]:
        return tuple(map(self._examined, self._controllers.each))

    def close(self) -> None:
        self._controllers.close()

    def _examined(self, controller: Controller) -> ControllerHealth:
        began, url = self._stopwatch(), controller.address.url
        try:
            wire = controller.opened(Purpose.READING)
        except (ControllerAway, Trouble) as away:
            return ControllerHealth(url=url, reachable=False, trouble=str(away))
        try:
            root = wire.search(_ROOT).checked()[0].attributes
            skew = (_moment(root["currentTime"][0]) - self._clock()).total_seconds()
            return ControllerHealth(
                url=url,
                reachable=True,
                tls=wire.tls,
                domain=composed(bytes(root["defaultNamingContext"][0]).decode()),
                skew=skew,
                seconds=self._stopwatch() - began,
            )
        except (ControllerAway, Trouble, LookupError, ValueError) as odd:
            return ControllerHealth(url=url, reachable=False, trouble=str(odd))
        finally:
            wire.close()


_ROOT = Search("", "(objectClass=*)", ("currentTime", "defaultNamingContext"), whole_tree=False)


def _person(entry: Entry) -> DirectoryUser:
    return entries.user_of(entry.place, entry.attributes)


def _guid_is(guid: UserGuid) -> str:
    return f"(objectGUID={escape_bytes(guid_bytes(guid))})"


def _batches(guids: Iterable[UserGuid]) -> Iterator[list[UserGuid]]:
    rest = iter(guids)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _dirsync(answer: Answer, *, begun: bool) -> tuple[bool, bytes]:
    """Whether there is more, and the next cookie."""
    if answer.code == _NOT_ALLOWED:
        raise ChangesNotAllowed
    if answer.code and begun:
        raise PositionUnfit
    answer.checked()
    try:
        value = answer.controls[_DIRSYNC]["value"]
        return bool(value["more_results"]), bytes(value["cookie"])
    except (LookupError, TypeError) as error:
        raise DirectoryAnswerUnfit(reason="no DirSync control") from error


def _moment(generalized: bytes) -> datetime:
    """A generalizedTime, `20260302050000.0Z`."""
    return datetime.strptime(bytes(generalized)[:14].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
