"""Rebuilding a lost catalogue: by walking every record, and from the footers of sealed packs."""

from contextlib import closing
from pathlib import Path

from tools.bench.frame import Arm, Bar, paired, seconds
from tools.bench.peers import MEBIBYTE, RawDisk, raw_disk_peer
from tools.bench.storage_ground import BenchBroken, Ground

WALKING = "walking"
FROM_FOOTERS = "footers"
SEQUENTIAL = "sequential"

BY_WALKING = Bar(least=20_000)
BY_FOOTERS = Bar(least=200_000)


def measure_rebuild(ground: Ground, folder: Path) -> None:
    """Tell both ways for the sealed, closed store in `folder / "store"`.

    Beside them the disk's own rate for reading the same bytes from end to end, warm as well.
    """
    with closing(RawDisk(folder / "raw")) as disk:
        arms: dict[str, Arm] = {
            WALKING: _rebuild(ground, folder / "store", walk=True),
            FROM_FOOTERS: _rebuild(ground, folder / "store", walk=False),
            SEQUENTIAL: lambda _: _sequential(disk),
        }
        rates = paired(arms, ground.options.rounds).rates
    ground.tell("rebuild_walking", "records/s", *rates[WALKING], bar=BY_WALKING)
    ground.tell("rebuild_from_footers", "records/s", *rates[FROM_FOOTERS], bar=BY_FOOTERS)
    ground.tell("rebuild.rate.raw-disk", "MiB/s", *rates[SEQUENTIAL], peer=raw_disk_peer())


def _rebuild(ground: Ground, root: Path, *, walk: bool) -> Arm:
    def rate(_: int) -> float:
        found: list[int] = []
        taken = seconds(lambda: found.append(ground.stores.rebuild(root, walk=walk)))
        if found[0] < ground.options.population:
            raise BenchBroken(part="rebuild", reason=f"only {found[0]} records were found")
        return found[0] / taken

    return rate


def _sequential(disk: RawDisk) -> float:
    read: list[int] = []
    taken = seconds(lambda: read.append(disk.read_through()))
    return read[0] / MEBIBYTE / taken
