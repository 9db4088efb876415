"""Files go in under their digest and come back byte for byte, or not at all."""

import base64
import hashlib
from pathlib import Path

import pytest

from repository.model.access import Right
from tests.api.conftest import MAX_BLOB, Node
from tests.api.office import blob_name, sha256_field
from tests.repository.stores import revisions

PAPER = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"
WRONG = "blake3:" + "0" * 64


def test_a_file_comes_back_byte_for_byte(node: Node):
    name = node.clerk.brings(PAPER)

    answer = node.clerk.get(f"/v1/blobs/{name}")

    assert answer.status_code == 200
    assert answer.content == PAPER


def test_an_empty_file_is_a_file(node: Node):
    name = node.clerk.brings(b"")

    answer = node.clerk.get(f"/v1/blobs/{name}")

    assert (answer.status_code, answer.content) == (200, b"")


def test_a_file_is_created_once_and_then_known_to_who_may_read_it(node: Node):
    first, second = node.clerk.put_blob(PAPER), node.clerk.put_blob(PAPER)

    assert (first.status_code, second.status_code) == (201, 200)
    assert (
        first.json
        == second.json
        == {
            "id": blob_name(PAPER),
            "url": f"/v1/blobs/{blob_name(PAPER)}",
            "size": len(PAPER),
            "media_type": "application/pdf",
            "sha256": hashlib.sha256(PAPER).hexdigest(),
        }
    )
    assert first.headers["Location"] == first.json["url"]


def test_a_file_whose_digest_is_not_known_gets_its_name_told(node: Node):
    answer = node.clerk.ask("POST", "/v1/blobs", body=PAPER)

    assert answer.status_code == 201
    assert answer.json["id"] == blob_name(PAPER)
    assert node.clerk.get(answer.headers["Location"]).content == PAPER


def test_what_is_told_of_a_file_before_it_is_fetched(node: Node):
    name = node.clerk.brings(PAPER)

    told = node.clerk.ask("HEAD", f"/v1/blobs/{name}")

    assert told.status_code == 200
    assert told.content == b""
    assert told.headers["Content-Length"] == str(len(PAPER))
    assert told.headers["ETag"] == f'"{name}"'
    assert told.headers["Repr-Digest"] == sha256_field(PAPER)
    assert told.headers["Accept-Ranges"] == "bytes"
    assert told.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert told.headers["X-Content-Type-Options"] == "nosniff"
    assert told.headers["Content-Security-Policy"].startswith("sandbox")
    assert told.headers["Content-Disposition"].startswith("attachment;")


def test_asking_and_fetching_tell_the_same(node: Node):
    name = node.clerk.brings(PAPER)
    same = {"X-Request-Id": "one"}

    told = node.clerk.ask("HEAD", f"/v1/blobs/{name}", same)
    fetched = node.clerk.get(f"/v1/blobs/{name}", same)

    assert dict(told.headers) == dict(fetched.headers)


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=100-", 100, len(PAPER) - 1),
        ("bytes=-7", len(PAPER) - 7, len(PAPER) - 1),
        ("bytes=5-99999999", 5, len(PAPER) - 1),
    ],
)
def test_a_range_gives_just_these_bytes(node: Node, header: str, first: int, last: int):
    name = node.clerk.brings(PAPER)

    answer = node.clerk.get(f"/v1/blobs/{name}", {"Range": header})

    assert answer.status_code == 206
    assert answer.content == PAPER[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(PAPER)}"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert answer.headers["Repr-Digest"] == sha256_field(PAPER)


@pytest.mark.parametrize(
    "header", ["bytes=0-1,5-6", "bytes=9-3", "bytes=x", "pages=1-2", "bytes=", "bytes=--1"]
)
def test_a_range_that_cannot_be_served_alone_is_passed_over(node: Node, header: str):
    name = node.clerk.brings(PAPER)

    answer = node.clerk.get(f"/v1/blobs/{name}", {"Range": header})

    assert (answer.status_code, answer.content) == (200, PAPER)


@pytest.mark.parametrize("header", [f"bytes={len(PAPER)}-", "bytes=-0", "bytes=9999999-"])
def test_a_range_behind_the_end_is_refused_with_the_size(node: Node, header: str):
    name = node.clerk.brings(PAPER)

    answer = node.clerk.get(f"/v1/blobs/{name}", {"Range": header})

    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(PAPER)}"
    assert answer.json["type"] == "/problems/range-not-satisfiable"


def test_if_range_with_the_tag_gives_the_range_and_with_another_the_whole(node: Node):
    name = node.clerk.brings(PAPER)
    path = f"/v1/blobs/{name}"

    same = node.clerk.get(path, {"Range": "bytes=0-3", "If-Range": f'"{name}"'})
    other = node.clerk.get(path, {"Range": "bytes=0-3", "If-Range": '"blake3:other"'})
    weak = node.clerk.get(path, {"Range": "bytes=0-3", "If-Range": f'W/"{name}"'})

    assert [same.status_code, other.status_code, weak.status_code] == [206, 200, 200]


def test_who_has_the_file_already_is_not_sent_it_again(node: Node):
    name = node.clerk.brings(PAPER)

    answer = node.clerk.get(f"/v1/blobs/{name}", {"If-None-Match": f'"x", "{name}"'})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == f'"{name}"'


def test_bytes_under_a_wrong_name_are_refused_and_nothing_is_kept(node: Node):
    answer = node.clerk.put_blob(PAPER, WRONG)

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/digest-mismatch"
    assert answer.json["expected"] == WRONG
    assert answer.json["actual"] == blob_name(PAPER)
    assert node.province.ask("HEAD", f"/v1/blobs/{WRONG}").status_code == 404
    assert node.province.ask("HEAD", f"/v1/blobs/{blob_name(PAPER)}").status_code == 404


@pytest.mark.parametrize("algorithm", ["sha-256", "sha-512"])
def test_a_promised_digest_that_does_not_fit_is_refused_and_nothing_is_kept(
    node: Node, algorithm: str
):
    other = hashlib.new(algorithm.replace("-", ""), b"other").digest()
    promise = f"{algorithm}=:{base64.b64encode(other).decode()}:"

    answer = node.clerk.put_blob(PAPER, Content_Digest=promise)

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/digest-mismatch"
    assert node.province.ask("HEAD", f"/v1/blobs/{blob_name(PAPER)}").status_code == 404


def test_a_promised_digest_that_fits_is_accepted_and_unknown_algorithms_are_passed_over(
    node: Node,
):
    promise = f"{sha256_field(PAPER)}, md5=:AAAA:"

    assert node.clerk.put_blob(PAPER, Content_Digest=promise).status_code == 201


@pytest.mark.parametrize("header", ["sha-256", "sha-256=abc", "sha-256=:a:", "sha-256=:====:"])
def test_a_promise_that_cannot_be_read_is_refused(node: Node, header: str):
    answer = node.clerk.put_blob(PAPER, Content_Digest=header)

    assert answer.status_code == 400
    assert answer.json["type"] == "/problems/bad-content-digest"


def test_a_file_over_the_limit_is_refused_before_it_is_read(node: Node):
    answer = node.clerk.put_blob(bytes(MAX_BLOB + 1))

    assert answer.status_code == 413
    assert answer.json["limit"] == MAX_BLOB


def test_a_file_of_unknown_length_is_refused(node: Node):
    answer = node.clerk.ask("POST", "/v1/blobs")

    assert answer.status_code == 411
    assert answer.json["type"] == "/problems/length-required"


def test_a_compressed_body_is_refused_since_its_digest_would_be_of_something_else(node: Node):
    assert node.clerk.put_blob(PAPER, Content_Encoding="gzip").status_code == 415


@pytest.mark.parametrize("name", ["blake3:xyz", "sha256:" + "0" * 64, "blake3:" + "A" * 64, "x"])
def test_what_is_no_name_of_a_blob_is_malformed(node: Node, name: str):
    for method in ("GET", "HEAD", "PUT"):
        assert node.clerk.ask(method, f"/v1/blobs/{name}", body=b"x").status_code == 400


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_may_not_read_learns_nothing_not_even_from_the_headers(node: Node, method: str):
    held = node.clerk.brings(PAPER)
    same = {"X-Request-Id": "one", "Range": "bytes=0-3", "If-None-Match": "*"}

    known = node.neighbour.ask(method, f"/v1/blobs/{held}", same)
    unknown = node.neighbour.ask(method, f"/v1/blobs/{WRONG}", same)

    assert known.status_code == unknown.status_code == 404
    assert dict(known.headers) == dict(unknown.headers)
    assert known.text.replace(held, "…") == unknown.text.replace(WRONG, "…")


def test_a_second_agency_is_not_told_that_the_first_has_the_file(node: Node):
    first = node.clerk.put_blob(PAPER, X_Request_Id="one")
    second = node.neighbour.put_blob(PAPER, X_Request_Id="one")

    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert dict(first.headers) == dict(second.headers)


def test_a_file_is_brought_in_the_name_of_one_agency_where_one_is_named(node: Node):
    both = node.office("H20.14", "H20.15")
    both.ask("PUT", f"/v1/blobs/{blob_name(PAPER)}", body=PAPER, params={"agency": "H20.15"})

    path = f"/v1/blobs/{blob_name(PAPER)}"
    assert node.clerk.get(path).status_code == 404
    assert node.neighbour.get(path).status_code == 200


def test_nobody_brings_a_file_in_the_name_of_another_agency(node: Node):
    answer = node.clerk.ask("POST", "/v1/blobs", body=PAPER, params={"agency": "H20.15"})

    assert answer.status_code == 404
    assert answer.json["type"] == "/problems/hidden"


def test_who_only_reads_brings_nothing(node: Node):
    reader = node.office("H20.14", rights=(Right.READ,))

    answer = reader.put_blob(PAPER)

    assert answer.status_code == 403
    assert answer.json["right"] == "write"
    assert node.province.get(f"/v1/blobs/{blob_name(PAPER)}").status_code == 404


def test_who_only_writes_does_not_read_back_what_it_brought(node: Node):
    writer = node.office("H20.14", rights=(Right.WRITE,))
    name = writer.brings(PAPER)

    assert writer.get(f"/v1/blobs/{name}").status_code == 404
    assert node.clerk.get(f"/v1/blobs/{name}").status_code == 200


@pytest.mark.parametrize("node", ["disk"], indirect=True)
def test_who_reads_everywhere_writes_no_more_than_is_new(node: Node, tmp_path: Path):
    first, second = revisions(2, head=90_000, seed=5)
    node.province.brings(first)

    before = bytes_in_packs(tmp_path)
    node.province.brings(second)

    assert bytes_in_packs(tmp_path) - before < len(second) / 2


def bytes_in_packs(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("packs/*"))
