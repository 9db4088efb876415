"""Many documents get their numbers at once: each line for itself, or all of them or none."""

import json
from typing import Any

import pytest
from falcon.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository.model.access import Right
from tests.api.conftest import Node
from tests.api.office import Office, a_draft, a_file, an_arrival, blob_name

SAME_PAPER = {"symbol": "12/QĐ-UBND", "issuer": "UBND tỉnh", "issued": "2026-02-27"}
WRONG = an_arrival(subject="")


def sends(
    office: Office, *rows: object, key: str = "lô-1".encode().hex(), atomic: bool = False
) -> Result:
    lines = b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": key}
    path = "/v1/registrations:batch"
    return office.ask("POST", path, headers, body=lines, params={"atomic": atomic})


def told(answer: Result) -> list[Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def numbers(lines: list[Any]) -> list[int]:
    return [line["document"]["number"] for line in lines if "document" in line]


@pytest.mark.parametrize("atomic", [False, True])
def test_every_line_gets_a_number_in_the_order_of_the_lines(node: Node, *, atomic: bool):
    rows = [an_arrival(subject=f"Việc {n}") for n in range(5)]

    lines = told(sends(node.clerk, *rows, atomic=atomic))

    assert [line["line"] for line in lines] == [1, 2, 3, 4, 5]
    assert [line["status"] for line in lines] == [201] * 5
    assert numbers(lines) == [1, 2, 3, 4, 5]
    shown = node.clerk.get(lines[2]["document"]["url"]).json
    assert shown == lines[2]["document"]
    assert shown["subject"] == "Việc 2"


def test_a_refused_line_takes_no_number_and_leaves_the_others(node: Node):
    rows = [an_arrival(), WRONG, b"{", an_arrival(agency="H20.15"), an_arrival()]

    lines = told(sends(node.clerk, *rows))

    assert [line["status"] for line in lines] == [201, 422, 400, 404, 201]
    assert numbers(lines) == [1, 2]
    assert lines[1]["problem"]["type"] == "/problems/field-missing"
    assert lines[1]["problem"]["path"] == "$.subject"
    assert lines[2]["problem"]["type"] == "/problems/malformed-json"


@pytest.mark.parametrize("wrong", [WRONG, b"{", b'{"agency": 1}', an_arrival(agency="H20.15")])
def test_one_refused_line_refuses_the_whole_of_an_atomic_batch(node: Node, wrong: object):
    before = node.clerk.get("/v1/log/checkpoint").json

    answer = sends(node.clerk, an_arrival(), an_arrival(), wrong, an_arrival(), atomic=True)

    assert answer.status_code in (400, 404, 422)
    assert answer.json["line"] == 3
    assert node.clerk.get("/v1/log/checkpoint").json == before
    assert node.clerk.registers().json["number"] == 1


@pytest.mark.parametrize("atomic", [False, True])
def test_the_same_batch_again_gets_the_first_answers(node: Node, *, atomic: bool):
    rows = [an_arrival(), a_draft(), an_arrival(**SAME_PAPER)]
    first = told(sends(node.clerk, *rows, atomic=atomic))
    node.clerk.registers()

    again = sends(node.clerk, *rows, atomic=atomic)

    assert again.headers["Idempotency-Replayed"] == "true"
    assert [line["document"] for line in told(again)] == [line["document"] for line in first]
    assert all(line["replayed"] for line in told(again))
    assert node.clerk.registers().json["number"] == 4


def test_a_batch_cut_off_half_way_goes_on_where_it_ended(node: Node):
    rows = [an_arrival(subject=f"Việc {n}") for n in range(4)]
    first = told(sends(node.clerk, *rows[:2]))

    whole = sends(node.clerk, *rows, atomic=True)

    assert "Idempotency-Replayed" not in whole.headers
    assert numbers(told(whole)) == [*numbers(first), 3, 4]
    assert [line.get("replayed", False) for line in told(whole)] == [True, True, False, False]


def test_the_same_key_with_another_line_is_refused(node: Node):
    sends(node.clerk, an_arrival(), an_arrival())

    lines = told(sends(node.clerk, an_arrival(), an_arrival(subject="Khác")))

    assert [line["status"] for line in lines] == [201, 422]
    assert lines[1]["problem"]["type"] == "/problems/idempotency-key-reused"


def test_keys_of_batches_and_of_single_documents_do_not_meet(node: Node):
    sends(node.clerk, an_arrival(), key="k")

    assert node.clerk.registers("k", subject="Khác").status_code == 201
    assert node.clerk.registers("k1", subject="Khác nữa").status_code == 201


@pytest.mark.parametrize("atomic", [False, True])
def test_the_same_paper_twice_in_a_batch_is_refused(node: Node, *, atomic: bool):
    answer = sends(node.clerk, an_arrival(**SAME_PAPER), an_arrival(**SAME_PAPER), atomic=atomic)

    if atomic:
        assert (answer.status_code, answer.json["line"]) == (409, 2)
        return
    first, second = told(answer)
    assert second["status"] == 409
    assert second["problem"]["document"] == first["document"]["id"]


def test_numbers_of_an_atomic_batch_follow_one_another_in_each_register(node: Node):
    node.clerk.registers()
    rows = [an_arrival(), a_draft(), an_arrival(), a_draft(), an_arrival()]

    lines = told(sends(node.clerk, *rows, atomic=True))

    assert numbers(lines) == [2, 1, 3, 2, 4]
    assert lines[1]["document"]["symbol"] == "01/STP-VP"


def test_files_are_those_that_the_caller_may_use(node: Node):
    node.clerk.brings(b"%PDF ours")
    node.neighbour.brings(b"%PDF theirs")
    rows = [an_arrival(components=[a_file(content)]) for content in (b"%PDF ours", b"%PDF theirs")]

    lines = told(sends(node.clerk, *rows))

    assert [line["status"] for line in lines] == [201, 422]
    assert lines[0]["document"]["components"][0]["blob"] == blob_name(b"%PDF ours")
    assert lines[1]["problem"]["path"] == "$.components[0].blob"


def test_empty_lines_hold_nothing_but_are_counted(node: Node):
    lines = told(sends(node.clerk, b"", an_arrival(), b"  \r", an_arrival(), b""))

    assert [line["line"] for line in lines] == [2, 4]
    assert told(sends(node.clerk, b"\n", key="none")) == []


def test_a_batch_ends_at_five_hundred_lines(node: Node):
    assert len(told(sends(node.clerk, *[an_arrival()] * 500, atomic=True))) == 500
    answer = sends(node.clerk, *[an_arrival()] * 501, key="more")

    assert (answer.status_code, answer.json["type"]) == (413, "/problems/batch-too-long")


def test_a_batch_of_nothing_but_empty_lines_ends_too(node: Node):
    answer = sends(node.clerk, b"\n" * 1_000_000)

    assert (answer.status_code, answer.json["type"]) == (413, "/problems/batch-too-long")


def test_a_batch_over_the_limit_of_bytes_is_refused(node: Node):
    large = an_arrival(subject="x" * node.services.limits.max_batch)

    assert sends(node.clerk, large).json["type"] == "/problems/body-too-large"


@pytest.mark.parametrize("key", ["", "a b", "k" * 201])
def test_without_a_usable_key_nothing_is_registered(node: Node, key: str):
    assert sends(node.clerk, an_arrival(), key=key).status_code == 400


def test_json_is_no_batch(node: Node):
    headers = {"Idempotency-Key": "k"}

    assert node.clerk.post("/v1/registrations:batch", [an_arrival()], headers).status_code == 415


def test_who_only_reads_registers_nothing(node: Node):
    reader = node.office("H20.14", rights=(Right.READ,))

    assert told(sends(reader, an_arrival()))[0]["status"] == 403
    assert sends(reader, an_arrival(), atomic=True).status_code == 403


ROW = st.sampled_from([an_arrival(), a_draft(), WRONG, an_arrival(register="nowhere"), b"[]"])


@given(rows=st.lists(ROW, max_size=12), atomic=st.booleans())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_refused_no_register_has_a_gap(node: Node, rows: list[object], *, atomic: bool):
    key = f"key-{node.clerk.get('/v1/log/checkpoint').json['size']}-{len(rows)}-{atomic}"
    sends(node.clerk, *rows, key=key, atomic=atomic)

    for register in node.clerk.get("/v1/agencies/H20.14/registers").json["registers"]:
        found = node.clerk.get(f"{register['url']}/entries", params={"limit": 200}).json
        given_numbers = [row["number"] for row in found["entries"]]
        assert given_numbers == list(range(1, register["next_number"]))[: len(given_numbers)]
        assert len(given_numbers) in (200, register["next_number"] - 1)
