"""Every request leaves one line, and no line tells what anybody wrote, sought or sent."""

import pytest

from tests.api.conftest import Node
from tests.api.office import a_file

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_request_leaves_a_line_that_says_what_became_of_it(node: Node):
    answer = node.clerk.registers()

    line = node.noted.lines[-1]
    token = node.clerk.bearer.split("_")[1]
    assert line.pop("seconds") >= 0  # type: ignore[operator]
    assert line.pop("received") > 0  # type: ignore[operator]
    assert line == {
        "event": "request",
        "request": answer.headers["X-Request-Id"],
        "caller": f"token:{token}",
        "peer": "127.0.0.1",
        "method": "POST",
        "route": "/v1/registrations",
        "status": 201,
        "bytes": len(answer.content),
    }


def test_a_refusal_leaves_its_type(node: Node):
    node.stranger.get("/v1/documents/x")
    node.clerk.get("/nowhere")

    unknown, nowhere = node.noted.lines[-2:]
    assert (unknown["status"], unknown["problem"]) == (401, "unknown-caller")
    assert "caller" not in unknown
    assert (nowhere["route"], nowhere["problem"]) == ("-", "no-such-address")


def test_bytes_of_a_file_and_of_a_part_are_counted(node: Node):
    blob = node.clerk.brings(b"x" * 1000)
    for headers in ({}, {"Range": "bytes=0-9"}, {"If-None-Match": f'"{blob}"'}):
        node.clerk.get(f"/v1/blobs/{blob}", headers)
    node.clerk.ask("HEAD", f"/v1/blobs/{blob}")

    assert [line["bytes"] for line in node.noted.lines[-4:]] == [1000, 10, 0, 0]


def test_no_line_holds_what_somebody_wrote(node: Node):
    secret = "Nguyễn Văn Kín"
    node.clerk.brings(b"%PDF x")
    node.clerk.registers(subject=secret, issuer=secret, components=[a_file(b"%PDF x", secret)])
    node.clerk.get("/v1/search", params={"q": f'"{secret}"'})
    node.clerk.registers(subject=secret + "\0")
    node.clerk.get("/v1/agencies/Kín/registers")

    told = str(node.noted.lines)
    assert "Kín" not in told
    assert node.clerk.bearer.split("_", 2)[2] not in told


def test_a_trace_is_given_back_and_noted(node: Node):
    answer = node.clerk.get("/healthz", {"traceparent": TRACE})

    assert answer.headers["traceparent"] == TRACE
    assert node.noted.lines[-1]["trace"] == TRACE.split("-")[1]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "x",
        TRACE.upper(),
        TRACE + "-00",
        TRACE.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
    ],
)
def test_what_is_no_trace_is_passed_over(node: Node, given: str):
    answer = node.clerk.get("/healthz", {"traceparent": given})

    assert "traceparent" not in answer.headers
    assert "trace" not in node.noted.lines[-1]


@pytest.mark.filterwarnings("ignore:Unknown REQUEST_METHOD")
def test_a_method_that_nobody_knows_leaves_a_line_too(node: Node):
    answer = node.stranger.ask("WEBSOCKET", "/v1")

    assert answer.status_code == 400
    line = node.noted.lines[-1]
    assert (line["method"], line["status"], line["seconds"]) == ("-", 400, 0)
