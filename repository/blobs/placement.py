"""Where packs may lie besides the store's own folder: cold tier, backups, exports.

PyFilesystem2 carries placement, nothing hotter: it has neither sync nor atomic publish, so
`require_durable` keeps open packs and the log away from it. A folder of this machine is
given to `LocalPackIO` instead, whatever its URL looks like.
"""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tarfile import TarError
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import blake3

from repository.blobs import pkg_resources_shim
from repository.blobs.fs_pack_io import PIECE_BYTES, FsPackIO
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack import SEALED, PackBroken, footer_offset, read_footer
from repository.blobs.pack_io import PackIO
from repository.errors import Kind, Trouble

if TYPE_CHECKING:
    from fs.base import FS

COPYING = ".copying"
"""Behind the name of what is on its way; an interrupted copy is begun again."""
LOCAL_PROTOCOLS = ("osfs", "file")
ARCHIVE_PROTOCOLS = ("zip", "tar")
"""Written whole when they are closed, and only read afterwards."""


class MediumUnreachable(Trouble):
    """The medium {protocol}:// cannot be opened ({why})."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Không mở được phương tiện {protocol}:// ({why})."


class ArchiveThere(Trouble):
    """There is an archive under this name already; it is written once and never added to."""

    kind = Kind.CONFLICT
    vietnamese = "Đã có tệp lưu trữ với tên này; tệp chỉ được ghi một lần, không ghi thêm."


class CopyDiffers(Trouble):
    """The copy of {name} does not match its source; it was not published."""

    kind = Kind.DAMAGED
    vietnamese = "Bản sao của {name} không khớp với bản gốc; không công bố bản sao."


def open_medium(url: str) -> PackIO:
    """The medium at *url*: a plain path, or any URL that PyFilesystem2 knows.

    A folder of this machine (a path, `osfs://…`) becomes a `LocalPackIO`. Raise
    `MediumUnreachable`; a URL may carry a password, so the trouble names its protocol only. Raise
    `ArchiveThere` for a `zip://` or `tar://` that was written before.
    """
    protocol, separator, _ = url.partition("://")
    if not separator:
        return LocalPackIO(Path(url))
    archive = archive_at(url)
    if archive and archive.exists():
        raise ArchiveThere  # opened for writing it would be replaced
    return _medium(_opened(url, protocol, writing=True), protocol)


def archive_at(url: str) -> Path | None:
    """The file of an archive (`zip://`, `tar://`), or None for other media."""
    protocol, _, place = url.partition("://")
    return Path(place.split("!")[0].split("?")[0]) if protocol in ARCHIVE_PROTOCOLS else None


@contextmanager
def written_medium(url: str) -> Generator[PackIO]:
    """The medium at *url* for writing, closed with the block.

    An archive is written under another name and gets its own once it is whole; of one whose block
    failed nothing is left. Raise as `open_medium`.
    """
    archive = archive_at(url)
    if archive is None:
        with closing(open_medium(url)) as medium:
            yield medium
        return
    if archive.exists():
        raise ArchiveThere
    beside = LocalPackIO(archive.parent)
    temporary = COPYING.strip(".") + "-" + archive.name  # its ending says how it is packed
    beside.remove(temporary)
    try:
        with closing(
            open_medium(f"{url.partition('://')[0]}://{archive.parent / temporary}")
        ) as medium:
            yield medium
        beside.settle(temporary)
        beside.publish(temporary, archive.name)
    except BaseException:
        beside.remove(temporary)
        raise


def open_existing(url: str) -> PackIO:
    """The medium at *url*, for reading: nothing is made there. Raise `MediumUnreachable`."""
    protocol, separator, _ = url.partition("://")
    if not separator:
        if not Path(url).is_dir():
            raise MediumUnreachable(protocol="file", why="not a folder")
        return LocalPackIO(Path(url))
    return _medium(_opened(url, protocol, writing=False), protocol)


def _medium(filesystem: "FS", protocol: str) -> PackIO:
    if protocol not in LOCAL_PROTOCOLS:
        return FsPackIO(filesystem)
    folder = Path(filesystem.getsyspath("/"))
    filesystem.close()
    return LocalPackIO(folder)


def copy_sealed(source: PackIO, name: str, target: PackIO) -> None:
    """Copy the finished file *name* to *target*: under a temporary name, compared, published.

    A copy that is there already is compared and left. A pack is also compared with its own
    footer, so that rot does not spread to the backup: raise `PackBroken` for it. Raise
    `CopyDiffers` when the target gives other bytes back, or holds others under this name.
    """
    if name in target.names():
        _require_same(source, name, target, name)
        return
    temporary = name + COPYING
    target.remove(temporary)
    try:
        _upload(source, name, target, temporary)
        _require_same(source, name, target, temporary)
    except BaseException:
        target.remove(temporary)
        raise
    target.publish(temporary, name)


def _upload(source: PackIO, name: str, target: PackIO, temporary: str) -> None:
    file = target.create(temporary)
    try:
        for piece in pieces(source, name, 0, source.size(name)):
            file.append([piece])
        file.sync()
    finally:
        file.close()


def _require_same(source: PackIO, name: str, target: PackIO, copied: str) -> None:
    if whole_digest(target, copied) != sound_digest(source, name):
        raise CopyDiffers(name=name)


def whole_digest(medium: PackIO, name: str) -> bytes:
    """BLAKE3 of the file, 32 bytes."""
    return prefix_digest(medium, name, medium.size(name))


def prefix_digest(medium: PackIO, name: str, length: int) -> bytes:
    """BLAKE3 of the first *length* bytes of the file, or of all where it is shorter."""
    digesting = blake3.blake3()
    for piece in pieces(medium, name, 0, length):
        digesting.update(piece)
    return digesting.digest()


def sound_digest(medium: PackIO, name: str) -> bytes:
    """The digest of the file; raise `PackBroken` when a pack's bytes belie its footer."""
    if not name.endswith(SEALED):
        return whole_digest(medium, name)
    footer = footer_offset(medium, name)
    digesting = blake3.blake3()
    for piece in pieces(medium, name, 0, footer):
        digesting.update(piece)
    if digesting.digest() != read_footer(medium, name).body:
        raise PackBroken(pack=name, why="its bytes belie its footer")
    for piece in pieces(medium, name, footer, medium.size(name)):
        digesting.update(piece)
    return digesting.digest()


def pieces(medium: PackIO, name: str, at: int, end: int) -> Iterator[bytes]:
    """The bytes of a file from *at* to before *end*, in order; fewer only where it is shorter."""
    if isinstance(medium, FsPackIO):
        yield from medium.run(name, at, end)
        return
    while at < end:
        piece = medium.pread(name, at, min(PIECE_BYTES, end - at))
        if not piece:
            return  # shorter than it said: the digests will tell
        at += len(piece)
        yield piece


def _opened(url: str, protocol: str, *, writing: bool) -> "FS":
    """The filesystem at *url*; for *writing*, made if it is not there."""
    pkg_resources_shim.install()
    import fs  # noqa: PLC0415 - only once its `pkg_resources` stands
    from fs.errors import FSError  # noqa: PLC0415
    from fs.opener.errors import OpenerError, ParseError  # noqa: PLC0415

    try:
        return fs.open_fs(url, writeable=writing, create=writing)
    except (FSError, OpenerError, ParseError, OSError, BadZipFile, TarError) as error:
        raise MediumUnreachable(protocol=protocol, why=type(error).__name__) from error
