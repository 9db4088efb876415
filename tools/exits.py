"""Exit codes: what a script may rely on; any other number is a failure too."""

import enum

from repository.errors import Kind, Trouble


class Exit(enum.IntEnum):
    """How a command ended."""

    OK = 0
    ERROR = 1
    USAGE = 2
    PARTIAL = 3
    """Some items failed; the list of them was written."""
    FINDINGS = 4
    """Damage was found, or a bench's bar does not hold."""
    STORE_MISSING = 10
    LOCKED = 11
    """Somebody else has the store open."""
    AUTH = 12
    RESERVE = 13
    """The disk's reserve is reached."""
    FORMAT = 14
    """The store's format is too new or too old for this vankho."""
    NOT_VALID = 20
    """A file's signatures are invalid, or it cannot be read."""
    INDETERMINATE = 21
    """What is known does not suffice for a verdict on a file's signatures."""
    INTERRUPTED = 130


_BY_KIND = {
    Kind.MISSING: Exit.ERROR,
    Kind.CONFLICT: Exit.ERROR,
    Kind.MISDIRECTED: Exit.ERROR,
    Kind.INVALID: Exit.ERROR,
    Kind.MALFORMED: Exit.ERROR,
    Kind.GONE: Exit.ERROR,
    Kind.BUSY: Exit.ERROR,
    Kind.PRECONDITION: Exit.ERROR,
    Kind.UNCONDITIONAL: Exit.ERROR,
    Kind.GARBLED: Exit.ERROR,
    Kind.TOO_LARGE: Exit.ERROR,
    Kind.TOO_OFTEN: Exit.ERROR,
    Kind.UNKNOWN_CALLER: Exit.AUTH,
    Kind.FORBIDDEN: Exit.AUTH,
    Kind.DAMAGED: Exit.FINDINGS,
    Kind.EXHAUSTED: Exit.RESERVE,
    Kind.UNAVAILABLE: Exit.ERROR,
}

# Troubles that a script answers otherwise than its kind says, by their stable names.
_BY_NAME = {
    "store-missing": Exit.STORE_MISSING,
    "store-locked": Exit.LOCKED,
    "format-unknown": Exit.FORMAT,
    "manifest-unknown": Exit.FORMAT,
    "backup-running": Exit.LOCKED,
    "bytes-elsewhere": Exit.USAGE,
    "not-an-office": Exit.USAGE,
    "node-superseded": Exit.LOCKED,
    "log-behind": Exit.LOCKED,
    "keys-missing": Exit.USAGE,
    "export-unknown": Exit.FORMAT,
    "office-not-promoted": Exit.USAGE,
    "nothing-followed": Exit.STORE_MISSING,
}

FOR_GOOD = frozenset({Exit.USAGE, Exit.STORE_MISSING, Exit.LOCKED, Exit.AUTH, Exit.FORMAT})
"""Trying again cannot help: a process that ends so is not started again."""


def exit_of(trouble: Trouble) -> Exit:
    """The code with which a command ends that met *trouble*."""
    return _BY_NAME.get(trouble.slug(), _BY_KIND[trouble.kind])
