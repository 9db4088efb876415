"""The existence bench, `vankho bench existence`: can a stranger tell that a file is here.

A served store holds the files of one agency. Somebody with a token of another agency asks about
pairs of files, one of them known and one not, and is to learn nothing: not from what is answered,
and up to 1 MiB not from how long it takes (docs/threat-model.md, *Oracles*).
"""

from tools.bench.existence_ground import BENCH, Options, a_neighbour
from tools.bench.existence_measures import measure
from tools.bench.frame import Emit

__all__ = ["BENCH", "DISTRIBUTIONS", "Options", "run"]

DISTRIBUTIONS = ("vankho", "falcon", "waitress", "lmdb", "blake3", "msgspec")
"""Whose versions the closing line tells."""
ROUND = 100
"""Pairs of a round."""


def run(options: Options, emit: Emit) -> None:
    """Ask about known and unknown files as a stranger does; hand every measure to *emit*."""
    with a_neighbour(options, emit) as ground:
        measure(ground)
