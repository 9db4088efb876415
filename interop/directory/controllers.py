"""Several domain controllers as one: connections kept and used again, and failover.

Every request may be asked twice (it reads, or proves a password), so one that died on a kept
connection is asked again on a new one, then at the next controller.
"""

import enum
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from interop.directory.ldap import LdapConnection
from interop.directory.limits import Access, Address
from interop.directory.pause import ControllerAway, Pause
from interop.directory.service_account import ServiceAccount
from interop.directory.tls import VerifiedTls, context_for
from interop.directory.troubles import DirectoryUnreachable, LoginRefused
from repository.errors import Trouble

MAX_IDLE = 8
"""Connections of one purpose that one controller keeps for the next request."""
T = TypeVar("T")


class Purpose(enum.Enum):
    """What a connection is for; one is never used for the other."""

    READING = "reading"
    """Bound as the service account."""
    PROVING = "proving"
    """Passwords are tried on it, so it is bound as whoever came last, or as nobody."""


Work = Callable[[LdapConnection], T]


class Controller:
    """One of them."""

    def __init__(
        self,
        address: Address,
        access: Access,
        service: ServiceAccount,
        tls: VerifiedTls,
        stopwatch: Callable[[], float],
    ) -> None:
        self.address = address
        self._access = access
        self._service = service
        self._tls = tls
        self._pause = Pause(stopwatch)
        self._lock = threading.Lock()
        self._idle: dict[Purpose, list[LdapConnection]] = {purpose: [] for purpose in Purpose}
        self._closed = False

    def ask(self, purpose: Purpose, work: Work[T]) -> T:
        """What *work* finds; raise `ControllerAway` when it cannot be done here."""
        self._pause.require()
        try:
            result = self._asked(purpose, work)
        except ControllerAway as away:
            self._pause.failed(away.reason)
            raise
        except Trouble:
            self._pause.over()  # it answered
            raise
        self._pause.over()
        return result

    def opened(self, purpose: Purpose) -> LdapConnection:
        """A new connection, bound as *purpose* says."""
        connection = LdapConnection(self.address, self._access, self._tls)
        if purpose is Purpose.PROVING:
            return connection
        try:
            self._bind(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close what is kept; what is lent out is closed when it comes back."""
        self._closed = True
        self._drop()

    def _asked(self, purpose: Purpose, work: Work[T]) -> T:
        kept = self._kept(purpose)
        if kept is not None:
            try:
                return self._done(kept, purpose, work)
            except ControllerAway as away:
                self._drop()  # the others were most likely closed over there as well
                if away.silent:
                    raise
        return self._done(self.opened(purpose), purpose, work)

    def _done(self, connection: LdapConnection, purpose: Purpose, work: Work[T]) -> T:
        try:
            result = work(connection)
        except Trouble:
            self._give_back(connection, purpose)
            raise
        except BaseException:
            connection.close()
            raise
        self._give_back(connection, purpose)
        return result

    def _bind(self, connection: LdapConnection) -> None:
        password = self._service.password()
        try:
            connection.bind(self._service.account, password.encode())
        except LoginRefused as refused:
            raise self._service.refused(password, refused) from refused

    def _kept(self, purpose: Purpose) -> LdapConnection | None:
        with self._lock:
            idle = self._idle[purpose]
            return idle.pop() if idle else None

    def _give_back(self, connection: LdapConnection, purpose: Purpose) -> None:
        with self._lock:
            idle = self._idle[purpose]
            if len(idle) < MAX_IDLE and not self._closed:
                idle.append(connection)
                return
        connection.close()

    def _drop(self) -> None:
        with self._lock:
            idle = [each for kept in self._idle.values() for each in kept]
            for kept in self._idle.values():
                kept.clear()
        for connection in idle:
            connection.close()


class Controllers:
    """All of them, in the order in which they are preferred."""

    def __init__(self, access: Access, stopwatch: Callable[[], float] = time.monotonic) -> None:
        """Raise `DirectorySettingsUnfit`; nothing is connected yet."""
        service = ServiceAccount(access.account, access.password, stopwatch)
        tls = VerifiedTls(context_for(access.ca))
        self.each = tuple(
            Controller(address, access, service, tls, stopwatch) for address in access.addresses
        )

    def ask(self, purpose: Purpose, work: Work[T]) -> T:
        """What *work* finds at the first controller that can do it.

        Raise `DirectoryUnreachable` where none can, and whatever trouble *work* raises.
        """
        reasons: list[str] = []
        for controller in self.each:
            try:
                return controller.ask(purpose, work)
            except ControllerAway as away:
                reasons.append(f"{controller.address.host}: {away.reason}")
        raise DirectoryUnreachable(reason="; ".join(reasons))

    def close(self) -> None:
        """Let go of all connections."""
        for controller in self.each:
            controller.close()
