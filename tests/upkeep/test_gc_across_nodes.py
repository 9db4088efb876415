"""Garbage collection of an office and of its store node, against each other and against a model."""

import io
import random
import uuid
from collections.abc import Callable, Generator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.services import RULES, nodes
from api.services.agencies import OpenAgency
from api.services.paper import UnknownBlob
from api.services.registers import OpenRegister
from api.services.registration import register
from repository.blobs.store_node import StoreNodeUnreachable
from repository.catalogue import tables as t
from repository.format import create_store
from repository.holdings import Holdings
from repository.model.access import OPERATOR
from repository.model.ids import BlobId, system_clock
from repository.model.nodes import EpochWanted, parse_node
from repository.model.registers import Direction
from repository.nodes.office import Office
from repository.upkeep.compaction import compact
from repository.upkeep.gc import collect
from repository.upkeep.release import release
from tests.contracts.blob_store import name_of
from tests.crash.clerk import AGENCY, OFFICE, registration
from tests.nodes.beside import Beside
from tests.repository.stores import SMALL, noise

GRACE = timedelta(hours=2)
NODE = parse_node("xa-1")


class Calendar:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = system_clock()

    def __call__(self) -> datetime:
        return self.now

    def passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)


class Two:
    """An office and its store node, both with real keepers, logs and packs."""

    def __init__(self, folder: Path) -> None:
        self.clock = Calendar()
        self.meanwhile: Callable[[], None] | None = None
        self.cut = ""
        root = create_store(folder / "store", store=uuid.UUID(int=1)).root
        self.store = Holdings.open_alone(root, SMALL, rules=RULES, clock=self.clock)
        nodes.admit(self.store.keeper, OPERATOR, NODE, entropy=bytes)
        self._folder = create_store(folder / "office", store=uuid.UUID(int=2), office=NODE).root
        self.office = self._opened()
        submit = self.office.keeper.submit
        submit(OpenAgency(caller=OPERATOR, code=AGENCY, name="Sở Tư pháp"))
        direction = Direction.INCOMING
        submit(
            OpenRegister(
                caller=OPERATOR, agency=AGENCY, code="den", direction=direction, title="Sổ"
            )
        )
        self._key = 0

    def _opened(self) -> Holdings:
        office = Office(
            name=NODE,
            connect=lambda: Beside(lambda: self.store, NODE, self._acknowledged, lambda: self.cut),
            cache_bytes=0,
            lease_seconds=3600,
        )
        return Holdings.open_alone(
            self._folder, SMALL, rules=RULES, clock=self.clock, office=office
        )

    def _acknowledged(self) -> None:
        upon, self.meanwhile = self.meanwhile, None
        if upon:
            upon()

    def begins_anew(self) -> None:
        self.office.close()
        self.office = self._opened()

    def brings(self, content: bytes) -> BlobId:
        return self.office.blobs.put(io.BytesIO(content)).id

    def registers(self, content: bytes) -> None:
        self._key += 1
        key = f"k-{self._key}"
        register(self.office.keeper, OFFICE, registration(key, content), key=key)

    def collects(self) -> None:
        for holdings in (self.office, self.store):
            collect(holdings, grace=GRACE, really=True)

    def frees(self) -> None:
        """Everything that may go goes."""
        for _ in range(2):
            self.clock.passes(3)
            self.collects()
        release(self.office)
        for _ in range(2):
            self.clock.passes(3)
            self.collects()
        self.store.seal()
        list(compact(self.store, share=0.0))

    def in_packs(self, content: bytes) -> bool:
        packs = self.store.shelves.packs
        return any(content in packs.pread(name, 0, 1 << 30) for name in packs.names())

    def close(self) -> None:
        self.office.close()
        self.store.close()


@pytest.fixture
def two(tmp_path: Path) -> Generator[Two]:
    made = Two(tmp_path)
    yield made
    made.close()


def test_what_nobody_at_the_office_needs_is_freed_at_the_store_node(two: Two):
    kept, dead = noise(9000, 1), noise(9000, 2)
    for content in (kept, dead):
        two.brings(content)
    two.registers(kept)

    two.frees()

    assert two.office.blobs.read(name_of(kept)) == kept
    assert not two.in_packs(dead)
    with two.store.reading() as now:
        assert (now.row(name_of(dead)), now.count(t.CUSTODY)) == (None, 1)
    with two.office.reading() as now:
        assert now.count(t.LEAVING) == 0


def test_what_another_office_brought_too_stays(two: Two):
    content = noise(9000, 1)
    two.brings(content)
    other = parse_node("xa-2")
    issued = nodes.admit(two.store.keeper, OPERATOR, other, entropy=bytes)
    nodes.take_epoch(two.store.keeper, issued.node, EpochWanted("b" * 32, 30))
    with two.store.reading() as now:
        node = nodes.node_of(now, issued.bearer)
    stream = io.BytesIO(content)
    nodes.keep(two.store, node, stream, blob=name_of(content), size=len(content), epoch=1)

    two.frees()

    assert two.store.blobs.read(name_of(content)) == content


def test_what_is_brought_while_it_is_let_go_of_is_sent_anew_and_stays(two: Two):
    content = noise(9000, 1)
    two.brings(content)
    for _ in range(2):
        two.clock.passes(3)
        two.collects()
    # The store node has acknowledged it once more, the office does not know yet, and lets go of it.
    two.meanwhile = lambda: None if release(two.office) else pytest.fail("nothing was let go of")

    two.brings(content)
    two.registers(content)
    two.frees()

    assert two.office.blobs.read(name_of(content)) == content
    assert release(two.office) == 0


def test_a_release_that_comes_late_takes_nothing_that_was_brought_since(two: Two):
    content = noise(9000, 1)
    blob = two.brings(content)
    with two.store.reading() as now:
        stamp = now.get(t.CUSTODY, blob, NODE)
    assert stamp is not None
    for _ in range(2):
        two.clock.passes(3)
        two.collects()
    two.brings(content)
    beside = Beside(lambda: two.store, NODE)
    with two.office.reading() as now:
        epoch = int(now.get(t.META, "epoch") or 0)

    beside.release([(blob, stamp)], epoch=epoch)

    assert [one.id for one in beside.held([blob])] == [blob]
    assert two.office.blobs.read(blob) == content


FILES = [noise(3000, 100 + n) for n in range(12)]


def test_whatever_happens_no_live_byte_is_lost_across_nodes_and_every_dead_one_is_freed(
    tmp_path: Path, interleavings: int
):
    for seed in range(max(6, interleavings // 100)):
        two = Two(tmp_path / str(seed))
        life = Life(two, seed)
        try:
            for _ in range(40):
                life.act()
            life.ends()
        except BaseException as failed:
            failed.add_note(f"seed {seed}: {' '.join(life.done)}")
            raise
        finally:
            two.close()


class Life:
    """Random acts of clerks and of whoever looks after both nodes, also in the middle of an upload."""

    def __init__(self, two: Two, seed: int) -> None:
        self._two = two
        self._chance = random.Random(seed)
        self.done: list[str] = []
        self.live: set[int] = set()
        self._acts: dict[str, Callable[[int], object]] = {
            "bring": self._brings,
            "register": self._registers,
            "collect-there": lambda _: collect(two.store, grace=GRACE, really=True),
            "collect-here": lambda _: collect(two.office, grace=GRACE, really=True),
            "sweep-here": self._sweeps,
            "let-go": self._lets_go,
            "pass": lambda _: two.clock.passes(3),
            "begin-anew": lambda _: two.begins_anew(),
        }

    def act(self, *, within: bool = False) -> None:
        # What is rare in life is frequent here: a file that comes back while it is let go of.
        if within:
            acts = ["let-go", "collect-here", "collect-there", "pass"]
        else:
            more = ("bring", "register", "sweep-here")
            acts = [*self._acts, *more, *more, *more]
        name, n = self._chance.choice(acts), self._chance.choice(self._files())
        self.done.append(f"{name}-{n}" + "'" * within)
        self._acts[name](n)

    def _files(self) -> list[int]:
        """Two that no document holds yet, so that there always is something to lose."""
        return [n for n in range(len(FILES)) if n not in self.live][:2] or [0]

    def _brings(self, n: int) -> None:
        if self._chance.random() < 0.7:
            self._two.meanwhile = self._meanwhile
        self._two.brings(FILES[n])
        self._two.meanwhile = None

    def _meanwhile(self) -> None:
        for _ in range(3):
            self.act(within=True)

    def _registers(self, n: int) -> None:
        with suppress(UnknownBlob):  # it was swept, or never brought
            self._two.registers(FILES[n])
            self.live.add(n)

    def _sweeps(self, _: int) -> None:
        for _ in range(2):
            self._two.clock.passes(3)
            collect(self._two.office, grace=GRACE, really=True)

    def _lets_go(self, _: int) -> None:
        self._two.cut = self._chance.choice(["", "", "before", "after"])
        with suppress(StoreNodeUnreachable):
            release(self._two.office)
        self._two.cut = ""

    def ends(self) -> None:
        """Every file that a document holds is read, of all others nothing is left."""
        self._two.frees()
        for n, content in enumerate(FILES):
            if n in self.live:
                assert self._two.office.blobs.read(name_of(content)) == content
            else:
                assert not self._two.in_packs(content)
