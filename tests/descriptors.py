"""What this process holds open, told by where each descriptor leads."""

import gc
import os
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

DESCRIPTORS = Path("/proc/self/fd")
PATIENCE_SECONDS = 10


def open_descriptors() -> Counter[str]:
    """How many descriptors lead to each file, socket and pipe."""
    found: Counter[str] = Counter()
    for number in DESCRIPTORS.iterdir():
        with suppress(FileNotFoundError):  # the listing's own
            found[str(number.readlink())] += 1
    return found


def open_files() -> Counter[str]:
    """The same of files and folders alone."""
    return Counter(
        {
            leads_to: count
            for leads_to, count in open_descriptors().items()
            if leads_to.startswith("/") and not leads_to.startswith("/dev/")
        }
    )


@contextmanager
def nothing_stays_open() -> Generator[None]:
    """Fail when the block leaves a descriptor open; what waits for the collector does too."""
    before = open_descriptors()
    yield
    left = open_descriptors() - before
    assert not left, f"still open: {dict(left)}"


@contextmanager
def no_file_is_lost() -> Generator[None]:
    """Fail when the block leaves a file open that nobody can close any more."""
    before = open_files()
    yield
    gc.collect()
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 20):  # an engine's own threads let go a moment later
        left = open_files() - before
        if not left:
            return
        pause.wait(0.05)
    raise AssertionError(f"still open: {dict(open_files() - before)}")


def close_new(before: Counter[str], folder: Path) -> None:
    """Close what now leads into *folder* and did not at the time of *before*."""
    for number in DESCRIPTORS.iterdir():
        with suppress(FileNotFoundError):
            leads_to = number.readlink()
            if leads_to.is_relative_to(folder) and str(leads_to) not in before:
                os.close(int(number.name))
