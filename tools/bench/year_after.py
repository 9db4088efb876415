"""What is measured once a year lies there: reading, disk, memory, upkeep, starting, rebuilding."""

import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.catalogue.views import Reading
from repository.format import Layout
from repository.model import merkle
from repository.snapshots import snapshots, take_snapshot
from tools.bench.http_ground import told
from tools.bench.http_line import Line, request
from tools.bench.http_load import Tally
from tools.bench.processes import killed
from tools.bench.year_ground import MAP_SIZE, WHOLE, Ground, sizes
from tools.bench.year_load import Loaded

MILLISECONDS = 1000
READ_SECONDS = 60.0
ROOM = 1.5
"""Times the catalogue that has to be free before it is copied."""
QUERIES = (
    "giải ngân", "cán bộ", "phòng chống thiên tai", "đầu tư công", "hộ nghèo",
    '"quy hoạch"', "sat lo bo song", "bảo hiểm", "trường học", "chuyển đổi số",
)  # fmt: skip
"""As people type them."""


def measure_reads(ground: Ground) -> None:
    """Tell how long searches and documents take for a user of the largest agency.

    First in the limit, where the index has to share what memory is left, then without one.
    """
    _read(ground, "limited")
    if ground.limit.asked:
        with ground.limit.lifted():
            _read(ground, "unlimited")


def _read(ground: Ground, how: str) -> None:
    dice = random.Random(ground.options.outgoing)
    found: list[str] = []
    searching, reading = Tally(), Tally()
    with Line(ground.address) as line:
        for number in _as_long_as(ground):
            asked = {"q": QUERIES[number % len(QUERIES)], "limit": 20, "offset": number % 50}
            hits = _timed(ground, line, searching, f"/v1/search?{urlencode(asked)}")["hits"]
            found += [hit["document"]["id"] for hit in hits]
        for _ in _as_long_as(ground):
            _timed(ground, line, reading, f"/v1/documents/{dice.choice(found)}")
    _tell_times(ground, f"search.{how}", searching)
    _tell_times(ground, f"document.{how}", reading)


def _as_long_as(ground: Ground) -> Iterator[int]:
    """Numbers from 0: as many as were asked for, in a minute at most."""
    end = time.perf_counter() + READ_SECONDS
    for number in range(ground.options.reads):
        yield number
        if time.perf_counter() > end:
            return


def _timed(ground: Ground, line: Line, tally: Tally, path: str) -> dict[str, Any]:
    began = time.perf_counter()
    answered = line.ask(request("GET", path, ground.user))
    tally.seconds.append(time.perf_counter() - began)
    return told(answered, 200)


def _tell_times(ground: Ground, name: str, tally: Tally) -> None:
    ground.tell(f"{name}.asked", "requests", len(tally.seconds))
    for share in (50, 95):
        ground.tell(f"{name}.p{share}", "ms", tally.percentile(share) * MILLISECONDS)


def measure_memory(ground: Ground) -> None:
    """Tell the most memory that each process had, and all of them together."""
    ground.watch.look()
    for role, peaks in sorted(ground.watch.peaks.items()):
        ground.tell(f"memory.{role}.resident", "bytes", peaks.resident)
        ground.tell(f"memory.{role}.anonymous", "bytes", peaks.anonymous)
    ground.tell("memory.all.anonymous", "bytes", ground.watch.anonymous)
    ground.tell("memory.all.with_pages", "bytes", ground.limit.peak())
    ground.tell("memory.major_faults", "faults", ground.limit.major_faults())


def measure_disk(ground: Ground, loaded: Loaded) -> None:
    """Tell what a year takes on the disk, part by part, and for one registration."""
    taken = sizes(ground.root)
    for name, size in taken.items():
        ground.tell(f"disk.{name}", "bytes", size)
        ground.tell(f"disk.{name}.each", "bytes/registration", size / loaded.registrations)
    rest = taken["catalogue"] - ground.limit.asked
    if ground.limit.asked:
        ground.tell("disk.catalogue_over_limit", "bytes", rest)


def measure_restarts(ground: Ground) -> None:
    """Tell how long a server takes to be ready: after a clean stop, and after all were killed."""
    with ground.serving() as seconds:
        ground.tell("restart.after_stop", "s", seconds)
        # Some more, so that what was killed had something under way.
        _register_one(ground)
        processes = killed(ground.supervisor())
        ground.tell("restart.killed", "processes", processes)
    with ground.serving() as seconds:
        ground.tell("restart.after_kill", "s", seconds)


def _register_one(ground: Ground) -> None:
    body = {
        "agency": ground.houses[0].code, "register": "den", "direction": "incoming",
        "subject": "Trước khi dừng", "symbol": "1/CV-CUOI",
    }  # fmt: skip
    headers = {"Idempotency_Key": "last", "Content_Type": "application/json"}
    asked = msgspec.json.encode(body)
    with Line(ground.address) as line:
        answered = line.ask(request("POST", "/v1/registrations", ground.bearer, asked, **headers))
    told(answered, 201)


def measure_check(ground: Ground) -> None:
    """Tell how long `vankho check` takes: what refers to what, and all bytes beside it."""
    for name, words in (("structure", ("--structure",)), ("whole", ())):
        ran = ground.command("check", *words)
        ground.tell(f"check.{name}.seconds", "s", ran.seconds)
        ground.tell(f"check.{name}.memory", "bytes", ran.peak)
        ground.tell(f"check.{name}.findings", "findings", ran.told["findings"], bar=WHOLE)


def measure_snapshot(ground: Ground) -> None:
    """Tell how long a snapshot of the catalogue takes, and how large it is."""
    _make_room(ground)
    layout, engine = _opened(ground.root)
    began = time.perf_counter()
    try:
        taken = take_snapshot(layout, engine, _stand(engine)["events"])
    finally:
        engine.close()
    ground.tell("snapshot.seconds", "s", time.perf_counter() - began)
    size = sum(path.stat().st_blocks * 512 for path in taken.iterdir())
    ground.tell("snapshot.size", "bytes", size)


def measure_rebuild(ground: Ground) -> None:
    """Tell how long the catalogue takes to be made anew, and that it is the same one."""
    _make_room(ground)
    before = _standing(ground.root)
    ran = ground.command("rebuild", "catalogue")
    after = _standing(ground.root)
    ground.tell("rebuild.seconds", "s", ran.seconds)
    ground.tell("rebuild.events", "events/s", ran.told["events"] / ran.told["event_seconds"])
    ground.tell("rebuild.records", "records/s", ran.told["records"] / ran.told["pack_seconds"])
    ground.tell("rebuild.memory", "bytes", ran.peak)
    differing = {name for name in before | after if before.get(name) != after.get(name)}
    sys.stderr.write(f"rebuilt: differing {sorted(differing)}\n" if differing else "")
    ground.tell("rebuild.differing_tables", "tables", len(differing), bar=WHOLE)
    ground.tell("rebuild.catalogue", "bytes", sizes(ground.root)["catalogue"])


def _make_room(ground: Ground) -> None:
    """Remove snapshots, which the disk was charged with already, where another copy has no room."""
    needed = ROOM * sizes(ground.root)["catalogue"]
    for snapshot in snapshots(Layout(ground.root)):
        if shutil.disk_usage(ground.root).free > needed:
            return
        shutil.rmtree(snapshot)
        sys.stderr.write(f"removed {snapshot.name}: no room for a copy of the catalogue\n")


def _opened(root: Path) -> tuple[Layout, LmdbEngine]:
    layout = Layout(root)
    return layout, LmdbEngine(
        layout.catalogue, tables=t.TABLE_NAMES, map_size=MAP_SIZE, readonly=True
    )


REBUILT = (*t.FROM_LOG, t.BLOBS, t.SEGMENTS, t.REVISIONS)
"""What the log and the packs tell."""


def _stand(engine: LmdbEngine) -> dict[str, Any]:
    with engine.reading() as txn:
        now = Reading(txn)
        mark = now.watermark()
        rows = {each.name: now.count(each) for each in REBUILT}
        return {**rows, "events": mark.sequence, "root": merkle.root(mark.peaks)}


def _standing(root: Path) -> dict[str, Any]:
    """How many rows each table has, and the root of the log's tree."""
    _, engine = _opened(root)
    try:
        return _stand(engine)
    finally:
        engine.close()


AFTER_SERVING: tuple[tuple[str, Callable[[Ground], None]], ...] = (
    ("restarts", measure_restarts),
    ("snapshot", measure_snapshot),
    ("check", measure_check),
    ("rebuild", measure_rebuild),
)
"""In an order in which none disturbs the next."""
