"""A purge that reaches every node takes what only a draft's version or a dossier holds, too."""

from collections.abc import Generator
from pathlib import Path
from typing import cast

import pytest

from api.services.agencies import OpenAgency
from repository.model.access import OPERATOR
from repository.model.ids import system_clock
from tests.api.conftest import MovableClock, Node
from tests.api.drafting import Drafting
from tests.api.office import a_file, blob_name
from tests.repository.stores import noise
from tests.upkeep.orders import Province, a_province

DRAFTED, FILED = b"%PDF-1.7 " + noise(3000, 11), b"%PDF-1.7 " + noise(3000, 12)
MARKS = tuple(one[64:128] for one in (DRAFTED, FILED))


@pytest.fixture
def province(tmp_path: Path) -> Generator[Province]:
    with a_province(tmp_path) as made:
        yield made


class Desks(Node):
    """People before an office that has H20.14 already."""

    def _found_agencies(self) -> None:
        neighbour = OpenAgency(caller=OPERATOR, code="H20.15", name="Sở Y tế")
        self.holdings.keeper.submit(neighbour)


def test_nothing_of_it_is_left_at_any_node(province: Province):
    one, two, _ = province.offices
    house = Drafting(Desks(one.holdings, cast("MovableClock", system_clock)))
    house.drafter.brings(DRAFTED)
    draft = house.opens(files=[a_file(DRAFTED)]).json
    asked = {"agency": "H20.14", "symbol": "1.HT", "title": "Hồ sơ", "retention": {"years": 5}}
    dossier = house.drafter.post("/v1/dossiers", asked).json
    house.drafter.brings(FILED)
    paper = {"title": "Biên bản", "blob": blob_name(FILED), "name": "bien-ban.pdf"}
    added = house.drafter.post(f"{dossier['url']}/items", {"items": [paper]}, {"If-Match": "*"})
    assert added.status_code == 201, added.text
    item = house.drafter.get(f"{dossier['url']}/items").json["items"][0]
    files = (f"{draft['url']}/versions/1/files/0", f"{dossier['url']}/items/{item['id']}/file")
    assert [house.drafter.get(one).status_code for one in files] == [200, 200]
    for content in (DRAFTED, FILED):
        two.registers(content)

    for content in (DRAFTED, FILED):
        two.orders(content)
    province.settles()

    assert province.places(*MARKS) == set()
    assert [house.drafter.get(one).status_code for one in files] == [410, 410]
