"""An open store as its standby reads it: the `Source` that stands behind the wire."""

import uuid

from repository.blobs.pack_io import PackIO
from repository.catalogue.nodes import term_of
from repository.format import FORMAT, identify
from repository.holdings import Holdings
from repository.log.frame import write_frame
from repository.nodes.source import EVENTS_BYTES, PIECE_BYTES, PackAt, PackGone, Position
from repository.upkeep.covering import look


class OpenStore:
    """A store that is open, also while it is being written to."""

    def __init__(self, holdings: Holdings) -> None:
        """Raise `NoShelves` for a store in memory."""
        self._holdings = holdings
        self._shelves = holdings.shelves

    @property
    def _packs(self) -> PackIO:
        return self._shelves.packs

    @property
    def _store(self) -> uuid.UUID:
        return identify(self._shelves.layout.root).store

    def position(self, followed: int = 0) -> Position:
        del followed  # whoever serves it has noted that
        with self._holdings.reading() as now:
            term = term_of(now)
        at = self._shelves.clock()
        seen = look(self._holdings)
        return Position(
            store=self._store,
            format=FORMAT,
            term=term,
            events=seen.at.size,
            root=seen.at.root,
            at=round(at.timestamp() * 1_000_000),
            packs=tuple(
                PackAt(number=one.number, sealed=one.sealed, size=one.size) for one in seen.packs
            ),
        )

    def pack(self, pack: PackAt, offset: int) -> bytes:
        try:
            return self._packs.pread(
                pack.name, offset, max(0, min(PIECE_BYTES, pack.size - offset))
            )
        except FileNotFoundError:
            raise PackGone(pack=pack.name) from None

    def events(self, after: int, upto: int) -> bytes:
        frames: list[bytes] = []
        size = 0
        for read in self._holdings.events(after):
            if read.sequence > upto:
                break
            frames.append(
                write_frame(read.sequence, read.canonical, read.particulars, more=read.more)
            )
            size += len(frames[-1])
            if size >= EVENTS_BYTES and not read.more:
                break
        return b"".join(frames)
