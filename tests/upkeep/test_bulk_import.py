"""Many files at once while what they were to be built on is destroyed."""

import io
from pathlib import Path

from api.services.purges import ConfirmPurge, RequestPurge
from repository.blobs.store import LocalStore
from repository.keeper_ledger import KeeperLedger
from repository.landing import LandBlobs
from repository.model.access import Caller, Right
from tests.crash.clerk import Acks, found_store, opened, revisions
from tests.upkeep.life import Interrupted

DIRECTOR = Caller(name="giám đốc", rights=frozenset(Right), every_agency=True)
ARCHIVIST = Caller(name="lưu trữ", rights=frozenset(Right), every_agency=True)


def test_a_batch_whose_base_goes_before_it_is_entered_is_planned_anew(tmp_path: Path):
    found_store(tmp_path / "store", Acks(tmp_path / "acks"))
    first, second = revisions(8080, 2)
    with opened(tmp_path / "store") as holdings:
        base = holdings.blobs.put(io.BytesIO(first)).id
        keeper = holdings.keeper

        def purges() -> None:
            asked = keeper.submit(RequestPurge(caller=DIRECTOR, blob=base, reason="theo lệnh"))
            keeper.submit(
                ConfirmPurge(caller=ARCHIVIST, purge=asked.id, with_it=(), brought_before=0)
            )

        store = holdings.blobs
        assert isinstance(store, LocalStore)
        assert isinstance(store._ledger, KeeperLedger)
        store._ledger._keeper = Interrupted(keeper, (LandBlobs,), 1, purges)

        (receipt,) = store.put_many([io.BytesIO(second)])

        assert store.read(receipt.id) == second
        with holdings.reading() as now:
            assert base not in [segment.base for segment in now.segments(receipt.id)]
