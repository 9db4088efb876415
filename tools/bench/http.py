"""The HTTP bench of this project's own server: `vankho bench http`.

The server is started as in an office: workers, keeper and follower as processes, lineage and
log on, every answer to a write on disk. Clients and server share the machine's processors.
"""

from tools.bench.frame import Emit
from tools.bench.http_ground import BENCH, Options, an_office
from tools.bench.http_measures import MEASURES

__all__ = ["BENCH", "DISTRIBUTIONS", "Options", "run"]

DISTRIBUTIONS = ("vankho", "falcon", "waitress", "lmdb", "blake3", "tantivy", "msgspec")
"""Whose versions the closing line tells."""


def run(options: Options, emit: Emit) -> None:
    """Measure reading, registering and office traffic; hand every measure to *emit*."""
    with an_office(options, emit) as ground:
        for measure in MEASURES:
            measure(ground)
