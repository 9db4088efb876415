"""The year bench registers its mix through a served store and tells every figure it promises."""

import io
import statistics
import subprocess
from datetime import date
from pathlib import Path

import pytest

from indexer.extract.in_process import InProcessExtractor
from indexer.text import ExtractedText
from repository.blobs.media import NAMES, Media, recognise
from tools.bench.frame import Measure
from tools.bench.year import Options, run
from tools.bench.year_ground import Ground
from tools.bench.year_memory import Limit, Watch, limited
from tools.bench.year_mix import AGENCIES, LARGEST, Mix, Paper, docx, houses

OUTGOING, INCOMING, FEW = 60, 200, 12
MiB = 1024 * 1024


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measure]:
    # Not deep: the name of a Unix socket may have 107 bytes only.
    scratch = tmp_path_factory.getbasetemp()
    measures: list[Measure] = []
    options = Options(
        scratch=scratch, outgoing=OUTGOING, incoming=INCOMING, agencies=FEW, reads=5, memory=0
    )
    run(options, measures.append)
    assert not (scratch / "year").exists(), "the bench leaves nothing on the measured disk"
    found = {measure.measure: measure for measure in measures}
    assert len(found) == len(measures), "no figure is told twice"
    return found


def test_every_promise_has_its_figure(told: dict[str, Measure]):
    promised = {
        "load.rate", "load.seconds_with_followers", "lag.seconds", "slice.10.rate",
        "search.limited.p50", "search.limited.p95", "document.limited.p50", "document.limited.p95",
        "memory.keeper.anonymous", "memory.follower.anonymous", "memory.reader.anonymous",
        "memory.worker-1.resident", "memory.worker-2.resident",
        "disk.packs", "disk.log", "disk.catalogue", "disk.index", "disk.snapshots",
        "check.structure.seconds", "check.whole.seconds", "snapshot.seconds", "snapshot.size",
        "restart.after_stop", "restart.after_kill", "rebuild.seconds",
    }  # fmt: skip

    assert promised <= {*told}
    assert all(told[name].value > 0 for name in promised - {"disk.snapshots"})
    assert told["restart.killed"].value >= 5


def test_the_whole_mix_is_registered_and_what_is_rebuilt_is_the_same(told: dict[str, Measure]):
    incoming = sum(len(paper.receivers) for paper in papers(a_mix(), OUTGOING))

    assert told["mix.outgoing"].value == told["mix.files"].value == OUTGOING
    assert told["mix.incoming"].value == incoming
    bars = {name: measure.value for name, measure in told.items() if measure.bar}
    assert bars == dict.fromkeys(
        ("failed", "check.structure.findings", "check.whole.findings", "rebuild.differing_tables"),
        0,
    )


def a_mix(*, agencies: int = FEW, outgoing: int = OUTGOING, incoming: int = INCOMING) -> Mix:
    return Mix(agencies=agencies, outgoing=outgoing, incoming=incoming, today=date(2026, 11, 24))


def papers(mix: Mix, count: int) -> list[Paper]:
    return [mix.paper(number) for number in range(count)]


def test_the_mix_is_the_same_every_time_and_as_unlike_as_life():
    mix = a_mix(agencies=AGENCIES, outgoing=2080, incoming=7000)
    found = papers(mix, 2080)
    copies = [len(paper.receivers) for paper in found]

    assert found[:50] == papers(a_mix(agencies=AGENCIES, outgoing=2080, incoming=7000), 50)
    assert statistics.median(copies) in (3, 4)
    assert sum(copies) == pytest.approx(7000, rel=0.03)
    assert sum(paper.issuer == 0 for paper in found) > 0.1 * len(found), "the largest has a tenth"
    assert len({paper.content for paper in found}) == len(found)
    assert max(len(paper.content) for paper in found) <= LARGEST + 1000
    assert (found[0].issued, found[-1].issued) == (date(2026, 1, 1), date(2026, 11, 24))
    assert all(paper.issuer not in paper.receivers for paper in found)
    assert len({house.code for house in houses(AGENCIES)}) == AGENCIES


def test_the_smallest_office_file_is_known_as_one_and_its_text_is_read():
    content = docx("Về việc\nrà soát <hộ tịch>")

    assert recognise(content) is Media.DOCX
    outcome = InProcessExtractor().extract(io.BytesIO(content), NAMES[Media.DOCX])
    assert isinstance(outcome, ExtractedText)
    assert outcome.text.split("\n") == ["Về việc", "rà soát <hộ tịch>"]


def test_a_process_in_a_limit_is_counted_with_it():
    with limited(64 * MiB) as limit:
        if limit.folder is None:
            pytest.skip("no group with a limit may be made here")
        seen = subprocess.run(
            limit.command(["cat", "/proc/self/cgroup"]), capture_output=True, text=True, check=True
        )

        assert limit.folder.name in seen.stdout
        assert 0 < limit.peak() <= 64 * MiB
        held = (limit.folder / limit.file).read_text()
        with limit.lifted():
            assert (limit.folder / limit.file).read_text() != held
        assert (limit.folder / limit.file).read_text() == held
    assert not limit.folder.exists()


def test_what_fails_is_told_and_takes_nothing_with_it(tmp_path: Path):
    measures: list[Measure] = []
    limit = Limit.none()
    ground = Ground(
        options=Options(scratch=tmp_path),
        root=tmp_path,
        emit=measures.append,
        limit=limit,
        watch=Watch(limit),
        houses=(),
        today=date(2026, 11, 24),
    )

    ground.trying("broken", lambda at: at.command("no-such-verb"))
    ground.trying("whole", lambda at: at.tell("whole", "s", 1.0))

    assert [measure.measure for measure in measures] == ["whole"]
    assert len(ground.failures) == 1
    assert ground.failures[0].startswith("broken: ")
