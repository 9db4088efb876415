"""Many files are asked for at once, and nobody learns from it what others have."""

from typing import Any

import pytest
from falcon.testing import Result

from repository.model.access import Right
from tests.api.conftest import MAX_BLOB, Node
from tests.api.office import Office, a_file, blob_name

PAPER, OTHER = b"%PDF-1.7 van ban %%EOF", b"%PDF-1.7 khac %%EOF"


def asks(office: Office, operation: str, /, *contents: bytes, **changes: Any) -> Result:
    objects = [{"id": blob_name(content), "size": len(content)} for content in contents]
    return office.post("/v1/blobs/batch", {"operation": operation, "objects": objects} | changes)


def test_what_is_not_here_is_to_be_sent_and_what_is_here_is_not(node: Node):
    node.clerk.brings(PAPER)

    known, new = asks(node.clerk, "upload", PAPER, OTHER).json["objects"]

    assert known == {"id": blob_name(PAPER), "size": len(PAPER)}
    href = f"/v1/blobs/{blob_name(OTHER)}"
    assert new["actions"] == {"upload": {"method": "PUT", "href": href}}
    assert node.clerk.ask("PUT", href, body=OTHER).status_code == 201
    assert "actions" not in asks(node.clerk, "upload", OTHER).json["objects"][0]


def test_what_one_may_read_may_be_fetched(node: Node):
    node.clerk.brings(PAPER)

    here, unknown = asks(node.clerk, "download", PAPER, OTHER).json["objects"]

    assert node.clerk.get(here["actions"]["download"]["href"]).content == PAPER
    assert (unknown["error"]["code"], unknown["error"]["type"]) == (404, "/problems/hidden")
    assert "actions" not in unknown


@pytest.mark.parametrize("operation", ["upload", "download"])
def test_what_another_agency_has_looks_like_what_nobody_has(node: Node, operation: str):
    node.neighbour.brings(PAPER)
    node.neighbour.registers(agency="H20.15", components=[a_file(PAPER)])

    held, unknown = asks(node.clerk, operation, PAPER, OTHER).json["objects"]

    same = {"id": "", "size": 0}
    assert str(held | same).replace(blob_name(PAPER), "") == str(unknown | same).replace(
        blob_name(OTHER), ""
    )


def test_a_wrong_size_is_told_only_of_what_one_may_read(node: Node):
    node.neighbour.brings(PAPER)
    wrong = [{"id": blob_name(PAPER), "size": 1}]

    strange = asks(node.clerk, "upload", objects=wrong).json["objects"][0]
    own = asks(node.neighbour, "upload", objects=wrong).json["objects"][0]

    assert "upload" in strange["actions"]
    assert (own["error"]["code"], own["error"]["type"]) == (422, "/problems/size-differs")


def test_what_is_too_large_to_be_stored_is_told_before_it_is_sent(node: Node):
    large = [{"id": blob_name(OTHER), "size": MAX_BLOB + 1}]

    told = asks(node.clerk, "upload", objects=large).json["objects"][0]

    assert told["error"]["code"] == 413


def test_who_only_writes_does_not_send_again_what_their_agency_brought(node: Node):
    writer = node.office("H20.14", rights=(Right.WRITE,))
    writer.brings(PAPER)

    assert "actions" not in asks(writer, "upload", PAPER).json["objects"][0]
    assert asks(writer, "download", PAPER).status_code == 403


def test_who_only_reads_has_nothing_to_send(node: Node):
    assert asks(node.office("H20.14", rights=(Right.READ,)), "upload", PAPER).status_code == 403


def test_the_agency_that_brings_is_kept_in_the_address(node: Node):
    named = asks(node.clerk, "upload", PAPER, agency="H20.14").json["objects"][0]

    assert named["actions"]["upload"]["href"].endswith("?agency=H20.14")
    assert asks(node.clerk, "upload", PAPER, agency="H20.15").status_code == 404


def test_a_batch_ends_at_a_thousand(node: Node):
    one = {"id": blob_name(PAPER), "size": 1}

    assert len(asks(node.clerk, "upload", objects=[one] * 1000).json["objects"]) == 1000
    answer = asks(node.clerk, "upload", objects=[one] * 1001)
    assert (answer.status_code, answer.json["type"]) == (413, "/problems/batch-too-long")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"operation": "delete"}, "$.operation"),
        ({"objects": [{"id": "blake3:x", "size": 1}]}, "$.objects[0].id"),
        ({"objects": [{"id": blob_name(PAPER) + "\n", "size": 1}]}, "$.objects[0].id"),
        ({"objects": [{"id": blob_name(PAPER), "size": -1}]}, "$.objects[0].size"),
        ({"objects": {}}, "$.objects"),
        ({"hash": "sha256"}, "$.hash"),
    ],
)
def test_a_batch_must_be_as_described(node: Node, changes: dict[str, Any], path: str):
    answer = asks(node.clerk, "upload", PAPER, **changes)

    assert (answer.status_code, answer.json["path"]) == (422, path)
