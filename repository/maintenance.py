"""One at a time: whoever seals, compacts, collects or purges holds the store's upkeep lock.

A sealing that read a blob before its content was destroyed would write it once more.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager

from repository.blobs.pack_io import DiskFailed
from repository.errors import Kind, Trouble
from repository.format import Layout, identify
from repository.keeping import stopper


class UpkeepBusy(Trouble):
    """Another process is sealing, compacting, collecting or purging; try again when it is done."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Tiến trình khác đang niêm phong, nén, dọn hoặc tiêu hủy; hãy thử lại khi xong."


class NothingToTend(Trouble):
    """The files of the office node {node} lie at its store node: tend them there."""

    kind = Kind.INVALID
    vietnamese = "Tệp của nút cơ quan {node} nằm ở nút kho: hãy thực hiện việc này ở nút kho."


@contextmanager
def maintaining(
    layout: Layout, *, wait: bool = True, also_elsewhere: bool = False
) -> Generator[None]:
    """Be the only one who moves records about; a disk that fails ends all writing.

    Without *wait*, raise `UpkeepBusy` where somebody else is. Raise `NothingToTend` at an office node,
    but for what is done there *also* where the files lie *elsewhere*.
    """
    if not also_elsewhere:
        require_own_files(layout)
    number = os.open(layout.upkeep_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise UpkeepBusy from None
        yield
    except DiskFailed as failed:
        stopper(layout)(failed)
        raise
    finally:
        os.close(number)


def require_own_files(layout: Layout) -> None:
    """Raise `NothingToTend` at an office node."""
    office = identify(layout.root).office
    if office:
        raise NothingToTend(node=office)
