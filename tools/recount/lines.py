"""What an exported log says of recipient lines: how many were completed on their last day or before.

Only lines that ever had a last day are kept in memory, some 300 bytes each.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tools.recount.reading import Told

_SEVEN_HOURS = timedelta(hours=7)
_GIVEN, _ACTED, _TURNED = "receipt-given", "receipt-acted", "receipt-turned"
_DONE = frozenset({"complete", "lead-done"})
_AGAIN = frozenset({"reopen", "lead-reopened"})


class Completed(NamedTuple):
    """What is counted together."""

    year: int
    agency: str
    unit: str


class Punctuality(NamedTuple):
    """Lines with a last day that were completed, and are still."""

    on_time: Counter[Completed]
    late: Counter[Completed]


class _Line(NamedTuple):
    agency: str
    unit: str
    due: str
    done: str
    """The day in Vietnam; empty = it is not."""


def with_last_day(event: Told) -> bytes | None:
    """The line that *event* gives a last day, or None."""
    days = {_GIVEN: 6, _ACTED: 3}
    place = days.get(event.tag)
    return bytes.fromhex(event.body[0]) if place and event.body[place] else None


class Lines:
    """The lines that are *dated*, as far as the events go that were followed."""

    def __init__(self, dated: set[bytes]) -> None:
        self._dated = dated
        self._lines: dict[bytes, _Line] = {}

    def follow(self, event: Told) -> None:
        """Let *event* have its effect, where it is about a line."""
        if event.tag not in (_GIVEN, _ACTED, _TURNED):
            return
        key = bytes.fromhex(event.body[0])
        if key not in self._dated:
            return
        if event.tag == _GIVEN:
            unit, due = event.body[4], event.body[6]
            desk = event.body[7] if len(event.body) > 7 else ""
            self._lines[key] = _Line(event.agency, unit or desk, due, "")
        elif event.tag == _ACTED:
            self._do(key, event, event.body[2], event.body[3])
        else:
            self._do(key, event, event.body[2], self._lines[key].due)

    def _do(self, key: bytes, event: Told, what: str, due: str) -> None:
        line = self._lines[key]._replace(due=due)
        if what in _DONE:
            line = line._replace(done=_day(event.at))
        elif what in _AGAIN:
            line = line._replace(done="")
        self._lines[key] = line

    def counted(self) -> Punctuality:
        """How many were on time, and how many late."""
        found = Punctuality(Counter(), Counter())
        for line in self._lines.values():
            if line.done and line.due:
                counter = found.on_time if line.done <= line.due else found.late
                counter[Completed(int(line.done[:4]), line.agency, line.unit)] += 1
        return found


def _day(at: int) -> str:
    return (datetime.fromtimestamp(at // 1_000_000, UTC) + _SEVEN_HOURS).date().isoformat()
