"""What every keeper promises: decided, on disk and visible before it answers; or not at all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.keeper import Command, KeeperStopped, Rules
from repository.model import events as e
from repository.model import merkle
from repository.model.access import OPERATOR, Caller, Right
from repository.model.agencies import Agency
from repository.model.ids import AgencyCode, AgencyId

CLERK = Caller(name="văn thư", rights=frozenset({Right.WRITE}), agencies=frozenset([AgencyId("a")]))


class CodeTaken(Trouble):
    """The code {code} is taken by {holder}."""

    kind = Kind.CONFLICT
    vietnamese = "Mã {code} đã thuộc về {holder}."


class Declare(Command[Agency], frozen=True, kw_only=True, tag="test-declare"):
    """Declare an agency; refused, after all was written, when its code is taken."""

    code: str
    events: int = 1
    padding: int = 0


class Ask(Command[str | None], frozen=True, kw_only=True, tag="test-ask"):
    """Ask for the name behind a code; records nothing."""

    code: str


def decide_declare(change: Change, command: Declare) -> Agency:
    taken = change.agency_by_code(command.code)
    for n in range(command.events):
        name = f"{command.code} {n}" + "." * command.padding
        opened = e.AgencyOpened(AgencyId(change.new_id()), AgencyCode(command.code), name)
        change.record(opened, agency=opened.id)
    if taken:
        raise CodeTaken(code=command.code, holder=taken.name)
    declared = change.agency_by_code(command.code)
    assert declared is not None
    return declared


def decide_ask(change: Change, command: Ask) -> str | None:
    known = change.agency_by_code(command.code)
    return known.name if known else None


RULES: Rules = {Declare: decide_declare, Ask: decide_ask}


def declare(code: str, events: int = 1, padding: int = 0) -> Declare:
    return Declare(
        caller=CLERK, on_behalf_of="trưởng phòng", code=code, events=events, padding=padding
    )


class KeeperContract:
    """Subclass it as `Test…` and say how holdings whose keeper knows `RULES` are opened."""

    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        raise NotImplementedError

    @pytest.fixture
    def holdings(self, tmp_path: Path) -> Iterator[Holdings]:
        with self.opened(tmp_path) as holdings:
            yield holdings

    def test_an_answer_comes_when_its_events_are_visible(self, holdings: Holdings):
        answer = holdings.keeper.submit(declare("H20", events=3))

        assert (answer.code, answer.name) == ("H20", "H20 2")
        with holdings.reading() as now:
            assert now.agency_by_code("H20") == answer
        assert [read.sequence for read in holdings.events(0)] == [1, 2, 3]

    def test_an_event_tells_who_when_and_for_whom(self, holdings: Holdings):
        answer = holdings.keeper.submit(declare("H20"))

        (read,) = holdings.events(0)
        event = read.event
        assert (event.actor, event.on_behalf_of) == ("văn thư", "trưởng phòng")
        assert (event.sequence, event.agency_sequence, event.agency) == (1, 1, answer.id)
        assert event.at == answer.opened
        assert event.body == e.AgencyOpened(answer.id, answer.code, answer.name)

    def test_a_refusal_comes_whole_and_changes_nothing(self, holdings: Holdings):
        holdings.keeper.submit(declare("H20"))
        before = holdings.checkpoint()

        with pytest.raises(CodeTaken) as refused:
            holdings.keeper.submit(declare("H20", events=5))

        assert refused.value.facts == {"code": "H20", "holder": "H20 0"}
        assert refused.value.sentence == "The code H20 is taken by H20 0."
        assert refused.value.sentence_vi == "Mã H20 đã thuộc về H20 0."
        assert holdings.checkpoint() == before
        assert len(list(holdings.events(0))) == 1

    def test_a_command_without_events_is_answered_and_not_logged(self, holdings: Holdings):
        ask = Ask(caller=OPERATOR, code="H20")

        assert holdings.keeper.submit(ask) is None
        holdings.keeper.submit(declare("H20"))
        assert holdings.keeper.submit(ask) == "H20 0"
        assert holdings.checkpoint().size == 1

    def test_commands_from_many_threads_each_get_their_own_answer(self, holdings: Holdings):
        def attempt(n: int) -> str:
            try:
                return holdings.keeper.submit(declare(f"H{n % 20}")).name
            except CodeTaken:
                return "taken"

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(attempt, range(60)))

        assert sorted(answers) == sorted([f"H{n} 0" for n in range(20)] + ["taken"] * 40)
        assert [read.sequence for read in holdings.events(0)] == list(range(1, 21))

    def test_the_checkpoint_is_the_root_over_the_events(self, holdings: Holdings):
        assert holdings.checkpoint() == (0, merkle.EMPTY_ROOT)
        for n in range(7):
            holdings.keeper.submit(declare(f"H{n}"))
            leaves = [read.canonical for read in holdings.events(0)]
            assert holdings.checkpoint() == (n + 1, merkle.root_of(leaves))

    def test_events_are_read_after_any_place(self, holdings: Holdings):
        holdings.keeper.submit(declare("H20", events=5))

        for after in range(7):
            assert [read.sequence for read in holdings.events(after)] == [*range(after + 1, 6)]

    def test_an_event_that_readers_could_not_take_in_is_refused_alone(self, holdings: Holdings):
        largest = e.MAX_EVENT_BYTES - 1000
        holdings.keeper.submit(declare("H20", events=2, padding=largest))

        with pytest.raises(e.EventTooLarge):
            holdings.keeper.submit(declare("H21", padding=e.MAX_EVENT_BYTES))

        holdings.keeper.submit(declare("H22"))
        assert [read.sequence for read in holdings.events(0)] == [1, 2, 3]

    def test_a_closed_keeper_takes_nothing_and_says_so(self, holdings: Holdings):
        holdings.keeper.submit(declare("H20"))

        holdings.keeper.close()

        with pytest.raises(KeeperStopped):
            holdings.keeper.submit(declare("H21"))
        assert holdings.checkpoint().size == 1
