"""The directory bench measures a real controller, and loses nobody."""

from pathlib import Path

from tools.bench.directory import Options, load_crowd, run
from tools.bench.domain.template import copied
from tools.bench.frame import Measure


def test_every_figure_is_told_and_nobody_is_lost(domain_template: Path, tmp_path: Path):
    load_crowd(copied(domain_template, tmp_path / "domain-20"), 20)
    told: list[Measure] = []
    options = Options(
        kept=tmp_path, scratch=tmp_path / "scratch", people=20, rounds=1, logins=2, changed=4
    )

    run(options, told.append)

    found = {measure.measure: measure for measure in told}
    times = {"login.pooled", "login.fresh", "groups", "sync.full", "sync.nothing", "sync.changed"}
    assert times <= set(found)
    assert found["noted.again.changes"].holds
    assert all(one.value > 0 for one in told if one.measure != "noted.again.changes")
    assert found["sync.full.people"].value == 21
    assert found["sync.changed.people"].holds
    assert not (tmp_path / "scratch/directory").exists()
