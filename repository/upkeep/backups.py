"""What lies on a backup's medium: manifests, and the files that they share.

Nothing here is believed because of its name: a manifest carries its own check and has to bear the
name that follows from it, a file is what its digest says.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

import msgspec

from repository.blobs import transfer
from repository.blobs.pack import PackBroken, entry_items, read_footer, walk
from repository.blobs.pack_io import PackIO
from repository.blobs.placement import COPYING, prefix_digest
from repository.blobs.transfer import Told, kept_name
from repository.errors import Kind, Trouble
from repository.model.ids import BlobId
from repository.upkeep.manifest import (
    ENDING,
    MAX_MANIFEST_BYTES,
    KeptFile,
    KeptPack,
    Manifest,
    ManifestBroken,
    ManifestUnknown,
    backup_id,
    decode_manifest,
    encode_manifest,
    files_of,
    is_manifest,
)


class BackupMissing(Trouble):
    """There is no backup {backup} here."""

    kind = Kind.MISSING
    vietnamese = "Ở đây không có bản sao lưu {backup}."


class Backup(NamedTuple):
    """A finished backup."""

    id: str
    manifest: Manifest

    @property
    def order(self) -> tuple[int, int]:
        """A history only grows: the newest has most events, whatever a clock said."""
        return self.manifest.events, self.manifest.at


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not what its backups say."""

    what: str
    """`missing`, `wrong-length`, `rotten`, or `manifest-broken`."""
    file: str
    """Where it lay in the store."""
    kept_as: str
    """Its name on the medium."""
    backups: tuple[str, ...]
    """Which need it, oldest first."""
    detail: str = ""


class Backups:
    """The backups on one medium."""

    def __init__(self, medium: PackIO) -> None:
        self.medium = medium

    def all(self) -> list[Backup]:
        """Every backup that can be read, oldest first; raise `ManifestUnknown`."""
        found = (self._read(name) for name in self.medium.names() if is_manifest(name))
        return sorted((one for one in found if isinstance(one, Backup)), key=lambda b: b.order)

    def broken(self) -> list[Fault]:
        """Manifests that cannot be read."""
        found = (self._read(name) for name in self.medium.names() if is_manifest(name))
        return [
            Fault(
                what="manifest-broken",
                file=str(one.facts["name"]),
                kept_as=str(one.facts["name"]),
                backups=(),
                detail=str(one.facts["why"]),
            )
            for one in found
            if isinstance(one, ManifestBroken)
        ]

    def chosen(self, backup: str | None) -> Backup:
        """The backup with this id, or the newest for None; raise `BackupMissing`."""
        found = [one for one in self.all() if backup in (None, one.id)]
        if not found:
            raise BackupMissing(backup=backup or "?")
        return found[-1]

    def _read(self, name: str) -> "Backup | ManifestBroken":
        size = self.medium.size(name)
        if size > MAX_MANIFEST_BYTES:
            return ManifestBroken(name=name, why=f"{size} bytes")
        try:
            manifest = decode_manifest(name, self.medium.pread(name, 0, size))
        except ManifestUnknown:
            raise
        except ManifestBroken as broken:
            return broken
        return Backup(backup_id(manifest.at), manifest)

    # Writing.

    def commit(self, manifest: Manifest) -> Backup:
        """Write the manifest: with it, and not before, the backup is there."""
        backup = Backup(backup_id(manifest.at), manifest)
        name = backup.id + ENDING
        content = encode_manifest(manifest)
        decode_manifest(name, content)  # what nobody could read would be no backup
        self.write(name, content)
        return backup

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, read it back, and give it its name, which is taken by no other.

        Raise `FileExistsError`, or as `transfer.carry`.
        """
        temporary = name + COPYING
        self.medium.remove(temporary)
        file = self.medium.create(temporary)
        try:
            file.append([content])
            file.sync()
        finally:
            file.close()
        if self.medium.pread(temporary, 0, len(content) + 1) != content:
            raise transfer.CopyDiffers(name=name)
        self.medium.publish(temporary, name)

    def retain(self, count: int) -> list[str]:
        """Keep the newest *count* backups and what they need; say which went.

        What a cut backup left behind goes with them. Where a manifest cannot be read nothing is
        taken away: nobody knows what it needs.
        """
        if self.broken():
            return []
        found = self.all()
        going = found[: max(0, len(found) - count)]
        for backup in going:
            self.medium.remove(backup.id + ENDING)
        needed = {kept_name(f.digest) for b in found[len(going) :] for f in files_of(b.manifest)}
        for name in self.medium.names():
            if _is_ours(name) and name not in needed:
                self.medium.remove(name)
        return [backup.id for backup in going]

    # Looking after it.

    def faults(self, backups: Collection[Backup], told: Told) -> Iterator[Fault]:
        """Read every file of *backups* once and say what is wrong with it."""
        users: dict[KeptFile, list[str]] = {}
        for backup in backups:
            for file in files_of(backup.manifest):
                users.setdefault(file, []).append(backup.id)
        there = set(self.medium.names())
        for file, needing in users.items():
            what = self._fault(file, there)
            told(file.size)
            if what:
                name = kept_name(file.digest)
                yield Fault(what=what, file=file.label, kept_as=name, backups=tuple(needing))

    def _fault(self, file: KeptFile, there: set[str]) -> str:
        name = kept_name(file.digest)
        if name not in there:
            return "missing"
        if self.medium.size(name) != file.size:
            return "wrong-length"
        return "" if prefix_digest(self.medium, name, file.size) == file.digest else "rotten"

    def holding(self, blob: BlobId) -> list[Backup]:
        """The backups in which the bytes of *blob* lie, oldest first: what a purge has to be told.

        Raise `PackBroken` or `FileNotFoundError` where that cannot be said.
        """
        known: dict[str, bool] = {}
        return [
            backup
            for backup in self.all()
            if any(self._holds(pack, blob, known) for pack in backup.manifest.packs)
        ]

    def _holds(self, pack: KeptPack, blob: BlobId, known: dict[str, bool]) -> bool:
        if pack.digest not in known:
            known[pack.digest] = blob in set(self.blobs_in(pack))
        return known[pack.digest]

    def blobs_in(self, pack: KeptPack) -> Iterator[bytes]:
        """The names of the blobs in a pack of a backup; raise `PackBroken`."""
        name = kept_name(bytes.fromhex(pack.digest))
        if pack.sealed:
            yield from (blob for blob, _ in entry_items(read_footer(self.medium, name)))
            return
        reached = 0
        for placed in walk(self.medium, name, start=0, whole=False):
            reached = placed.offset + placed.record.total
            yield placed.record.blob
        if reached != pack.size:
            raise PackBroken(pack=name, why=f"cannot be read on from byte {reached}")


def _is_ours(name: str) -> bool:
    """Say whether a name is one that backups give: what else lies there is none of ours."""
    stem = name.removesuffix(COPYING)
    if is_manifest(stem):
        return name != stem
    hexadecimal = stem.removesuffix(transfer.ENDING)
    return stem.endswith(transfer.ENDING) and len(hexadecimal) == 64
