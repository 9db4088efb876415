"""The year bench: a province's registrations of a year, through a served store: `vankho bench year`.

The server is started as in an office, with follower and extraction, in a limit of memory smaller
than its catalogue becomes. Each figure is told as soon as it is known; what fails after the load
is told at the end and takes none of the others with it.
"""

from tools.bench.frame import Emit
from tools.bench.year_after import AFTER_SERVING, measure_disk, measure_memory, measure_reads
from tools.bench.year_ground import BENCH, WHOLE, Ground, Options, a_province
from tools.bench.year_load import measure_load

__all__ = ["BENCH", "DISTRIBUTIONS", "Options", "run"]

DISTRIBUTIONS = ("vankho", "falcon", "waitress", "lmdb", "blake3", "tantivy", "msgspec")
"""Whose versions the closing line tells."""


def run(options: Options, emit: Emit) -> None:
    """Register a year, then measure what is asked of it; hand every measure to *emit*."""
    with a_province(options, emit) as ground:
        _served(ground)
        for name, measure in AFTER_SERVING:
            ground.trying(name, measure)
        ground.tell("failed", "measures", len(ground.failures), bar=WHOLE)


def _served(ground: Ground) -> None:
    with ground.serving() as seconds:
        ground.tell("restart.empty", "s", seconds)
        loaded = measure_load(ground)
        ground.trying("memory", measure_memory)
        ground.trying("disk", lambda _: measure_disk(ground, loaded))
        ground.trying("reads", measure_reads)
