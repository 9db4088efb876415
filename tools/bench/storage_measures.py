"""The measures of the storage bench, for whatever stores: bytes, writes, reads, rebuilding.

Each bar is judged by the median of its paired rounds.
"""

from tools.bench.frame import Emit
from tools.bench.storage_bytes import measure_bytes
from tools.bench.storage_ground import Ground, Options, Stores
from tools.bench.storage_reads import measure_chain_reads, measure_reads
from tools.bench.storage_rebuild import measure_rebuild
from tools.bench.storage_writes import measure_writes


def measure(options: Options, stores: Stores, emit: Emit) -> None:
    """Measure *stores*; hand every measure to *emit* as soon as it stands."""
    ground = Ground(options=options, stores=stores, emit=emit)
    measure_bytes(ground)
    measure_writes(ground)
    measure_chain_reads(ground)
    with ground.fresh("population") as folder:
        measure_reads(ground, folder)
        measure_rebuild(ground, folder)
