"""An agency with people, drafts and dossiers at one of two office nodes, before the HTTP surface of each."""

from collections.abc import Iterable
from typing import Any, cast

import msgspec
from falcon.testing import TestClient

from api.app import create_app
from api.services.registers import OpenRegister
from indexer.memory_index import MemoryIndex, Shelf
from repository.catalogue import tables as t
from repository.model.access import OPERATOR
from repository.model.registers import Direction
from tests.api.conftest import MovableClock, Node, Noted, services_over
from tests.nodes.moving import CODE, OTHERS, SOURCE, TARGET, OfficeHere, SmallProvince

OF_THE_NODE: tuple[t.Table[Any], ...] = (
    t.TREE,
    t.AGENCY_SEQUENCES,
    t.TOKENS,
    t.LOG_KEYS,
    t.CHECKPOINTS,
    t.LEAVING,
    t.LET_GO,
    t.HOMES,
    t.KNOWN_AS,
)
"""Tables that tell of a node, or of an agency something else at each."""


class NodeOver(Node):
    """The HTTP surface of an office node of a small province."""

    def __init__(self, office: OfficeHere) -> None:
        self.holdings = office.holdings
        self.clock = cast("MovableClock", office._clock)
        self.index = MemoryIndex(Shelf())
        self.noted = Noted()
        self.services = services_over(self.holdings, self.clock, self.index, self.noted)
        self.client = TestClient(create_app(self.services))
        self.province = self.office(every_agency=True)
        if office.name == SOURCE:
            self._found_agencies()
            self.clerk = self.office(CODE)

    def _found_agencies(self) -> None:
        """They have registers of what came already."""
        for code in (CODE, OTHERS[SOURCE]):
            said = OpenRegister(
                caller=OPERATOR,
                agency=code,
                code="di",
                direction=Direction.OUTGOING,
                title="Sổ đi",
                notation="STP-VP",
            )
            self.holdings.keeper.submit(said)


def moved(province: SmallProvince) -> None:
    """The agency leaves its home and arrives at the other node."""
    province.source.leaves(TARGET)
    arrival = province.target.takes_in()
    assert (arrival.missing, arrival.passed_over) == ((), {})
    province.source.settles()


def ids_of(office: OfficeHere) -> frozenset[str]:
    """The agency, and all that is its own and has an identifier."""
    agency = office.agency()
    found: set[str] = {agency}
    with office.holdings.reading() as now:
        for table in t.FROM_LOG:
            for _, row in now.scan(table) if table not in _PACKED else ():
                owner = getattr(row, "sender", "") or getattr(row, "agency", "")
                if owner == agency and getattr(row, "id", ""):
                    found.add(row.id)
    return frozenset(found)


_PACKED = (t.TREE, t.DERIVED)


def rows_about(office: OfficeHere, ids: Iterable[str]) -> dict[str, list[tuple[Any, Any]]]:
    """The rows whose key names one of *ids*, without their places in the node's log."""
    wanted = set(ids)
    told: dict[str, list[tuple[Any, Any]]] = {}
    with office.holdings.reading() as now:
        for table in t.FROM_LOG:
            if table in OF_THE_NODE:
                continue
            told[table.name] = [
                (_keyed(table, key), _placeless(table, row))
                for key, row in now.scan(table)
                if wanted.intersection(part for part in key if isinstance(part, str))
            ]
    return told


def _keyed(table: t.Table[Any], key: tuple[Any, ...]) -> tuple[Any, ...]:
    return key[:1] if table is t.DOSSIER_STEPS else key


def _placeless(table: t.Table[Any], row: Any) -> Any:
    if table is t.ALTERED:
        return None
    if table is t.DOSSIER_STEPS and row.after:
        row = msgspec.structs.replace(row, after=_placeless(t.DOSSIERS, row.after))
    if hasattr(row, "sequence"):
        return msgspec.structs.replace(row, sequence=0)
    return row
