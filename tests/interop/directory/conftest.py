"""A real domain controller (Samba): provisioned once a test run, one running for each worker."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.directory.samba import Samba
from tools.bench.domain import controller
from tools.bench.domain.template import copied, make_template, why_not


@pytest.fixture(scope="session")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A domain that does not run, made by the first worker that comes."""
    missing = why_not()
    if missing:
        pytest.skip(f"no domain controller here: {missing}")
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):  # one of several workers
        shared = shared.parent
    made = shared / "domain-template"
    with (shared / "domain-template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = Path(tempfile.mkdtemp(dir=shared)) / "domain"
            make_template(making)
            shutil.copytree(making, made.with_suffix(".half"))
            made.with_suffix(".half").rename(made)
    return made


@pytest.fixture(scope="session")
def samba(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    """This worker's running domain, behind two gates."""
    folder = copied(template, tmp_path_factory.mktemp("domain") / "dc1")
    with controller.running(folder, gates=2) as (samba_itself, gates):
        running = Samba(folder, gates, samba_itself.network)
        yield running
        running.close()
