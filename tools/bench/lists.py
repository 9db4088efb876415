"""The lists bench, `vankho bench lists`: what people of the largest agency wait for their lists.

Documents, people and recipient lines of a whole province lie in one catalogue; the HTTP application
is asked in this process, one request after another: a list is counted from the request to the last
byte of its JSON, without the way over a socket.
"""

from tools.bench.frame import Emit
from tools.bench.lists_ground import BENCH, Options, a_province
from tools.bench.lists_measures import measure

__all__ = ["BENCH", "DISTRIBUTIONS", "Options", "run"]

DISTRIBUTIONS = ("vankho", "falcon", "lmdb", "tantivy", "msgspec")
"""Whose versions the closing line tells."""


def run(options: Options, emit: Emit) -> None:
    """Sow a province and ask for lists; hand every measure to *emit*."""
    with a_province(options, emit) as ground:
        measure(ground)
