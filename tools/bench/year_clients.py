"""A client of the year bench, a process of its own: it stores and registers its share of the mix.

Its orders come as one JSON line on standard input. For each block of papers it has registered it
tells one JSON line on standard output. Every request that gets no certain answer is sent again
under the same key, as a careful client would.
"""

import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice

import msgspec

from repository.blobs.naming import name_of
from repository.model.ids import show_blob
from tools.bench.http_line import Answered, Line, LineBroken, request
from tools.bench.year_mix import Mix, Paper, houses

LINES_A_BATCH = 100
"""As docs/api.md advises: so long nobody else's document is numbered."""
TRIES = 8
PAUSE_SECONDS = 1.0


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What a client has to do."""

    address: str
    bearer: str
    agencies: int
    outgoing: int
    incoming: int
    today: date
    client: int
    """This client's place among *clients*: it takes every block of that place."""
    clients: int
    threads: int
    """Connections, each of which waits for its answer before it asks again."""
    block: int
    """Papers that are stored and registered together."""
    seconds: float
    """After so long no further block is begun; 0 = the whole share is done."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A block that is registered whole."""

    files: int
    file_bytes: int
    outgoing: int
    incoming: int
    again: int
    """Requests that were sent again."""
    agencies: dict[int, int]
    """Registrations by the place of the agency."""


class Refused(Exception):
    """The server answered what it must not."""


class _Paper(msgspec.Struct, frozen=True):
    symbol: str
    issuer: str


class _Line(msgspec.Struct, frozen=True):
    status: int
    document: _Paper | None = None


class _Action(msgspec.Struct, frozen=True):
    href: str


class _Actions(msgspec.Struct, frozen=True):
    upload: _Action | None = None


class _Object(msgspec.Struct, frozen=True):
    actions: _Actions | None = None


class _Transfers(msgspec.Struct, frozen=True):
    objects: tuple[_Object, ...]


class Client:
    """One connection and what it sends."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._houses = houses(orders.agencies)
        self._line: Line | None = None
        self.again = 0

    def block(self, papers: Sequence[Paper]) -> Done:
        """Store and register *papers* with all their receivers."""
        blobs = [show_blob(name_of((paper.content,))) for paper in papers]
        self._store(papers, blobs)
        outgoing = [self._outgoing(*each) for each in zip(papers, blobs, strict=True)]
        kept = self._register(f"di-{papers[0].number}", outgoing)
        incoming = [
            self._incoming(paper, blob, document, receiver)
            for paper, blob, document in zip(papers, blobs, kept, strict=True)
            for receiver in paper.receivers
        ]
        self._register(f"den-{papers[0].number}", incoming)
        again, self.again = self.again, 0
        return Done(
            files=len(papers),
            file_bytes=sum(len(paper.content) for paper in papers),
            outgoing=len(outgoing),
            incoming=len(incoming),
            again=again,
            agencies=_by_agency(papers),
        )

    def _store(self, papers: Sequence[Paper], blobs: Sequence[str]) -> None:
        objects = [
            {"id": blob, "size": len(paper.content)}
            for paper, blob in zip(papers, blobs, strict=True)
        ]
        asked = msgspec.json.encode({"operation": "upload", "objects": objects})
        answered = self._ask("POST", "/v1/blobs/batch", asked, Content_Type="application/json")
        told = msgspec.json.decode(answered.body, type=_Transfers)
        for paper, one in zip(papers, told.objects, strict=True):
            if one.actions and one.actions.upload:
                house = self._houses[paper.issuer]
                path = f"{one.actions.upload.href}?agency={house.code}"
                self._ask("PUT", path, paper.content)

    def _register(self, key: str, documents: Sequence[object]) -> list[_Paper]:
        """What was registered, batch by batch; raise `Refused` when a line was not."""
        found: list[_Paper] = []
        for at in range(0, len(documents), LINES_A_BATCH):
            some = documents[at : at + LINES_A_BATCH]
            answered = self._ask(
                "POST",
                "/v1/registrations:batch",
                b"\n".join(map(msgspec.json.encode, some)),
                Idempotency_Key=f"year-{key}-{at}",
                Content_Type="application/x-ndjson",
            )
            found += _registered(answered.body, len(some))
        return found

    def _outgoing(self, paper: Paper, blob: str) -> dict[str, object]:
        house = self._houses[paper.issuer]
        told = {"agency": house.code, "register": "di", "direction": "outgoing"}
        return {**told, **_described(paper, blob)}

    def _incoming(
        self, paper: Paper, blob: str, document: _Paper, receiver: int
    ) -> dict[str, object]:
        house = self._houses[receiver]
        told = {"agency": house.code, "register": "den", "direction": "incoming"}
        printed = {"symbol": document.symbol, "issuer": document.issuer}
        # What goes out bears the day of its number, for dates follow numbers; what comes in, any day.
        dated = {"issued": paper.issued.isoformat()}
        return {**told, **printed, **dated, **_described(paper, blob)}

    def _ask(self, method: str, path: str, body: bytes, **headers: str) -> Answered:
        """The good answer; raise `Refused` for another one, or when there is none at last."""
        asked = request(method, path, self._orders.bearer, body, **headers)
        for _ in range(TRIES):
            try:
                self._line = self._line or Line(self._orders.address)
                answered = self._line.ask(asked)
            except (OSError, LineBroken):
                self._line = None
            else:
                if answered.status in (200, 201):
                    return answered
                if answered.status != 503:
                    raise Refused(f"{method} {path}: {answered.status} {answered.body[:300]!r}")
            self.again += 1
            time.sleep(PAUSE_SECONDS)
        raise Refused(f"{method} {path}: no answer")


def _described(paper: Paper, blob: str) -> dict[str, object]:
    return {
        "kind": paper.kind,
        "subject": paper.subject,
        "components": [{"role": "main", "blob": blob, "name": paper.name}],
    }


def _registered(body: bytes, count: int) -> list[_Paper]:
    lines = [msgspec.json.decode(line, type=_Line) for line in body.splitlines() if line]
    found = [line.document for line in lines if line.status == 201 and line.document]
    if len(found) != count:
        raise Refused(f"{len(found)} of {count} registered: {body[:300]!r}")
    return found


def _by_agency(papers: Iterable[Paper]) -> dict[int, int]:
    counted: dict[int, int] = {}
    for paper in papers:
        for place in (paper.issuer, *paper.receivers):
            counted[place] = counted.get(place, 0) + 1
    return counted


def blocks(orders: Orders) -> Iterator[range]:
    """The blocks of this client."""
    every = range(0, orders.outgoing, orders.block)
    for first in islice(every, orders.client, None, orders.clients):
        yield range(first, min(first + orders.block, orders.outgoing))


def _until(every: Iterator[range], seconds: float) -> Iterator[range]:
    end = time.perf_counter() + seconds
    for block in every:
        if seconds and time.perf_counter() > end:
            return
        yield block


def main() -> None:
    """Do what the orders on standard input say."""
    orders = msgspec.json.decode(sys.stdin.buffer.readline(), type=Orders)
    mix = Mix(
        agencies=orders.agencies,
        outgoing=orders.outgoing,
        incoming=orders.incoming,
        today=orders.today,
    )
    turn, coming = threading.Lock(), _until(blocks(orders), orders.seconds)

    def work(_: int) -> None:
        client = Client(orders)
        while True:
            with turn:
                numbers = next(coming, None)
            if numbers is None:
                return
            done = client.block([mix.paper(number) for number in numbers])
            with turn:
                sys.stdout.buffer.write(msgspec.json.encode(done) + b"\n")
                sys.stdout.buffer.flush()

    with ThreadPoolExecutor(orders.threads) as pool:
        for _ in pool.map(work, range(orders.threads)):
            pass


if __name__ == "__main__":
    main()
