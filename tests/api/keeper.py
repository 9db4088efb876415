"""A keeper in a process of its own, for one store: `python -m tests.api.keeper FOLDER`."""

import signal
import sys
import threading
from pathlib import Path

from api.services import RULES
from repository.format import Layout
from repository.keeper_process import run_keeper
from repository.keeping import Keeping
from tests.api.conftest import SMALL


def main() -> None:
    root, stop = Path(sys.argv[1]), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_keeper(
        root,
        SMALL,
        rules=RULES,
        socket_path=Layout(root).socket,
        stop=stop,
        ready=_tell,
    )


def _tell(_: Keeping) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
