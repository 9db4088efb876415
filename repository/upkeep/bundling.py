"""What an agency that leaves brings along, gathered from this node's log and catalogue."""

from collections.abc import Iterator
from itertools import islice
from typing import IO, BinaryIO, NamedTuple, cast

from repository.catalogue import tables as t
from repository.holdings import Holdings
from repository.log.bundle import Brought, BundleManifest, BundleWriter
from repository.log.frame import Read
from repository.model import events as e
from repository.model.agencies import Agency
from repository.model.ids import AgencyId, BlobId, PersonId
from repository.model.moves import Home
from repository.model.nodes import NodeName
from repository.upkeep.travelling import concerns

EVENTS_A_LOOK = 2000
ROWS_A_LOOK = 5000
_HOLDS = (e.HoldPlaced, e.HoldLifted)


class Head(NamedTuple):
    """The log at one size."""

    size: int
    root: bytes
    note: str
    """Signed, where the log has a key."""


def write_bundle(
    file: IO[bytes], holdings: Holdings, source: NodeName, agency: Agency, home: Home, head: Head
) -> BundleManifest:
    """Write what *agency*, which is leaving, brings to the empty *file*.

    People come first, once each as they stand; then all else in the order of the log; then holds, for what
    they hold has to be there before.
    """
    writer = BundleWriter(cast("BinaryIO", file))
    people: dict[PersonId, Read] = {}
    holds: list[Read] = []
    for read in _concerning(holdings, agency.id):
        if isinstance(read.event.body, e.PersonEntered):
            people[read.event.body.id] = read
        elif isinstance(read.event.body, _HOLDS):
            holds.append(read)
    for read in people.values():
        writer.add(read)
    for read in _concerning(holdings, agency.id):
        if not isinstance(read.event.body, (e.PersonEntered, *_HOLDS)):
            writer.add(read)
    for read in holds:
        writer.add(read)
    with holdings.reading() as now:
        events = now.get(t.AGENCY_SEQUENCES, agency.id) or 0
    manifest = BundleManifest(
        move=home.move,
        hop=home.hop,
        agency=agency.id,
        code=agency.code,
        name=agency.name,
        source=source,
        target=home.node,
        store=holdings.store,
        size=head.size,
        root=head.root.hex(),
        note=head.note,
        items=writer.items,
        events=events,
        brought=tuple(_brought(holdings, agency.id)),
    )
    writer.finish(manifest)
    return manifest


def _concerning(holdings: Holdings, agency: AgencyId) -> Iterator[Read]:
    """The events of *agency*, and those of the node itself that concern it, in the order of the log."""
    coming = holdings.events(0)
    while some := list(islice(coming, EVENTS_A_LOOK)):
        with holdings.reading() as now:
            found = [
                read
                for read in some
                if read.event.agency == agency
                or (not read.event.agency and concerns(now, agency, read.event.body))
            ]
        yield from found


def _brought(holdings: Holdings, agency: AgencyId) -> Iterator[Brought]:
    """Files that the agency brought and that no document of it holds yet."""
    start = b""
    while True:
        with holdings.reading() as now:
            rows = now.raw(t.GRANTS, start, ROWS_A_LOOK)
            for key, kept in rows:
                blob = BlobId(key[:32])
                theirs = key[32:].rstrip(b"\0") == agency.encode()
                if theirs and not now.held(blob, agency) and now.stored(blob):
                    yield Brought(blob.hex(), t.GRANTS.decode(kept))
        if len(rows) < ROWS_A_LOOK:
            return
        start = rows[-1][0] + b"\0"
