"""A province with two agencies, served from memory and from a real store alike."""

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from falcon.testing import TestClient

from api.app import create_app
from api.services import RULES, Limits, Note, Services, tokens
from api.services.agencies import OpenAgency
from api.services.registers import OpenRegister
from indexer.memory_index import MemoryIndex, Shelf
from repository.blobs.port import MiB
from repository.format import StoreOptions, create_store
from repository.holdings import Holdings
from repository.model.access import OPERATOR, Right
from repository.model.registers import Direction
from repository.watch import LogWatch
from tests.api.office import Office
from tools.printing import PRINTERS

MAX_BLOB = 1_000_000
MAX_CHUNK = 100_000
MAX_UPLOADS = 5
PLACES = 2
"""Who may wait for an event at a time."""
SMALL = StoreOptions(
    map_size=64 * MiB,
    pack_target=4 * MiB,
    reserve=0,
    max_uploads=MAX_UPLOADS,
    max_upload_bytes=2 * MAX_BLOB,
)
NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
"""Noon in Vietnam."""


class Noted:
    """The lines that were written, newest last."""

    def __init__(self) -> None:
        self.lines: list[dict[str, object]] = []

    def __call__(self, event: str, **facts: object) -> None:
        self.lines.append({"event": event, **facts})


class Node:
    """A node with two agencies, H20.14 and H20.15, and the offices before it."""

    def __init__(self, holdings: Holdings, clock: "MovableClock") -> None:
        self.holdings = holdings
        self.clock = clock
        self.shelf = Shelf()
        self.index = MemoryIndex(self.shelf)
        self.noted = Noted()
        self.services = services_over(holdings, clock, self.index, self.noted)
        self.client = TestClient(create_app(self.services))
        self._found_agencies()
        self.province = self.office(every_agency=True)
        self.clerk = self.office("H20.14", rights=(Right.READ, Right.WRITE))
        self.neighbour = self.office("H20.15", rights=(Right.READ, Right.WRITE))
        self.stranger = Office(self.client)

    def office(
        self,
        *agencies: str,
        rights: tuple[Right, ...] = tuple(Right),
        every_agency: bool = False,
        cleared: bool = False,
        expires: datetime | None = None,
    ) -> Office:
        """An office with a token of its own."""
        asked = tokens.TokenAsked(
            label="thử",
            rights=rights,
            agencies=agencies,
            every_agency=every_agency,
            cleared=cleared,
            expires=expires,
        )
        issued = tokens.issue(self.holdings.keeper, OPERATOR, asked, entropy=os.urandom)
        return Office(self.client, issued.bearer)

    def desk(self, login: str) -> Office:
        """The person who signs in as *login*, with a token of their own."""
        asked = tokens.TokenAsked(label="bàn", person=login)
        issued = tokens.issue(self.holdings.keeper, OPERATOR, asked, entropy=os.urandom)
        return Office(self.client, issued.bearer)

    def served_from(self, holdings: Holdings, office: Office) -> Office:
        """The same *office*, with its token, before another opening of the same store."""
        services = services_over(holdings, self.clock, self.index, self.noted)
        return Office(TestClient(create_app(services)), office.bearer)

    def _found_agencies(self) -> None:
        for code, name in (("H20.14", "Sở Tư pháp"), ("H20.15", "Sở Y tế")):
            keeper = self.holdings.keeper
            keeper.submit(OpenAgency(caller=OPERATOR, code=code, name=name))
            for short, direction in (("den", Direction.INCOMING), ("di", Direction.OUTGOING)):
                keeper.submit(
                    OpenRegister(
                        caller=OPERATOR,
                        agency=code,
                        code=short,
                        direction=direction,
                        title=f"Sổ {short} {name}",
                        notation="STP-VP" if direction is Direction.OUTGOING else "",
                    )
                )


def services_over(
    holdings: Holdings, clock: "MovableClock", index: MemoryIndex, note: Note
) -> Services:
    return Services(
        holdings=holdings,
        index=index,
        clock=clock,
        entropy=os.urandom,
        limits=Limits(max_blob=MAX_BLOB, max_chunk=MAX_CHUNK, max_uploads=MAX_UPLOADS),
        watch=LogWatch(holdings.last_event, places=PLACES),
        note=note,
        printers=PRINTERS,
    )


class MovableClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=["memory", "disk"])
def node(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Node]:
    clock = MovableClock()
    with ExitStack() as stack:
        yield Node(stack.enter_context(_holdings(request.param, tmp_path, clock)), clock)


def _holdings(kind: str, folder: Path, clock: MovableClock) -> Holdings:
    if kind == "memory":
        return Holdings.in_memory(rules=RULES, clock=clock, options=SMALL)
    layout = create_store(folder / "store", store=uuid.UUID(int=1))
    return reopened(layout.root, clock)


def reopened(root: Path, clock: MovableClock, options: StoreOptions = SMALL) -> Holdings:
    return Holdings.open_alone(root, options, rules=RULES, clock=clock)


@pytest.fixture
def node_in_memory() -> Iterator[Node]:
    """For tests of rules alone, which a disk would only make slower."""
    clock = MovableClock()
    with Holdings.in_memory(rules=RULES, clock=clock, options=SMALL) as holdings:
        yield Node(holdings, clock)
