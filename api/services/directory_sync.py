"""Following the directory (đồng bộ danh bạ): everybody at first and once a day, then what has changed."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from api.services.directory_people import DirectoryPerson, NotePeople, PeopleNoted
from interop.directory.port import Directory
from interop.directory.troubles import ChangesNotAllowed, PositionUnfit
from interop.directory.users import DirectoryUser, UserGuid
from repository.catalogue.organisation import people
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.ids import Clock
from repository.model.people import Person

T = TypeVar("T")
BATCH = 500
"""People that one command notes: the keeper is nobody's for long."""
MANY_GONE = 20
SHARE_GONE = 0.1
"""More than so many, and than such a share of all, are not let go without being told to."""


class TooManyGone(Trouble):
    """The directory lacks {gone} of the {known} people known here: too many to be believed.

    Look at `directory.base` and the service account's rights; then `vankho directory sync --really`.
    """

    kind = Kind.CONFLICT
    vietnamese = (
        "Danh bạ thiếu {gone} trong {known} người đã biết: nhiều bất thường. "
        "Hãy xem lại `directory.base` và quyền của tài khoản dịch vụ, "
        "rồi chạy `vankho directory sync --really`."
    )


class DirectorySync:
    """Keeps people as the directory has them; used by one thread.

    Everybody is read at first and once a day, then what has changed. The position is kept in
    memory alone: whoever starts anew reads everybody, which takes seconds.
    """

    def __init__(
        self, holdings: Holdings, directory: Directory, clock: Clock, *, whole_seconds: float
    ) -> None:
        """Everybody is read anew after *whole_seconds*."""
        self._holdings = holdings
        self._directory = directory
        self._clock = clock
        self._whole_seconds = whole_seconds
        self._position: bytes | None = None
        self._read_all = 0.0

    def step(self) -> PeopleNoted:
        """Note what has changed since the last step.

        Raise `TooManyGone`, what befalls the directory or the keeper; the next step begins there.
        """
        due = self._clock().timestamp() - self._read_all >= self._whole_seconds
        if due or self._position is None:
            return self.whole()
        try:
            changes = self._directory.changes(self._position)
        except (ChangesNotAllowed, PositionUnfit):
            return self.whole()
        noted = self._noted(map(self._told, changes.users), map(_lasting, changes.gone))
        self._position = changes.position
        return noted

    def whole(self, *, rehearsal: bool = False, really: bool = False) -> PeopleNoted:
        """Read everybody; whoever was known and is not there is let in no more.

        *really*: however many those are. Raise as `step`.
        """
        begun, position = self._clock().timestamp(), self._now()
        told = [self._told(user) for user in self._directory.users()]
        gone = self._missing(told)
        if not really:
            self._doubt(told, gone)
        noted = self._noted(told, gone, rehearsal=rehearsal)
        if not rehearsal:
            self._position, self._read_all = position, begun
        return noted

    def _now(self) -> bytes | None:
        """The directory's position; None where it may not be asked, and everybody is read each time."""
        try:
            return self._directory.position()
        except ChangesNotAllowed:
            return None

    def _missing(self, told: Iterable[DirectoryPerson]) -> list[str]:
        there = {person.directory for person in told}
        return [person.directory for person in self._active() if person.directory not in there]

    def _active(self) -> list[Person]:
        with self._holdings.reading() as reading:
            return [one for one in people(reading) if one.active and one.directory]

    def _doubt(self, told: Iterable[DirectoryPerson], gone: list[str]) -> None:
        known = {person.directory for person in self._active()}
        ended = {one.directory for one in told if not one.active} & known | set(gone)
        if len(ended) > max(MANY_GONE, SHARE_GONE * len(known)):
            raise TooManyGone(gone=len(ended), known=len(known))

    def _noted(
        self,
        told: Iterable[DirectoryPerson],
        gone: Iterable[str],
        *,
        rehearsal: bool = False,
    ) -> PeopleNoted:
        """Note them in portions: those who are gone first, for they may free a login."""
        noted = PeopleNoted()
        for some in _portions(gone):
            noted += self._submit(gone=some, rehearsal=rehearsal)
        for portion in _portions(told):
            noted += self._submit(told=portion, rehearsal=rehearsal)
        return noted

    def _submit(
        self,
        *,
        told: tuple[DirectoryPerson, ...] = (),
        gone: tuple[str, ...] = (),
        rehearsal: bool,
    ) -> PeopleNoted:
        command = NotePeople(caller=NODE, told=told, gone=gone, rehearsal=rehearsal)
        return self._holdings.keeper.submit(command)

    def _told(self, user: DirectoryUser) -> DirectoryPerson:
        expired = user.expires is not None and user.expires <= self._clock().timestamp() * 1_000_000
        return DirectoryPerson(
            directory=_lasting(user.guid),
            logins=tuple(name.lower() for name in (user.principal, user.account) if name),
            name=user.name,
            mail=user.mail.lower(),
            active=user.enabled and not expired,
        )


def _lasting(guid: UserGuid) -> str:
    return guid.replace("-", "")


def _portions(items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    left = iter(items)
    while some := tuple(islice(left, BATCH)):
        yield some
