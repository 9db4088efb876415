"""What the existence bench stands on: a served store of one agency, and a stranger from another."""

import contextlib
import io
import os
import shutil
import time
import uuid
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec

from api.services import RULES, tokens
from api.services.paper import ComponentGiven, Registration
from repository.blobs.address import digest_of
from repository.format import StoreOptions, create_store
from repository.holdings import Holdings
from repository.landing import NODE, LandBlobs
from repository.model.access import OPERATOR, Right
from repository.model.documents import ComponentRole
from repository.model.ids import BlobId, show_blob
from repository.model.registers import Direction
from tools.bench.existence_line import TimedLine
from tools.bench.existence_papers import Pair, pairs_of
from tools.bench.frame import Bar, Emit, measured
from tools.bench.http_line import request
from tools.bench.telling import Area
from tools.demo.serving import started
from tools.ingest.intake import StoreIntake

BENCH = "existence"
OWNER, STRANGER = "H20.14", "H20.15"
"""Who has the files, and who would like to know."""
GRANTS_AT_ONCE = 1000
QUIET_SECONDS = 120
"""So long the followers may take to come to rest before anything is measured."""
_SETTINGS = "[serve]\nworkers = 2\nthreads = 8\n"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How large a run is."""

    scratch: Path
    """Where the store lies."""
    pairs: int = 2000
    """A fifth of them of each kind."""
    seed: int = 20

    def quick(self) -> "Options":
        """The same in seconds: it finds answers that differ, of times it can say nothing."""
        return msgspec.structs.replace(self, pairs=100)

    def full(self) -> "Options":
        """The same with so many pairs that even one kind alone tells small differences."""
        return msgspec.structs.replace(self, pairs=10_000)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Options, the running server, and the place for measures."""

    options: Options
    emit: Emit
    root: Path
    address: str
    bearer: str
    """The stranger's."""

    def pairs(self) -> Iterable[Pair]:
        """The files, in the order in which they are tried."""
        return pairs_of(self.options.pairs, self.options.seed)

    def line(self) -> TimedLine:
        """A connection of its own."""
        return TimedLine(self.address)

    def asking(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        """The bytes of a request by the stranger; of one request id, which answers give back."""
        return request(method, path, self.bearer, body, X_Request_Id=BENCH, **headers)

    def tell(self, measure: str, unit: str, value: float, bar: Bar | None = None) -> None:
        """Emit one measure of this bench."""
        self.emit(measured(BENCH, measure, unit, [value], bar=bar))

    def tell_area(
        self, measure: str, found: Area, bar: Bar | None = None, *, few: bool = False
    ) -> None:
        """Emit an area under the curve; its 95 % interval stands in the place of quartiles.

        Of *few* pairs, chance alone brings an area over a bar now and then: there the bar is held
        against the lower end of the interval.
        """
        told = measured(BENCH, measure, "AUC", [found.value], bar=bar)
        holds = bar.holds(found.low if few else told.value) if bar else None
        told = msgspec.structs.replace(told, quartiles=(found.low, found.high), holds=holds)
        self.emit(told)


@contextlib.contextmanager
def a_neighbour(options: Options, emit: Emit) -> Generator[Ground]:
    """A served store in which `OWNER` holds the known half of all pairs, sealed as old files are."""
    root = options.scratch / "existence"
    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    try:
        create_store(root, store=uuid.uuid4())
        (root / "vankho.toml").write_text(_SETTINGS, encoding="utf-8")
        stranger, overseer = _filled(root, options)
        with started(root, port=0) as address:
            _await_rest(address, overseer)
            yield Ground(options=options, emit=emit, root=root, address=address, bearer=stranger)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _filled(root: Path, options: Options) -> tuple[str, str]:
    """Store the known files; return the stranger's token, and one that reads everything."""
    with Holdings.open_alone(root, StoreOptions(), rules=RULES) as holdings:
        intake = StoreIntake(holdings, OPERATOR, batch=1)
        for code in (OWNER, STRANGER):
            intake.declare(code, "den", Direction.INCOMING)
        _store(holdings, options)
        _register(intake, options)
        holdings.seal()
        stranger = tokens.TokenAsked(
            label="stranger", rights=(Right.READ, Right.WRITE), agencies=(STRANGER,)
        )
        overseer = tokens.TokenAsked(label="overseer", rights=(Right.READ,), every_agency=True)
        issued = [
            tokens.issue(holdings.keeper, OPERATOR, asked, entropy=os.urandom).bearer
            for asked in (stranger, overseer)
        ]
    return issued[0], issued[1]


def _store(holdings: Holdings, options: Options) -> None:
    """Let `OWNER` have brought what is known."""
    with holdings.reading() as now:
        owner = now.agency_by_code(OWNER)
    if owner is None:
        raise LookupError(OWNER)
    pairs = pairs_of(options.pairs, options.seed)
    streams = (io.BytesIO(content) for pair in pairs for content in pair.stored)
    grants = tuple((receipt.id, owner.id) for receipt in holdings.blobs.put_many(streams))
    for first in range(0, len(grants), GRANTS_AT_ONCE):
        some = grants[first : first + GRANTS_AT_ONCE]
        holdings.keeper.submit(LandBlobs(caller=NODE, pack=0, watermark=0, grants=some))


def _register(intake: StoreIntake, options: Options) -> None:
    """Let known files be parts of documents: many at once, so that they share syncs."""
    keys = (
        (name_of(pair.known), f"{number}-{copy}")
        for number, pair in enumerate(pairs_of(options.pairs, options.seed))
        for copy in range(pair.holders)
    )

    def register(told: tuple[str, str]) -> None:
        intake.register(_registration(*told), told[1])

    with ThreadPoolExecutor(16) as clerks:
        for _ in clerks.map(register, keys):
            pass


def _registration(name: str, key: str) -> Registration:
    return Registration(
        agency=OWNER,
        register="den",
        direction=Direction.INCOMING,
        subject="Về việc rà soát hộ tịch",
        symbol=f"{key}/CV",
        issued="2026-01-05",
        issuer="UBND tỉnh",
        components=(ComponentGiven(role=ComponentRole.MAIN, blob=name, name="cv.bin"),),
    )


def name_of(content: bytes) -> str:
    """The name of *content* as it stands in addresses."""
    return show_blob(BlobId(digest_of(content)))


def _await_rest(address: str, overseer: str) -> None:
    """Return once no follower has anything left to do."""
    until = time.monotonic() + QUIET_SECONDS
    with TimedLine(address) as line:
        while time.monotonic() < until:
            figures = line.ask(request("GET", "/metrics", overseer)).body.decode()
            lags = [row for row in figures.splitlines() if row.startswith("vankho_lag_events{")]
            if lags and all(float(row.rsplit(" ", 1)[1]) == 0 for row in lags):
                return
            time.sleep(0.2)
    raise TimeoutError("the followers do not come to rest")
