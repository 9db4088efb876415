"""The client, against servers that keep their word and servers that do not."""

import io
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from repository.errors import Kind
from tools.http import TRIES, BadAddress, Client, NotAdmitted, Refused, ServerDown, ServerFull


def an_answer(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@contextmanager
def answering(*answers: bytes) -> Generator[tuple[Client, list[bytes]]]:
    """A client of a server that gives each connection the next of *answers*, then hangs up."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_answer, args=(listening, answers, asked))
        thread.start()
        with Client(f"http://127.0.0.1:{listening.getsockname()[1]}", "vk_t") as client:
            yield client, asked
        thread.join()


def _answer(listening: socket.socket, answers: tuple[bytes, ...], asked: list[bytes]) -> None:
    for answer in answers:
        connection, _ = listening.accept()
        with connection:
            asked.append(connection.recv(65536))
            connection.sendall(answer)


def test_json_comes_as_what_it_is():
    with answering(an_answer(b'{"a": [1]}')) as (client, asked):
        assert client.get("/x", dict[str, list[int]], q="đ & ê") == {"a": [1]}

    assert asked[0].startswith(b"GET /x?q=%C4%91%20%26%20%C3%AA HTTP/1.1\r\n")
    assert b"Authorization: Bearer vk_t\r\n" in asked[0]


def test_a_lost_connection_is_tried_again():
    with answering(b"", an_answer(b"{}")) as (client, asked):
        assert client.get("/x", dict[str, Any]) == {}

    assert len(asked) == 2


def test_what_may_not_be_done_twice_is_not_asked_twice():
    with answering(b"") as (client, asked), pytest.raises(ServerDown):
        client.post("/v1/agencies", {}, dict[str, Any])

    assert len(asked) == 1


def test_under_a_key_it_is_asked_again():
    with answering(b"", an_answer(b"{}")) as (client, asked):
        client.post("/v1/registrations", {}, dict[str, Any], key="k")

    assert len(asked) == 2


def test_a_file_is_sent_anew_from_its_beginning():
    with answering(b"", an_answer(b"{}")) as (client, asked):
        client.post_file("/v1/blobs", io.BytesIO(b"content"), dict[str, Any])

    assert all(b"Content-Length: 7\r\n" in request for request in asked)


def test_a_server_that_is_not_there_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    with Client(f"http://127.0.0.1:{port}") as client, pytest.raises(ServerDown) as caught:
        client.get("/readyz", dict[str, Any])

    assert caught.value.kind is Kind.UNAVAILABLE


def test_a_problem_is_told_with_its_type():
    problem = an_answer(b'{"type": "/problems/x", "detail_en": "No."}', "422 Unprocessable")

    with answering(problem) as (client, _), pytest.raises(Refused) as caught:
        client.get("/x", dict[str, Any])

    assert caught.value.facts == {"status": 422, "type": "/problems/x", "detail": "No"}


@pytest.mark.parametrize(
    ("status", "trouble"),
    [("401 U", NotAdmitted), ("403 F", NotAdmitted), ("507 I", ServerFull), ("500 E", Refused)],
)
def test_each_refusal_has_its_kind(status: str, trouble: type[Exception]):
    with answering(an_answer(b"<html>", status)) as (client, _), pytest.raises(trouble):
        client.get("/x", dict[str, Any])


def test_a_server_that_is_not_ready_is_asked_again_then_given_up():
    answers = [an_answer(b"", "503 S")] * TRIES

    with answering(*answers) as (client, asked), pytest.raises(ServerDown):
        client.get("/x", dict[str, Any])

    assert len(asked) == TRIES


def test_an_answer_that_is_not_ours_is_refused():
    with answering(an_answer(b"<html>hello")) as (client, _), pytest.raises(Refused):
        client.get("/x", dict[str, Any])


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1",
        "ftp://a",
        "http://",
        "http://a:b",
        "http://a/b",
        "http://[::1",
        "http://a?q",
    ],
)
def test_what_is_no_address_is_told(address: str):
    with pytest.raises(BadAddress):
        Client(address)
