"""Taking a backup of a store, also while it is being written to.

One look at the catalogue gives a position of the log and the packs that cover it: what an event up
to there names had landed before. Then the packs are copied, then the log up to that position, and
the manifest last. A pack that was sealed or compacted away meanwhile means looking again. The
catalogue itself is not copied: it is a view.
"""

import fcntl
import os
import uuid
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec import UNSET

from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack import PackBroken, Placed, footer_digest
from repository.blobs.pack_io import PackIO
from repository.blobs.placement import CopyDiffers, prefix_digest, sound_digest
from repository.blobs.transfer import SourceDiffers, Told, carry, holds, kept_name, require_whole
from repository.catalogue import tables as t
from repository.errors import Kind, Trouble
from repository.format import FORMAT, Layout, identify
from repository.holdings import Checkpoint, Holdings
from repository.log.event_log import segment_name
from repository.log.prefix import LogPrefix, log_prefix
from repository.model.ids import Clock
from repository.model.purges import UNFINISHED
from repository.upkeep.backups import Backup, Backups
from repository.upkeep.covering import Wanted, look
from repository.upkeep.manifest import (
    ENDING,
    MAX_SETTINGS_BYTES,
    SETTINGS_FILE,
    KeptPack,
    KeptSegment,
    KeptSettings,
    Manifest,
    backup_id,
    files_of,
)

LOOKS = 20
"""So often packs may be sealed away before they are copied; what was copied is not copied again."""


class BackupRunning(Trouble):
    """Another backup of this store is being taken; try again when it is done."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Đang có một lần sao lưu khác của kho này; hãy thử lại khi xong."


class MediumOfAnother(Trouble):
    """The medium holds backups of another store ({other})."""

    kind = Kind.CONFLICT
    vietnamese = "Phương tiện đã chứa bản sao lưu của kho khác ({other})."


class HistoryForked(Trouble):
    """The store's log is no continuation of backup {backup} on the medium; use another medium.

    Two stores grew from one backup, or this one was restored from an earlier time.
    """

    kind = Kind.CONFLICT
    vietnamese = "Nhật ký của kho không nối tiếp bản sao lưu {backup}; hãy dùng phương tiện khác."


class LogUnlikeCatalogue(Trouble):
    """The log's {events} events do not give the catalogue's root; nothing was backed up."""

    kind = Kind.DAMAGED
    vietnamese = "{events} sự kiện của nhật ký không cho gốc của danh mục; không sao lưu."


class BackupOvertaken(Trouble):
    """Packs were replaced faster than they could be copied, {looks} times; try again."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Các gói bị thay nhanh hơn tốc độ chép, {looks} lần; hãy thử lại."


class PurgeUnderWay(Trouble):
    """Content is being destroyed in pack {pack}; try again when `vankho purge list` says it is done."""

    kind = Kind.UNAVAILABLE
    vietnamese = (
        "Đang tiêu hủy nội dung trong gói {pack}; hãy thử lại khi `vankho purge list` báo xong."
    )


class Taken(NamedTuple):
    """What a backup consists of, and what had to be copied for it."""

    backup: Backup
    files: int
    """Copied anew."""
    size: int
    """Bytes copied anew."""
    removed: tuple[str, ...]
    """Backups that were not to be kept any longer."""
    first: bool
    """There was no other on the medium."""


class Covered(NamedTuple):
    """A position of the log, and the copies of the packs that cover it."""

    at: Checkpoint
    prefix: LogPrefix
    packs: tuple[KeptPack, ...]


def back_up(
    root: Path,
    holdings: Holdings,
    medium: PackIO,
    *,
    clock: Clock,
    keep: int | None = None,
    told: Told = lambda _: None,
    folders: Callable[[Path], PackIO] = LocalPackIO,
) -> Taken:
    """Back up the store at *root*, open as *holdings*, to *medium*; only what is not there yet.

    With *keep*, so many backups are left there afterwards, this one included. *told* hears of bytes
    that are copied or found there.
    Of an office node, whose files are in the backups of its store node, the log is copied.
    Raise `BackupRunning`, `MediumOfAnother`, `HistoryForked`,
    `LogUnlikeCatalogue`, `PackBroken`, `LogBroken`, `CopyDiffers`, `BackupOvertaken`,
    `PurgeUnderWay`, or what befell the medium. Whatever it is, earlier
    backups stay as they were, and files already copied are used by the next one.
    """
    layout, (store, _, office) = Layout(root), identify(root)
    with (
        _one_at_a_time(layout),
        closing(folders(layout.packs)) as packs,
        closing(folders(layout.log)) as log,
        closing(folders(root)) as top,
    ):
        taking = _Taking(holdings, Backups(medium), packs, log, store, told)
        at = _later(taking.backups, taking.earlier, round(clock().timestamp() * 1_000_000))
        covered = taking.covered()
        manifest = Manifest(
            store=store,
            format=FORMAT,
            at=at,
            events=covered.at.size,
            root=covered.at.root.hex(),
            packs=covered.packs,
            segments=taking.segments(covered.prefix),
            settings=taking.settings(top),
            office=office or UNSET,
        )
        backup = taking.commit(manifest)
        removed = taking.backups.retain(keep) if keep else []
    return Taken(backup, taking.files, taking.size, tuple(removed), first=not taking.earlier)


def _later(backups: Backups, earlier: list[Backup], at: int) -> int:
    """*at*, or where a clock went back the next moment after all *earlier* ones: no name is reused."""
    there = set(backups.medium.names())
    at = max([at, *(backup.manifest.at + 1 for backup in earlier)])
    while backup_id(at) + ENDING in there:  # one that cannot be read
        at += 1
    return at


@contextmanager
def _one_at_a_time(layout: Layout) -> Generator[None]:
    """Two at once would take each other's files for leftovers."""
    layout.local.mkdir(parents=True, exist_ok=True)
    number = os.open(layout.local / "backup.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRunning from None
        yield
    finally:
        os.close(number)


class _Taking:
    """One backup being taken."""

    def __init__(
        self,
        holdings: Holdings,
        backups: Backups,
        packs: PackIO,
        log: PackIO,
        store: uuid.UUID,
        told: Told,
    ) -> None:
        self._holdings = holdings
        self.backups = backups
        self._packs = packs
        self._log = log
        self._store = store
        self._told = told
        self.earlier = backups.all()
        self._there = set(backups.medium.names())
        self._vouched = {
            kept_name(bytes.fromhex(file.digest))
            for backup in self.earlier
            for file in (*backup.manifest.packs, *backup.manifest.segments)
        }
        self._known = {
            (pack.number, pack.size, pack.footer): pack
            for backup in self.earlier
            for pack in backup.manifest.packs
            if pack.sealed
        }
        self.files = 0
        self.size = 0
        for backup in self.earlier:
            if backup.manifest.store != store:
                raise MediumOfAnother(other=backup.manifest.store)

    def _prefix(self, position: Checkpoint) -> LogPrefix:
        """The log up to *position*, known to be what the earlier backups began with."""
        sizes = [backup.manifest.events for backup in self.earlier]
        prefix = log_prefix(self._log, self._store, position.size, sizes)
        if prefix.roots[position.size] != position.root:
            raise LogUnlikeCatalogue(events=position.size)
        for backup in self.earlier:
            root = prefix.roots.get(backup.manifest.events, b"")
            if root.hex() != backup.manifest.root:
                raise HistoryForked(backup=backup.id)
        return prefix

    def covered(self) -> Covered:
        """Copy the packs that cover a position of the log; say which position that became."""
        for _ in range(LOOKS):
            seen = look(self._holdings)
            prefix = self._prefix(seen.at)
            kept = [self._pack(pack) for pack in seen.packs]
            if all(kept):
                return Covered(seen.at, prefix, tuple(pack for pack in kept if pack))
        raise BackupOvertaken(looks=LOOKS)

    def _pack(self, wanted: Wanted) -> KeptPack | None:
        """The copy of a pack, or None when the pack was replaced meanwhile."""
        try:
            return self._sealed(wanted) if wanted.sealed else self._open(wanted)
        except (FileNotFoundError, PackBroken, SourceDiffers, CopyDiffers) as failed:
            purging = self._purging()  # asked first: one that is done by now has replaced the pack
            if self._replaced(wanted):
                return None
            if purging:
                raise PurgeUnderWay(pack=wanted.name) from failed
            # What is not there may as well be the medium, which is no damage of the store.
            if isinstance(failed, FileNotFoundError) and wanted.name not in self._packs.names():
                raise PackBroken(pack=wanted.name, why="it is not there") from failed
            raise

    def _replaced(self, wanted: Wanted) -> bool:
        now = {(pack.number, pack.sealed) for pack in look(self._holdings).packs}
        return (wanted.number, wanted.sealed) not in now

    def _purging(self) -> bool:
        """Say whether bytes were, or are being, overwritten in packs that are not rewritten yet."""
        with self._holdings.reading() as now:
            return any(purge.state in UNFINISHED for _, purge in now.scan(t.PURGES))

    def _sealed(self, wanted: Wanted) -> KeptPack:
        footer = footer_digest(self._packs, wanted.name).hex()
        size = self._packs.size(wanted.name)
        known = self._known.get((wanted.number, size, footer))
        if known and self._is_there(bytes.fromhex(known.digest), size):
            return known
        digest = sound_digest(self._packs, wanted.name)
        self._carry(self._packs, wanted.name, size, digest)
        kept = KeptPack(
            number=wanted.number, sealed=True, size=size, digest=digest.hex(), footer=footer
        )
        self._known[wanted.number, size, footer] = kept
        return kept

    def _open(self, wanted: Wanted) -> KeptPack:
        require_whole(self._packs, wanted.name, wanted.size, partial(self._is_needed, wanted))
        digest = prefix_digest(self._packs, wanted.name, wanted.size)
        self._carry(self._packs, wanted.name, wanted.size, digest)
        return KeptPack(number=wanted.number, sealed=False, size=wanted.size, digest=digest.hex())

    def _is_needed(self, wanted: Wanted, placed: Placed) -> bool:
        """Say whether the catalogue points to a record of the pack."""
        with self._holdings.reading() as now:
            row = now.row(placed.record.blob)
        return row is not None and (row.pack, row.offset) == (wanted.number, placed.offset)

    def segments(self, prefix: LogPrefix) -> tuple[KeptSegment, ...]:
        """Copy the log up to the position."""
        kept: list[KeptSegment] = []
        for first, size in prefix.segments:
            name = segment_name(first)
            digest = prefix_digest(self._log, name, size)
            self._carry(self._log, name, size, digest)
            kept.append(KeptSegment(first=first, size=size, digest=digest.hex()))
        return tuple(kept)

    def settings(self, top: PackIO) -> KeptSettings | None:
        """Copy the store's own settings, where it has any."""
        if SETTINGS_FILE not in top.names() or top.size(SETTINGS_FILE) > MAX_SETTINGS_BYTES:
            return None
        size = top.size(SETTINGS_FILE)
        digest = prefix_digest(top, SETTINGS_FILE, size)
        self._carry(top, SETTINGS_FILE, size, digest)
        return KeptSettings(size=size, digest=digest.hex())

    def commit(self, manifest: Manifest) -> Backup:
        """Write the manifest, once more sure that nothing was taken away meanwhile."""
        there = set(self.backups.medium.names())
        for file in files_of(manifest):
            if kept_name(file.digest) not in there:
                raise CopyDiffers(name=file.label)
        return self.backups.commit(manifest)

    def _carry(self, source: PackIO, name: str, size: int, digest: bytes) -> None:
        """Copy unless it is there; what no backup vouches for is read back first."""
        to = kept_name(digest)
        if self._is_there(digest, size):
            self._told(size)
            return
        if to in self._there and holds(self.backups.medium, to, size, digest):
            self._vouched.add(to)
            self._told(size)
            return
        carry(source, name, size, self.backups.medium, to=to, digest=digest, told=self._told)
        self._there.add(to)
        self._vouched.add(to)
        self.files += 1
        self.size += size

    def _is_there(self, digest: bytes, size: int) -> bool:
        name = kept_name(digest)
        return (
            name in self._there and name in self._vouched and self.backups.medium.size(name) == size
        )
