"""A directory in memory, for tests and demos: who stands on the roster, and what has changed."""

import hmac
import threading
from collections import Counter
from collections.abc import Callable

import msgspec

from interop.directory.port import Changes, ControllerHealth
from interop.directory.troubles import (
    ChangesNotAllowed,
    DirectoryUnreachable,
    DirectoryUserMissing,
    PositionUnfit,
    UnknownLogin,
    WrongPassword,
)
from interop.directory.users import (
    DirectoryUser,
    Sid,
    UserGuid,
    login_name,
    objection,
    password_bytes,
)
from repository.model.ids import Clock

_MARK = "roster\0"


class Roster:
    """People kept in a dictionary; passwords too, so nothing real belongs here."""

    def __init__(self, clock: Clock, *, domain: str = "vankho.test", lockout: int = 3) -> None:
        self.may_follow = True
        """Whether `changes` is allowed."""
        self.reachable = True
        self._clock = clock
        self._domain = domain
        self._lockout = lockout
        self._lock = threading.Lock()
        self._people: dict[UserGuid, DirectoryUser] = {}
        self._passwords: dict[UserGuid, str] = {}
        self._groups: dict[Sid, set[Sid]] = {}
        self._failures: Counter[UserGuid] = Counter()
        self._journal: list[UserGuid] = []

    # Keeping it.

    def put(self, user: DirectoryUser, password: str | None = None) -> None:
        """Enter *user*, or how they are now."""
        with self._lock:
            user = msgspec.structs.replace(user, groups=None, usn=len(self._journal) + 1)
            self._people[user.guid] = user
            if password is not None:
                self._passwords[user.guid] = password
            self._journal.append(user.guid)

    def remove(self, guid: UserGuid) -> None:
        """Strike *guid* off."""
        with self._lock:
            del self._people[guid]
            self._journal.append(guid)

    def join(self, member: Sid, group: Sid) -> None:
        """Put *member*, a person or a group, into *group*."""
        self._groups.setdefault(member, set()).add(group)

    # The port.

    def authenticate(self, login: str, password: str) -> DirectoryUser:
        user = self._called(login, self._by_login)
        secret = password_bytes(user.account, password)
        if not hmac.compare_digest(self._passwords.get(user.guid, "").encode(), secret):
            self._failed(user)
            raise WrongPassword(login=user.account)
        refused = objection(user, self._clock())
        if refused:
            raise refused
        self._failures.pop(user.guid, None)
        return self._with_groups(user)

    def recognise(self, login: str) -> DirectoryUser:
        user = self._called(login, self._by_ticket)
        refused = objection(user, self._clock())
        if refused:
            raise refused
        return self._with_groups(user)

    def user(self, guid: UserGuid) -> DirectoryUser:
        self._require()
        if guid not in self._people:
            raise DirectoryUserMissing(guid=guid)
        return self._with_groups(self._people[guid])

    def groups(self, guid: UserGuid) -> tuple[Sid, ...]:
        return self.user(guid).groups or ()

    def position(self) -> bytes:
        self._require()
        if not self.may_follow:
            raise ChangesNotAllowed
        return f"{_MARK}{len(self._journal)}".encode()

    def users(self) -> list[DirectoryUser]:
        self._require()
        return list(self._people.values())

    def changes(self, since: bytes) -> Changes:
        position = self.position()
        kept = since.decode(errors="replace").removeprefix(_MARK)
        if not since.startswith(_MARK.encode()) or not kept.isdecimal():
            raise PositionUnfit
        guids = list(dict.fromkeys(self._journal[int(kept) :]))
        there = [self._people[guid] for guid in guids if guid in self._people]
        gone = [guid for guid in guids if guid not in self._people]
        return Changes(users=tuple(there), gone=tuple(gone), position=position)

    def deleted(self) -> int:
        self.position()
        return len({*self._journal} - {*self._people})

    def health(self) -> tuple[ControllerHealth, ...]:
        return (ControllerHealth(url="memory:", reachable=self.reachable),)

    def close(self) -> None:
        """Nothing is held."""

    # How people are found.

    def _called(self, login: str, named: Callable[[str], DirectoryUser | None]) -> DirectoryUser:
        self._require()
        name = login_name(login)
        user = named(name.casefold())
        if not user:
            raise UnknownLogin(login=name)
        return user

    def _by_login(self, name: str) -> DirectoryUser | None:
        principals = {each.principal.casefold(): each for each in self._people.values()}
        return (principals.get(name) if "@" in name else None) or self._by_account(name)

    def _by_ticket(self, name: str) -> DirectoryUser | None:
        return self._by_account(name)

    def _by_account(self, name: str) -> DirectoryUser | None:
        account, at, suffix = name.partition("@")
        if at and suffix != self._domain:
            return None
        accounts = {each.account.casefold(): each for each in self._people.values()}
        return accounts.get(account)

    def _failed(self, user: DirectoryUser) -> None:
        self._failures[user.guid] += 1
        if self._failures[user.guid] >= self._lockout:
            self.put(msgspec.structs.replace(user, locked=True))

    def _with_groups(self, user: DirectoryUser) -> DirectoryUser:
        found: set[Sid] = set()
        waiting = [user.sid]
        while waiting:
            for group in self._groups.get(waiting.pop(), set()) - found:
                found.add(group)
                waiting.append(group)
        return msgspec.structs.replace(user, groups=tuple(sorted(found)))

    def _require(self) -> None:
        if not self.reachable:
            raise DirectoryUnreachable(reason="memory")
