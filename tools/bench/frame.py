"""What every bench shares: a measure, a bar, paired rounds, and the lines that are printed.

One JSON line a measure, one closing line that says on what machine, with which versions and
at which commit. A bar that does not hold is told by `present`, never hidden.
"""

import importlib.metadata
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

GIT_SECONDS = 10
"""How long `git rev-parse` may take, in seconds."""


class Bar(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The promise a median is held against: not under *least*, not over *most*."""

    least: float | None = None
    most: float | None = None

    def holds(self, value: float) -> bool:
        """Whether *value* keeps the promise."""
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """Another program, or the bare disk, measured in the same rounds."""

    name: str
    version: str


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a bench as it is printed: the median of its rounds, with its quartiles."""

    bench: str
    measure: str
    value: float
    unit: str
    quartiles: tuple[float, float]
    rounds: int
    peer: str | None
    peer_version: str | None
    bar: Bar | None
    holds: bool | None
    """None where there is no bar: the figure is told beside the others."""


Emit = Callable[[Measure], None]
"""Where a bench hands its measures, each as soon as it stands."""


def measured(
    bench: str,
    measure: str,
    unit: str,
    values: Sequence[float],
    *,
    peer: Peer | None = None,
    bar: Bar | None = None,
) -> Measure:
    """The measure that *values*, one a round, amount to; the bar is judged by the median."""
    middle = statistics.median(values)
    return Measure(
        bench=bench,
        measure=measure,
        value=_figures(middle),
        unit=unit,
        quartiles=_quartiles(values),
        rounds=len(values),
        peer=peer.name if peer else None,
        peer_version=peer.version if peer else None,
        bar=bar,
        holds=bar.holds(middle) if bar else None,
    )


Arm = Callable[[int], float]
"""One side of a comparison: does its work for the round given and returns its rate."""


class Rounds(msgspec.Struct, frozen=True, kw_only=True):
    """The rates of every arm, round by round."""

    rates: dict[str, tuple[float, ...]]

    def ratios(self, ours: str, theirs: str) -> tuple[float, ...]:
        """*ours* over *theirs*, taken inside each round, so that the disk's moods cancel."""
        pairs = zip(self.rates[ours], self.rates[theirs], strict=True)
        return tuple(a / b for a, b in pairs)


def paired(arms: Mapping[str, Arm], rounds: int, settle: Callable[[], None] = os.sync) -> Rounds:
    """Run all *arms* in every round, in turn forwards and backwards (A B, then B A).

    *settle* runs before each arm: by default what another arm left unwritten is written
    first, so that nobody pays for a neighbour.
    """
    rates: dict[str, list[float]] = {name: [] for name in arms}
    for number in range(rounds):
        order = list(arms)[:: 1 if number % 2 == 0 else -1]
        for name in order:
            settle()
            rates[name].append(arms[name](number))
    return Rounds(rates={name: tuple(values) for name, values in rates.items()})


def seconds(work: Callable[[], object]) -> float:
    """How long *work* takes, in seconds of the wall."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """The closing line: what the figures were measured on."""

    bench: str
    machine: dict[str, str]
    versions: dict[str, str]
    commit: str


def surroundings(bench: str, distributions: Sequence[str]) -> Surroundings:
    """What this machine is, and which of *distributions* are installed in which version."""
    versions = {"python": platform.python_version()}
    versions |= {name: installed_version(name) for name in distributions}
    return Surroundings(bench=bench, machine=_machine(), versions=versions, commit=_commit())


def present(
    bench: str,
    distributions: Sequence[str],
    measures: Callable[[Emit], None],
    line: Callable[[str], None],
) -> bool:
    """Print *measures* as they come and the surroundings last; say whether every bar holds."""
    failed: list[Measure] = []

    def emit(measure: Measure) -> None:
        line(msgspec.json.encode(measure).decode())
        if measure.holds is False:
            failed.append(measure)

    measures(emit)
    line(msgspec.json.encode(surroundings(bench, distributions)).decode())
    return not failed


def installed_version(distribution: str) -> str:
    """The version of *distribution* as installed, or "not installed"."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _quartiles(values: Sequence[float]) -> tuple[float, float]:
    if len(values) == 1:
        return (_figures(values[0]), _figures(values[0]))
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (_figures(low), _figures(high))


def _figures(value: float) -> float:
    """Five figures are more than any of these measurements carries."""
    return float(f"{value:.5g}")


def _machine() -> dict[str, str]:
    return {
        "cpu": _after_colon(Path("/proc/cpuinfo"), "model name") or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": _after_colon(Path("/proc/meminfo"), "MemTotal"),
        "system": platform.system(),
        "kernel": platform.release(),
    }


def _after_colon(path: Path, label: str) -> str:
    """The value of *label* in one of Linux's `label : value` files; empty elsewhere."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(label)), "")


def _commit() -> str:
    """The commit of the checkout this runs from, "-dirty" where it was changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        told = subprocess.run(
            command,
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=GIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return told.stdout.strip() or "unknown"
