"""The follower's steps at an office node: what its store node cannot give now is tried again."""

from collections.abc import Iterator

import pytest

from indexer.text import ExtractorDown
from repository.blobs.store_node import StoreNodeUnreachable
from repository.errors import Trouble
from repository.model.blobs import BlobMissing
from tests.api.conftest import Noted
from tools.serving.following import Step, patiently


def doing(*outcomes: int | Trouble) -> Step:
    """A step that comes to these, one after the other."""
    coming: Iterator[int | Trouble] = iter(outcomes)

    def step() -> int:
        outcome = next(coming)
        if isinstance(outcome, Trouble):
            raise outcome
        return outcome

    return step


def test_an_outage_is_told_once_and_work_goes_on_after_it():
    noted, away = Noted(), StoreNodeUnreachable(reason="silence")
    step = patiently(doing(away, away, away, 3, away), noted)

    assert [step() for _ in range(5)] == [0, 0, 0, 3, 0]
    assert [line["event"] for line in noted.lines] == ["put-off", "put-off"]
    assert noted.lines[0]["problem"] == "store-node-unreachable"


@pytest.mark.parametrize("trouble", [BlobMissing(blob="?"), ExtractorDown(cause="gone")])
def test_whatever_does_not_go_away_by_itself_is_not_put_off(trouble: Trouble):
    with pytest.raises(type(trouble)):
        patiently(doing(trouble), Noted())()
