"""The node tells what it offers and how it is."""

import pytest

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
    line = 'vankho_requests_total{method="GET",route="/v1/documents/{document}",status="404"} 1.0'
    assert line in told.text
    assert "/nowhere" not in told.text
    assert "vankho_index_lag_events" in told.text


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
