"""The file with the private half of the log's key: its owner's alone, and replaced as a whole.

The public half stands in the log; which of the two is the present one the log says, so a file that is
behind or ahead signs nothing.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

from repository.errors import Kind, Trouble
from repository.signing import SEED_BYTES, PrivateKey, parse_private, private_key

MAX_KEY_BYTES = 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class LogKeyFileUnfit(Trouble):
    """The key file {path} cannot be used: {reason}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Không dùng được tệp khóa {path}: {reason}."


class LogKeyFile:
    """One such file, read anew whenever it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] = ()
        self._key: PrivateKey | None = None

    def read(self) -> PrivateKey | None:
        """The key in the file, or None where there is no file.

        Raise `LogKeyFileUnfit` for one that others may read, that belongs to somebody else, or that
        holds no key.
        """
        try:
            number = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LogKeyFileUnfit(path=self.path, reason=error.strerror) from error
        try:
            found = os.fstat(number)
            self._require_private(found)
            seen = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
            if self._key is None or seen != self._seen:
                self._key = self._parsed(os.read(number, MAX_KEY_BYTES + 1))
                self._seen = seen
            return self._key
        finally:
            os.close(number)

    def read_if_fit(self) -> PrivateKey | None:
        """As `read`, but None also for a file that cannot be used: the follower tells why."""
        with suppress(LogKeyFileUnfit):
            return self.read()
        return None

    def make(self, name: str) -> PrivateKey:
        """A new key for the log called *name*, on disk in the place of any that was there."""
        key = private_key(name, os.urandom(SEED_BYTES))
        unfinished = self.path.with_name(self.path.name + ".new")
        unfinished.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        number = os.open(unfinished, flags, 0o600)
        try:
            os.write(number, key.told().encode() + b"\n")
            os.fsync(number)
        finally:
            os.close(number)
        unfinished.rename(self.path)
        _sync_folder(self.path.parent)
        return key

    def _require_private(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise LogKeyFileUnfit(path=self.path, reason="not a file")
        if found.st_mode & _OTHERS:
            mode = oct(stat.S_IMODE(found.st_mode))
            raise LogKeyFileUnfit(path=self.path, reason=f"mode {mode}, not 0o600")
        if found.st_uid not in (0, os.geteuid()):
            raise LogKeyFileUnfit(path=self.path, reason="another user's")

    def _parsed(self, kept: bytes) -> PrivateKey:
        try:
            return parse_private(kept.decode("ascii"))
        except (Trouble, UnicodeDecodeError):
            # Nothing of what stands there is repeated: it may be a secret of something else.
            raise LogKeyFileUnfit(path=self.path, reason="no key of a log") from None


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)
