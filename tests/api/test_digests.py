"""What a sender promises of its bytes is held against them, and ours are told to who wishes it."""

import hashlib
import json
from base64 import b64encode

import pytest
from falcon.testing import Result

from tests.api.conftest import Node
from tests.api.office import an_arrival, sha256_field


def field(algorithm: str, content: bytes) -> str:
    name = algorithm.replace("-", "")
    return f"{algorithm}=:{b64encode(hashlib.new(name, content).digest()).decode()}:"


def registering(node: Node, digest: str, body: bytes) -> Result:
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": "k",
        "Content-Digest": digest,
    }
    return node.clerk.ask("POST", "/v1/registrations", headers, body=body)


def test_a_body_that_is_what_was_promised_is_taken(node: Node):
    body = json.dumps(an_arrival()).encode()
    both = f"{field('sha-256', body)}, {field('sha-512', body)}, md5=:AAAA:"

    assert registering(node, both, body).status_code == 201


def test_a_body_that_is_not_what_was_promised_is_refused(node: Node):
    body = json.dumps(an_arrival()).encode()

    answer = registering(node, sha256_field(b"something else"), body)

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/digest-mismatch"
    assert node.clerk.registers().json["number"] == 1


def test_a_promise_that_cannot_be_read_is_refused(node: Node):
    answer = registering(node, "sha-256=nonsense", json.dumps(an_arrival()).encode())

    assert answer.json["type"] == "/problems/bad-content-digest"


@pytest.mark.parametrize(
    ("wish", "algorithm"),
    [("sha-256=1", "sha-256"), ("sha-512=9, sha-256=1", "sha-512"), ("sha-256=0, md5=9", "")],
)
def test_an_answer_bears_the_digest_that_is_wished_for(node: Node, wish: str, algorithm: str):
    answer = node.clerk.get("/v1/agencies", {"Want-Content-Digest": wish})

    expected = field(algorithm, answer.content) if algorithm else None
    assert answer.headers.get("Content-Digest") == expected
    assert "Repr-Digest" not in answer.headers


def test_a_refusal_bears_it_too(node: Node):
    answer = node.stranger.get("/v1/agencies", {"Want-Repr-Digest": "sha-256=1"})

    assert answer.headers["Repr-Digest"] == sha256_field(answer.content)


def test_a_wish_leaves_the_digest_of_the_whole_beside_that_of_a_part(node: Node):
    blob = node.clerk.brings(b"x" * 1000)
    wish = {"Want-Content-Digest": "sha-256=1", "Want-Repr-Digest": "sha-512=1"}

    part = node.clerk.get(f"/v1/blobs/{blob}", {"Range": "bytes=0-9"} | wish)

    assert part.headers["Content-Digest"] == sha256_field(b"x" * 10)
    assert part.headers["Repr-Digest"] == sha256_field(b"x" * 1000)


def test_a_file_always_bears_the_digest_of_the_whole(node: Node):
    blob = node.clerk.brings(b"x" * 1000)

    part = node.clerk.get(f"/v1/blobs/{blob}", {"Range": "bytes=0-9"})
    headed = node.clerk.ask("HEAD", f"/v1/blobs/{blob}", {"Range": "bytes=0-9"})

    # RFC 9110, 14.2: a range is for GET alone.
    assert (part.status_code, headed.status_code) == (206, 200)
    assert part.headers["Repr-Digest"] == headed.headers["Repr-Digest"] == sha256_field(b"x" * 1000)
    assert headed.headers["Content-Length"] == "1000"
    assert headed.content == b""
