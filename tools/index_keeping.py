"""The index as its one writer keeps it: followed, and written anew beside itself after a purge.

Words of a document that lost a file stay in closed files of the index until these are merged, which
nobody can ask of the engine. So an index that may know such words is written anew, a step at a time, while
the old one goes on being searched; then it takes its place.

    engine-version          searched
    engine-version.anew     being written
    engine-version.old      taken out; about to be removed
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from indexer.follower import IndexFollower
from indexer.index import Index, IndexBroken
from repository.holdings import Holdings
from repository.upkeep.obeying import index_needed_from

BEGUN = "begun"
"""The file that says at which event an index was begun: what was erased before is not in it."""
NEVER = 1 << 62
"""Later than any event: where there is no index there are no words."""
LOOK_SECONDS = 2.0
"""How often is looked for purges."""
OpenIndex = Callable[[Path], Index]


class IndexKeeping:
    """The index at *folder*, held by this process."""

    def __init__(
        self,
        folder: Path,
        opening: OpenIndex,
        holdings: Holdings,
        *,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """An index that cannot be read is begun anew: it is a view."""
        self._look_seconds = look_seconds
        self._looked = -look_seconds
        self._folder = folder
        self._anew = _anew(folder)
        self._opening = opening
        self._holdings = holdings
        self._second: IndexFollower | None = None
        self._second_index: Index | None = None
        if not folder.exists() and self._anew.exists():
            self._anew.rename(folder)  # a run that was cut was putting it in place
        self._index = self._opened(folder)
        self._follower = IndexFollower(holdings, self._index)

    def follow(self) -> int:
        """As `IndexFollower.step`."""
        return self._follower.step()

    def renew(self) -> int:
        """Write some of a new index where the one there may know what was erased; say how much."""
        if self._second is None and not self._is_needed():
            return 0
        if self._second is None:
            self._second_index = self._opened(self._anew)
            self._second = IndexFollower(self._holdings, self._second_index)
        done = self._second.step()
        if not done:
            self._put_in_place()
        return max(done, 1)

    def close(self) -> None:
        """Let go of both."""
        self._index.close()
        if self._second_index:
            self._second_index.close()

    def _is_needed(self) -> bool:
        if time.monotonic() - self._looked < self._look_seconds:
            return False
        self._looked = time.monotonic()
        needed = index_needed_from(self._holdings)
        if needed:
            discard_others(self._folder)
        return begun_at(self._folder) < needed

    def _opened(self, folder: Path) -> Index:
        try:
            if folder.exists():
                return self._opening(folder)
        except IndexBroken:
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        # Asked before the first document is looked at: what is erased from now on may get into it.
        begun = self._holdings.last_event()
        index = self._opening(folder)
        (folder / BEGUN).write_text(str(begun), encoding="ascii")
        return index

    def _put_in_place(self) -> None:
        self.close()
        self._second = self._second_index = None
        old = self._folder.with_name(self._folder.name + ".old")
        self._folder.rename(old)
        self._anew.rename(self._folder)
        shutil.rmtree(old)
        self._index = self._opening(self._folder)
        self._follower = IndexFollower(self._holdings, self._index)


def discard_others(folder: Path) -> None:
    """Remove indexes that nobody searches: taken out, another engine's, or of another version."""
    for other in folder.parent.iterdir() if folder.parent.exists() else ():
        if other not in (folder, _anew(folder)):
            shutil.rmtree(other)


def discard_older(folder: Path) -> None:
    """Remove the indexes that other versions of vankho have written for the same engine."""
    engine = folder.name.rsplit("-", 1)[0]
    for older in folder.parent.glob(f"{engine}*"):
        if not older.name.startswith(folder.name):
            shutil.rmtree(older)


def _anew(folder: Path) -> Path:
    return folder.with_name(folder.name + ".anew")


def begun_at(folder: Path) -> int:
    """The event at which the index at *folder* was begun; 0 where that is not known, or another lies by."""
    if not folder.parent.exists():
        return NEVER
    others = [other for other in folder.parent.iterdir() if other != folder]
    if any(not other.name.endswith(".anew") for other in others):
        return 0
    if not folder.exists():
        return 0 if others else NEVER
    try:
        return int((folder / BEGUN).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0
