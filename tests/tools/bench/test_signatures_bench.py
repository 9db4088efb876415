"""The signatures bench, in its short form: what it measures, not how much."""

from pathlib import Path

from tools.bench.frame import Measure
from tools.bench.signatures import Options, run


def test_it_tells_verdicts_beside_pyhanko_a_sweep_and_a_large_file(tmp_path: Path):
    told: list[Measure] = []

    run(
        Options(scratch=tmp_path, rounds=1, files=1, swept=1, large_bytes=100_000),
        told.append,
    )

    assert [one.measure for one in told] == [
        "verdicts",
        "pyhanko",
        "verdicts_over_pyhanko",
        "sweep",
        "large.size",
        "large",
        "large.memory",
    ]
    assert all(one.value > 0 for one in told)
    assert list(tmp_path.iterdir()) == []
