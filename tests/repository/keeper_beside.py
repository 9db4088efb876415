"""A keeper in a process of its own, for one store: `python -m tests.repository.keeper_beside`."""

import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from repository.format import Layout, StoreOptions, create_store
from repository.holdings import Holdings
from repository.keeper_process import run_keeper
from repository.keeping import Keeping
from tests.contracts.keeper import RULES
from tests.repository.stores import SMALL, STORE


@contextmanager
def beside_a_keeper(options: StoreOptions = SMALL) -> Generator[Holdings]:
    """A worker's holdings beside a keeper in another process, over a new store."""
    # A Unix socket's path ends at 108 bytes: pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="vk") as folder:
        root = create_store(Path(folder) / "store", store=STORE).root
        command = [sys.executable, "-m", "tests.repository.keeper_beside", str(root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
            assert keeper.stdout is not None
            assert keeper.stdout.readline() == "ready\n"
            try:
                with Holdings.open_beside(root, options, rules=RULES, worker="w1") as holdings:
                    yield holdings
            finally:
                keeper.terminate()


def main() -> None:
    root, stop = Path(sys.argv[1]), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_keeper(
        root,
        SMALL,
        rules=RULES,
        socket_path=Layout(root).socket,
        stop=stop,
        ready=_say_ready,
    )


def _say_ready(_: Keeping) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
