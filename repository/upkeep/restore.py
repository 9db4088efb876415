"""Restoring a backup into an empty folder; a cut restore is simply run again.

Everything is put together in a folder `restoring` within it: files from the medium, each compared
with its digest; then the catalogue, rebuilt from them; then the store is opened and compared with
the backup. Only then are its parts moved up, `format.json` last: before that there is no store.
"""

import shutil
import uuid
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack_io import PackIO
from repository.blobs.placement import COPYING
from repository.blobs.transfer import SourceDiffers, Told, carry, holds, kept_name
from repository.errors import Kind, Trouble
from repository.format import (
    FORMAT,
    FORMAT_FILE,
    FormatUnknown,
    Layout,
    StoreNotEmpty,
    StoreOptions,
    create_store,
    identify,
)
from repository.holdings import Checkpoint, Holdings
from repository.model.ids import Clock
from repository.model.nodes import parse_node
from repository.nodes.memory_store_node import MemoryStoreNode, SharedMemory
from repository.nodes.office import Office
from repository.rebuild import rebuild_catalogue
from repository.upkeep.backups import Backup, Backups
from repository.upkeep.check import Severity, check_structure
from repository.upkeep.manifest import SETTINGS_FILE, KeptFile, Manifest, files_of

WORK = "restoring"
"""Within the folder, until the store is whole."""
VERIFIED = "verified.json"
"""Within `restoring`: all is checked, the parts are being moved up."""
NOTE = "restored.json"
_PARTS = ("packs", "log", "snapshots", "local", SETTINGS_FILE, NOTE, FORMAT_FILE)
"""What is moved up, in this order."""


class RestoreDiffers(Trouble):
    """The restored store is not what backup {backup} says ({why}); nothing was put in place."""

    kind = Kind.DAMAGED
    vietnamese = "Kho phục hồi không khớp với bản sao lưu {backup} ({why}); chưa đưa vào sử dụng."


class BackupDamaged(Trouble):
    """The backup's {file} is damaged or missing on the medium ({kept_as})."""

    kind = Kind.DAMAGED
    vietnamese = "{file} của bản sao lưu bị hỏng hoặc bị mất trên phương tiện ({kept_as})."


class RestoreUnfinished(Trouble):
    """The folder {folder} holds backup {other} almost restored: finish that one, or empty it."""

    kind = Kind.CONFLICT
    vietnamese = "Thư mục {folder} đang phục hồi dở bản {other}: hãy làm xong, hoặc xóa thư mục."


class RestoredFrom(msgspec.Struct, frozen=True, kw_only=True):
    """The note that a restored store keeps: where it begins to differ from the one it came from."""

    vankho: str = "restored"
    store: uuid.UUID
    backup: str
    events: int
    """What came later in the original is not here."""
    root: str
    at: int
    """When it was restored, microseconds since 1970-01-01 UTC."""


class Restored(NamedTuple):
    """What stands in the folder now."""

    note: RestoredFrom
    files: int
    size: int
    """Bytes of them."""


def restore(
    medium: PackIO,
    backup: str | None,
    folder: Path,
    options: StoreOptions,
    *,
    clock: Clock,
    told: Told = lambda _: None,
    folders: Callable[[Path], PackIO] = LocalPackIO,
) -> Restored:
    """Restore *backup* (None: the newest) into *folder*, which is empty or a cut restore's.

    Raise `BackupMissing`, `StoreNotEmpty`, `FormatUnknown`, `RestoreUnfinished`, `BackupDamaged`,
    `RestoreDiffers`, or what befell the disk: nothing is a store then.
    """
    chosen = Backups(medium).chosen(backup)
    require_room_in(folder, chosen)
    restoring = _Restoring(medium, chosen, folder, folders, told)
    note = _moving(folder)
    if note is None:
        restoring.put_together()
        _require_same(chosen, restoring.work, options)
        note = restoring.noted(round(clock().timestamp() * 1_000_000))
    restoring.put_in_place()
    files = list(files_of(chosen.manifest))
    return Restored(note, len(files), sum(file.size for file in files))


def require_room_in(folder: Path, backup: Backup) -> None:
    """Raise unless *backup* may be restored into *folder*."""
    if backup.manifest.format != FORMAT:
        raise FormatUnknown(folder=backup.id, found=backup.manifest.format, known=FORMAT)
    if not folder.exists() or not any(folder.iterdir()):
        return
    there = {path.name for path in folder.iterdir()}
    moving = _moving(folder)
    if moving:
        if (moving.backup, moving.root) != (backup.id, backup.manifest.root):
            raise RestoreUnfinished(folder=folder, other=moving.backup)
        there -= set(_PARTS)
    if there != {WORK} or not _is_ours(folder / WORK):
        raise StoreNotEmpty(folder=folder)


def _moving(folder: Path) -> RestoredFrom | None:
    """What an earlier run had verified and was moving up when it was cut, if it came so far."""
    for note in (folder / WORK / VERIFIED, folder / NOTE):
        if (folder / WORK).is_dir() and note.exists():
            return msgspec.json.decode(note.read_bytes(), type=RestoredFrom)
    return None


def _is_ours(work: Path) -> bool:
    """Say whether a restore made this folder: what it does not know, it takes away from nobody."""
    known = {*_PARTS, VERIFIED}
    return work.is_dir() and all(
        path.name in known or path.name.endswith((COPYING, ".new")) for path in work.iterdir()
    )


def _require_same(backup: Backup, root: Path, options: StoreOptions) -> None:
    """Make the catalogue, open the store, and compare it with what the manifest says."""
    rebuild_catalogue(root, options)
    expected = Checkpoint(backup.manifest.events, bytes.fromhex(backup.manifest.root))
    with opened_restored(root, options) as holdings:
        if holdings.checkpoint() != expected:
            raise RestoreDiffers(backup=backup.id, why="the root of its log")
        for finding in check_structure(holdings):
            if finding.severity is Severity.DAMAGED:
                raise RestoreDiffers(backup=backup.id, why=f"{finding.what} {finding.where}")


@contextmanager
def opened_restored(root: Path, options: StoreOptions) -> Generator[Holdings]:
    """The restored store at *root*, to be compared with what it was.

    An office node's is only read, without its keeper and its store node: taking an epoch for a drill
    would end the node that is at work.
    """
    name = identify(root).office
    if not name:
        with Holdings.open_alone(root, options, rules={}) as holdings:
            yield holdings
        return
    node = parse_node(name)
    office = Office(name=node, connect=lambda: MemoryStoreNode(node, SharedMemory()), cache_bytes=0)
    with Holdings.open_beside(
        root, options, rules={}, worker="-", writes=False, office=office
    ) as holdings:
        yield holdings


class _Restoring:
    """One restore, from wherever an earlier one was cut."""

    def __init__(
        self,
        medium: PackIO,
        backup: Backup,
        folder: Path,
        folders: Callable[[Path], PackIO],
        told: Told,
    ) -> None:
        self._medium = medium
        self._backup = backup
        self._folder = folder
        self._folders = folders
        self._told = told
        self.work = folder / WORK

    @property
    def _manifest(self) -> Manifest:
        return self._backup.manifest

    @property
    def _office(self) -> str:
        """The office node whose store it is, or nothing."""
        return self._manifest.office or ""

    def put_together(self) -> None:
        """Bring all files; what an earlier run brought whole is used."""
        self._begin()
        layout = Layout(self.work)
        for place, prefix in ((layout.log, "log/"), (layout.packs, "packs/"), (self.work, "")):
            with closing(self._folders(place)) as target:
                self._bring(target, prefix)

    def _begin(self) -> None:
        wanted = (self._manifest.store, self._office)
        try:
            begun = identify(self.work)
        except (Trouble, ValueError, KeyError):
            begun = None
        if begun is None or (begun.store, begun.office) != wanted:
            shutil.rmtree(self.work, ignore_errors=True)
            create_store(self.work, store=self._manifest.store, office=self._office)

    def _bring(self, target: PackIO, prefix: str) -> None:
        files = {name: file for name, file in self._files() if file.label == prefix + name}
        if prefix:
            for name in target.names():
                if name not in files:
                    target.remove(name)
        for name, file in files.items():
            if holds(target, name, file.size, file.digest):
                self._told(file.size)
            else:
                self._fetch(file, target, name)

    def _files(self) -> Iterable[tuple[str, KeptFile]]:
        return ((file.label.rpartition("/")[2], file) for file in files_of(self._manifest))

    def _fetch(self, file: KeptFile, target: PackIO, name: str) -> None:
        kept_as = kept_name(file.digest)
        try:
            carry(
                self._medium,
                kept_as,
                file.size,
                target,
                to=name,
                digest=file.digest,
                told=self._told,
            )
        except (FileNotFoundError, SourceDiffers) as error:
            raise BackupDamaged(file=file.label, kept_as=kept_as) from error

    # Once it is whole.

    def noted(self, at: int) -> RestoredFrom:
        """Say from where it came; from here on only moving is left."""
        told = RestoredFrom(
            store=self._manifest.store,
            backup=self._backup.id,
            events=self._manifest.events,
            root=self._manifest.root,
            at=at,
        )
        with closing(self._folders(self.work)) as work:
            for name in (NOTE, VERIFIED):
                work.remove(name)  # an earlier run's, which came no further
                Backups(work).write(name, msgspec.json.encode(told) + b"\n")
        return told

    def put_in_place(self) -> None:
        """Move the parts up, `format.json` last, and take the work folder away."""
        put_in_place(self.work, self._folders)


def put_in_place(work: Path, folders: Callable[[Path], PackIO] = LocalPackIO) -> None:
    """Move the parts of a whole store from *work* up, `format.json` last, and take *work* away.

    A cut run is simply run again.
    """
    with closing(folders(work.parent)) as top:
        for name in _PARTS:
            if (work / name).exists():
                top.publish(f"{work.name}/{name}", name)
    with closing(folders(work)) as left:
        for name in left.names():
            left.remove(name)
    work.rmdir()
