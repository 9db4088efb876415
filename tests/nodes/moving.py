"""Two office nodes and their store node within this process; what moves between them may be cut anywhere."""

import io
import uuid
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from api.services import RULES, nodes
from api.services import moves as offers
from api.services.agencies import OpenAgency
from api.services.registers import OpenRegister
from api.services.registration import Registered, register
from repository.catalogue import tables as t
from repository.catalogue.homes import home_of, state_of
from repository.format import create_store
from repository.holdings import Holdings
from repository.keeper import Command
from repository.model.access import OPERATOR
from repository.model.ids import AgencyId, BlobId
from repository.model.moves import Act, Home, HomeState, Move, MoveId
from repository.model.nodes import Node, NodeName, parse_node
from repository.model.registers import Direction
from repository.model.terms import Term
from repository.nodes.moves import Overview
from repository.nodes.office import Office
from repository.upkeep import arriving, leaving
from repository.upkeep.bundling import Head
from repository.upkeep.leaving import Departure, Desk
from tests.crash.clerk import NOON, OFFICE, registration
from tests.nodes.beside import Beside
from tests.repository.stores import SMALL

SOURCE, TARGET, THIRD = (parse_node(f"nut-{n}") for n in (1, 2, 3))
CODE = "H20.14"
OTHERS = {SOURCE: "H20.15", TARGET: "H20.16", THIRD: "H20.17"}
"""An agency that stays, at each node."""


class Cut(Exception):
    """The process that moves an agency is killed here."""


class Scissors:
    """Counts the steps of whoever moves an agency, and cuts one of them: before it, or after."""

    def __init__(self, at: int = 0, *, after: bool = False) -> None:
        self.at = at
        self.after = after
        self.steps = 0

    def step(self, do: Callable[[], Any]) -> Any:
        self.steps += 1
        mine = self.steps == self.at
        if mine and not self.after:
            raise Cut
        done = do()
        if mine:
            raise Cut
        return done


class _Asking:
    """A store node in this process, as one of its nodes asks it."""

    def __init__(self, store: Holdings, name: NodeName) -> None:
        self._store = store
        self._name = name
        self._term: Callable[[], Term] = Term

    @property
    def _node(self) -> Node:
        with self._store.reading() as now:
            node = now.get(t.NODES, self._name)
        assert node is not None
        nodes.require_term(self._store, node, self._term())
        return node

    def works_in(self, term: Callable[[], Term]) -> None:
        self._term = term

    def close(self) -> None:
        """Nothing is held."""


class DeskBeside(_Asking):
    """Its part in moves."""

    def __init__(self, store: Holdings, name: NodeName, scissors: Scissors) -> None:
        super().__init__(store, name)
        self._scissors = scissors

    def overview(self) -> Overview:
        def asked() -> Overview:
            with self._store.reading() as now:
                return offers.overview(now, self._node)

        return self._scissors.step(asked)

    def turn(self, act: Act, move: Move, *, epoch: int) -> Move:
        keeper = self._store.keeper
        return self._scissors.step(lambda: offers.turn(keeper, self._node, act, move, epoch=epoch))

    def take(self, move: MoveId, blobs: Sequence[BlobId], *, epoch: int) -> tuple[BlobId, ...]:
        keeper = self._store.keeper
        return self._scissors.step(
            lambda: offers.take(keeper, self._node, move, blobs, epoch=epoch)
        )


class _Snipped:
    """The keeper, as the process that moves an agency asks it."""

    def __init__(self, keeper: Any, scissors: Scissors) -> None:
        self._keeper = keeper
        self._scissors = scissors

    def submit(self, command: Command[Any]) -> Any:
        return self._scissors.step(lambda: self._keeper.submit(command))

    def close(self) -> None:
        self._keeper.close()


class OfficeHere:
    """An office node in this process, with a clerk before it."""

    def __init__(self, folder: Path, store: Holdings, name: NodeName, clock: "Calendar") -> None:
        self.name = name
        self.root = create_store(folder / name, store=uuid.uuid4(), office=name).root
        self._store = store
        self._clock = clock
        self.holdings = self._opened()
        self.declares(OTHERS[name])

    def _opened(self) -> Holdings:
        office = Office(
            name=self.name,
            connect=lambda: Beside(lambda: self._store, self.name),
            cache_bytes=0,
            lease_seconds=3600,
        )
        return Holdings.open_alone(self.root, SMALL, rules=RULES, clock=self._clock, office=office)

    def begins_anew(self) -> None:
        self.holdings.close()
        self.holdings = self._opened()

    def declares(self, code: str) -> None:
        submit = self.holdings.keeper.submit
        submit(OpenAgency(caller=OPERATOR, code=code, name=f"Xã {code}"))
        direction = Direction.INCOMING
        submit(
            OpenRegister(caller=OPERATOR, agency=code, code="den", direction=direction, title="Sổ")
        )

    def brings(self, content: bytes, code: str = CODE) -> BlobId:
        with self.holdings.reading() as now:
            agency = now.agency_by_code(code)
        holders = (agency.id,) if agency else ()
        return self.holdings.blobs.put(io.BytesIO(content), holders=holders).id

    def registers(self, key: str, content: bytes, code: str = CODE) -> Registered:
        given = msgspec.structs.replace(registration(key, content), agency=code)
        return register(self.holdings.keeper, OFFICE, given, key=key)

    def state(self, code: str = CODE) -> HomeState:
        with self.holdings.reading() as now:
            agency = now.agency_by_code(code)
            return state_of(now, agency.id) if agency else HomeState.ELSEWHERE

    def home(self, code: str = CODE) -> Home | None:
        with self.holdings.reading() as now:
            agency = now.agency_by_code(code)
            return home_of(now, agency.id) if agency else None

    def agency(self, code: str = CODE) -> AgencyId:
        with self.holdings.reading() as now:
            found = now.agency_by_code(code)
        assert found is not None
        return found.id

    # What whoever moves an agency does, in a process of its own.

    @contextmanager
    def moving(self, scissors: Scissors) -> Generator[Desk]:
        keeper = self.holdings.keeper
        self.holdings.keeper = _Snipped(keeper, scissors)
        desk = DeskBeside(self._store, self.name, scissors)
        try:
            yield Desk(self.name, desk)
        finally:
            self.holdings.keeper = keeper

    def head(self) -> Head:
        found = self.holdings.checkpoint()
        return Head(found.size, found.root, "")

    def leaves(self, to: NodeName, scissors: Scissors | None = None, code: str = CODE) -> Departure:
        with self.moving(scissors or Scissors()) as desk:
            return leaving.leave(self.holdings, desk, code, to, head=self.head)

    def stays(self, scissors: Scissors | None = None, code: str = CODE) -> Home:
        with self.moving(scissors or Scissors()) as desk:
            return leaving.stay(self.holdings, desk, code)

    def settles(self, scissors: Scissors | None = None) -> int:
        with self.moving(scissors or Scissors()) as desk:
            done = leaving.settle(self.holdings, desk)
            return done + leaving.claim_again(self.holdings, desk)

    def takes_in(
        self, scissors: Scissors | None = None, code: str = CODE, **said: Any
    ) -> arriving.Arrival:
        with self.moving(scissors or Scissors()) as desk:
            return arriving.arrive(self.holdings, desk, code, **said)

    def refuses(self, scissors: Scissors | None = None, code: str = CODE) -> Move:
        with self.moving(scissors or Scissors()) as desk:
            return arriving.refuse(self.holdings, desk, code)

    def close(self) -> None:
        self.holdings.close()


class Calendar:
    """A clock that goes on a little at every look, from a Monday's noon on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


class SmallProvince:
    """A store node and office nodes; the agency `CODE` is at home at the first of them."""

    def __init__(self, folder: Path, names: Sequence[NodeName] = (SOURCE, TARGET)) -> None:
        self.clock = Calendar()
        self.store = Holdings.in_memory(rules=RULES, clock=self.clock, options=SMALL)
        for name in names:
            nodes.admit(self.store.keeper, OPERATOR, name, entropy=bytes)
        self.offices = {name: OfficeHere(folder, self.store, name, self.clock) for name in names}
        self.source, self.target = self.offices[SOURCE], self.offices[TARGET]
        self.source.declares(CODE)

    def close(self) -> None:
        for office in self.offices.values():
            office.close()
        self.store.close()


@contextmanager
def a_small_province(
    folder: Path, names: Sequence[NodeName] = (SOURCE, TARGET)
) -> Generator[SmallProvince]:
    """One, until the block ends."""
    with ExitStack() as stack:
        province = SmallProvince(folder, names)
        stack.callback(province.close)
        yield province
