"""Looking after nodes: a store node keeps what offices brought; an office has nothing to tend."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.services import RULES
from api.services.nodes import AdmitNode, TakeCustody, TakeEpoch, as_caller
from repository.blobs.port import BlobStore
from repository.errors import Trouble
from repository.format import StoreOptions, create_store
from repository.holdings import Holdings
from repository.maintenance import NothingToTend, maintaining, require_own_files
from repository.model.access import OPERATOR
from repository.model.ids import BlobId, system_clock
from repository.model.nodes import parse_node
from repository.upkeep.gc import collect
from tests.repository.stores import SMALL, STORE, noise

NODE = parse_node("xa-1")
GRACE = timedelta(days=1)


class Calendar:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = system_clock()

    def __call__(self) -> datetime:
        return self.now

    def days_later(self, days: int) -> None:
        self.now += timedelta(days=days)


def stored(blobs: BlobStore, seed: int) -> BlobId:
    return blobs.put(io.BytesIO(noise(5000, seed))).id


def test_what_is_in_custody_is_no_garbage(tmp_path: Path):
    clock = Calendar()
    root = create_store(tmp_path / "store", store=STORE).root
    with Holdings.open_alone(root, SMALL, rules=RULES, clock=clock) as holdings:
        kept, lost = stored(holdings.blobs, 1), stored(holdings.blobs, 2)
        in_custody(holdings, kept)
        for _ in range(3):
            clock.days_later(40)
            collect(holdings, grace=GRACE, really=True)

        assert holdings.blobs.read(kept) == noise(5000, 1)
        with pytest.raises(Trouble):
            holdings.blobs.read(lost)


def test_what_is_brought_late_to_a_condemned_blob_revives_it(tmp_path: Path):
    clock = Calendar()
    root = create_store(tmp_path / "store", store=STORE).root
    with Holdings.open_alone(root, SMALL, rules=RULES, clock=clock) as holdings:
        blob = stored(holdings.blobs, 1)
        clock.days_later(40)
        assert collect(holdings, grace=GRACE, really=True).condemned == 1

        in_custody(holdings, blob)
        for _ in range(2):
            clock.days_later(40)
            collect(holdings, grace=GRACE, really=True)

        assert holdings.blobs.read(blob) == noise(5000, 1)


def in_custody(holdings: Holdings, blob: BlobId) -> None:
    keeper = holdings.keeper
    node = keeper.submit(AdmitNode(caller=OPERATOR, node=NODE, digest=b"d" * 32))
    caller = as_caller(node)
    given = keeper.submit(TakeEpoch(caller=caller, node=NODE, instance="một", lease=30.0))
    keeper.submit(TakeCustody(caller=caller, node=NODE, epoch=given.epoch, blobs=(blob,)))


def test_an_office_node_is_tended_at_its_store_node(tmp_path: Path):
    layout = create_store(tmp_path / "store", store=STORE, office="xa-1")

    with pytest.raises(NothingToTend, match="xa-1"), maintaining(layout):
        pass
    with pytest.raises(NothingToTend, match="xa-1"):
        require_own_files(layout)


def test_a_store_of_its_own_is_tended_here(tmp_path: Path):
    options = StoreOptions(map_size=SMALL.map_size, reserve=0)
    root = create_store(tmp_path / "store", store=STORE).root
    with Holdings.open_alone(root, options, rules=RULES) as holdings:
        assert holdings.seal() == []
