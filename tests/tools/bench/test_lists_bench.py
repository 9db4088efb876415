"""The lists bench asks for every list, and what it has sown is a store like any other."""

from pathlib import Path

import pytest

from tools.bench.frame import Measure
from tools.bench.lists import Options, run


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measure]:
    scratch: Path = tmp_path_factory.mktemp("lists")
    measures: list[Measure] = []
    run(Options(scratch=scratch).quick(), measures.append)
    assert list(scratch.iterdir()) == [], "the bench leaves nothing on the measured disk"
    return {measure.measure: measure for measure in measures}


@pytest.mark.parametrize(
    "name",
    ["entries.any", "entries.latest", "work.officer", "work.head.second", "changes.any",
     "search.officer", "search.clerk", "document.officer"],
)  # fmt: skip
def test_every_list_has_its_percentiles_and_its_bar(told: dict[str, Measure], name: str):
    half, most = told[f"{name}.p50"], told[f"{name}.p95"]

    assert 0 < half.value <= most.value
    assert most.bar is not None
    assert most.bar.most == 30


def test_the_largest_agency_has_a_tenth_of_all(told: dict[str, Measure]):
    assert told["sown.largest"].holds
    assert told["sown.documents"].value == 1_000
