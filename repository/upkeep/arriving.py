"""An agency arrives at this office node: looked at, claimed, taken in, at home.

Before the claim everything is looked at and nothing is changed. After it there is no way back, and every step
may be done again, by another process, after a crash in any of them. What is taken in stands in this
node's own log: its catalogue is rebuilt from that alone.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO, cast

import msgspec

from repository.blobs.ledger import planned_anew
from repository.blobs.media import NAMES
from repository.blobs.remote import RemoteStore
from repository.blobs.store_node import MAX_HELD, HeldBlob
from repository.catalogue.fates import Fates
from repository.catalogue.homes import home_of
from repository.catalogue.nodes import term_of
from repository.elsewhere import NoteElsewhere, row_elsewhere
from repository.holdings import Holdings
from repository.landing import NODE
from repository.log.bundle import BundleManifest, read_items, read_manifest
from repository.log.frame import Read, write_frame
from repository.model import events as e
from repository.model.access import OPERATOR
from repository.model.blobs import pack_row
from repository.model.ids import BlobId, show_blob
from repository.model.moves import (
    Act,
    AgencyAtHome,
    BundleUnfit,
    HomeState,
    Move,
    NothingOffered,
    OfferState,
)
from repository.model.references import blobs_needed
from repository.moving import (
    ITEMS_A_COMMAND,
    BeginArrival,
    EndArrival,
    RefuseArrival,
    TakeOver,
)
from repository.upkeep.examining import Looking
from repository.upkeep.leaving import Desk, epoch_at_work

BYTES_A_COMMAND = 1024 * 1024
"""Of frames in one command: their rows have to fit into the map that a keeper leaves free."""
_MEDIA = {name: media for media, name in NAMES.items()}


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What an agency brings, and how far its arrival has come."""

    agency: str
    """Its code."""
    source: str
    move: str
    state: str
    """`offered`, `arriving`, or `here`."""
    events: int = 0
    """Of the agency."""
    items: int = 0
    """Events in the bundle."""
    size: int = 0
    """Bytes of the bundle."""
    people_known: tuple[str, ...] = ()
    """Logins of people who are known here by another identifier: they are the same people."""
    missing: tuple[str, ...] = ()
    """Files that the store node does not keep for the source any more."""
    passed_over: dict[str, int] = {}
    """What the bundle says that is not the agency's to say here, by the tags of events."""


def offered(desk: Desk, code: str) -> Move:
    """The agency *code* as it is offered to this node, or was claimed by it; raise `NothingOffered`."""
    found = [move for move in desk.moves.overview().moves if _is_meant(desk, move, code)]
    move = max(found, key=lambda one: one.hop, default=None)
    if move is None:
        raise NothingOffered(agency=code)
    return move


def _is_meant(desk: Desk, move: Move, code: str) -> bool:
    states = (OfferState.OFFERED, OfferState.CLAIMED)
    return move.target == desk.name and move.code == code and move.state in states


def _is_here(holdings: Holdings, move: Move) -> bool:
    with holdings.reading() as now:
        home = home_of(now, move.agency)
    return home is not None and home.state is HomeState.HERE and home.hop >= move.hop


def _tell_again(holdings: Holdings, desk: Desk, move: Move) -> None:
    """What a crash behind the last step may have left, or a store node have forgotten."""
    if move.state is OfferState.OFFERED:
        desk.moves.turn(Act.CLAIM, move, epoch=epoch_at_work(holdings))
    _leave_to_the_collector(holdings, move.bundle)


def refuse(holdings: Holdings, desk: Desk, code: str) -> Move:
    """Never take in what is offered now: then the source may keep it. Raise as `offered`, or `MoveOver`."""
    move = offered(desk, code)
    command = RefuseArrival(caller=OPERATOR, agency=move.agency, move=move.id)
    holdings.keeper.submit(command)
    turned = desk.moves.turn(Act.REFUSE, move, epoch=epoch_at_work(holdings))
    _let_go(_remote(holdings), move.bundle)
    return turned


def arrive(
    holdings: Holdings,
    desk: Desk,
    code: str,
    *,
    address: str = "",
    rehearsal: bool = False,
    told: Callable[[int], object] = lambda _: None,
) -> Arrival:
    """Let the agency *code*, which is offered to this node, be at home here; called again, it goes on.

    *address* is that at which people reach this node; *told* hears how many items have been taken in.
    With *rehearsal* only look. Raise `NothingOffered`, `AgencyAtHome`, `BundleUnfit` or `ArrivalClashes` while nothing has
    been done yet, and what befalls the store node.
    """
    move = offered(desk, code)
    if _is_here(holdings, move):
        _tell_again(holdings, desk, move)
        raise AgencyAtHome(agency=code)
    with _bundle(holdings, move) as (file, manifest):
        arrival = _looked_at(holdings, move, file, manifest)
        told_of = _announced(move, manifest)
        begin = BeginArrival(caller=OPERATOR, told=told_of, rehearsal=True)
        holdings.keeper.submit(begin)
        if rehearsal:
            return arrival
        claim = msgspec.structs.replace(move, address=address or move.address)
        epoch = epoch_at_work(holdings)
        move = desk.moves.turn(Act.CLAIM, claim, epoch=epoch)
        holdings.keeper.submit(msgspec.structs.replace(begin, epoch=epoch, rehearsal=False))
        taking = _Arriving(holdings, desk, move, manifest)
        taking.bring_files()
        taking.take_in(file, told)
    end = EndArrival(caller=OPERATOR, agency=move.agency, move=move.id)
    home = holdings.keeper.submit(end)
    _leave_to_the_collector(holdings, move.bundle)
    return msgspec.structs.replace(
        arrival,
        state=home.state.value,
        missing=tuple(show_blob(blob) for blob in sorted(taking.missing)),
        passed_over=dict(taking.passed_over),
    )


# Looking.


@contextmanager
def _bundle(holdings: Holdings, move: Move) -> Generator[tuple[BinaryIO, BundleManifest]]:
    """The bundle of *move* as a file on this node's disk, its bytes compared with its name."""
    with holdings.reading() as now:
        home = home_of(now, move.agency)
    begun = home is not None and home.state is HomeState.ARRIVING and home.move == move.id
    blob = home.bundle if begun and home else move.bundle
    with tempfile.TemporaryFile(dir=holdings.shelves.layout.local) as copy:
        file = cast("BinaryIO", copy)
        for piece in holdings.blobs.chunks(blob):
            file.write(piece)
        manifest = read_manifest(file)
        meant = (move.id, move.agency, move.source, move.target, move.hop)
        said = (manifest.move, manifest.agency, manifest.source, manifest.target, manifest.hop)
        if meant != said:
            raise BundleUnfit(why="of another move")
        yield file, manifest


def _looked_at(holdings: Holdings, move: Move, file: BinaryIO, manifest: BundleManifest) -> Arrival:
    """Go through the whole bundle without changing anything; raise `BundleUnfit` or `ArrivalClashes`."""
    looking = Looking(move, manifest)
    coming = read_items(file, manifest)
    while some := list(islice(coming, ITEMS_A_COMMAND)):
        with holdings.reading() as now:
            for read in some:
                looking.look(now, read)
    looking.end()
    with holdings.reading() as now:
        home = home_of(now, move.agency)
    arriving = home is not None and home.state is HomeState.ARRIVING
    return Arrival(
        agency=move.code,
        source=move.source,
        move=move.id,
        state=HomeState.ARRIVING.value if arriving else OfferState.OFFERED.value,
        events=manifest.events,
        items=manifest.items,
        size=file.seek(0, 2),
        people_known=tuple(looking.people_known),
    )


def _announced(move: Move, manifest: BundleManifest) -> e.AgencyArriving:
    return e.AgencyArriving(
        move=move.id,
        agency=move.agency,
        code=manifest.code,
        name=manifest.name,
        source=move.source,
        hop=move.hop,
        store=manifest.store.bytes,
        size=manifest.size,
        root=bytes.fromhex(manifest.root),
        note=manifest.note,
        bundle=move.bundle,
        items=manifest.items,
    )


# Taking in.


class _Arriving:
    """Takes in what an agency brings that this node has claimed."""

    def __init__(
        self, holdings: Holdings, desk: Desk, move: Move, manifest: BundleManifest
    ) -> None:
        self._holdings = holdings
        self._desk = desk
        self._move = move
        self._manifest = manifest
        self.missing: set[BlobId] = set()
        self.passed_over: Counter[str] = Counter()

    def bring_files(self) -> None:
        """What the agency brought and has not registered yet is this node's to keep, too."""
        brought = [BlobId(bytes.fromhex(one.blob)) for one in self._manifest.brought]
        for at in range(0, len(brought), MAX_HELD):
            some = brought[at : at + MAX_HELD]
            planned_anew(lambda some=some: self._keep(some))

    def take_in(self, file: BinaryIO, told: Callable[[int], object]) -> None:
        """Take in all items, in order; what was taken in before is passed over."""
        with self._holdings.reading() as now:
            home = home_of(now, self._move.agency)
        taken = home.taken if home else 0
        coming = islice(read_items(file, self._manifest), taken, None)
        for some in _batches(coming):
            taken = planned_anew(lambda some=some, first=taken: self._take(some, first))
            told(taken)

    def _take(self, some: Sequence[Read], first: int) -> int:
        """Have the files kept for this node that *some* need, then take them over."""
        self._keep([blob for read in some for blob in blobs_needed(read.event.body)])
        frames = tuple(write_frame(one.sequence, one.canonical, one.particulars) for one in some)
        command = TakeOver(
            caller=OPERATOR,
            agency=self._move.agency,
            move=self._move.id,
            first=first,
            frames=frames,
            missing=tuple(self.missing),
        )
        taken = self._holdings.keeper.submit(command)
        self.passed_over.update(taken.passed_over)
        return taken.taken

    def _keep(self, blobs: Iterable[BlobId]) -> None:
        wanted = self._lacking(dict.fromkeys(blobs))
        for at in range(0, len(wanted), MAX_HELD):
            self._note(wanted[at : at + MAX_HELD])

    def _lacking(self, blobs: Iterable[BlobId]) -> list[BlobId]:
        with self._holdings.reading() as now:
            fates = Fates(now)
            return [blob for blob in blobs if now.row(blob) is None or fates.leaving(blob)]

    def _note(self, blobs: list[BlobId]) -> None:
        """Take custody of *blobs* and enter them; raise `BlobWentAway` where one was let go of just now."""
        epoch = epoch_at_work(self._holdings)
        there = self._desk.moves.take(self._move.id, blobs, epoch=epoch)
        held = _remote(self._holdings).held(there) if there else []
        self.missing.update(set(blobs) - {one.id for one in held})
        with self._holdings.reading() as now:
            term = term_of(now).number
        command = NoteElsewhere(
            caller=NODE,
            rows=tuple((one.id, _row(one)) for one in held),
            term=term,
            stamps=tuple(one.stamp for one in held),
            grants=tuple((one.id, self._move.agency) for one in held),
        )
        self._holdings.keeper.submit(command)


def _batches(coming: Iterator[Read]) -> Iterator[list[Read]]:
    some: list[Read] = []
    size = 0
    for read in coming:
        some.append(read)
        size += read.length
        if len(some) == ITEMS_A_COMMAND or size >= BYTES_A_COMMAND:
            yield some
            some, size = [], 0
    if some:
        yield some


def _row(one: HeldBlob) -> bytes:
    row = row_elsewhere(
        length=one.size, media=_MEDIA[one.media_type], crc32=one.crc32, sha256=one.sha256
    )
    return pack_row(row)


def _remote(holdings: Holdings) -> RemoteStore:
    """The files of an office node; nothing else takes an agency in."""
    store = holdings.blobs
    if not isinstance(store, RemoteStore):
        raise BundleUnfit(why="no office node")
    return store


def _leave_to_the_collector(holdings: Holdings, bundle: BlobId) -> None:
    """The bundle is a file that nobody needs: it is kept for a grace, should this node be restored."""
    held = _remote(holdings).held([bundle])
    with holdings.reading() as now:
        term = term_of(now).number
    if held:
        rows = ((bundle, _row(held[0])),)
        note = NoteElsewhere(caller=NODE, rows=rows, term=term, stamps=(held[0].stamp,))
        holdings.keeper.submit(note)


def _let_go(store: RemoteStore, bundle: BlobId) -> None:
    """A bundle that is not taken in is none of this node's files."""
    held = store.held([bundle])
    if held:
        store.release([(bundle, held[0].stamp)])
