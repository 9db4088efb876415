"""The real program under a clock that is moved: libfaketime answers what it asks of the time of day.

Time spans (the monotonic clock) stay as they are, so that what waits goes on waiting as it should.
"""

import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.tools.command import ENGLISH, Ended, Vankho

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
"""Debian package faketime; None where it is not there."""


class MovedClock:
    """How far the clock of a server is ahead of ours; all its processes read it at each look."""

    def __init__(self, told: Path) -> None:
        self._told = told
        self._tell(0)

    def moves_to(self, moment: datetime) -> None:
        """Let it be *moment* there now; it goes on from there."""
        self._tell((moment - datetime.now(UTC)).total_seconds())

    def around(self) -> dict[str, str]:
        """What a program needs in its environment."""
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._told),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def _tell(self, seconds: float) -> None:
        whole = self._told.with_suffix(".new")
        whole.write_text(f"+{seconds:.3f}\n", encoding="ascii")
        whole.replace(self._told)


class UnderMovedClock(Vankho):
    """`vankho` on a store, always as a program of its own under the moved clock."""

    def __init__(self, store: Path, clock: MovedClock) -> None:
        super().__init__(store, clock.around())

    def __call__(self, *arguments: object, env: Mapping[str, str] = ENGLISH) -> Ended:
        assert env is ENGLISH
        with self.started(*arguments, stdout=subprocess.PIPE) as program:
            out, _ = program.communicate()
        return Ended(program.returncode, out.decode(), "", out)
