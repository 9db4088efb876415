"""Stands in for `pkg_resources`, which fs 2.4.16 imports and setuptools 82 took away.

Rules for the file: it holds only what `fs` asks for, and gives way to the real module wherever
that is installed. Install it before the first `import fs`; nothing happens at import.
"""

import importlib.util
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

NAME = "pkg_resources"


def install() -> bool:
    """Make `import pkg_resources` work; say whether the stand-in was needed for it."""
    if NAME in sys.modules or importlib.util.find_spec(NAME) is not None:
        return False
    sys.modules[NAME] = _stand_in()
    return True


def declare_namespace(package: str) -> None:
    """Accept that *package* is shared by several distributions.

    Nothing is left to do: the extensions of `fs` are installed into its own folder.
    """


def iter_entry_points(group: str, name: str | None = None) -> Iterator[EntryPoint]:
    """Yield the installed entry points of *group*, only those called *name* where one is given."""
    chosen = entry_points(group=group) if name is None else entry_points(group=group, name=name)
    return iter(chosen)


def _stand_in() -> ModuleType:
    module = ModuleType(NAME, __doc__)
    vars(module).update(declare_namespace=declare_namespace, iter_entry_points=iter_entry_points)
    return module
