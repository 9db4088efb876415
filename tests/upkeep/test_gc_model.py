"""Garbage collection against a model: put, refer, condemn, sweep, refer late, purge, compact, be killed.

`--interleavings 10000` is the long form; a life that fails tells its seed and what it did.
"""

import random
import shutil
import uuid
from pathlib import Path

import pytest

from api.services.agencies import OpenAgency
from api.services.registers import OpenRegister
from repository.format import create_store
from repository.model.access import OPERATOR
from repository.model.registers import Direction
from repository.upkeep import gc
from tests.crash.clerk import AGENCY, opened
from tests.upkeep.life import Life

BLOCKS = 20
"""Lives are led in so many tests, so that processes can share them."""


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with an agency and a register, and nothing in it."""
    root = tmp_path_factory.mktemp("founded") / "store"
    create_store(root, store=uuid.UUID(int=7))
    with opened(root) as holdings:
        holdings.keeper.submit(OpenAgency(caller=OPERATOR, code=AGENCY, name="Sở Tư pháp"))
        holdings.keeper.submit(
            OpenRegister(
                caller=OPERATOR,
                agency=AGENCY,
                code="den",
                direction=Direction.INCOMING,
                title="Sổ",
            )
        )
    return root


@pytest.mark.parametrize("block", range(BLOCKS))
def test_whatever_happens_no_live_byte_is_lost_and_every_dead_one_is_freed(
    founded: Path, tmp_path: Path, block: int, interleavings: int, monkeypatch: pytest.MonkeyPatch
):
    # One blob a command: what goes together may be cut apart.
    monkeypatch.setattr(gc, "BLOBS_A_COMMAND", 1)
    for seed in range(block, interleavings, BLOCKS):
        root = tmp_path / str(seed) / "store"
        shutil.copytree(founded, root)
        life = Life(root, seed, power=seed % 5 == 0)
        try:
            life.lead(random.Random(seed).randint(15, 50))
            life.settles()
        except BaseException as failed:
            failed.add_note(f"seed {seed}: {' '.join(life.done)}")
            raise
        finally:
            life._close()
        shutil.rmtree(tmp_path / str(seed))
