"""A store node, three offices and a standby in one process, with real keepers, logs, packs and caches."""

import io
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from api.services import RULES, nodes, purge_orders
from api.services.agencies import OpenAgency
from api.services.purges import ConfirmPurge, RequestPurge
from api.services.registers import OpenRegister
from api.services.registration import register
from repository.blobs.store_node import StoreNodeUnreachable
from repository.catalogue import tables as t
from repository.catalogue.purge_orders import outstanding
from repository.derivation import RecordText, RecordTexts
from repository.errors import Trouble
from repository.format import create_store
from repository.holdings import Holdings
from repository.keeper import Command, Keeper
from repository.landing import NODE
from repository.model.access import OPERATOR
from repository.model.ids import DocumentId, PurgeId, system_clock
from repository.model.nodes import LeaseLapsed, NodeName, NodeSuperseded, parse_node
from repository.model.purges import Purge, PurgeState
from repository.model.registers import Direction
from repository.model.terms import EpochAdrift
from repository.nodes.office import Office
from repository.nodes.source import Position
from repository.upkeep.kin import kin_of
from repository.upkeep.obeying import obey
from repository.upkeep.orders import carry_out
from repository.upkeep.position import OpenStore
from repository.upkeep.promote import promote
from repository.upkeep.standby import Standby
from tests.contracts.blob_store import name_of
from tests.crash.clerk import AGENCY, OFFICE, registration
from tests.nodes.beside import Beside
from tests.nodes.province import patiently
from tests.repository.stores import SMALL
from tests.upkeep.yard import ARCHIVIST, DIRECTOR

R = TypeVar("R")
NAMES = tuple(map(parse_node, ("xa-1", "xa-2", "xa-3")))
STANDBY = parse_node("du-phong")


class Killed(BaseException):
    """A process died here."""


class Fuse:
    """Burns through at the *n*th step from when it is lit."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed


class _Fused:
    """A keeper whose process may die before it decides, or before it answers."""

    def __init__(self, keeper: Keeper, fuse: Fuse) -> None:
        self._keeper = keeper
        self._fuse = fuse

    def submit(self, command: Command[R]) -> R:
        self._fuse.step()
        answer = self._keeper.submit(command)
        self._fuse.step()
        return answer

    def close(self) -> None:
        self._keeper.close()


class _Noting(OpenStore):
    """A store node as its standby reads it, which notes how far that has followed."""

    def __init__(self, holdings: Holdings) -> None:
        super().__init__(holdings)
        self._all = holdings

    def position(self, followed: int = 0) -> Position:
        with self._all.reading() as now:
            node = now.get(t.NODES, STANDBY)
            assert node
            news = purge_orders.is_news(now, node, followed)
        if news:
            purge_orders.note_followed(self._all.keeper, node, followed)
        return super().position(followed)


class AtOffice:
    """An office and its people."""

    def __init__(self, province: "Province", name: NodeName) -> None:
        self._province = province
        self.name = name
        self.root = province.folder / name
        self._key = 0
        created = not self.root.exists()
        if created:
            create_store(self.root, store=uuid.uuid4(), office=name)
        self.index_begun: Callable[[], int] = lambda: 1 << 62
        self.holdings = self._opened()
        if created:
            self._found()

    def _opened(self) -> Holdings:
        office = Office(
            name=self.name,
            connect=lambda: Beside(lambda: self._province.store, self.name, cut=self._cut),
            cache_bytes=1 << 26,
            lease_seconds=self._province.lease,
        )
        opened = Holdings.open_alone(self.root, SMALL, rules=RULES, office=office)
        opened.keeper = _Fused(opened.keeper, self._province.fuse)
        return opened

    def _cut(self) -> str:
        if self._province.away == self.name:
            raise StoreNodeUnreachable(reason="away")
        return ""

    def _found(self) -> None:
        submit = self.holdings.keeper.submit
        submit(OpenAgency(caller=OPERATOR, code=AGENCY, name="Sở Tư pháp"))
        submit(
            OpenRegister(
                caller=OPERATOR,
                agency=AGENCY,
                code="den",
                direction=Direction.INCOMING,
                title="Sổ",
            )
        )

    def begins_anew(self) -> None:
        self.holdings.close()
        self.holdings = self._opened()
        self.tends()

    def registers(self, content: bytes, text: bytes = b"") -> DocumentId:
        """Bring *content*, register a document with it, and read its *text*."""
        self._key += 1
        key = f"k-{self._key}"
        self.holdings.blobs.put(io.BytesIO(content))
        asked = registration(key, content)
        made = register(self.holdings.keeper, OFFICE, asked, key=key).document.id
        if text:
            kept = self.holdings.blobs.put(io.BytesIO(text)).id
            command = RecordText(caller=NODE, blob=name_of(content), text=kept, reader="thử/1")
            self.holdings.keeper.submit(command)
        return made

    def orders(self, content: bytes, *, everywhere: bool = True) -> PurgeId:
        """Two persons agree to destroy *content*."""
        return agreed(self.holdings, content, everywhere=everywhere)

    def tends(self) -> None:
        """Let the keeper begin the epoch that it has taken, as that of a server does by itself."""
        self.holdings.keeper.submit(RecordTexts(caller=NODE, outcomes=()))

    def obeys(self) -> int:
        return obey(self.holdings, self.index_begun)

    def purge(self, purge: PurgeId) -> Purge:
        with self.holdings.reading() as now:
            found = now.purge(purge)
        assert found
        return found

    def purge_state(self, purge: PurgeId) -> PurgeState | None:
        with self.holdings.reading() as now:
            found = now.purge(purge)
        return found.state if found else None

    def knows(self, content: bytes) -> bool:
        """Whether its catalogue has *content*, to be read once the store node can be asked."""
        with self.holdings.reading() as now:
            return now.stored(name_of(content))

    def reads(self, content: bytes) -> bool:
        try:
            with self.holdings.reading() as now:
                known = now.stored(name_of(content))
            return known and self.holdings.blobs.read(name_of(content)) == content
        except Trouble:
            return False


def agreed(holdings: Holdings, content: bytes, *, everywhere: bool = True) -> PurgeId:
    submit, blob = holdings.keeper.submit, name_of(content)
    reason = "Văn bản mật gửi nhầm"
    asked = submit(RequestPurge(caller=DIRECTOR, blob=blob, reason=reason, everywhere=everywhere))
    kin = kin_of(holdings, blob, brought_before=0)
    along = tuple(each.blob for each in kin if each.goes)
    return submit(ConfirmPurge(caller=ARCHIVIST, purge=asked.id, with_it=along)).id


class Province:
    """All nodes of a province."""

    def __init__(
        self, folder: Path, offices: tuple[NodeName, ...] = NAMES, *, lease: float = 3600
    ) -> None:
        self.folder = folder
        self.lease = lease
        self.fuse = Fuse()
        self.away = ""
        """Which office the store node does not hear, or hear of."""
        self._store_root = folder / "store"
        create_store(self._store_root, store=uuid.UUID(int=1))
        self.store = self._opened()
        for name in offices:
            nodes.admit(self.store.keeper, OPERATOR, name, entropy=bytes)
        self.offices = [AtOffice(self, name) for name in offices]
        self.standby_folder = folder / "standby"
        self._standby: Standby | None = None
        self._lost: list[Holdings] = []

    def _opened(self) -> Holdings:
        opened = Holdings.open_alone(self._store_root, SMALL, rules=RULES)
        opened.keeper = _Fused(opened.keeper, self.fuse)
        return opened

    def has_a_standby(self) -> None:
        nodes.admit(self.store.keeper, OPERATOR, STANDBY, entropy=bytes, standby=True)
        self.follows()

    def follows(self) -> None:
        """One round of the standby's."""
        if self._standby is None:
            source = _Noting(self.store)
            self._standby = Standby(
                self.standby_folder,
                source,
                address="memory",
                clock=system_clock,
                told=lambda _: None,
            )
        self._standby.round()

    def standby_ends(self) -> None:
        if self._standby:
            self._standby.__exit__(None, None, None)
            self._standby = None

    def fails_over(self) -> None:
        """The store node is lost; its standby takes its place."""
        self.standby_ends()
        self._lost.append(self.store)  # whoever is just asking it is not hurt
        promote(self.standby_folder, SMALL, rules=RULES)
        self._store_root = self.standby_folder
        self.store = self._opened()

    def store_begins_anew(self) -> None:
        self.standby_ends()
        self.store.close()
        self.store = self._opened()

    def carries_out(self) -> int:
        return carry_out(self.store)

    def round(self) -> None:
        """What the followers of all nodes do within some seconds."""
        for office in self.offices:
            with suppress(StoreNodeUnreachable):
                office.obeys()
        self.carries_out()
        if self._standby:
            self.follows()

    def settles(self, rounds: int = 6) -> None:
        for _ in range(rounds):
            self.round()

    def comes_to_an_end(self, purge: PurgeId) -> None:
        """Rounds, while offices take new epochs, until nobody is waited for."""
        for _ in patiently(200):
            for office in self.offices:
                with suppress(StoreNodeUnreachable, EpochAdrift, LeaseLapsed, NodeSuperseded):
                    office.tends()
                    office.obeys()
            self.carries_out()
            if not self.waits_for(purge):
                break
        for office in self.offices:
            office.tends()
            office.obeys()

    def waits_for(self, purge: PurgeId) -> dict[str, str]:
        """Which nodes have not confirmed."""
        with self.store.reading() as now:
            order = now.get(t.PURGE_ORDERS, purge)
            if order is None:
                return {"": "unknown"}
            return {one.node: one.why.value for one in outstanding(now, order)}

    def begins_anew(self) -> None:
        """Every process dies and is started again."""
        with suppress(Killed):
            self.store_begins_anew()
        for office in self.offices:
            office.begins_anew()

    def places(self, *needles: bytes) -> set[str]:
        """The files of all nodes, by folder, in which one of *needles* stands."""
        return {
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if path.is_file() and any(needle in path.read_bytes() for needle in needles)
        }

    def store_holds(self, *needles: bytes) -> bool:
        """Whether one of *needles* stands in a file of the store node that is at work."""
        root = str(self._store_root.relative_to(self.folder))
        return any(place.startswith(root + "/") for place in self.places(*needles))

    def close(self) -> None:
        self.fuse.left = None
        for office in self.offices:
            office.holdings.close()
        self.standby_ends()
        for store in (*self._lost, self.store):
            store.close()


@contextmanager
def a_province(
    folder: Path, offices: tuple[NodeName, ...] = NAMES, *, lease: float = 3600
) -> Generator[Province]:
    made = Province(folder, offices, lease=lease)
    try:
        yield made
    finally:
        made.close()
