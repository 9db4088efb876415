"""Files of a manifest's folder, and no others: no path leads out of it, no link, no device."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from repository.errors import Kind, Trouble


class PathOutside(Trouble):
    """The path {path} leads out of the manifest's folder."""

    kind = Kind.INVALID
    vietnamese = "Đường dẫn {path} ra ngoài thư mục của danh sách."


class NotAFile(Trouble):
    """{path} is not a file that can be read: {reason}."""

    kind = Kind.INVALID
    vietnamese = "{path} không phải là tệp đọc được: {reason}."


def open_within(folder: Path, path: str) -> BinaryIO:
    """The file at *path* below *folder*; raise `PathOutside` or `NotAFile`."""
    if "\0" in path or not path:
        raise NotAFile(path=repr(path[:80]), reason="NUL")
    try:
        found = (folder / path).resolve(strict=True)
        if not found.is_relative_to(folder.resolve()):
            raise PathOutside(path=path)
        return _regular(found, path)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that run in a circle
        reason = getattr(error, "strerror", None) or "loop"
        raise NotAFile(path=path, reason=reason) from error


def files_below(folder: Path) -> Iterator[Path]:
    """Every regular file below *folder*, relative to it, in an order that stays; no links."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from (Path(path.name) / below for below in files_below(path))
        elif path.is_file():
            yield Path(path.name)


def _regular(found: Path, path: str) -> BinaryIO:
    # Not following: a link put there since is refused. Not blocking: nor is a pipe waited for.
    number = os.open(found, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise NotAFile(path=path, reason="not a regular file")
    return os.fdopen(number, "rb")
