"""An agency moves between two office nodes: whole, once, and whatever is cut, no number twice."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from api.services import nodes
from api.services.ended_registers import close_ended
from api.services.giving import LineGiven
from api.services.holds import PlaceHold
from api.services.nodes import DismissNode
from api.services.numbers import Reservation, VoidNumber, reserve
from api.services.organisation import EnterPerson, GivePost, OpenUnit
from api.services.purges import ConfirmPurge, RequestPurge
from api.services.receipts import GiveReceipts
from api.services.registration import UnknownRegister
from api.services.reminding import tell_deadlines
from api.services.reorganisation import GiveIdentifier, RenameAgency, Reorganise
from api.services.tokens import TokenAsked, caller_of, issue
from repository.catalogue import tables as t
from repository.catalogue.homes import known_as
from repository.catalogue.views import Writing
from repository.epochs import BeginTerm
from repository.errors import Trouble
from repository.keeper import OutcomeUnknown
from repository.landing import NODE
from repository.log.frame import write_frame
from repository.model import events as e
from repository.model.access import OPERATOR, Hidden, Right
from repository.model.agencies import Scheme
from repository.model.days import UNBOUNDED, day_of
from repository.model.ids import AgencyId, DocumentId, PersonId, TokenId, UnitId
from repository.model.moves import (
    Act,
    AgencyAtHome,
    AgencyElsewhere,
    AgencyMoving,
    AgencyStaysHere,
    AgencyUnknownHere,
    ArrivalClashes,
    BundleUnfit,
    HomeState,
    MoveAdrift,
    MoveOver,
    NodeUnfit,
    NothingOffered,
    OfferOutdated,
)
from repository.model.nodes import parse_node
from repository.model.people import Duty
from repository.model.receipts import Role
from repository.model.successions import Reorganisation
from repository.moving import BeginArrival, TakenOver, TakeOver
from repository.rebuild import rebuild_catalogue
from repository.upkeep import arriving, leaving
from repository.upkeep.gc import collect
from tests.contracts.blob_store import name_of
from tests.crash import invariants
from tests.crash.invariants import rows_of
from tests.nodes.moving import (
    CODE,
    OTHERS,
    SOURCE,
    TARGET,
    THIRD,
    Cut,
    OfficeHere,
    Scissors,
    SmallProvince,
    a_small_province,
)
from tests.repository.stores import SMALL, noise


@pytest.fixture
def province(tmp_path: Path) -> Iterator[SmallProvince]:
    with a_small_province(tmp_path) as made:
        yield made


def paper(n: int) -> bytes:
    return noise(900, 5000 + n)


def registered(office: OfficeHere, n: int) -> int:
    """The number that paper *n* gets, or got before."""
    office.brings(paper(n))
    return office.registers(f"k-{n}", paper(n)).document.number


def sound(office: OfficeHere) -> None:
    """The log is whole, and the catalogue says what it says, row for row."""
    events = list(office.holdings.events(0))
    invariants._log_is_whole(office.holdings, events, [])
    invariants._catalogue_says_what_the_log_says(office.holdings, events)


# Whole.


def test_the_next_number_is_given_at_the_new_home_and_never_at_the_old_one_again(
    province: SmallProvince,
):
    source, target = province.source, province.target
    assert [registered(source, n) for n in range(3)] == [1, 2, 3]

    source.leaves(TARGET)
    with pytest.raises(AgencyMoving):
        source.registers("k-late", paper(0))
    target.takes_in(address="https://nut-2.example.vn")
    source.settles()

    assert registered(target, 3) == 4
    with pytest.raises(AgencyElsewhere) as refused:
        source.registers("k-later", paper(0))
    assert refused.value.facts == {
        "agency": CODE,
        "node": TARGET,
        "address": "https://nut-2.example.vn",
    }
    for office in (source, target):
        assert registered(office, 50) if office.state() is HomeState.HERE else True
        assert office.registers("k-other", paper(0), OTHERS[office.name]).document.number == 1


def test_everything_that_is_the_agencys_is_there_as_it_was(province: SmallProvince):
    source, target = province.source, province.target
    filled(source)
    before = shown(source)

    source.leaves(TARGET)
    arrival = target.takes_in()
    source.settles()

    assert shown(target) == before
    assert (arrival.missing, arrival.passed_over) == ((), {})
    for office in (source, target):
        sound(office)
        for n in range(3):
            assert office.holdings.blobs.read(name_of(paper(n))) == paper(n)


def filled(office: OfficeHere) -> None:
    """Let the agency have something of everything."""
    submit = office.holdings.keeper.submit
    for n in range(3):
        registered(office, n)
    submit(OpenUnit(caller=OPERATOR, agency=CODE, code="VP", name="Văn phòng"))
    submit(EnterPerson(caller=OPERATOR, login="nva", name="Nguyễn Văn A"))
    submit(EnterPerson(caller=OPERATOR, login="nva", name="Nguyễn Văn An", mail="an@x.vn"))
    submit(GivePost(caller=OPERATOR, login="nva", agency=CODE, duty=Duty.HEAD, unit="VP"))
    book = register_of(office)
    reservation = Reservation(holder="Văn phòng", reason="Mất điện", count=2)
    reserve(office.holdings.keeper, OPERATOR, book, reservation, key="giu-cho")
    submit(VoidNumber(caller=OPERATOR, register=book, number=4, reason="Không ban hành"))
    today = day_of(office._clock.now)
    submit(
        RenameAgency(caller=OPERATOR, agency=CODE, name="Xã Tân An", since=today, decision="1/NQ")
    )
    line = LineGiven(role=Role.LEAD, login="nva", due="2026-03-04")
    submit(GiveReceipts(caller=OPERATOR, document=documents(office)[0], lines=(line,)))
    hold = PlaceHold(caller=OPERATOR, document=documents(office)[0], reason="Thanh tra")
    submit(hold)
    asked = TokenAsked(label="phần mềm", rights=(Right.READ, Right.WRITE), agencies=(CODE,))
    issue(office.holdings.keeper, OPERATOR, asked, entropy=os.urandom)
    office.brings(noise(700, 777))


def register_of(office: OfficeHere) -> str:
    with office.holdings.reading() as now:
        book = now.register_by_code(office.agency(), "den")
    assert book is not None
    return book.id


def documents(office: OfficeHere) -> list[DocumentId]:
    agency = office.agency()
    with office.holdings.reading() as now:
        return [one.id for _, one in now.scan(t.DOCUMENTS) if one.agency == agency]


OWN: tuple[t.Table[Any], ...] = (
    t.AGENCIES,
    t.AGENCY_NAMES,
    t.UNITS,
    t.POSTS,
    t.REGISTERS,
    t.HOLDS,
    t.RECEIPTS,
    t.DELEGATIONS,
)
NUMBERED: tuple[t.Table[Any], ...] = (t.NEXT_NUMBERS, t.ENTRIES, t.RESERVATIONS)


def shown(office: OfficeHere) -> dict[str, list[Any]]:
    """The rows of the agency, without its places in the node's log."""
    agency = office.agency()
    found: dict[str, list[Any]] = {}
    with office.holdings.reading() as now:
        for table in OWN:
            found[table.name] = [
                (key, row) for key, row in now.scan(table) if _is(row, key, agency)
            ]
        books = {register.id for register in now.registers_of(agency)}
        for table in NUMBERED:
            rows = now.scan(table)
            found[table.name] = [
                (key, row) for key, row in rows if {key[0], getattr(row, "register", "")} & books
            ]
        found["documents"] = [
            (one.id, one.number, one.subject, one.registered, one.actor, one.components)
            for _, one in now.scan(t.DOCUMENTS)
            if one.agency == agency
        ]
        found["people"] = [now.get(t.PEOPLE, who) for _, who in now.scan(t.AGENCY_POSTS, agency)]
        found["tokens"] = [one for _, one in now.scan(t.TOKENS) if one.agencies == (agency,)]
        known = {document for document, *_ in found["documents"]}
        found["keys"] = [
            (key, row.document, row.at)
            for key, row in now.scan(t.IDEMPOTENCY)
            if row.document in known
        ]
        found["counts"] = [(key, row) for key, row in now.scan(t.COUNTS) if key[1] == agency]
        found["brought"] = [key for key, _ in now.scan(t.GRANTS) if key[1] == agency]
    return found


def _is(row: object, key: tuple[object, ...], agency: AgencyId) -> bool:
    theirs = (getattr(row, "agency", ""), getattr(row, "id", ""), key[0])
    return agency in theirs or hasattr(row, "placed_by")


def test_a_token_and_an_idempotency_key_go_on_at_the_new_home(province: SmallProvince):
    source, target = province.source, province.target
    asked = TokenAsked(label="phần mềm", rights=(Right.WRITE,), agencies=(CODE,))
    bearer = issue(source.holdings.keeper, OPERATOR, asked, entropy=os.urandom).bearer
    first = registered(source, 1)
    source.leaves(TARGET)
    target.takes_in()

    with target.holdings.reading() as now:
        assert caller_of(now, bearer, province.clock.now).agencies == {target.agency()}
    again = target.registers("k-1", paper(1))
    assert (again.replayed, again.document.number) == (True, first)
    # Who asks the old home once more gets the first answer there, too: it was given.
    assert source.registers("k-1", paper(1)).replayed


def test_tokens_of_several_agencies_stay_and_are_told(province: SmallProvince):
    source, target = province.source, province.target
    both = TokenAsked(label="chung", rights=(Right.READ,), agencies=(CODE, OTHERS[SOURCE]))
    shared = issue(source.holdings.keeper, OPERATOR, both, entropy=os.urandom).token

    assert source.leaves(TARGET).shared_tokens == ("chung",)
    target.takes_in()

    with target.holdings.reading() as now:
        assert now.token(shared.id) is None


def test_a_person_who_is_known_at_both_nodes_is_one_person_afterwards(province: SmallProvince):
    source, target = province.source, province.target
    for office in (source, target):
        office.holdings.keeper.submit(EnterPerson(caller=OPERATOR, login="nva", name="An"))
    give = GivePost(caller=OPERATOR, login="nva", agency=CODE, duty=Duty.CLERK)
    source.holdings.keeper.submit(give)
    (theirs,), (ours,) = (people(office) for office in (source, target))

    source.leaves(TARGET)
    assert target.takes_in(rehearsal=True).people_known == ("nva",)
    target.takes_in()

    assert people(target) == [ours]
    with target.holdings.reading() as now:
        assert known_as(now, theirs) == ours
        assert [post.person for _, post in now.scan(t.POSTS)] == [ours]
    sound(target)


def people(office: OfficeHere) -> list[PersonId]:
    with office.holdings.reading() as now:
        return [person.id for _, person in now.scan(t.PEOPLE)]


def test_an_agency_comes_back_and_brings_what_it_did_elsewhere(province: SmallProvince):
    source, target = province.source, province.target
    assert registered(source, 1) == 1
    for here, there, n in ((source, target, 2), (target, source, 3), (source, target, 4)):
        here.leaves(there.name)
        there.takes_in()
        here.settles()

        assert registered(there, n) == n
        with pytest.raises(AgencyElsewhere):
            here.registers("no", paper(1))
    for office in (source, target):
        sound(office)
        assert tags(office)[-1] == ("agency-left" if office is source else "document-registered")


def tags(office: OfficeHere) -> list[str]:
    """What the agency's feed tells, from its first event on."""
    with office.holdings.reading() as now:
        return [place.what for _, place in now.scan(t.FEED, office.agency())]


def test_a_reader_of_the_feed_goes_on_at_the_new_home_where_it_was(province: SmallProvince):
    source, target = province.source, province.target
    for n in range(3):
        registered(source, n)
    source.leaves(TARGET)
    target.takes_in()
    source.settles()
    registered(target, 3)

    old, new = tags(source), tags(target)

    assert old[:-1] == new[: len(old) - 1]
    assert (old[-1], new[len(old) - 1 :]) == (
        "agency-left",
        ["agency-arrived", "document-registered"],
    )


def test_a_third_node_takes_in_an_agency_that_was_moved_before(tmp_path: Path):
    with a_small_province(tmp_path, (SOURCE, TARGET, THIRD)) as province:
        source, target = province.source, province.target
        third = province.offices[THIRD]
        registered(source, 1)
        source.leaves(TARGET)
        target.takes_in()
        registered(target, 2)
        # The first node has not heard of anything yet.
        target.leaves(THIRD)
        third.takes_in()
        source.settles()
        target.settles()

        assert registered(third, 3) == 3
        assert [each.state() for each in (source, target)] == [HomeState.ELSEWHERE] * 2
        sound(third)


def test_nothing_of_an_agency_is_collected_at_its_new_home(province: SmallProvince):
    source, target = province.source, province.target
    for n in range(3):
        registered(source, n)
    # What the target brought itself once, swept, and let go of, comes back with the agency.
    target.brings(paper(0), OTHERS[TARGET])
    for _ in range(3):
        province.clock.now += timedelta(hours=3)
        collect(target.holdings, grace=timedelta(hours=2), really=True)
    source.leaves(TARGET)
    target.takes_in()
    for _ in range(3):
        province.clock.now += timedelta(hours=3)
        for office in (source, target):
            collect(office.holdings, grace=timedelta(hours=2), really=True)

    for n in range(3):
        assert target.holdings.blobs.read(name_of(paper(n))) == paper(n)


def test_deadlines_are_told_at_the_home_alone_and_nobody_elses_wait(province: SmallProvince):
    source, target = province.source, province.target
    filled(source)
    source.leaves(TARGET)
    assert tell_deadlines(source.holdings, province.clock) == 0
    target.takes_in()
    source.settles()

    assert tell_deadlines(source.holdings, province.clock) == 0
    assert tell_deadlines(target.holdings, province.clock) == 1
    for office in (source, target):
        sound(office)


def test_registers_of_an_agency_that_has_ended_are_closed_at_its_home_alone(
    province: SmallProvince,
):
    source, target = province.source, province.target
    registered(source, 1)
    source.holdings.keeper.submit(
        Reorganise(
            caller=OPERATOR,
            kind=Reorganisation.DISSOLVE,
            sources=(CODE,),
            targets=(OTHERS[SOURCE],),
            effective=day_of(province.clock.now),
            decision="12/NQ",
        )
    )
    assert source.leaves(TARGET).kin == (OTHERS[SOURCE],)
    assert close_ended(source.holdings, province.clock) == 0
    target.takes_in()
    source.settles()

    assert close_ended(source.holdings, province.clock) == 0
    assert close_ended(target.holdings, province.clock) == 1
    with target.holdings.reading() as now:
        assert len(list(now.scan(t.SUCCESSIONS))) == 1
    for office in (source, target):
        sound(office)


def test_what_an_agency_left_behind_is_destroyed_like_anything_else(province: SmallProvince):
    source, target = province.source, province.target
    registered(source, 1)
    source.leaves(TARGET)
    target.takes_in()
    source.settles()
    before = tags(source)
    director = structs.replace(OPERATOR, name="giám đốc")
    ask = RequestPurge(caller=OPERATOR, blob=name_of(paper(1)), reason="Gửi nhầm")
    purge = source.holdings.keeper.submit(ask)

    source.holdings.keeper.submit(ConfirmPurge(caller=director, purge=purge.id))

    (document,) = documents(source)
    with source.holdings.reading() as now:
        assert now.erased_from(document, name_of(paper(1)))
        assert not now.held(name_of(paper(1)), source.agency())
    assert tags(source) == before
    sound(source)


# Once, whatever is cut.


def test_wherever_a_move_is_cut_it_goes_on_and_no_number_is_given_twice(province: SmallProvince):
    """Every step of both commands, cut before it and after it, to and fro; both are asked at each cut."""
    here, there = province.source, province.target
    filled(here)
    numbers = Numbers(list(range(1, 6)))
    steps, done = 1, 0
    while done < 2 * steps:
        scissors = Scissors(done // 2 + 1, after=bool(done % 2))
        moved_with_a_cut(here, there, scissors, numbers)
        steps, done = scissors.steps, done + 1
        here, there = there, here

    assert steps > 9
    for office in (here, there):
        sound(office)


class Numbers:
    """What clerks were told, who ask both nodes."""

    def __init__(self, told: list[int]) -> None:
        self.told = told
        self._papers = iter(range(1000, 9000))

    def ask(self, *offices: OfficeHere) -> None:
        for office in offices:
            n = next(self._papers)
            with suppress(AgencyElsewhere, AgencyMoving, UnknownRegister, Hidden):
                self.told.append(registered(office, n))
        assert self.told == list(range(1, len(self.told) + 1))


def moved_with_a_cut(
    here: OfficeHere, there: OfficeHere, scissors: Scissors, numbers: Numbers
) -> None:
    steps: list[Callable[[], object]] = [
        lambda: here.leaves(there.name, scissors),
        lambda: there.takes_in(scissors),
        lambda: here.settles(scissors),
    ]
    for step in steps:
        numbers.ask(here, there)
        try:
            step()
        except Cut:
            numbers.ask(here, there)
            here.begins_anew()
            there.begins_anew()
            numbers.ask(here, there)
            with suppress(AgencyAtHome, AgencyElsewhere):
                step()
    assert (here.state(), there.state()) == (HomeState.ELSEWHERE, HomeState.HERE)
    before = len(numbers.told)
    numbers.ask(here, there)
    assert len(numbers.told) == before + 1


def test_a_move_is_given_up_until_it_is_claimed_and_not_after(province: SmallProvince):
    source, target = province.source, province.target
    assert registered(source, 1) == 1
    source.leaves(TARGET)
    source.stays()

    assert registered(source, 2) == 2
    with pytest.raises(NothingOffered):
        target.takes_in()
    source.leaves(TARGET)
    target.takes_in()
    with pytest.raises(MoveOver):
        source.stays()
    assert registered(target, 3) == 3
    sound(source)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 5))
def test_wherever_giving_up_is_cut_it_goes_on(province: SmallProvince, at: int, after: bool):
    source, target = province.source, province.target
    registered(source, 1)
    source.leaves(TARGET)

    with suppress(Cut):
        source.stays(Scissors(at, after=after))
    source.begins_anew()
    with suppress(AgencyStaysHere):
        source.stays()

    assert registered(source, 2) == 2
    with pytest.raises(NothingOffered):
        target.takes_in()


def test_a_refusal_that_comes_after_the_claim_changes_nothing(province: SmallProvince):
    source, target = province.source, province.target
    source.leaves(TARGET)
    with pytest.raises(Cut):
        target.takes_in(Scissors(4, after=True))
    assert target.state() is HomeState.ELSEWHERE
    with pytest.raises(MoveOver):
        target.refuses()

    target.takes_in()

    assert registered(target, 1) == 1


def test_what_was_claimed_in_an_earlier_epoch_is_claimed_once_more(province: SmallProvince):
    """Else it could begin after the claim was forgotten, and the move refused."""
    source, target = province.source, province.target
    source.leaves(TARGET)
    with target.moving(Scissors()) as desk:
        move = arriving.offered(desk, CODE)
        told = e.AgencyArriving(
            move.id, move.agency, move.code, "Xã", SOURCE, 1, bytes(16), 1, b"", "", move.bundle, 1
        )
        late = BeginArrival(
            caller=OPERATOR, told=told, epoch=leaving.epoch_at_work(target.holdings)
        )
    target.begins_anew()
    with pytest.raises(OutcomeUnknown):
        target.holdings.keeper.submit(late)
    target.takes_in()
    assert registered(target, 1) == 1


def test_an_offer_that_comes_after_its_withdrawal_is_none(province: SmallProvince):
    source, target = province.source, province.target
    # Stopped, and cut before anything was offered; somebody else gives it up meanwhile.
    with pytest.raises(Cut):
        source.leaves(TARGET, Scissors(2, after=True))
    assert source.state() is HomeState.LEAVING
    late = source.home()
    source.stays()

    with source.holdings.reading() as now:
        agency = leaving.known(now, CODE)
    bundle = source.brings(b"a bundle that was on its way")
    assert late is not None
    with source.moving(Scissors()) as desk:
        told = leaving._move(desk, agency, late, bundle)
        epoch = leaving.epoch_at_work(source.holdings)
        with pytest.raises(MoveOver):
            desk.moves.turn(Act.OFFER, told, epoch=epoch)
    with pytest.raises(NothingOffered):
        target.takes_in()
    assert registered(source, 1) == 1


class Acts:
    """What may happen to an agency, in any order, with cuts; the numbers that clerks were told."""

    def __init__(self, province: SmallProvince) -> None:
        self.province = province
        self.numbers: list[int] = []
        self._papers = iter(range(10_000))

    def act(self, what: str, cut: int, *, after: bool) -> None:
        scissors = Scissors(cut, after=after)
        source, target = self.province.source, self.province.target
        acts: dict[str, Callable[[], object]] = {
            "leave": lambda: source.leaves(TARGET, scissors),
            "leave-back": lambda: target.leaves(SOURCE, scissors),
            "arrive": lambda: target.takes_in(scissors),
            "arrive-back": lambda: source.takes_in(scissors),
            "stay": lambda: source.stays(scissors),
            "stay-back": lambda: target.stays(scissors),
            "refuse": lambda: target.refuses(scissors),
            "settle": lambda: (source.settles(scissors), target.settles()),
            "register": self._register,
            "begin-anew": lambda: (source.begins_anew(), target.begins_anew()),
        }
        with suppress(Cut, Trouble):
            acts[what]()
        assert self.homes() <= 1, "two nodes would give numbers"

    def homes(self) -> int:
        offices = (self.province.source, self.province.target)
        return sum(office.state() is HomeState.HERE for office in offices)

    def _register(self) -> None:
        for office in (self.province.source, self.province.target):
            n = next(self._papers)
            with suppress(AgencyElsewhere, AgencyMoving, Hidden):
                self.numbers.append(registered(office, n))

    def ends(self) -> None:
        """Whatever was left half done is finished, by the commands that anybody would try."""
        finishing = ("settle", "arrive", "arrive-back", "settle", "stay", "stay-back")
        for what in finishing * 2:
            self.act(what, 0, after=False)
        self._register()
        assert self.homes() == 1, "nobody gives numbers any more"
        assert self.numbers == list(range(1, len(self.numbers) + 1))
        for office in (self.province.source, self.province.target):
            sound(office)


ACTS = (
    "leave",
    "leave-back",
    "arrive",
    "arrive-back",
    "stay",
    "stay-back",
    "refuse",
    "settle",
    "register",
    "begin-anew",
)
STEPS = st.tuples(st.sampled_from(ACTS), st.integers(0, 9), st.booleans())


@given(steps=st.lists(STEPS, min_size=6, max_size=14))
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_whatever_happens_in_whatever_order_one_node_at_most_gives_numbers(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, bool]]
):
    with a_small_province(tmp_path_factory.mktemp("tinh")) as province:
        acts = Acts(province)
        for what, cut, after in steps:
            acts.act("register", 0, after=False)
            acts.act(what, cut, after=after)
        acts.ends()


# From the log alone.


@pytest.mark.parametrize("far", ["leaving", "half arrived", "arrived"])
def test_a_rebuilt_catalogue_says_the_same_of_both_nodes(province: SmallProvince, far: str):
    source, target = province.source, province.target
    filled(source)
    source.leaves(TARGET)
    if far == "half arrived":
        with pytest.raises(Cut):
            # Claimed, begun, and the first items taken over.
            target.takes_in(Scissors(9))
    elif far == "arrived":
        target.takes_in()
        source.settles()
    tables = tuple(table for table in t.FROM_LOG if table not in (t.GRANTS, t.BLOBS))
    before = [rows_of(office.holdings.engine, tables) for office in (source, target)]

    for office, rows in zip((source, target), before, strict=True):
        office.holdings.close()
        rebuild_catalogue(office.root, SMALL)
        office.holdings = office._opened()
        assert rows_of(office.holdings.engine, tables) == rows
    if far != "arrived":
        target.takes_in()
        source.settles()
    assert registered(target, 90) == 6


# Refused.


def test_a_rehearsal_changes_nothing(province: SmallProvince):
    source, target = province.source, province.target
    registered(source, 1)
    with source.moving(Scissors()) as desk:
        told = leaving.rehearse(source.holdings, desk, CODE, TARGET)
    assert (told.state, told.registers) == ("here", 1)
    assert registered(source, 2) == 2
    source.leaves(TARGET)
    size = target.holdings.last_event()

    arrival = target.takes_in(rehearsal=True)

    assert (arrival.state, target.holdings.last_event()) == ("offered", max(size, 1))
    source.stays()


def test_whom_or_where_to_nobody_knows_is_refused(province: SmallProvince):
    source, target = province.source, province.target
    with pytest.raises(AgencyUnknownHere):
        source.leaves(TARGET, code="H20.99")
    for nowhere in (SOURCE, parse_node("nut-9")):
        with pytest.raises(NodeUnfit):
            source.leaves(nowhere)
    with pytest.raises(NothingOffered):
        target.takes_in()
    with pytest.raises(AgencyStaysHere):
        source.stays()
    assert registered(source, 1) == 1


def test_a_code_that_another_agency_bears_there_is_found_before_the_claim(province: SmallProvince):
    source, target = province.source, province.target
    target.declares(CODE)
    source.leaves(TARGET)

    with pytest.raises(ArrivalClashes):
        target.takes_in()

    source.stays()
    assert registered(source, 1) == 1


def test_a_code_that_was_given_to_somebody_else_since_stays_theirs(province: SmallProvince):
    source, target = province.source, province.target
    today = day_of(province.clock.now)
    give = GiveIdentifier(
        caller=OPERATOR, agency=CODE, scheme=Scheme.QD20, value="H20.44", since=today
    )
    source.holdings.keeper.submit(give)
    target.declares(CODE)
    source.leaves(TARGET, code="H20.44")

    target.takes_in(code="H20.44")

    with target.holdings.reading() as now:
        theirs, moved = now.agency_by_code(CODE), now.agency_by_code("H20.44")
    assert theirs
    assert moved
    assert (theirs.code, theirs.id != moved.id) == (CODE, True)
    sound(target)


def test_what_a_node_says_of_others_than_the_agency_is_not_believed(province: SmallProvince):
    """Items that were made up: of other agencies, of their registers, out of order; of a token for all."""
    source, target = province.source, province.target
    source.leaves(TARGET)
    with pytest.raises(Cut):
        target.takes_in(Scissors(5, after=True))
    home = target.home()
    assert home is not None
    assert (home.state, home.taken) == (HomeState.ARRIVING, 0)
    agency, another = target.agency(), target.agency(OTHERS[TARGET])
    with target.holdings.reading() as now:
        book = now.register_by_code(another, "den")
    assert book is not None
    voided = e.NumberVoided(book.id, 2026, 1, DocumentId(""))
    unit = e.UnitOpened(UnitId("u" * 32), another, "X", "X", UnitId(""), UNBOUNDED)

    def taken(body: e.AnyBody, of: str, place: int = 1) -> TakenOver:
        event = e.Event(1, 9, place, 1, "x", of, "", b"", body)
        frames = (write_frame(9, e.encode(event), b""),)
        command = TakeOver(caller=OPERATOR, agency=agency, move=home.move, first=0, frames=frames)
        return target.holdings.keeper.submit(command)

    for body, of, place in (
        (unit, agency, 1),
        (voided, agency, 1),
        (e.AgencyStayed(another, home.move), agency, 1),
        (e.AgencyStayed(another, home.move), another, 1),
        (e.AgencyStayed(agency, home.move), agency, 2),
        (e.BlobsSwept(()), "", 1),
    ):
        with pytest.raises(BundleUnfit):
            taken(body, of, place)
    token = e.TokenIssued(TokenId("t" * 32), b"", "x", (), (Right.ERASE,), True, 0)
    assert taken(token, "").passed_over == ("token-issued",)
    with target.holdings.reading() as now:
        assert now.token(token.id) is None


# The store node was promoted or restored meanwhile.


def let_nobody_wait(province: SmallProvince) -> None:
    """For the lease of whoever was before: there is nobody, and leases are another test's."""
    with province.store.engine.writing() as txn:
        rows = Writing(txn)
        for node in [node for _, node in rows.scan(t.NODES)]:
            rows.put(t.NODES, (node.name,), structs.replace(node, adrift=False, lease=0.0))


def promoted(province: SmallProvince) -> None:
    """A new term begins, and both offices take new epochs in it; nobody else can have had one."""
    province.store.keeper.submit(BeginTerm(caller=NODE))
    let_nobody_wait(province)
    for office in (province.source, province.target):
        office.begins_anew()


def test_in_a_later_term_an_agency_stays_only_when_the_other_node_has_refused(
    province: SmallProvince,
):
    source, target = province.source, province.target
    source.leaves(TARGET)
    promoted(province)

    with pytest.raises(MoveAdrift):
        source.stays()
    with pytest.raises(OfferOutdated):
        target.takes_in()
    source.leaves(TARGET)
    target.refuses()
    source.stays()

    assert registered(source, 1) == 1
    with pytest.raises(NothingOffered):
        target.takes_in()


def test_a_claim_that_a_promoted_store_node_forgot_is_made_again(province: SmallProvince):
    source, target = province.source, province.target
    registered(source, 1)
    source.leaves(TARGET)
    target.takes_in()
    forgotten(province)
    promoted(province)
    assert source.state() is HomeState.LEAVING

    with pytest.raises(MoveAdrift):
        source.stays()
    source.leaves(TARGET)
    with pytest.raises(MoveOver):
        target.refuses()
    target.settles()
    source.settles()

    assert (source.state(), target.state()) == (HomeState.ELSEWHERE, HomeState.HERE)
    assert registered(target, 2) == 2


def forgotten(province: SmallProvince) -> None:
    """What the store node knows of moves is gone, as after a promotion of a standby that lagged."""
    with province.store.engine.writing() as txn:
        for table in (t.MOVES, t.MOVED):
            txn.clear(table.name)


def gone_back(province: SmallProvince, office: OfficeHere, copy: Path) -> None:
    """A backup is brought back, and let begin by dismissing and admitting the node."""
    office.holdings.close()
    shutil.rmtree(office.root)
    shutil.copytree(copy, office.root)
    province.store.keeper.submit(DismissNode(caller=OPERATOR, node=office.name))
    nodes.admit(province.store.keeper, OPERATOR, office.name, entropy=bytes)
    let_nobody_wait(province)
    office.holdings = office._opened()


def copied(office: OfficeHere, to: Path) -> Path:
    office.holdings.close()
    shutil.copytree(office.root, to)
    office.holdings = office._opened()
    return to


def test_an_older_copy_of_the_old_homes_log_gives_no_number_either(
    province: SmallProvince, tmp_path: Path
):
    source, target = province.source, province.target
    registered(source, 1)
    copy = copied(source, tmp_path / "copy")
    source.leaves(TARGET)
    target.takes_in()
    assert registered(target, 2) == 2

    gone_back(province, source, copy)

    with pytest.raises(AgencyElsewhere):
        source.registers("again", paper(1))
    assert source.state() is HomeState.ELSEWHERE
    assert registered(target, 3) == 3


def test_an_older_copy_of_a_home_that_has_stopped_is_stopped_too(
    province: SmallProvince, tmp_path: Path
):
    source, target = province.source, province.target
    registered(source, 1)
    copy = copied(source, tmp_path / "copy")
    source.leaves(TARGET)

    gone_back(province, source, copy)

    with pytest.raises(AgencyMoving):
        source.registers("again", paper(1))
    target.takes_in()
    assert registered(target, 2) == 2


def test_a_new_home_that_was_restored_from_before_takes_the_agency_in_again(
    province: SmallProvince, tmp_path: Path
):
    source, target = province.source, province.target
    registered(source, 1)
    copy = copied(target, tmp_path / "copy")
    source.leaves(TARGET)
    target.takes_in()
    source.settles()
    assert registered(target, 2) == 2

    gone_back(province, target, copy)
    target.takes_in()

    assert target.holdings.blobs.read(name_of(paper(1))) == paper(1)
    assert registered(target, 3) == 2
