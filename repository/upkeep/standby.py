"""The standby (nút kho dự phòng) of a store node: it follows by pulling, until somebody promotes it.

One *round* brings it to one position: packs first, then the log's events, then the root is compared
and the position noted. Whatever is cut, what lies here holds the position noted last. The copy lies in
`standby/` within the folder, so that nobody takes it for a store before it is promoted (ADR 21).
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack import HEADER_BYTES, PackBroken, number_of, walk
from repository.blobs.pack_io import PackFile
from repository.blobs.placement import COPYING, sound_digest
from repository.blobs.transfer import Told
from repository.errors import Kind, Trouble
from repository.format import (
    FORMAT,
    FORMAT_FILE,
    FormatUnknown,
    Layout,
    StoreNotEmpty,
    create_store,
    identify,
)
from repository.keeping import locked
from repository.log.event_log import EventLog
from repository.log.frame import Read, read_frame
from repository.model import events as e
from repository.model import merkle
from repository.model.ids import Clock
from repository.model.terms import StoreNodeReplaced, Term
from repository.nodes.source import PackAt, PackGone, Position, Source

WORK = "standby"
NOTE = "followed.json"
COMING = "coming"
"""In the name of a pack that is on its way: it is none yet."""
LOOKS = 20
"""So often packs may be sealed away before they are brought; what was brought is not brought again."""
Frames = list[tuple[bytes, bytes, bool]]


class SourceUnlike(Trouble):
    """What lies in {folder} is no earlier state of that store node ({why}); begin in an empty folder."""

    kind = Kind.CONFLICT
    vietnamese = (
        "Bản ở {folder} không phải trạng thái trước của nút kho đó ({why}); "
        "hãy bắt đầu trong thư mục trống."
    )


class SourceDamaged(Trouble):
    """What the store node sends of {what} is not whole ({why}); it is asked for again."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Phần {what} nút kho gửi không toàn vẹn ({why}); sẽ hỏi lại."


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """The position that the copy holds."""

    source: str
    """The store node's address."""
    term: Term
    events: int
    root: str
    """Hex."""
    looked: int
    """When the store node was asked, by this machine's clock: microseconds since 1970-01-01 UTC.

    Whatever was acknowledged before is here.
    """


class Round(NamedTuple):
    """What one round brought."""

    position: Followed
    packs: int
    """New, or longer than before."""
    size: int
    """Bytes of packs and events."""
    events: int


def followed(folder: Path) -> Followed | None:
    """The position that the standby in *folder* holds; None when no round was finished yet."""
    try:
        return msgspec.json.decode((folder / WORK / NOTE).read_bytes(), type=Followed)
    except FileNotFoundError:
        return None


class Standby:
    """A standby's folder, held by this process."""

    def __init__(
        self, folder: Path, source: Source, *, address: str, clock: Clock, told: Told
    ) -> None:
        """*told* hears of bytes. Raise `StoreNotEmpty`, `SourceUnlike`, `StoreLocked`, `FormatUnknown`."""
        self._folder = folder
        self._source = source
        self._address = address
        self._clock = clock
        self._told = told
        self._through = 0
        """The event up to which this process has followed, with nothing older left on the disk."""
        with ExitStack() as closing:
            self._layout = _prepared(folder, source)
            closing.enter_context(locked(self._layout))
            leave_out_unfinished(self._layout)
            self._packs = LocalPackIO(self._layout.packs)
            closing.callback(self._packs.close)
            self._log = EventLog(LocalPackIO(self._layout.log), identify(self._layout.root).store)
            closing.callback(self._log.close)
            self._growing: dict[str, PackFile] = {}
            closing.callback(self._let_go)
            self._size, self._peaks = self._whole_log()
            self._closing = closing.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def round(self) -> Round:
        """Come up to where the store node stands now.

        Raise `StoreNodeUnreachable`, `SourceDamaged` or `SourceUnlike`; then the position noted
        before still holds.
        """
        for _ in range(LOOKS):
            looked = round(self._clock().timestamp() * 1_000_000)
            position = self._source.position(self._through)
            self._require_later(position)
            try:
                return self._brought(position, looked)
            except PackGone:
                continue
        raise SourceDamaged(what="packs", why=f"replaced {LOOKS} times while they were brought")

    def _brought(self, position: Position, looked: int) -> Round:
        changed = [self._bring(pack) for pack in position.packs]
        before = self._size
        size = sum(changed) + sum(self._events(position))
        if (self._size, merkle.root(self._peaks)) != (position.events, position.root):
            raise SourceUnlike(folder=self._folder, why=f"the root at event {position.events}")
        noted = Followed(
            source=self._address,
            term=position.term,
            events=position.events,
            root=position.root.hex(),
            looked=looked,
        )
        self._note(noted)
        self._leave_out(position)
        self._through = position.events
        return Round(noted, sum(map(bool, changed)), size, self._size - before)

    def _require_later(self, position: Position) -> None:
        if position.format != FORMAT:
            raise FormatUnknown(folder=self._address, found=position.format, known=FORMAT)
        if position.store != identify(self._layout.root).store:
            raise SourceUnlike(folder=self._folder, why=f"store {position.store}")
        before = followed(self._folder)
        if before and position.term.number < before.term.number:
            raise StoreNodeReplaced(term=before.term.number)
        if position.events < self._size:
            raise SourceUnlike(folder=self._folder, why=f"it ends at event {position.events}")

    # Packs.

    def _bring(self, pack: PackAt) -> int:
        """Bring what is new of *pack*; how many bytes."""
        here = self._packs.size(pack.name) if pack.name in self._packs.names() else 0
        if here >= pack.size:
            return 0
        if pack.sealed:
            return self._whole(pack)
        file = self._growing.get(pack.name) or self._resumed(pack)
        return self._grown(pack, file)

    def _whole(self, pack: PackAt) -> int:
        """Bring a sealed pack, or once more one that was overwritten; the old one stays until then."""
        stem, _, ending = pack.name.partition(".")
        temporary = f"{stem}.{COMING}.{ending}"
        self._packs.remove(temporary)
        file = self._packs.create(temporary)
        try:
            self._fill(pack, file)
            file.sync()
        finally:
            file.close()
        if pack.sealed:
            self._require_sound(temporary)
        if old := self._growing.pop(pack.name, None):
            old.close()
        self._packs.replace(temporary, pack.name)
        return pack.size

    def _require_sound(self, name: str) -> None:
        """Raise `SourceDamaged` unless what was brought is what its foot says."""
        try:
            sound_digest(self._packs, name)
        except PackBroken as broken:
            self._packs.remove(name)
            raise SourceDamaged(what=name, why=broken.sentence) from broken

    def _resumed(self, pack: PackAt) -> PackFile:
        """An open pack, to go on behind the last record that is whole here."""
        if pack.name not in self._packs.names():
            return self._packs.create(pack.name)
        upto = HEADER_BYTES if self._packs.size(pack.name) >= HEADER_BYTES else 0
        for placed in walk(self._packs, pack.name, start=0, whole=True):
            upto = placed.offset + placed.record.total
        return self._packs.resumed(pack.name, upto)

    def _grown(self, pack: PackAt, file: PackFile) -> int:
        self._growing[pack.name] = file
        begun = file.size
        self._fill(pack, file)
        file.sync()
        reached = begun
        for placed in walk(self._packs, pack.name, start=begun, whole=False):
            reached = placed.offset + placed.record.total
        if reached != pack.size:
            self._growing.pop(pack.name).close()  # where it is whole is looked for anew
            raise SourceDamaged(what=pack.name, why=f"it cannot be read on from byte {reached}")
        return pack.size - begun

    def _fill(self, pack: PackAt, file: PackFile) -> None:
        while file.size < pack.size:
            piece = self._source.pack(pack, file.size)
            if not piece:
                raise SourceDamaged(what=pack.name, why="it is shorter than was told")
            file.append([piece])
            self._told(len(piece))

    def _leave_out(self, position: Position) -> None:
        """Take packs away that were sealed, compacted or rewritten into others."""
        wanted = {pack.name for pack in position.packs}
        for name in self._packs.names():
            if name not in wanted:
                if growing := self._growing.pop(name, None):
                    growing.close()
                self._packs.remove(name)

    def _let_go(self) -> None:
        for file in self._growing.values():
            file.close()

    # The log.

    def _events(self, position: Position) -> Iterator[int]:
        while self._size < position.events:
            kept = self._source.events(self._size, position.events)
            read = self._read(kept)
            self._bring_anew(read, position)
            frames: Frames = [(one.canonical, one.particulars, one.more) for one in read]
            self._log.append(self._size + 1, frames)
            for one in read:
                self._enter(one)
            self._told(len(kept))
            yield len(kept)

    def _read(self, kept: bytes) -> list[Read]:
        """The events in *kept*: whole commands, in order, behind what is here."""
        found: list[Read] = []
        rest = memoryview(kept)
        while rest:
            one = read_frame(rest)
            if one is None or one.sequence != self._size + len(found) + 1:
                break
            found.append(one)
            rest = rest[one.length :]
        if rest or not found or found[-1].more:
            raise SourceDamaged(what="log", why=f"event {self._size + len(found) + 1}")
        return found

    def _bring_anew(self, events: list[Read], position: Position) -> None:
        """Packs in which bytes were destroyed, before the event is here that says it is done."""
        bodies = [one.event.body for one in events]
        changed = {n for body in bodies if isinstance(body, e.PurgeCompleted) for n in body.packs}
        for pack in position.packs:
            if pack.number in changed:
                self._whole(pack)

    def _whole_log(self) -> tuple[int, merkle.Peaks]:
        size, peaks = 0, ()
        for read in self._log.events(0):
            peaks = merkle.appended(size, peaks, merkle.leaf(read.canonical))
            size = read.sequence
        return size, peaks

    def _enter(self, read: Read) -> None:
        self._peaks = merkle.appended(self._size, self._peaks, merkle.leaf(read.canonical))
        self._size = read.sequence

    # The note.

    def _note(self, noted: Followed) -> None:
        top = LocalPackIO(self._layout.root)
        top.remove(NOTE + COPYING)
        file = top.create(NOTE + COPYING)
        try:
            file.append([msgspec.json.encode(noted) + b"\n"])
            file.sync()
        finally:
            file.close()
        top.replace(NOTE + COPYING, NOTE)


def _prepared(folder: Path, source: Source) -> Layout:
    """The copy's folder, made where there is none."""
    work = folder / WORK
    if not (work / FORMAT_FILE).exists():
        if (folder / FORMAT_FILE).exists() or (folder / "packs").exists():
            raise StoreNotEmpty(folder=folder)
        position = source.position()
        shutil.rmtree(work, ignore_errors=True)
        create_store(work, store=position.store)
    identify(work)
    return Layout(work)


def leave_out_unfinished(layout: Layout) -> None:
    """Take away packs that were on their way when a round was cut."""
    packs = LocalPackIO(layout.packs)
    for name in packs.names():
        if number_of(name) is None:
            packs.remove(name)


def follow(
    standby: Standby, *, rest: Callable[[], bool], told: Callable[[Round | Trouble], None]
) -> None:
    """Rounds, until *rest* says that it is enough; *told* hears of each, also of one that failed.

    Raise what no later round can mend.
    """
    while True:
        try:
            told(standby.round())
        except Trouble as trouble:
            if trouble.kind is not Kind.UNAVAILABLE:
                raise
            told(trouble)
        if rest():
            return
