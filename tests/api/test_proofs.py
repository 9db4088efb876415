"""That an event stands in the log is proved to who may read it, and to nobody else."""

import base64
from typing import Any

import pytest

from repository.model import merkle
from repository.model.access import Right
from repository.model.events import DocumentRegistered, decode_event
from tests.api.conftest import Node
from tests.repository.test_tree import folded


def proof_of(node: Node, document: Any, **rest: int) -> Any:
    history = node.clerk.get(document["url"] + "/history").json
    sequence = history["revisions"][0]["log_sequence"]
    return node.clerk.get("/v1/log/proof", params={"seq": sequence} | rest).json


def leads_to(told: Any) -> str:
    path = tuple(map(bytes.fromhex, told["path"]))
    leaf = bytes.fromhex(told["leaf"])
    return folded(told["sequence"] - 1, told["size"], leaf, path).hex()


def test_a_registration_is_proved_to_stand_in_the_log(node: Node):
    document = node.clerk.registers().json
    for _ in range(300):
        node.clerk.registers()

    told = proof_of(node, document)

    event = base64.b64decode(told["event"])
    body = decode_event(event).body
    assert isinstance(body, DocumentRegistered)
    assert (body.id, body.number) == (document["id"], document["number"])
    assert told["leaf"] == merkle.leaf(event).hex()
    assert leads_to(told) == told["root"]
    head = node.clerk.get("/v1/log/checkpoint").json
    assert (told["size"], told["root"]) == (head["size"], head["root"])


def test_it_is_proved_against_a_head_that_was_noted_earlier(node: Node):
    document = node.clerk.registers().json
    noted = node.clerk.get("/v1/log/checkpoint").json
    node.clerk.registers()

    told = proof_of(node, document, size=noted["size"])

    assert (told["size"], told["root"]) == (noted["size"], noted["root"])
    assert leads_to(told) == noted["root"]


@pytest.mark.parametrize(("rest", "status"), [({"size": 10**9}, 404), ({"size": 1}, 404)])
def test_there_is_no_proof_in_a_log_of_another_size(node: Node, rest: dict[str, int], status: int):
    sequence = node.clerk.get("/v1/log/checkpoint").json["size"]
    node.clerk.registers()

    answer = node.clerk.get("/v1/log/proof", params={"seq": sequence} | rest)

    assert answer.status_code == status


def test_an_event_of_another_agency_is_as_good_as_none(node: Node):
    node.neighbour.registers(agency="H20.15")
    sequence = node.clerk.get("/v1/log/checkpoint").json["size"]
    same = {"X-Request-Id": "a"}

    held = node.clerk.get("/v1/log/proof", same, params={"seq": sequence})
    unknown = node.clerk.get("/v1/log/proof", same, params={"seq": sequence + 1})

    assert held.status_code == unknown.status_code == 404
    assert held.text == unknown.text
    assert node.province.get("/v1/log/proof", params={"seq": sequence}).status_code == 200


def test_events_of_the_node_itself_are_for_who_reads_everywhere(node: Node):
    node.office("H20.14")  # the last event: a token was issued
    sequence = node.clerk.get("/v1/log/checkpoint").json["size"]

    assert node.clerk.get("/v1/log/proof", params={"seq": sequence}).status_code == 404
    assert node.province.get("/v1/log/proof", params={"seq": sequence}).status_code == 200


def test_who_does_not_read_is_shown_no_proof_as_if_there_were_no_event(node: Node):
    node.clerk.registers()
    sequence = node.clerk.get("/v1/log/checkpoint").json["size"]
    writer = node.office("H20.14", rights=(Right.WRITE,))

    assert writer.get("/v1/log/proof", params={"seq": sequence}).status_code == 404


@pytest.mark.parametrize("seq", ["", "0", "-1", "x", str(2**53)])
def test_a_place_that_no_event_has_is_refused(node: Node, seq: str):
    answer = node.clerk.get("/v1/log/proof", params={"seq": seq})

    assert (answer.status_code, answer.json["parameter"]) == (400, "seq")
    assert node.clerk.get("/v1/log/proof").json["type"] == "/problems/parameter-missing"
