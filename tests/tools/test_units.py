"""The systemd units we ship: understood by systemd, and made of commands that there are and that work."""

import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.tools.command import Vankho
from tests.tools.serving import PATIENCE_SECONDS, serving
from tools.exits import FOR_GOOD
from tools.settings import ServeSettings, environment

SHIPPED = Path(__file__).parents[2] / "tools" / "deploy" / "systemd"
UNITS = sorted(SHIPPED.iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
JOBS = [path for path in SERVICES if path.name != "vankho.service"]
ANALYZE = shutil.which("systemd-analyze")
INSTALLED = "/opt/vankho/.venv/bin/vankho"
WORST_EXPOSURE = 25
"""Tenths, of 100; what `systemd-analyze security` calls OK ends at 40."""
needs_systemd = pytest.mark.skipif(not ANALYZE, reason="Debian package systemd is not there")


def settings(unit: Path, name: str) -> list[str]:
    """Every value that *unit* gives to *name*."""
    return re.findall(rf"^{name}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture
def here(tmp_path: Path) -> list[str]:
    """The units with the program of this place for the one in /opt."""
    program = str(Path(sys.executable).with_name("vankho"))
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(INSTALLED, program)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    return [str(tmp_path / unit.name) for unit in UNITS]


def asked(*words: str) -> "subprocess.CompletedProcess[str]":
    assert ANALYZE
    english = {**environment(), "LC_ALL": "C"}
    return subprocess.run(
        [ANALYZE, *words], capture_output=True, text=True, check=False, env=english
    )


@needs_systemd
def test_systemd_finds_nothing_to_say(here: list[str]):
    told = asked("verify", "--man=no", *here)

    assert (told.returncode, told.stdout + told.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_what_a_service_may_touch_is_little(service: Path):
    told = asked(
        "security", "--offline=yes", f"--threshold={WORST_EXPOSURE}", "--no-pager", str(service)
    )

    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("job", JOBS, ids=lambda path: path.stem)
def test_what_a_job_runs_is_a_command_that_works(vankho: Vankho, tmp_path: Path, job: Path):
    lines = settings(job, "ExecStart")
    assert lines
    for line in lines:
        ended = vankho(*words_of(line, {"VANKHO_BACKUP": str(tmp_path / "kho")}))

        assert ended.code == 0, line


def words_of(line: str, environ: dict[str, str]) -> list[str]:
    """The words `vankho` is given when systemd runs *line*."""
    line = line.replace("%%", "%").replace("$$", "\0")
    for name, value in environ.items():
        line = line.replace("${" + name + "}", value)
    words = shlex.split(line.replace("\0", "$"))
    if words[0] == "/bin/sh":  # the program is said instead of run, one word a line
        said = words[2].replace(f"exec {INSTALLED}", r"printf '%s\n'")
        told = subprocess.run([*words[:2], said], capture_output=True, text=True, check=True)
        return told.stdout.splitlines()
    assert words[0] == INSTALLED
    return words[1:]


def test_the_server_is_started_as_it_is_documented():
    (service,) = (path for path in SERVICES if path not in JOBS)

    assert settings(service, "ExecStart") == [f"{INSTALLED} serve"]
    assert settings(service, "Type") == ["notify"]
    final = settings(service, "RestartPreventExitStatus")
    assert [int(code) for code in final[0].split()] == sorted(FOR_GOOD)
    assert int(settings(service, "TimeoutStopSec")[0]) > ServeSettings().grace_seconds
    assert int(settings(service, "LimitNOFILE")[0]) > 2 * ServeSettings().connections


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told_when_the_server_is_up(
    vankho: Vankho, monkeypatch: pytest.MonkeyPatch, abstract: bool
):
    name = str(vankho.store.parent / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", ("@" if abstract else "") + name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(PATIENCE_SECONDS)
        systemd.bind("\0" + name if abstract else name)
        with serving(vankho, "--workers", 1, "--quiet") as running:
            told = systemd.recv(64)

            assert told == b"READY=1"
            assert httpx.get(f"{running.address}/readyz").status_code == 200


def test_a_server_works_where_nobody_listens_for_it(
    vankho: Vankho, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NOTIFY_SOCKET", str(vankho.store / "nobody"))
    with serving(vankho, "--workers", 1, "--quiet") as running:
        assert httpx.get(f"{running.address}/readyz").status_code == 200


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_all_work_on_one_store_and_may_write_there(service: Path):
    assert "VANKHO_STORE=/srv/vankho" in settings(service, "Environment")
    assert "/srv/vankho" in settings(service, "ReadWritePaths")[0].split()


def test_every_job_has_its_timer_and_every_timer_its_job():
    timers = {path.stem for path in UNITS if path.suffix == ".timer"}

    assert timers == {path.stem for path in JOBS}
