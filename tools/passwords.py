"""A program's own passwords: read from a file that nobody else reads."""

import os
import stat
from pathlib import Path

from repository.errors import Kind, Trouble

MAX_PASSWORD_BYTES = 4096


class PasswordFileUnfit(Trouble):
    """The file {path} does not hold a password: {reason}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Tệp {path} không chứa mật khẩu dùng được: {reason}."


def read_password(path: str) -> str:
    """The password in the file at *path*: its first line, whole.

    Raise `PasswordFileUnfit`, also where people outside of the file's group may read it.
    """
    if not path:
        raise PasswordFileUnfit(path="directory.password_file", reason="not set")
    try:
        with Path(path).open("rb") as file:
            if os.fstat(file.fileno()).st_mode & stat.S_IROTH:
                raise PasswordFileUnfit(path=path, reason="everybody may read it (chmod 600)")
            kept = file.read(MAX_PASSWORD_BYTES + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise PasswordFileUnfit(path=path, reason=error) from error
    if len(kept) > MAX_PASSWORD_BYTES:
        raise PasswordFileUnfit(path=path, reason=f"> {MAX_PASSWORD_BYTES} bytes")
    return kept.split("\n", 1)[0].removesuffix("\r")
