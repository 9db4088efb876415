"""The edXML bench reads and writes what it says, in small; of figures nothing is asserted here."""

from pathlib import Path

from tools.bench.edxml import Options, run
from tools.bench.frame import Measure


def test_every_form_is_read_right_and_told_with_speed_and_memory(tmp_path: Path):
    measures: list[Measure] = []

    run(Options(scratch=tmp_path).quick(), measures.append)

    told = {measure.measure: measure for measure in measures}
    reads = ("read.raw", "read.stored", "read.deflated")
    figures = {f"{arm}.{what}" for arm in (*reads, "write.stored") for what in ("speed", "memory")}
    assert set(told) == figures | {f"{arm}.right" for arm in reads}
    assert {told[f"{arm}.right"].value for arm in reads} == {1}
    assert list(tmp_path.iterdir()) == []
