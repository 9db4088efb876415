"""The node tells what it offers and how it is."""

from datetime import timedelta

import pytest

from indexer.follower import IndexFollower
from tests.api.conftest import MAX_BLOB, Node


@pytest.mark.parametrize("path", ["/v1", "/v1/"])
def test_a_stranger_learns_the_limits(node: Node, path: str):
    told = node.stranger.get(path)

    assert told.status_code == 200
    assert told.json["blob_algorithm"] == "blake3"
    assert told.json["limits"]["max_blob"] == MAX_BLOB


def test_the_process_lives(node: Node):
    assert node.stranger.get("/healthz").json == {"alive": True}


def test_a_node_that_can_write_is_ready_and_tells_how_far_search_is_behind(node: Node):
    told = node.stranger.get("/readyz")
    before = told.json["index_lag"]
    node.clerk.registers()

    assert (told.status_code, told.json["ready"]) == (200, True)
    assert node.stranger.get("/readyz").json["index_lag"] == before + 1


def test_figures_are_for_who_may_read_everything_and_count_by_route(node: Node):
    node.clerk.get("/v1/documents/none")
    node.clerk.get("/nowhere/at/all")

    told = node.province.get("/metrics")

    assert node.stranger.get("/metrics").status_code == 401
    assert node.clerk.get("/metrics").status_code == 403
    labels = 'method="GET",route="/v1/documents/{document}",status="404",worker="worker"'
    assert f"vankho_requests_total{{{labels}}} 1.0" in told.text
    assert "/nowhere" not in told.text


def figure(node: Node, name: str) -> float:
    lines = node.province.get("/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(name + " "))


def test_figures_tell_how_far_the_followers_are_behind(node: Node):
    node.clerk.registers()
    node.clock.now += timedelta(seconds=90)

    assert figure(node, 'vankho_lag_events{follower="index"}') == figure(node, "vankho_log_events")
    assert figure(node, 'vankho_lag_seconds{follower="texts"}') == 90
    follower = IndexFollower(node.holdings, node.index)
    follower.step()
    assert figure(node, 'vankho_lag_events{follower="index"}') == 0
    assert figure(node, 'vankho_lag_seconds{follower="index"}') == 0


def test_figures_tell_what_the_keeper_decided(node: Node):
    before = figure(node, "vankho_keeper_commands_total")
    node.clerk.registers()
    node.clerk.registers(subject="")

    assert figure(node, "vankho_keeper_up") == 1
    assert figure(node, "vankho_keeper_commands_total") >= before + 2
    assert figure(node, "vankho_keeper_refusals_total") == 1
    assert figure(node, 'vankho_keeper_batch_commands_bucket{le="512.0"}') > 0


def test_figures_tell_what_uploads_brought_and_what_was_here(node: Node):
    for _ in range(3):
        node.clerk.brings(b"x" * 1000)

    worker = 'worker="worker"'
    assert figure(node, f'vankho_upload_bytes_total{{known="false",{worker}}}') == 1000
    assert figure(node, f'vankho_upload_bytes_total{{known="true",{worker}}}') == 2000


def test_figures_count_refusals_by_their_type(node: Node):
    node.clerk.put_blob(b"x", "blake3:" + "0" * 64)

    labels = 'type="digest-mismatch",worker="worker"'
    assert figure(node, f"vankho_problems_total{{{labels}}}") == 1


def test_the_head_of_the_log_moves_with_every_document(node: Node):
    before = node.clerk.get("/v1/log/checkpoint").json
    node.clerk.registers()
    after = node.clerk.get("/v1/log/checkpoint").json

    assert after["size"] == before["size"] + 1
    assert after["root"] != before["root"]
    assert len(after["root"]) == 64


@pytest.mark.parametrize(
    "path",
    ["/v1/agencies", "/v1/search", "/v1/tokens", "/v1/log/checkpoint", "/v1/documents/x"],
)
def test_everything_else_needs_a_caller(node: Node, path: str):
    assert node.stranger.get(path).status_code == 401
