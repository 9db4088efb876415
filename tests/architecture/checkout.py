"""The checkout the tests run in: its packages, its modules, its files."""

import importlib
import pkgutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("repository", "indexer", "interop", "api", "tools")


def modules() -> Iterator[ModuleType]:
    """Import every module of the five packages, except those that start a program."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not found.name.endswith(".__main__"):
                yield importlib.import_module(found.name)


def files() -> Iterator[Path]:
    """Yield every file git keeps or would keep; in a copy without git, every file not hidden."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
        paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    else:
        paths = (path for path in ROOT.rglob("*") if not _hidden(path.relative_to(ROOT)))
    yield from (path for path in paths if path.is_file() and not path.is_symlink())


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)
