"""People follow the directory: entered, renamed, let in no more; nobody is let go by mistake."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from api.services import RULES
from api.services.directory_people import PeopleNoted
from api.services.directory_sync import DirectorySync, TooManyGone
from interop.directory.roster import Roster
from interop.directory.users import UserGuid
from repository.catalogue.organisation import people
from repository.holdings import Holdings
from repository.model.people import Person
from tests.api.conftest import NOON, MovableClock, Node
from tests.api.test_sessions import Door, a_user

DAY = 24 * 3600.0


class Town:
    """A directory, and the people known here."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.roster = Roster(node.clock)
        self.sync = DirectorySync(node.holdings, self.roster, node.clock, whole_seconds=DAY)

    def hire(self, account: str, number: int, **changes: object) -> None:
        self.roster.put(a_user(account, number, **changes))

    def known(self) -> dict[str, Person]:
        with self.node.holdings.reading() as reading:
            return {person.login: person for person in people(reading)}


@pytest.fixture
def town(node: Node) -> Town:
    made = Town(node)
    made.hire("an", 1)
    made.hire("binh", 2, mail="Binh@vankho.test")
    return made


def test_everybody_is_entered_and_may_do_nothing_yet(town: Town):
    assert town.sync.step() == PeopleNoted(entered=2)

    known = town.known()
    assert set(known) == {"an@vankho.test", "binh@vankho.test"}
    assert known["binh@vankho.test"].mail == "binh@vankho.test"
    assert town.node.desk("an@vankho.test").get("/v1/agencies/H20.14/registers").status_code == 404


def test_nothing_changed_leaves_no_event(town: Town):
    town.sync.step()
    before = town.node.holdings.last_event()

    assert town.sync.step() == PeopleNoted()
    assert town.sync.whole() == PeopleNoted(unchanged=2)
    assert town.node.holdings.last_event() == before


def test_a_new_name_is_taken_over_and_the_person_stays_the_same(town: Town):
    town.sync.step()
    before = town.known()["an@vankho.test"]
    town.hire("an.nguyen", 1, name="Nguyễn An")

    assert town.sync.step() == PeopleNoted(changed=1)
    after = town.known()["an.nguyen@vankho.test"]
    assert (after.id, after.name) == (before.id, "Nguyễn An")
    assert "an@vankho.test" not in town.known()


@pytest.mark.parametrize("how", ["disabled", "expired", "deleted"])
def test_who_is_let_go_there_is_let_in_no_more_here_whatever_they_show(node: Node, how: str):
    door = Door(node)
    sync = DirectorySync(node.holdings, door.roster, node.clock, whole_seconds=DAY)
    sync.step()
    signed = door.signs_in()
    assert door.asks("GET", "/v1/session", signed).status_code == 200

    if how == "deleted":
        door.roster.remove(UserGuid("00000000-0000-0000-0000-000000000001"))
    elif how == "disabled":
        door.roster.put(a_user("nva", 1, enabled=False))
    else:
        door.roster.put(a_user("nva", 1, expires=round(NOON.timestamp() * 1_000_000)))

    assert sync.step().ended == 1
    assert door.asks("GET", "/v1/session", signed).status_code == 401


def test_who_was_entered_by_login_is_that_person(node: Node):
    node.province.post("/v1/people", {"login": "an", "name": "A. Nguyễn"})
    town = Town(node)
    town.hire("an", 1, name="Nguyễn Văn An")

    assert town.sync.step() == PeopleNoted(changed=1)
    assert town.known()["an"].name == "Nguyễn Văn An"
    assert town.known()["an"].directory == "0" * 31 + "1"


def test_who_cannot_be_noted_is_told_and_holds_up_nobody(town: Town):
    town.sync.step()
    town.hire("an@vankho.test", 3, principal="")  # a login that is somebody else's
    town.hire("dai", 4, name="D" * 51)
    town.hire("chi", 5)

    noted = town.sync.step()

    assert noted.entered == 1
    assert {one.problem for one in noted.refused} == {"login-taken", "field-too-long"}
    assert "chi@vankho.test" in town.known()


def test_a_directory_that_has_lost_many_is_not_believed(town: Town):
    for number in range(10, 60):
        town.hire(f"nguoi{number}", number)
    town.sync.step()
    for number in range(10, 40):
        town.roster.remove(UserGuid(f"00000000-0000-0000-0000-{number:012d}"))

    with pytest.raises(TooManyGone) as doubted:
        town.sync.whole()

    assert doubted.value.facts == {"gone": 30, "known": 52}
    assert all(person.active for person in town.known().values())
    assert town.sync.whole(really=True).ended == 30


def test_a_rehearsal_tells_and_changes_nothing(town: Town):
    assert town.sync.whole(rehearsal=True) == PeopleNoted(entered=2)
    assert town.known() == {}


def test_where_following_is_not_allowed_everybody_is_read_each_time(town: Town):
    town.roster.may_follow = False
    town.sync.step()
    town.hire("chi", 5)

    assert town.sync.step() == PeopleNoted(entered=1, unchanged=2)


def test_everybody_is_read_once_a_day(town: Town):
    town.sync.step()
    town.node.clock.now += timedelta(seconds=DAY)

    assert town.sync.step() == PeopleNoted(unchanged=2)
    assert town.sync.step() == PeopleNoted()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hire", "rename", "disable", "remove", "sync", "whole"]),
        st.integers(0, 6),
    ),
    max_size=30,
)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_after_a_step_people_are_as_the_directory_has_them(steps: list[tuple[str, int]]):
    clock = MovableClock()
    holdings = Holdings.in_memory(rules=RULES, clock=clock)
    roster = Roster(clock)
    sync = DirectorySync(holdings, roster, clock, whole_seconds=DAY)
    for place, (step, number) in enumerate(steps):
        _take(roster, sync, step, number, place)
    sync.step()

    expected = {
        (user.guid.replace("-", ""), user.principal) for user in roster.users() if user.enabled
    }
    with holdings.reading() as reading:
        known = {(one.directory, one.login) for one in people(reading) if one.active}
    assert known == expected


def _take(roster: Roster, sync: DirectorySync, step: str, number: int, place: int) -> None:
    there = {user.guid: user for user in roster.users()}
    user = there.get(a_user("x", number).guid)
    if step == "sync":
        sync.step()
    elif step == "whole":
        sync.whole()
    elif step == "hire" and user is None:
        roster.put(a_user(f"n{number}", number))
    elif step == "rename" and user:
        name = f"n{number}-{place}"
        roster.put(structs.replace(user, account=name, principal=f"{name}@vankho.test"))
    elif step == "disable" and user:
        roster.put(structs.replace(user, enabled=not user.enabled))
    elif step == "remove" and user:
        roster.remove(user.guid)
