"""The storage bench of this project's own store: `vankho bench storage`.

Lineage and log are on throughout, as in an office.
"""

import uuid
from contextlib import AbstractContextManager
from pathlib import Path

from repository.blobs.port import GiB
from repository.format import StoreOptions, create_store
from repository.holdings import Holdings
from repository.rebuild import rebuild_catalogue
from tools.bench.frame import Emit
from tools.bench.storage_ground import BENCH, Footprint, Options
from tools.bench.storage_measures import measure

__all__ = ["BENCH", "DISTRIBUTIONS", "HoldingsStores", "Options", "run"]

DISTRIBUTIONS = (
    "vankho",
    "blake3",
    "lmdb",
    "zstandard",
    "disk-objectstore",
    "sqlalchemy",
    "pyhanko",
    "reportlab",
    "pypdf",
    "pillow",
)
"""Whose versions the closing line tells."""

OPTIONS = StoreOptions(map_size=4 * GiB)
"""As an office has them, but for the map: a bench's catalogue is small."""
CATALOGUE_FILE = "data.mdb"
"""What a folder of the catalogue is known by."""
DU_BLOCK = 512
"""The unit of `st_blocks`, in bytes, whatever the file system's own block is."""


def run(options: Options, emit: Emit) -> None:
    """Measure this project's own store; hand every measure to *emit* as soon as it stands."""
    measure(options, HoldingsStores(), emit)


class HoldingsStores:
    """Stores as `Holdings` makes them: one folder each, the keeper in this process."""

    def create(self, root: Path) -> AbstractContextManager[Holdings]:
        create_store(root, store=uuid.uuid4())
        return self.reopen(root)

    def reopen(self, root: Path) -> AbstractContextManager[Holdings]:
        return Holdings.open_alone(root, OPTIONS, rules={})

    def rebuild(self, root: Path, *, walk: bool) -> int:
        return rebuild_catalogue(root, OPTIONS, walk=walk).records

    def footprint(self, root: Path) -> Footprint:
        """Count by `du`: what is not the catalogue is kept, so nothing can hide in between."""
        catalogues = {path.parent for path in root.rglob(CATALOGUE_FILE)}
        sizes = [
            (path.stat().st_blocks * DU_BLOCK, bool(catalogues & set(path.parents)))
            for path in root.rglob("*")
            if path.is_file()
        ]
        return Footprint(
            kept=sum(size for size, in_catalogue in sizes if not in_catalogue),
            catalogue=sum(size for size, in_catalogue in sizes if in_catalogue),
        )
