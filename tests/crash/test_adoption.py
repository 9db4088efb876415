"""What a dead writer left un-synced is made safe before anybody is told that it is here."""

import io
import random
from collections.abc import Callable
from contextlib import suppress

from repository.format import Layout
from repository.holdings import Holdings
from tests.crash.clerk import Clerk, a_paper, opened
from tests.crash.conftest import Harmed
from tests.crash.faults import Disk, Ended, Fault, Plan
from tests.crash.invariants import invariants


def test_a_blob_found_in_a_dead_writers_pack_survives_a_power_cut(
    a_store: Callable[[], Harmed],
):
    for chance in range(5):
        calls = Plan()
        with opened(a_store().root, calls) as holdings:
            holdings.blobs.put(_stream())
        at = next(n for n, call in enumerate(calls.calls, 1) if call.startswith("sync"))
        store, disk = a_store(), Disk()
        dying: Holdings | None = None
        with suppress(Ended):
            dying = opened(store.root, Plan(at, Fault.END_BEFORE, disk=disk))
            Clerk(dying, store.acks).brings(a_paper(900))
        assert dying is not None
        with suppress(Ended):
            dying.close()

        again = opened(store.root, Plan(disk=disk))
        Clerk(again, store.acks).brings(a_paper(900))
        again.close()
        disk.lose_power(random.Random(chance), Layout(store.root).catalogue)

        with opened(store.root) as holdings:
            invariants(holdings, store.told())


def _stream() -> io.BytesIO:
    return io.BytesIO(a_paper(900))
