"""What every test stands on: Hypothesis without a clock, and no file that stays open.

The clock: machines are shared. Beside it a real domain controller, for whoever asks for one.
"""

import fcntl
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.descriptors import no_file_is_lost

if TYPE_CHECKING:  # ldap3 is not for those who need no directory
    from tests.interop.directory.samba import Samba

settings.register_profile("shared-machine", deadline=None, print_blob=True)
settings.load_profile("shared-machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="the sizes that count, where tests have two"
    )
    parser.addoption(
        "--decisions", type=int, default=0, help="how many decisions of the permission matrix"
    )
    parser.addoption("--mutants", type=int, help="so many spoilt edXML messages, not some thousand")


@pytest.fixture(scope="module", autouse=True)
def no_file_stays_open() -> Generator[None]:
    """Fail behind a module that leaves files open: a thousand of them harm whoever comes later."""
    with no_file_is_lost():
        yield


@pytest.fixture(scope="session")
def domain_template(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A domain that does not run, provisioned once a test run by the first worker that comes."""
    from tools.bench.domain.template import make_template, why_not

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
def samba(domain_template: Path, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Samba]":
    """This worker's running domain controller, behind two gates."""
    from tests.interop.directory.samba import Samba
    from tools.bench.domain import controller
    from tools.bench.domain.template import copied

    folder = copied(domain_template, tmp_path_factory.mktemp("domain") / "dc1")
    with controller.running(folder, gates=2) as (samba_itself, gates):
        running = Samba(folder, gates, samba_itself.network)
        yield running
        running.close()
