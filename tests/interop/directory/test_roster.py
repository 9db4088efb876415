"""The directory in memory keeps the contract."""

import uuid
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from interop.directory.port import Directory
from interop.directory.roster import Roster
from interop.directory.troubles import ChangesNotAllowed, DirectoryUnreachable
from interop.directory.users import DirectoryUser, Sid, UserGuid, composed
from tests.contracts.directory import PASSWORD, DirectoryContract, in_microseconds

GROUPS = tuple(Sid(f"S-1-5-21-1-2-3-{number}") for number in (513, 514, 515))


class RosterDomain:
    """The administrator of a roster; who is moved away is struck off."""

    def __init__(self) -> None:
        self.roster = Roster(lambda: datetime.now(UTC))
        self.directory: Directory = self.roster
        for inner, outer in pairwise(GROUPS):
            self.roster.join(inner, outer)

    def hire(self, account: str, **particulars: str) -> UserGuid:
        made = uuid.uuid4()
        given: dict[str, Any] = {"name": account}
        given |= {name: composed(text) for name, text in particulars.items()}
        user = DirectoryUser(
            guid=UserGuid(str(made)),
            sid=Sid(f"S-1-5-21-1-2-3-{made.int % 100_000_000}"),
            account=account,
            place=f"CN={account}",
            **given,
        )
        self.roster.put(user, PASSWORD)
        return user.guid

    def disable(self, guid: UserGuid) -> None:
        self._become(guid, enabled=False)

    def expire(self, guid: UserGuid, at: datetime) -> None:
        self._become(guid, expires=in_microseconds(at))

    def demand_new_password(self, guid: UserGuid) -> None:
        self._become(guid, password_due=True)

    def rename(self, guid: UserGuid, name: str) -> None:
        self._become(guid, name=name)

    def move(self, guid: UserGuid, *, away: bool) -> None:
        if away:
            self.dismiss(guid)
        else:
            self._become(guid, place=f"CN={guid},OU=Sở Tài chính")

    def dismiss(self, guid: UserGuid) -> None:
        self.roster.remove(guid)

    def enlist(self, guid: UserGuid) -> tuple[Sid, ...]:
        self.roster.join(self.roster.user(guid).sid, GROUPS[0])
        return GROUPS

    def _become(self, guid: UserGuid, **changes: object) -> None:
        self.roster.put(msgspec.structs.replace(self.roster.user(guid), **changes))


class TestRoster(DirectoryContract):
    @pytest.fixture
    def domain(self) -> RosterDomain:
        return RosterDomain()


def test_a_roster_can_be_away_and_can_forbid_to_be_followed():
    roster = Roster(lambda: datetime.now(UTC))
    roster.may_follow = False

    with pytest.raises(ChangesNotAllowed):
        roster.position()

    roster.reachable = False
    with pytest.raises(DirectoryUnreachable):
        roster.authenticate("ai", "gì")
    assert not roster.health()[0].reachable
