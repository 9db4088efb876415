"""`/openapi.json` says what is routed, no more and no less, in the words of the types themselves."""

import re
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from falcon.inspect import inspect_routes
from falcon.testing import TestClient

from api.app import create_app, routes, store_node_routes
from api.metadata import MetadataView
from api.metrics import Metrics
from api.openapi import PLACES, methods
from api.operations import Resource
from api.problems import status_of
from api.schemas import structs_in
from api.services import Services
from repository.errors import Trouble
from tests.api.conftest import Node

Chosen = Callable[[Services, Metrics], dict[str, Resource]]


@pytest.fixture
def document(node: Node) -> dict[str, Any]:
    answer = node.stranger.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json


def told(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (path, method.upper())
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]


@pytest.mark.parametrize("for_nodes", [False, True])
def test_every_route_and_method_is_in_the_document_and_nothing_else(node: Node, *, for_nodes: bool):
    app = create_app(node.services, for_nodes=for_nodes)
    document = TestClient(app).simulate_get("/openapi.json").json
    routed = {
        (route.path.replace(":int}", "}"), method.method)
        for route in inspect_routes(app)
        for method in route.methods
        if not method.internal
    }

    assert told(document) == routed


@pytest.mark.parametrize("chosen", [routes, store_node_routes])
def test_every_responder_has_its_operation(node: Node, chosen: Chosen):
    for resource in chosen(node.services, Metrics(node.services, time.perf_counter)).values():
        responders = {name for name in dir(type(resource)) if name.startswith("on_")}

        assert {f"on_{method.lower()}" for method in resource.operations} == responders


def test_both_addresses_tell_the_same(node: Node, document: dict[str, Any]):
    versioned = node.stranger.get("/v1/openapi.json")

    assert versioned.json == document
    tag = {"If-None-Match": versioned.headers["ETag"]}
    assert node.stranger.get("/openapi.json", tag).status_code == 304


def test_operations_have_names_of_their_own(document: dict[str, Any]):
    names = [operation["operationId"] for operation in operations(document)]

    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere(document: dict[str, Any]):
    for reference in references(document):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for each in part for found in references(each)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    return own + [found for each in part.values() for found in references(each)]


def test_every_place_in_an_address_is_described(document: dict[str, Any], node: Node):
    of_nodes = store_node_routes(node.services, Metrics(node.services, time.perf_counter))
    paths = (*document["paths"], *of_nodes)
    named = {name for path in paths for name in re.findall(r"\{(\w+)(?::\w+)?\}", path)}

    assert named == set(PLACES)


def test_who_needs_no_token_is_said(document: dict[str, Any], node: Node):
    for path, item in document["paths"].items():
        if "get" not in item or "{" in path or "parameters" in item:
            continue
        stranger = node.stranger.get(path).status_code

        assert (stranger == 401) is ("security" not in item["get"]), path


def test_a_store_node_asks_offices_for_tokens_of_their_own(node: Node):
    offices = TestClient(create_app(node.services, for_nodes=True))
    document = offices.simulate_get("/openapi.json").json
    held = document["paths"]["/v1/node/held"]["post"]

    assert held["security"] == [{"node": []}]
    assert set(document["components"]["securitySchemes"]) == {"bearer", "node"}
    refused = offices.simulate_post("/v1/node/held", json={"blobs": []})
    assert refused.status_code == 401
    assert refused.json["type"] == "/problems/node-not-admitted"
    assert "node-not-admitted" in held["responses"]["401"]["description"]
    assert "unknown-caller" not in held["responses"]["401"]["description"]


@pytest.mark.parametrize("chosen", [routes, store_node_routes])
def test_every_status_of_a_refusal_is_the_one_it_is_told_with(node: Node, chosen: Chosen):
    for resource in chosen(node.services, Metrics(node.services, time.perf_counter)).values():
        for operation in methods(resource).values():
            for trouble in operation.problems:
                assert issubclass(trouble, Trouble)
                assert 400 <= status_of(trouble) < 600


def test_what_is_sent_of_an_answer_is_required_in_it(document: dict[str, Any]):
    schema = document["components"]["schemas"]["DocumentView"]

    there_where_it_is = {
        "voided",
        "marks",
        "recalled",
        "draft_url",
        *MetadataView.__struct_fields__,
    }
    assert set(schema["properties"]) - set(schema["required"]) == there_where_it_is
    assert schema["properties"]["agency"]["description"].startswith("Code of the agency")


def test_what_a_body_may_leave_out_is_not_required(document: dict[str, Any]):
    schema = document["components"]["schemas"]["Registration"]

    assert set(schema["required"]) == {"agency", "register", "direction", "subject"}
    assert schema["additionalProperties"] is False


def test_structs_are_found_within_containers_and_unions():
    class Leaf(msgspec.Struct):
        pass

    class Tree(msgspec.Struct):
        leaves: tuple[Leaf, ...]
        below: "dict[str, Tree] | None" = None

    globals()["Tree"] = Tree

    assert set(structs_in(list[Tree])) == {Leaf, Tree}
