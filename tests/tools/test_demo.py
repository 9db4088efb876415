"""The demo proves itself over HTTP, and would tell if something were wrong."""

import json
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from repository.model.documents import ComponentRole
from repository.model.registers import Direction
from tests.tools.command import Vankho
from tests.tools.serving import PATIENCE_SECONDS
from tools.demo import checks
from tools.demo.checks import Registered
from tools.ingest.rows import FileGiven, Row
from tools.ingest.run import Result


def test_the_demo_once_checks_itself_and_says_so_in_one_line(tmp_path: Path):
    ended = Vankho(tmp_path / "unused")(
        "demo", "--once", "--json", "--documents", "3", "--folder", tmp_path / "d"
    )

    (summary,) = ended.lines
    assert (ended.code, summary["ok"]) == (0, True), ended.err
    assert all(check["ok"] and check["count"] for check in summary["checks"])
    assert summary["stored_bytes"] < summary["naive_bytes"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{summary['address']}/healthz")


def test_the_demo_serves_until_it_is_stopped(tmp_path: Path):
    demo = Vankho(tmp_path / "unused").started(
        "demo", "--json", "--documents", "1", "--folder", tmp_path / "d", stdout=subprocess.PIPE
    )
    with demo:
        assert demo.stdout is not None
        summary = json.loads(demo.stdout.readline())
        token = (tmp_path / "d" / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}

        assert httpx.get(f"{summary['address']}/v1/agencies", headers=headers).status_code == 200

        demo.send_signal(signal.SIGINT)
        assert demo.wait(PATIENCE_SECONDS) == 0


def an_entry(direction: str, symbol: str, given: str, path: str = "a.pdf") -> Registered:
    file = FileGiven(path=path, role=ComponentRole.MAIN)
    row = Row(
        agency="H20",
        register="r",
        direction=Direction(direction),
        subject="x",
        symbol=symbol,
        files=(file,),
    )
    return Registered(row, Result(line=1, status="registered", symbol=given))


def test_a_paper_that_bears_another_number_than_the_register_gave_is_told():
    entries = [
        an_entry("outgoing", "QĐ-UBND", "02/QĐ-UBND"),
        an_entry("incoming", "01/QĐ-UBND", "01/QĐ-UBND"),
    ]

    assert checks.printed_numbers(entries).ok is False


def test_a_row_that_failed_is_told():
    entry = an_entry("incoming", "1", "1")
    failed = Registered(entry.row, Result(line=7, status="failed", reason="broken"))

    assert checks.rows_registered([failed]).problems == ("7: broken",)


def test_a_check_that_saw_nothing_does_not_hold():
    assert checks.rows_registered([]).ok is False
