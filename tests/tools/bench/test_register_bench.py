"""The register bench runs as a whole, and its audit sees what may be wrong with a register."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.bench.frame import Measure
from tools.bench.postgres import PostgresMissing, programs
from tools.bench.register import Options, run
from tools.bench.register_kills import Acknowledged, Found, compared


def row(number: int, *, symbol: str = "", document: str = "") -> Acknowledged:
    return Acknowledged(
        symbol=symbol or f"{number}/CV",
        agency="H20.1",
        number=number,
        document=document or f"d{number}",
    )


GOOD = Found(duplicates=0, gaps=0, lost=0, twice=0)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([row(1), row(2), row(3)], GOOD),
        ([row(1), row(3)], Found(duplicates=0, gaps=1, lost=1, twice=0)),
        (
            [row(1), row(2), row(2, symbol="x", document="d9"), row(3)],
            Found(duplicates=1, gaps=0, lost=0, twice=0),
        ),
        (
            [row(1), row(2), row(3), row(4, symbol="3/CV")],
            Found(duplicates=0, gaps=0, lost=0, twice=1),
        ),
        (
            [row(1), row(2, document="another"), row(3)],
            Found(duplicates=0, gaps=0, lost=1, twice=0),
        ),
    ],
    ids=["whole", "a gap", "a number twice", "a paper twice", "not as acknowledged"],
)
def test_what_is_wrong_with_a_register_is_counted(rows: list[Acknowledged], found: Found):
    assert compared([row(1), row(2), row(3)], {"H20.1": rows}) == found


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own account may enter, as it may not those of pytest."""
    with tempfile.TemporaryDirectory(prefix="vk-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_the_bench_measures_both_and_no_kill_loses_a_number(open_folder: Path):
    try:
        programs()
    except PostgresMissing as missing:
        pytest.skip(str(missing))
    measures: list[Measure] = []

    run(Options(scratch=open_folder).quick(), measures.append)

    told = {measure.measure: measure for measure in measures}
    for name in Found.__struct_fields__:
        assert told[f"kills.{name}"].value == 0
    assert told["kills"].value >= 1
    assert told["rate.over_at_once"].peer == "PostgreSQL, at_once"
    assert told["rate.over_in_steps"].peer == "PostgreSQL, in_steps"
    assert list(open_folder.iterdir()) == [], "the bench leaves nothing on the measured disk"
