"""The standby of a store node: what it holds is always a whole store, and offices tell it from the former."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from api.services import RULES
from repository.blobs.store_node import StoreNodeUnreachable
from repository.epochs import BeginTerm, EndTerm
from repository.errors import Kind, Trouble
from repository.format import Layout, StoreMissing, identify
from repository.holdings import Holdings
from repository.landing import NODE
from repository.model.ids import system_clock
from repository.model.terms import Term, following
from repository.nodes.http_source import HttpSource
from repository.nodes.source import PackAt, Position, Source
from repository.upkeep.position import OpenStore
from repository.upkeep.promote import NothingFollowed, StandbyDamaged, promote
from repository.upkeep.standby import WORK, Round, SourceUnlike, Standby, followed
from tests.contracts.blob_store import name_of
from tests.contracts.source import SourceContract
from tests.contracts.store_node import sent
from tests.nodes.served import a_store_node
from tests.repository.stores import SMALL, noise, revisions
from tests.upkeep.yard import Yard, a_yard


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    (tmp_path / "yard").mkdir()
    with a_yard(tmp_path / "yard") as made:
        yield made


class TestOpenStore(SourceContract):
    @pytest.fixture
    def source(self, yard: Yard) -> Source:
        yard.registers(noise(3000, 1))
        return OpenStore(yard.holdings)


@pytest.fixture(scope="module")
def served() -> Iterator[Source]:
    with a_store_node() as store_node:
        token = store_node.vankho("node", "admit", "du-phong", "--standby", "--json")
        with closing(store_node.an_office().connect()) as office:
            sent(office, noise(3000, 1))
        with closing(HttpSource(store_node.address, token.lines[0]["bearer"])) as source:
            yield source


class TestServedSource(SourceContract):
    @pytest.fixture
    def source(self, served: Source) -> Source:
        return served


class Cut:
    """A source that stops answering after so many answers."""

    def __init__(self, source: Source, answers: float) -> None:
        self._source = source
        self._left = answers

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise StoreNodeUnreachable(reason="cut")

    def position(self, followed: int = 0) -> Position:
        self._count()
        return self._source.position(followed)

    def pack(self, pack: PackAt, offset: int) -> bytes:
        self._count()
        return self._source.pack(pack, offset)

    def events(self, after: int, upto: int) -> bytes:
        self._count()
        return self._source.events(after, upto)


def a_standby(folder: Path, source: Source) -> Standby:
    return Standby(folder, source, address="memory", clock=system_clock, told=lambda _: None)


def follows(folder: Path, yard: Yard, answers: float = float("inf")) -> Round | None:
    """One round; None when it was cut after so many *answers*."""
    source = Cut(OpenStore(yard.holdings), answers)
    with suppress(StoreNodeUnreachable), a_standby(folder, source) as standby:
        return standby.round()
    return None


def promoted_reads(folder: Path, contents: list[bytes]) -> bool:
    promote(folder, SMALL, rules=RULES)
    with Holdings.open_alone(folder, SMALL, rules=RULES) as holdings:
        return all(holdings.blobs.read(name_of(content)) == content for content in contents)


def test_a_standby_brings_only_what_is_new_and_becomes_a_store(yard: Yard, tmp_path: Path):
    papers = [*revisions(3, seed=1), noise(30_000, 2)]
    with a_standby(tmp_path / "b", OpenStore(yard.holdings)) as standby:
        for paper in papers[:2]:
            yard.registers(paper)
        first = standby.round()
        for paper in papers[2:]:
            yard.registers(paper)
        second = standby.round()
        idle = standby.round()
        yard.seals()
        third = standby.round()
    with pytest.raises(StoreMissing):
        identify(tmp_path / "b")

    head = yard.holdings.checkpoint()
    assert first.size > 0
    assert 30_000 < second.size < 40_000
    assert (idle.size, idle.packs, third.events) == (0, 0, 0)
    assert third.position.events == head.size
    names = sorted(path.name for path in (tmp_path / "b" / WORK / "packs").iterdir())
    assert names == sorted(yard.packs())
    assert promoted_reads(tmp_path / "b", papers)
    again = promote(tmp_path / "b", SMALL, rules=RULES)
    assert (again.term.number, again.head.size) == (2, head.size + 2)


def test_wherever_a_round_is_cut_what_is_there_can_take_the_place(yard: Yard, tmp_path: Path):
    early, late = noise(20_000, 1), [noise(50_000, 2), *revisions(3, seed=3)]
    yard.registers(early)
    assert follows(tmp_path / "first", yard)
    yard.seals()
    for paper in late:
        yard.registers(paper)

    cuts = 0
    for answers in itertools.count():
        shutil.copytree(tmp_path / "first", tmp_path / "b")
        whole = follows(tmp_path / "b", yard, answers)
        if answers % 2:  # half of them go on first, in a process of their own
            whole = follows(tmp_path / "b", yard)
        assert promoted_reads(tmp_path / "b", [early, *(late if whole else [])])
        shutil.rmtree(tmp_path / "b")
        if whole and not answers % 2:
            break
        cuts += 1
    assert cuts > 3


def test_a_promotion_that_was_cut_while_parts_were_moved_up_goes_on(yard: Yard, tmp_path: Path):
    paper = noise(9000, 1)
    yard.registers(paper)
    follows(tmp_path / "b", yard)
    shutil.copytree(tmp_path / "b", tmp_path / "c")
    promote(tmp_path / "c", SMALL, rules=RULES)
    work = tmp_path / "b" / WORK
    shutil.rmtree(work)
    shutil.copytree(tmp_path / "c", work)
    shutil.move(work / "packs", tmp_path / "b" / "packs")
    (work / "followed.json").write_bytes(
        b'{"source":"x","term":[0,"",""],"events":1,"root":"","looked":1}'
    )

    done = promote(tmp_path / "b", SMALL, rules=RULES)

    assert done.term.number == 1
    assert not work.exists()
    with Holdings.open_alone(tmp_path / "b", SMALL, rules=RULES) as holdings:
        assert holdings.blobs.read(name_of(paper)) == paper


@pytest.mark.parametrize("sealed", [False, True])
def test_what_was_purged_there_is_in_no_pack_here(yard: Yard, tmp_path: Path, *, sealed: bool):
    secret, other = noise(40_000, 1), noise(40_000, 2)
    blob = yard.brings(secret)
    yard.registers(other)
    if sealed:
        yard.seals()
    assert follows(tmp_path / "b", yard)
    assert holds(tmp_path / "b", secret[100:200])
    yard.purges(blob)

    assert follows(tmp_path / "b", yard)

    assert not holds(tmp_path / "b", secret[100:200])
    assert promoted_reads(tmp_path / "b", [other])


def holds(folder: Path, piece: bytes) -> bool:
    return any(piece in path.read_bytes() for path in (folder / WORK / "packs").iterdir())


def test_what_is_no_continuation_of_what_is_here_is_refused(yard: Yard, tmp_path: Path):
    yard.registers(noise(500, 1))
    follows(tmp_path / "b", yard)
    shutil.copytree(Layout(yard.holdings.shelves.layout.root).root, tmp_path / "fork")
    for n in range(2, 4):
        yard.registers(noise(500, n))
    follows(tmp_path / "b", yard)

    with (
        Holdings.open_alone(tmp_path / "fork", SMALL, rules=RULES) as fork,
        pytest.raises(SourceUnlike),
        a_standby(tmp_path / "b", OpenStore(fork)) as standby,
    ):
        standby.round()
    (tmp_path / "fork" / "note").touch()
    with pytest.raises(Trouble, match="not empty"):
        a_standby(tmp_path / "fork", OpenStore(yard.holdings))


def test_a_copy_that_rotted_is_not_promoted_and_what_is_no_copy_neither(yard: Yard, tmp_path: Path):
    yard.registers(noise(5000, 1))
    follows(tmp_path / "b", yard)
    for path in (tmp_path / "b" / WORK / "packs").iterdir():
        path.unlink()
    (log,) = (tmp_path / "b" / WORK / "log").iterdir()

    with pytest.raises(Trouble) as refused:
        promote(tmp_path / "b", SMALL, rules=RULES)
    assert refused.value.kind is Kind.DAMAGED
    log.write_bytes(log.read_bytes()[:-9])
    with pytest.raises(StandbyDamaged):
        promote(tmp_path / "b", SMALL, rules=RULES)
    with pytest.raises(NothingFollowed):
        promote(tmp_path / "nothing", SMALL, rules=RULES)
    assert followed(tmp_path / "nothing") is None


# Terms.


def submits(holdings: Holdings, command: Any) -> Any:
    return holdings.keeper.submit(command)


def test_a_store_node_believes_only_its_own_standby_that_its_term_has_ended(yard: Yard):
    from api.services.nodes import AdmitNode
    from repository.catalogue.nodes import ended_by
    from repository.model.access import OPERATOR
    from repository.model.nodes import parse_node

    key = b"k" * 32
    admit = AdmitNode(caller=OPERATOR, node=parse_node("du-phong"), digest=key, standby=True)
    submits(yard.holdings, admit)
    forged, own = (following(Term(), bytes(8), secret) for secret in (b"guessed", key))

    assert not submits(yard.holdings, EndTerm(caller=NODE, term=forged))
    assert submits(yard.holdings, EndTerm(caller=NODE, term=own))
    with yard.holdings.reading() as now:
        assert ended_by(now) == own
    # Promoted itself, it is later than whoever had replaced it.
    assert submits(yard.holdings, BeginTerm(caller=NODE)).number == 2
    with yard.holdings.reading() as now:
        assert ended_by(now) == Term()
