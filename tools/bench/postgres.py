"""A PostgreSQL of its own for a bench: made, started, ended with the block.

Debian's package and its defaults: every commit is on the disk before it is answered
(`fsync`, `full_page_writes` and `synchronous_commit` are on). It gets as much memory for pages as
is usual for its size, and room for its log, so that no checkpoint falls into a round.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

from repository.errors import Kind, Trouble

PROGRAMS = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"
"""It refuses to run as root, and Debian's package has made this one."""
START_SECONDS = 60
_SETTINGS = """
listen_addresses = ''
max_connections = 64
shared_buffers = '512MB'
max_wal_size = '8GB'
"""


class PostgresMissing(Trouble):
    """PostgreSQL is not installed; as root: apt-get install postgresql."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Chưa cài PostgreSQL; với quyền root: apt-get install postgresql."


class PostgresNotUp(Trouble):
    """PostgreSQL did not start; its last words: {words}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "PostgreSQL không khởi động được; dòng cuối: {words}."


def programs() -> Path:
    """Where the newest one's programs are; raise `PostgresMissing`."""
    found = sorted(PROGRAMS.glob("*/bin/postgres"), key=_version_of)
    if not found:
        raise PostgresMissing
    return found[-1].parent


def _version_of(program: Path) -> int:
    name = program.parent.parent.name
    return int(name) if name.isdigit() else 0


def version() -> str:
    """Its own version; raise `PostgresMissing`."""
    told = subprocess.run(
        [programs() / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return told.stdout.split()[2]


@contextlib.contextmanager
def running(folder: Path) -> Generator[str]:
    """A new cluster in *folder*, which is removed with it; gives how to connect (libpq).

    Raise `PostgresMissing`, `PostgresNotUp`.
    """
    bin_ = programs()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # A socket's path is short, and lies where its account may go.
    with tempfile.TemporaryDirectory(prefix="vankho-pg-") as sockets:
        try:
            for each in (folder, Path(sockets)):
                _given_away(each)
            _made(bin_, folder / "cluster")
            with _started(bin_, folder / "cluster", sockets):
                yield f"host={sockets} user={ACCOUNT} dbname={ACCOUNT}"
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _given_away(folder: Path) -> None:
    if os.geteuid() == 0:
        known = pwd.getpwnam(ACCOUNT)
        os.chown(folder, known.pw_uid, known.pw_gid)


def _as_account(*command: object) -> list[str]:
    words = [str(word) for word in command]
    if os.geteuid() != 0:
        return words
    return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--init-groups", *words]


def _made(bin_: Path, cluster: Path) -> None:
    command = _as_account(
        bin_ / "initdb", "--pgdata", cluster, "--username", ACCOUNT, "--auth=trust",
        "--encoding=UTF8", "--locale=C", "--no-instructions",
    )  # fmt: skip
    made = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if made.returncode:
        raise PostgresNotUp(words=_last_words(made.stderr))
    with (cluster / "postgresql.conf").open("a", encoding="ascii") as settings:
        settings.write(_SETTINGS)


@contextlib.contextmanager
def _started(bin_: Path, cluster: Path, sockets: str) -> Generator[None]:
    log = cluster / "words.log"
    command = _as_account(bin_ / "postgres", "-D", cluster, "-k", sockets)
    with log.open("wb") as words, subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, cwd="/"
    ) as server:  # fmt: skip
        try:
            _await(server, bin_, sockets, log)
            yield
        finally:
            server.send_signal(signal.SIGINT)  # fast: whoever is connected is hung up on
            server.wait(START_SECONDS)


def _await(server: "subprocess.Popen[bytes]", bin_: Path, sockets: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    asked = [bin_ / "pg_isready", "--quiet", "--host", sockets]
    while time.monotonic() < end and server.poll() is None:
        if subprocess.run(asked, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise PostgresNotUp(words=_last_words(log.read_text(errors="replace")))


def _last_words(text: str) -> str:
    return " ".join(text.split()[-40:])
