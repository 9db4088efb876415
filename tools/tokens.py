"""Bearer tokens on the command line: read from a file, never an argument others can see."""

import os
from pathlib import Path
from typing import TextIO

from repository.errors import Kind, Trouble

MAX_TOKEN_CHARACTERS = 256


class TokenFileUnfit(Trouble):
    """The file {path} does not hold a bearer token: {reason}."""

    kind = Kind.UNKNOWN_CALLER
    vietnamese = "Tệp {path} không chứa mã truy cập: {reason}."


def write_private(path: Path, text: str) -> None:
    """Make the new file *path* that only its owner reads; an existing one is never touched."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(text + "\n")


def read_token(path: Path | None, standard_input: TextIO, *, kind: str = "vk_") -> str:
    """The token in the file at *path*, or on *standard_input* without one.

    *kind* is how it begins: `vk_` people's and programs', `vn_` nodes'.
    """
    try:
        with path.open(encoding="ascii") if path else standard_input as file:
            text = file.read(MAX_TOKEN_CHARACTERS + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TokenFileUnfit(path=path, reason=error) from error
    if not text.startswith(kind) or len(text) > MAX_TOKEN_CHARACTERS or not text.isprintable():
        raise TokenFileUnfit(path=path or "-", reason=f"{kind}…")
    return text
