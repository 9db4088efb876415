"""A purge that reaches every node: what it takes, what it waits for, and that a crash stops it nowhere."""

import io
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.services.blob_access import BlobErased, require_readable
from api.services.holds import LiftHold, PlaceHold
from api.services.nodes import DismissNode
from api.services.purge_orders import BlobWithheld
from api.services.purges import PurgeNotOpen, WithdrawPurge
from repository.blobs.store_node import StoreNodeUnreachable
from repository.catalogue import tables as t
from repository.model.access import OPERATOR
from repository.model.ids import PurgeId
from repository.model.purge_orders import OrderWanted
from repository.model.purges import PurgeState
from repository.rebuild import rebuild_catalogue
from tests.contracts.blob_store import name_of
from tests.nodes.beside import Beside
from tests.repository.stores import SMALL, noise, revisions
from tests.upkeep.orders import NAMES, STANDBY, Killed, Province, a_province, agreed

SECRET = noise(3000, 1)
WORDS = b"chi mot van ban mat " * 20
MARKS = (SECRET[64:128], WORDS[:40])
OTHER = noise(4000, 2)


@pytest.fixture
def province(tmp_path: Path) -> Generator[Province]:
    with a_province(tmp_path) as made:
        yield made


# To all.


def test_an_order_to_all_leaves_nothing_at_any_node(province: Province):
    province.has_a_standby()
    one, two, three = province.offices
    one.registers(SECRET, WORDS)
    lost = two.registers(SECRET, WORDS)
    three.registers(OTHER)
    assert two.reads(SECRET)
    province.follows()
    assert {place.split("/")[0] for place in province.places(*MARKS)} == {
        "store",
        "standby",
        NAMES[0],
        NAMES[1],
    }

    order = one.orders(SECRET)
    province.settles()

    assert province.waits_for(order) == {}
    assert province.places(*MARKS) == set()
    assert one.purge(order).state is two.purge(order).state is PurgeState.COMPLETED
    with two.holdings.reading() as now:
        assert now.erased_from(lost, name_of(SECRET)) == two.purge(order)
        with pytest.raises(BlobErased):
            require_readable(now, OPERATOR, name_of(SECRET))
    assert three.reads(OTHER)


def test_it_is_done_only_when_all_have_confirmed(province: Province):
    province.has_a_standby()
    one, two, _ = province.offices
    for office in (one, two):
        office.registers(SECRET)
    province.away = two.name

    order = one.orders(SECRET)
    province.settles(3)

    assert province.waits_for(order) == {two.name: "silent", "": "destroying", STANDBY: "following"}
    assert one.purge(order).state is PurgeState.DESTROYED
    province.away = ""
    two.obeys()
    province.carries_out()
    assert province.waits_for(order) == {STANDBY: "following"}
    province.settles(4)
    assert province.waits_for(order) == {}
    assert one.purge(order).state is PurgeState.COMPLETED


def test_nobody_is_given_it_from_the_order_on(province: Province):
    one, two, _ = province.offices
    for office in (one, two):
        office.registers(SECRET)
    beside = Beside(lambda: province.store, two.name)
    one.orders(SECRET)
    one.obeys()

    with pytest.raises(BlobWithheld), beside.fetch(name_of(SECRET)):
        pytest.fail("it was given")

    province.settles()
    two.registers(SECRET)  # it may come again, as any file
    with beside.fetch(name_of(SECRET)) as sent:
        assert b"".join(sent.pieces) == SECRET


def test_a_hold_at_another_office_beats_it_until_it_is_lifted(province: Province):
    one, two, _ = province.offices
    one.registers(SECRET)
    held = two.registers(SECRET)
    submit = two.holdings.keeper.submit
    hold = submit(PlaceHold(caller=OPERATOR, document=held, reason="thanh tra"))

    order = one.orders(SECRET)
    province.settles()

    assert province.waits_for(order) == {two.name: "held", "": "destroying"}
    two.holdings.blobs.read(name_of(SECRET))
    assert (two.reads(SECRET), one.reads(SECRET)) == (True, False)
    with pytest.raises(PurgeNotOpen):  # it is not theirs to give up
        submit(WithdrawPurge(caller=OPERATOR, purge=order))
    submit(LiftHold(caller=OPERATOR, hold=hold.id, reason="xong"))
    province.settles()
    assert province.waits_for(order) == {}
    assert province.places(MARKS[0]) == set()


def test_a_hold_at_the_store_node_beats_it_too(province: Province):
    one = province.offices[0]
    one.registers(SECRET)
    submit = province.store.keeper.submit
    hold = submit(PlaceHold(caller=OPERATOR, blob=name_of(SECRET), reason="thanh tra"))

    order = one.orders(SECRET)
    province.settles()

    assert province.waits_for(order) == {"": "held"}
    assert province.store.blobs.read(name_of(SECRET)) == SECRET
    submit(LiftHold(caller=OPERATOR, hold=hold.id, reason="xong"))
    province.settles()
    assert province.waits_for(order) == {}


def test_two_persons_at_the_store_node_order_it_at_all_offices(province: Province):
    for office in province.offices[:2]:
        office.registers(SECRET, WORDS)

    order = agreed(province.store, SECRET)
    assert set(province.waits_for(order)) == {*NAMES, ""}
    province.settles()

    assert province.waits_for(order) == {}
    assert province.places(*MARKS) == set()


def test_a_dismissed_office_is_not_waited_for_and_what_it_brought_goes_too(province: Province):
    one, two, _ = province.offices
    for office in (one, two):
        office.registers(SECRET, WORDS)
    province.store.keeper.submit(DismissNode(caller=OPERATOR, node=two.name))

    order = one.orders(SECRET)
    province.away = two.name
    one.obeys()
    province.offices[2].obeys()
    province.carries_out()

    assert province.waits_for(order) == {}
    assert {place.split("/")[0] for place in province.places(*MARKS)} == {two.name}


def test_its_later_revisions_are_written_anew_and_stay_whole(province: Province):
    one, two, _ = province.offices
    first, second = revisions(2, tail=5000)
    one.registers(first)
    two.registers(second)
    province.store.seal()

    order = one.orders(first)
    province.settles()

    assert province.waits_for(order) == {}
    assert not one.reads(first)
    assert two.reads(second)


def test_what_is_brought_again_after_an_office_obeyed_is_a_new_copy(province: Province):
    one, two, _ = province.offices
    for office in (one, two):
        office.registers(SECRET)
    province.away = two.name
    order = one.orders(SECRET)
    one.obeys()
    one.registers(SECRET)

    province.away = ""
    province.settles()

    assert province.waits_for(order) == {}
    assert (one.reads(SECRET), two.reads(SECRET)) == (True, False)


def test_an_order_of_a_file_that_is_not_kept_for_the_office_reaches_nobody_else(province: Province):
    one, two, _ = province.offices
    one.registers(OTHER)
    two.registers(SECRET)
    beside = Beside(lambda: province.store, one.name)
    with one.holdings.reading() as now:
        epoch = int(now.get(t.META, "epoch") or 0)
    answers = []
    for number, content in enumerate((SECRET, noise(10, 10))):
        wanted = OrderWanted(
            id=PurgeId(f"{number:032x}"),
            blob=name_of(content),
            everywhere=True,
            reason="thử",
            by=("a", "b"),
        )
        told = beside.place(wanted, epoch=epoch)
        beside.answer(told.id, held=False, blobs=(), epoch=epoch)
        province.carries_out()
        answers.append((told.everywhere, beside.order(told.id).done))

    province.settles()

    assert answers == [(False, True)] * 2
    assert two.reads(SECRET)


def test_what_an_answer_names_is_destroyed_only_where_nobody_keeps_it(province: Province):
    one, two, three = province.offices
    one.registers(SECRET)
    two.registers(OTHER)
    abandoned = noise(2000, 77)
    three.registers(abandoned)
    province.store.keeper.submit(DismissNode(caller=OPERATOR, node=three.name))
    order = one.orders(SECRET)
    one.obeys()
    beside = Beside(lambda: province.store, one.name)
    with one.holdings.reading() as now:
        epoch = int(now.get(t.META, "epoch") or 0)

    named = (name_of(OTHER), name_of(abandoned))
    beside.answer(order, held=False, blobs=named, epoch=epoch)
    two.obeys()
    province.carries_out()

    assert province.waits_for(order) == {}
    assert two.reads(OTHER)
    assert province.store.blobs.read(name_of(abandoned)) == abandoned


# Of one.


def test_what_another_office_has_too_stays_its_own(province: Province):
    one, two, _ = province.offices
    for office in (one, two):
        office.registers(SECRET, WORDS)

    order = one.orders(SECRET, everywhere=False)
    province.settles()

    assert province.waits_for(order) == {}
    assert one.purge(order).state is PurgeState.COMPLETED
    assert (one.reads(SECRET), two.reads(SECRET), two.reads(WORDS)) == (False, True, True)
    assert not any(place.startswith(f"{one.name}/") for place in province.places(*MARKS))
    with province.store.reading() as now:
        assert [str(key[1]) for key, _ in now.scan(t.CUSTODY, name_of(SECRET))] == [two.name]


def test_what_nobody_else_has_is_gone_at_once(province: Province):
    one = province.offices[0]
    one.registers(SECRET, WORDS)

    order = one.orders(SECRET, everywhere=False)
    one.obeys()
    province.carries_out()
    one.obeys()

    assert one.purge(order).state is PurgeState.COMPLETED
    assert province.places(*MARKS) == set()


# The index.


def test_an_office_answers_only_once_its_index_knows_no_word_of_it(province: Province):
    one, two, _ = province.offices
    for office in (one, two):
        office.registers(SECRET)
    two.index_begun = lambda: 3

    order = one.orders(SECRET)
    province.settles()
    assert province.waits_for(order) == {two.name: "silent", "": "destroying"}

    two.index_begun = two.holdings.last_event
    province.settles()
    assert province.waits_for(order) == {}


# Failing over.


@pytest.fixture
def restless(tmp_path: Path) -> Generator[Province]:
    """Offices that notice within a second that there is another store node."""
    with a_province(tmp_path, lease=1) as made:
        yield made


def test_an_order_outlives_its_store_node_and_the_standby_resurrects_nothing(restless: Province):
    province = restless
    province.has_a_standby()
    one, two, _ = province.offices
    for office in (one, two):
        office.registers(SECRET, WORDS)
    province.follows()
    order = one.orders(SECRET)
    one.obeys()
    two.obeys()
    province.fails_over()  # it had not heard of any of it

    province.comes_to_an_end(order)

    assert province.waits_for(order) == {}
    assert one.purge(order).state is PurgeState.COMPLETED
    left = province.places(*MARKS)
    assert {place.split("/")[0] for place in left} <= {"store"}  # the lost machine's own disk


def test_a_store_node_that_was_set_back_is_told_again_of_what_was_destroyed(restless: Province):
    province = restless
    province.has_a_standby()
    one, two, _ = province.offices
    for office in (one, two):
        office.registers(SECRET, WORDS)
    province.follows()
    province.standby_ends()
    province.store.keeper.submit(DismissNode(caller=OPERATOR, node=STANDBY))
    order = one.orders(SECRET)
    province.settles()
    assert one.purge(order).state is PurgeState.COMPLETED
    province.fails_over()  # an older copy, as a backup is
    assert province.store_holds(*MARKS)

    province.comes_to_an_end(order)

    assert province.waits_for(order) == {}
    assert not province.store_holds(*MARKS)


# Catalogues made anew.


def test_orders_come_back_from_the_logs(province: Province):
    one, two, _ = province.offices
    for office in (one, two):
        office.registers(SECRET)
    province.away = two.name
    order = one.orders(SECRET)
    province.settles(2)
    waiting = province.waits_for(order)

    for office in (one, two):
        office.holdings.close()
    province.store.close()
    rebuild_catalogue(province.folder / "store", SMALL)
    province.store_begins_anew()
    for office in (one, two):
        office.begins_anew()

    assert province.waits_for(order) == waiting == {two.name: "silent", "": "destroying"}
    province.away = ""
    province.settles()
    assert province.waits_for(order) == {}


# Crashes.


def ordered(province: Province) -> PurgeId:
    one, two, _ = province.offices
    for office in (one, two):
        office.registers(SECRET, WORDS)
    province.away = ""
    return one.orders(SECRET)


def test_killed_at_any_step_at_any_node_it_completes(
    tmp_path: Path, request: pytest.FixtureRequest
):
    with a_province(tmp_path / "whole") as province:
        order = ordered(province)
        before = province.fuse.steps
        province.settles(4)
        steps = province.fuse.steps - before
    assert steps > 20

    for step in range(0, steps, 1 if request.config.getoption("--long") else 6):
        with a_province(tmp_path / str(step), NAMES[:2]) as province:
            for office in province.offices:
                office.registers(SECRET, WORDS)
            order = province.offices[0].orders(SECRET)
            province.fuse.left = step
            with suppress(Killed):
                province.settles(4)
            province.fuse.left = None
            province.begins_anew()

            province.settles(5)

            assert province.waits_for(order) == {}, step
            assert province.places(*MARKS) == set(), step


class Life:
    """What befalls an order at two offices, in any order."""

    def __init__(self, province: Province, chance: int) -> None:
        self._province = province
        self._chance = chance
        self.one, self.two = province.offices
        for office in (self.one, self.two):
            office.registers(SECRET, WORDS)
        self.order = self.one.orders(SECRET)
        self.hold = ""
        self.again = False

    def obey_one(self) -> None:
        with suppress(StoreNodeUnreachable):
            self.one.obeys()

    def obey_two(self) -> None:
        with suppress(StoreNodeUnreachable):
            self.two.obeys()

    def carry(self) -> None:
        self._province.carries_out()

    def cut_one(self) -> None:
        self._province.away = self.one.name

    def cut_two(self) -> None:
        self._province.away = self.two.name

    def mend(self) -> None:
        self._province.away = ""

    def kill(self) -> None:
        self._chance += 1
        self._province.fuse.left = self._chance % 7
        with suppress(Killed):
            self._province.round()
        self._province.fuse.left = None
        self._province.begins_anew()

    def place_hold(self) -> None:
        if not self.hold and self.two.knows(SECRET):
            command = PlaceHold(caller=OPERATOR, blob=name_of(SECRET), reason="giữ")
            self.hold = self.two.holdings.keeper.submit(command).id

    def lift(self) -> None:
        if self.hold:
            lift = LiftHold(caller=OPERATOR, hold=self.hold, reason="xong")
            self.two.holdings.keeper.submit(lift)
            self.hold = ""

    def bring_again(self) -> None:
        if self.two.purge_state(self.order) is PurgeState.COMPLETED:
            self.two.holdings.blobs.put(io.BytesIO(SECRET))
            self.again = True


ACTS = tuple(name for name in vars(Life) if not name.startswith("_"))


@settings(max_examples=8, deadline=None)
@given(acts=st.lists(st.sampled_from(ACTS), max_size=14), chance=st.integers(0, 6))
def test_whatever_happens_holds_are_kept_and_the_rest_goes(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str], chance: int
):
    with a_province(tmp_path_factory.mktemp("p"), NAMES[:2]) as province:
        life = Life(province, chance)
        for act in acts:
            getattr(life, act)()
            assert not life.hold or life.two.knows(SECRET)
        life.mend()
        if life.hold:
            province.settles(3)
            assert life.two.reads(SECRET)
            life.lift()

        province.settles(5)

        assert province.waits_for(life.order) == {}
        assert life.again or province.places(*MARKS) == set()
