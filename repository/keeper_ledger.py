"""The store's ledger over a keeper and a catalogue."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from repository.blobs.address import Address
from repository.blobs.ledger import Grants
from repository.blobs.remote import Kept
from repository.catalogue import tables as t
from repository.catalogue.engine import Engine, Transaction
from repository.catalogue.nodes import epoch_of, term_of
from repository.catalogue.targets import Targets
from repository.catalogue.views import Reading
from repository.elsewhere import NoteElsewhere, row_elsewhere
from repository.keeper import Keeper
from repository.landing import (
    NODE,
    AllocatePack,
    ClosePack,
    ForgetPack,
    LandBlobs,
    MoveBlobs,
    RetirePack,
)
from repository.model.blobs import BlobLookup, Landed, pack_row
from repository.model.ids import AgencyId, BlobId
from repository.model.terms import Term


class _Looking:
    """A snapshot seen as rows; a class, for it stands in the path of every read."""

    __slots__ = ("_seen_as", "_snapshot")

    def __init__(
        self,
        snapshot: AbstractContextManager[Transaction],
        seen_as: Callable[[Transaction], BlobLookup] = Reading,
    ) -> None:
        self._snapshot = snapshot
        self._seen_as = seen_as

    def __enter__(self) -> BlobLookup:
        return self._seen_as(self._snapshot.__enter__())

    def __exit__(self, *_: object) -> None:
        self._snapshot.__exit__(None, None, None)


class KeeperLedger:
    """Looks into the catalogue, writes by commands."""

    def __init__(self, engine: Engine, keeper: Keeper, *, writer: str) -> None:
        """*writer* names this process in the list of packs."""
        self._engine = engine
        self._keeper = keeper
        self._writer = writer

    def looking(self) -> AbstractContextManager[BlobLookup]:
        return _Looking(self._engine.reading())

    def choosing(self) -> AbstractContextManager[BlobLookup]:
        return _Looking(self._engine.reading(), Targets)

    def allocate(self, *, above: int) -> int:
        return self._keeper.submit(AllocatePack(caller=NODE, writer=self._writer, above=above))

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
        self._keeper.submit(
            LandBlobs(
                caller=NODE,
                pack=pack,
                watermark=watermark,
                landed=tuple(landed),
                grants=tuple(grants),
                found=found,
                veiled=tuple(veiled),
            )
        )

    def close_pack(self, pack: int, size: int) -> None:
        self._keeper.submit(ClosePack(caller=NODE, pack=pack, size=size))

    def open_packs(self) -> list[tuple[int, int]]:
        with self._engine.reading() as txn:
            return [
                (int(str(key[0])), pack.watermark)
                for key, pack in Reading(txn).scan(t.PACKS)
                if pack.state is t.PackState.OPEN
            ]

    def landed_upto(self, pack: int) -> int:
        with self._engine.reading() as txn:
            row = Reading(txn).get(t.PACKS, pack)
            return row.watermark if row else 0

    def closed_packs(self) -> list[int]:
        return self._packs(t.PackState.CLOSED)

    def retired_packs(self) -> list[int]:
        return self._packs(t.PackState.RETIRED)

    def move(self, source: int, target: int, rows: Sequence[tuple[BlobId, bytes]]) -> None:
        command = MoveBlobs(caller=NODE, source=source, target=target, rows=tuple(rows))
        self._keeper.submit(command)

    def retire(self, source: int, target: int, *, size: int, records: int) -> None:
        self._keeper.submit(
            RetirePack(caller=NODE, source=source, target=target, size=size, records=records)
        )

    def forget(self, pack: int) -> None:
        self._keeper.submit(ForgetPack(caller=NODE, pack=pack))

    # Of an office node (`RemoteLedger`).

    def note_elsewhere(
        self, kept: Sequence[Kept], grants: Iterable[tuple[BlobId, AgencyId]]
    ) -> None:
        command = NoteElsewhere(
            caller=NODE,
            rows=tuple((one.address.blob, _elsewhere(one.address)) for one in kept),
            term=max((one.term for one in kept), default=0),
            stamps=tuple(one.stamp for one in kept),
            grants=tuple(grants),
        )
        self._keeper.submit(command)

    def epoch(self) -> int:
        with self._engine.reading() as txn:
            return epoch_of(Reading(txn))

    def term(self) -> Term:
        """The store node's term in which this node works."""
        with self._engine.reading() as txn:
            return term_of(Reading(txn))

    def _packs(self, state: t.PackState) -> list[int]:
        with self._engine.reading() as txn:
            return [
                int(str(key[0])) for key, pack in Reading(txn).scan(t.PACKS) if pack.state is state
            ]


def _elsewhere(address: Address) -> bytes:
    row = row_elsewhere(
        length=address.size,
        media=address.media.value,
        crc32=address.crc32,
        sha256=address.sha256,
    )
    return pack_row(row)
