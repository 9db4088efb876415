"""The port through which the store asks the catalogue and tells it what landed."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Protocol, TypeVar

from repository.errors import Kind, Trouble
from repository.model.blobs import BlobLookup, Landed
from repository.model.ids import AgencyId, BlobId


class BlobWentAway(Trouble):
    """A stored blob that was to be relied on has just gone away ({blob}); send the file again."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Một khối dữ liệu định dựa vào vừa không còn ({blob}); hãy gửi lại tệp."


ATTEMPTS = 4
"""How often an upload is planned because what it was to be built on has just gone away."""
T = TypeVar("T")


def planned_anew(keep: Callable[[], T]) -> T:
    """What *keep* gives, which looks and then builds on what it saw: again when that went away.

    Raise `BlobWentAway` when that happens every time.
    """
    for _ in range(ATTEMPTS - 1):
        with suppress(BlobWentAway):
            return keep()
    return keep()


Grants = Sequence[tuple[BlobId, AgencyId]]


class Ledger(Protocol):
    """Where the store's rows are kept."""

    def looking(self) -> AbstractContextManager[BlobLookup]:
        """One snapshot of all rows; short."""
        ...

    def choosing(self) -> AbstractContextManager[BlobLookup]:
        """The same without what may go: for telling whether a blob is known, and on what to build.

        MUST leave out condemned and erased blobs.
        """
        ...

    def allocate(self, *, above: int) -> int:
        """The number of a new pack, greater than *above*; never given twice."""
        ...

    def land(
        self,
        pack: int,
        watermark: int,
        landed: Sequence[Landed],
        grants: Grants,
        *,
        found: bool = False,
        veiled: Sequence[Landed] = (),
    ) -> None:
        """Enter blobs that are on disk; MUST return only when readers can see them.

        *veiled* are here already: for them the same work is done and nothing changes. MUST raise
        `BlobWentAway` when one of them is no longer kept.

        MUST raise `BlobWentAway` and enter nothing when one of them is built on a blob that is no
        longer kept, or when a grant is for one. *found*: nobody was told of these, a dead writer
        left them; what is no longer kept is then passed over, and nothing is brought back.
        """
        ...

    def close_pack(self, pack: int, size: int) -> None:
        """Nobody appends to *pack* any more."""
        ...

    def open_packs(self) -> list[tuple[int, int]]:
        """Packs that somebody appends to, or did until it died; each with its watermark."""
        ...

    def landed_upto(self, pack: int) -> int:
        """Up to which byte of *pack* its records were entered."""
        ...

    def closed_packs(self) -> list[int]:
        """Packs that wait to be sealed."""
        ...

    def retired_packs(self) -> list[int]:
        """Packs whose files may be removed."""
        ...

    def move(self, source: int, target: int, rows: Sequence[tuple[BlobId, bytes]]) -> None:
        """Point rows that still point at *source* to their copies in *target*."""
        ...

    def retire(self, source: int, target: int, *, size: int, records: int) -> None:
        """All of *source* lives in *target*, which is sealed; 0 = nothing of it lives."""
        ...

    def forget(self, pack: int) -> None:
        """The file of a retired pack is gone."""
        ...
