"""The service account's password, and never the same wrong one again and again.

A directory locks an account after a few wrong passwords; a server that asks on behalf of others
would do that to itself within a second.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple

from interop.directory.troubles import LoginRefused, ServiceAccountRefused, WrongPassword

WRONG_PASSWORD_SECONDS = 600.0
OTHER_REFUSAL_SECONDS = 60.0
"""So long a refusal is believed without asking again, unless the password is another by then."""


class _Refusal(NamedTuple):
    password: str
    reason: str
    until: float


class ServiceAccount:
    """Who reads."""

    def __init__(
        self, account: str, password: Callable[[], str], stopwatch: Callable[[], float]
    ) -> None:
        self.account = account
        self._password = password
        self._stopwatch = stopwatch
        self._lock = threading.Lock()
        self._refusal: _Refusal | None = None

    def password(self) -> str:
        """What to bind with now; raise `ServiceAccountRefused` while it is known to be refused."""
        password = self._password()
        if not password:  # RFC 4513 5.1.2: it would succeed as nobody
            raise ServiceAccountRefused(account=self.account, reason="empty password")
        with self._lock:
            refusal = self._refusal
            if refusal and refusal.password == password and self._stopwatch() < refusal.until:
                raise ServiceAccountRefused(account=self.account, reason=refusal.reason)
        return password

    def refused(self, password: str, verdict: LoginRefused) -> ServiceAccountRefused:
        """Note the refusal; give the trouble to raise."""
        wrong = isinstance(verdict, WrongPassword)
        believed = WRONG_PASSWORD_SECONDS if wrong else OTHER_REFUSAL_SECONDS
        with self._lock:
            self._refusal = _Refusal(password, verdict.slug(), self._stopwatch() + believed)
        return ServiceAccountRefused(account=self.account, reason=verdict.slug())
