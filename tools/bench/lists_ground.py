"""What the lists bench stands on: a store in which a whole province lies, and desks in it."""

import contextlib
import io
import os
import shutil
import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

import msgspec

from api.app import create_app
from api.services import RULES, Limits, Services, tokens
from indexer.follower import IndexFollower
from indexer.tantivy_index import TantivyIndex
from repository.format import StoreOptions, create_store
from repository.holdings import Holdings
from repository.keeper import Rules
from repository.model.access import OPERATOR
from repository.model.ids import system_clock
from repository.watch import LogWatch
from tools.bench.frame import Bar, Emit, measured, seconds
from tools.bench.lists_sowing import (
    Derive,
    GiveAgain,
    Settle,
    Sow,
    Sowing,
    rounds_of,
    texts_of,
)
from tools.printing import PRINTERS

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

BENCH = "lists"
MAP_SIZE = 64 * 1024**3
AT_ONCE = 500
"""Documents of one command."""
ALONE = 20
"""Lines given one by one, to see how long the index takes for each."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How large a run is: a tenth of the province unless told otherwise."""

    scratch: Path
    """Where the store lies: the disk that is measured."""
    documents: int = 200_000
    people: int = 1_800
    agencies: int = 55
    texts: int = 1_000
    """Files with a text, over which the documents are spread."""
    lines: int = 2_000
    """Given once more, to see how the index follows."""
    rounds: int = 5
    requests: int = 200
    """Of one list in a round; the p95 of a round is one value."""

    def quick(self) -> "Options":
        """The same in seconds, to try the bench."""
        return msgspec.structs.replace(
            self, documents=1_000, people=120, agencies=6, texts=20, lines=50, rounds=2, requests=10
        )

    def full(self) -> "Options":
        """The whole province: two million documents, 18,000 people, 550 agencies."""
        return msgspec.structs.replace(self, documents=2_000_000, people=18_000, agencies=550)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Somebody of the largest agency before the application."""

    application: "WSGIApplication"
    bearer: str

    def get(self, path: str, **parameters: object) -> bytes:
        """The body of the answer; raise AssertionError unless it is a good one."""
        environ: dict[str, Any] = {
            "PATH_INFO": path,
            "QUERY_STRING": urlencode(parameters),
            "HTTP_AUTHORIZATION": f"Bearer {self.bearer}",
        }
        setup_testing_defaults(environ)
        told: list[str] = []

        def begin(status: str, _: list[tuple[str, str]], __: object = None) -> Callable[..., None]:
            told.append(status)
            return _ignored

        body = b"".join(self.application(environ, begin))
        if not told[0].startswith("200"):
            raise AssertionError(f"{path}: {told[0]} {body[:300]!r}")
        return body

    def look(self, path: str, **parameters: object) -> dict[str, Any]:
        """The same, read."""
        return msgspec.json.decode(self.get(path, **parameters), type=dict[str, Any])


def _ignored(_: bytes) -> None:
    """WSGI's way of writing from before 2003: nobody goes it."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Options, the province as it was sown, and the place for measures."""

    options: Options
    emit: Emit
    sowing: Sowing
    holdings: Holdings
    application: "WSGIApplication"

    def desk(self, login: str) -> Desk:
        """The desk of who signs in so."""
        asked = tokens.TokenAsked(label="bench", person=login)
        issued = tokens.issue(self.holdings.keeper, OPERATOR, asked, entropy=os.urandom)
        return Desk(application=self.application, bearer=issued.bearer)

    def tell(self, measure: str, unit: str, *values: float, bar: Bar | None = None) -> None:
        """Emit one measure of this bench."""
        self.emit(measured(BENCH, measure, unit, values, bar=bar))


@contextlib.contextmanager
def a_province(options: Options, emit: Emit) -> Generator[Ground]:
    """A store with all documents, people and lines, and an index that has followed."""
    root = options.scratch / BENCH
    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    sowing = Sowing(agencies=options.agencies, people=options.people)
    rules: Rules = {
        **RULES,
        Settle: sowing.settle,
        Derive: sowing.derive,
        Sow: sowing.sow,
        GiveAgain: sowing.give_again,
    }
    try:
        create_store(root, store=uuid.uuid4())
        kept = Holdings.open_alone(root, StoreOptions(map_size=MAP_SIZE, reserve=0), rules=rules)
        with kept as holdings, contextlib.closing(TantivyIndex(root / "index")) as index:
            application = create_app(_services(holdings, index))
            ground = Ground(
                options=options,
                emit=emit,
                sowing=sowing,
                holdings=holdings,
                application=application,
            )
            _sow(ground)
            _index(ground, index)
            yield ground
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _sow(ground: Ground) -> None:
    keeper, options = ground.holdings.keeper, ground.options

    def settle() -> None:
        for place in range(options.agencies):
            keeper.submit(Settle(caller=OPERATOR, place=place))

    def sow() -> None:
        for first, count in rounds_of(options.documents, AT_ONCE):
            keeper.submit(Sow(caller=OPERATOR, first=first, count=count))

    texts = ground.holdings.blobs.put_many(map(io.BytesIO, texts_of(options.texts)), batch=100)
    keeper.submit(Derive(caller=OPERATOR, texts=tuple(receipt.id for receipt in texts)))
    settled = seconds(settle)
    before = ground.sowing.events
    sown = seconds(sow)
    ground.tell("sown.settling", "s", settled)
    ground.tell("sown.rate", "events/s", (ground.sowing.events - before) / sown)
    ground.tell("sown.documents", "documents", options.documents)
    ground.tell("sown.people", "people", ground.sowing.people)
    share = len(ground.sowing.documents) / options.documents
    ground.tell("sown.largest", "share", share, bar=Bar(least=0.1))


def _index(ground: Ground, index: TantivyIndex) -> None:
    follower = IndexFollower(ground.holdings, index)
    taken = seconds(partial(_drain, follower))
    ground.tell("indexed.rate", "documents/s", ground.options.documents / taken)
    keeper, many = ground.holdings.keeper, ground.options.lines
    for first, count in rounds_of(many, AT_ONCE):
        keeper.submit(GiveAgain(caller=OPERATOR, first=first, count=count))
    again = seconds(partial(_drain, follower))
    ground.tell("lines.followed", "lines/s", many / again)
    alone = [_followed(ground, follower, many + n) for n in range(ALONE)]
    ground.tell("lines.one", "ms", *alone)


def _followed(ground: Ground, follower: IndexFollower, nth: int) -> float:
    """Milliseconds in which the index follows one line."""
    ground.holdings.keeper.submit(GiveAgain(caller=OPERATOR, first=nth, count=1))
    return 1000 * seconds(partial(_drain, follower))


def _drain(follower: IndexFollower) -> None:
    while follower.step():
        pass


def _services(holdings: Holdings, index: TantivyIndex) -> Services:
    return Services(
        holdings=holdings,
        index=index,
        clock=system_clock,
        entropy=os.urandom,
        limits=Limits(),
        watch=LogWatch(holdings.last_event, places=1),
        note=None,
        printers=PRINTERS,
    )
