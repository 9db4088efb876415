"""Large files come in chunks as tus 1.0.0 says, and become blobs by their commit or not at all."""

import base64
import hashlib
import os
from datetime import timedelta
from typing import Any

import pytest
from falcon.testing import Result

from repository.blobs.port import KiB
from repository.model.access import Right
from tests.api.conftest import MAX_BLOB, MAX_CHUNK, MAX_UPLOADS, Node
from tests.api.office import Office, blob_name, sha256_field

FILE = b"%PDF-1.7\n" + bytes(range(256)) * 900 + b"\n%%EOF\n"
CHUNKS = [FILE[at : at + MAX_CHUNK] for at in range(0, len(FILE), MAX_CHUNK)]
WRONG = "blake3:" + "0" * 64
TUS = {"Tus-Resumable": "1.0.0"}
CHUNK_TYPE = "application/offset+octet-stream"


def begins(
    office: Office, length: int = len(FILE), path: str = "/v1/uploads", **more: str
) -> Result:
    told = {field.replace("_", "-"): value for field, value in more.items()}
    headers = TUS | {"Upload-Length": str(length), "Content-Length": "0"} | told
    return office.ask("POST", path, headers)


def begun(office: Office, length: int = len(FILE), path: str = "/v1/uploads", **more: str) -> str:
    """The address of a new upload."""
    answer = begins(office, length, path, **more)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def sends(office: Office, upload: str, offset: int, content: bytes, **more: str) -> Result:
    told = {field.replace("_", "-"): value for field, value in more.items()}
    length = {"Content-Length": str(len(content))}
    headers = TUS | {"Upload-Offset": str(offset), "Content-Type": CHUNK_TYPE} | length | told
    return office.ask("PATCH", upload, headers, body=content)


def looks(office: Office, upload: str) -> Result:
    return office.ask("HEAD", upload, TUS)


def commits(office: Office, upload: str, **named: Any) -> Result:
    return office.post(f"{upload}/commit", named, {"X-Request-Id": "one"})


def brought(office: Office, content: bytes = FILE, **named: Any) -> Result:
    """A whole upload, committed."""
    upload = begun(office, len(content))
    for at in range(0, len(content), MAX_CHUNK):
        assert sends(office, upload, at, content[at : at + MAX_CHUNK]).status_code == 204
    return commits(office, upload, **(named or {"blob": blob_name(content)}))


# The protocol.


def test_a_file_in_chunks_comes_back_byte_for_byte(node: Node):
    upload = begun(node.clerk)
    offset = 0
    for chunk in CHUNKS:
        answer = sends(node.clerk, upload, offset, chunk)
        offset += len(chunk)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["Upload-Offset"] == str(offset)
        assert answer.headers["Tus-Resumable"] == "1.0.0"

    answer = commits(node.clerk, upload, blob=blob_name(FILE))

    assert answer.status_code == 201
    assert answer.json == {
        "id": blob_name(FILE),
        "url": f"/v1/blobs/{blob_name(FILE)}",
        "size": len(FILE),
        "media_type": "application/pdf",
        "sha256": hashlib.sha256(FILE).hexdigest(),
    }
    assert node.clerk.get(answer.headers["Location"]).content == FILE


def test_a_server_says_what_it_can(node: Node):
    upload = begun(node.clerk)

    for path in ("/v1/uploads", upload):
        told = node.clerk.ask("OPTIONS", path)

        assert told.status_code == 204
        assert told.headers["Tus-Version"] == "1.0.0"
        assert told.headers["Tus-Extension"] == "creation,expiration,checksum,termination"
        assert told.headers["Tus-Max-Size"] == str(MAX_BLOB)
        assert told.headers["Tus-Checksum-Algorithm"] == "sha1,sha256,sha512"


def test_the_limits_are_told_to_everybody(node: Node):
    limits = node.stranger.get("/v1").json["limits"]

    assert limits["max_chunk"] == MAX_CHUNK
    assert limits["max_uploads"] == MAX_UPLOADS
    assert limits["max_upload_bytes"] > 0
    assert limits["upload_seconds"] == 24 * 3600


def test_how_far_an_upload_has_come_is_told_and_never_cached(node: Node):
    upload = begun(node.clerk, Upload_Metadata="filename xJFvbi5wZGY=,draft")
    sends(node.clerk, upload, 0, CHUNKS[0])

    told = looks(node.clerk, upload)

    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["Upload-Offset"] == str(len(CHUNKS[0]))
    assert told.headers["Upload-Length"] == str(len(FILE))
    assert told.headers["Upload-Metadata"] == "filename xJFvbi5wZGY=,draft"
    assert told.headers["Cache-Control"] == "no-store"
    assert told.headers["Upload-Expires"] == "Tue, 03 Mar 2026 05:00:00 GMT"


def test_an_upload_says_until_when_it_may_go_on(node: Node):
    created = begins(node.clerk)
    patched = sends(node.clerk, created.headers["Location"], 0, CHUNKS[0])

    expiry = "Tue, 03 Mar 2026 05:00:00 GMT"
    assert created.headers["Upload-Expires"] == patched.headers["Upload-Expires"] == expiry


def test_after_that_it_is_gone(node: Node):
    upload = begun(node.clerk)
    node.clock.now += timedelta(hours=24)

    assert looks(node.clerk, upload).status_code == 404
    assert sends(node.clerk, upload, 0, CHUNKS[0]).status_code == 404
    assert commits(node.clerk, upload, blob=blob_name(FILE)).status_code == 404


@pytest.mark.parametrize("version", ["", "0.2.2", "1.0", "1.0.0, 0.2.2"])
def test_another_version_of_the_protocol_is_refused_and_nothing_is_done(node: Node, version: str):
    upload = begun(node.clerk)
    other = {"Tus-Resumable": version} if version else {}
    chunk = {"Upload-Offset": "0", "Content-Type": CHUNK_TYPE}

    answers = [
        node.clerk.ask("POST", "/v1/uploads", other | {"Upload-Length": "1"}),
        node.clerk.ask("HEAD", upload, other),
        node.clerk.ask("PATCH", upload, other | chunk, body=b"abc"),
        node.clerk.ask("DELETE", upload, other),
    ]

    for answer in answers:
        assert answer.status_code == 412
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert looks(node.clerk, upload).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize("offset", [0, 1, MAX_CHUNK + 1, len(FILE)])
def test_a_chunk_for_another_place_is_refused_with_the_right_one(node: Node, offset: int):
    upload = begun(node.clerk)
    sends(node.clerk, upload, 0, CHUNKS[0])

    answer = sends(node.clerk, upload, offset, b"x")

    assert answer.status_code == 409
    assert answer.headers["Upload-Offset"] == str(len(CHUNKS[0]))
    assert answer.json["type"] == "/problems/offset-mismatch"
    assert looks(node.clerk, upload).headers["Upload-Offset"] == str(len(CHUNKS[0]))


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "0x1", "\u0661", "9" * 30, "+1"])
def test_an_offset_that_is_no_number_is_refused(node: Node, offset: str):
    upload = begun(node.clerk)

    answer = sends(node.clerk, upload, 0, b"x", Upload_Offset=offset.encode().decode("latin-1"))

    assert answer.status_code == 400
    assert answer.json["header"] == "Upload-Offset"


@pytest.mark.parametrize("content_type", ["", "application/octet-stream", "text/plain"])
def test_a_chunk_of_another_type_is_refused(node: Node, content_type: str):
    upload = begun(node.clerk)

    assert sends(node.clerk, upload, 0, b"x", Content_Type=content_type).status_code == 415


def test_a_chunk_without_a_length_is_refused(node: Node):
    upload = begun(node.clerk)
    headers = TUS | {"Upload-Offset": "0", "Content-Type": CHUNK_TYPE}

    assert node.clerk.ask("PATCH", upload, headers).status_code == 411


def test_a_chunk_over_the_limit_is_refused(node: Node):
    upload = begun(node.clerk)

    answer = sends(node.clerk, upload, 0, FILE[: MAX_CHUNK + 1])

    assert answer.status_code == 413
    assert answer.json["limit"] == MAX_CHUNK


def test_a_chunk_behind_the_end_is_refused(node: Node):
    upload = begun(node.clerk, 3)

    answer = sends(node.clerk, upload, 0, b"abcd")

    assert answer.status_code == 413
    assert answer.json["type"] == "/problems/chunk-beyond-end"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
def test_a_chunk_with_a_checksum_is_compared_with_it(node: Node, algorithm: str):
    upload = begun(node.clerk)
    digest = base64.b64encode(hashlib.new(algorithm, CHUNKS[0]).digest()).decode()

    garbled = sends(
        node.clerk, upload, 0, b"x" + CHUNKS[0][1:], Upload_Checksum=f"{algorithm} {digest}"
    )
    offset = looks(node.clerk, upload).headers["Upload-Offset"]
    sound = sends(node.clerk, upload, 0, CHUNKS[0], Upload_Checksum=f"{algorithm} {digest}")

    assert garbled.status == "460 Checksum Mismatch"
    assert garbled.json["algorithm"] == algorithm
    assert offset == "0"
    assert (sound.status_code, sound.headers["Upload-Offset"]) == (204, str(MAX_CHUNK))


def test_a_chunk_with_a_content_digest_is_compared_with_it(node: Node):
    upload = begun(node.clerk)
    promise = sha256_field(CHUNKS[0])

    assert sends(node.clerk, upload, 0, b"other", Content_Digest=promise).status_code == 460
    assert sends(node.clerk, upload, 0, CHUNKS[0], Content_Digest=promise).status_code == 204


@pytest.mark.parametrize(
    "checksum", ["", "sha1", "md5 AAAA", "crc32 AAAAAA==", "sha1 !!!!", "sha1 AAAA", "SHA1 AAAA"]
)
def test_a_checksum_that_cannot_be_compared_is_refused(node: Node, checksum: str):
    upload = begun(node.clerk)

    assert sends(node.clerk, upload, 0, b"x", Upload_Checksum=checksum).status_code == 400
    assert looks(node.clerk, upload).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize("length", ["", "-1", "x", "1e3", "9" * 30])
def test_without_a_length_no_upload_begins(node: Node, length: str):
    answer = begins(node.clerk, Upload_Length=length)

    assert answer.status_code == 400
    assert answer.json["header"] == "Upload-Length"


@pytest.mark.parametrize("header", ["Upload-Defer-Length", "Upload-Concat"])
def test_extensions_that_are_not_offered_are_refused(node: Node, header: str):
    answer = node.clerk.ask("POST", "/v1/uploads", TUS | {"Upload-Length": "1", header: "1"})

    assert answer.status_code == 400
    assert answer.json["type"] == "/problems/extension-not-offered"


def test_bytes_with_the_beginning_are_refused(node: Node):
    headers = TUS | {"Upload-Length": "3", "Content-Type": CHUNK_TYPE}

    assert node.clerk.ask("POST", "/v1/uploads", headers, body=b"abc").status_code == 415


def test_a_file_over_the_limit_is_refused_before_it_begins(node: Node):
    answer = begins(node.clerk, MAX_BLOB + 1)

    assert answer.status_code == 413
    assert answer.json["limit"] == MAX_BLOB


@pytest.mark.parametrize(
    "metadata",
    ["a b c", "a YQ==,a YQ==", ",", "a !!", "a YQ=", "ă YQ==", "a YQ==\tb", "a " + "A" * 3000],
)
def test_metadata_that_breaks_the_rules_is_refused(node: Node, metadata: str):
    answer = begins(node.clerk, Upload_Metadata=metadata.encode().decode("latin-1"))

    assert answer.status_code == 400
    assert answer.json["header"] == "Upload-Metadata"


@pytest.mark.parametrize("metadata", ["", "a", "a ", "a YQ==, b", "is_draft,name eA=="])
def test_metadata_may_be_empty_or_without_values(node: Node, metadata: str):
    told = looks(node.clerk, begun(node.clerk, Upload_Metadata=metadata))

    assert told.headers.get("Upload-Metadata", "") == metadata.strip()


def test_an_ended_upload_is_gone(node: Node):
    upload = begun(node.clerk)

    assert node.clerk.ask("DELETE", upload, TUS).status_code == 204
    assert looks(node.clerk, upload).status_code == 404
    assert node.clerk.ask("DELETE", upload, TUS).status_code == 404


def test_who_cannot_say_patch_or_delete_says_it_in_a_header(node: Node):
    upload = begun(node.clerk)
    chunk = TUS | {"Upload-Offset": "0", "Content-Type": CHUNK_TYPE}

    patched = node.clerk.ask(
        "POST", upload, chunk | {"X-HTTP-Method-Override": "PATCH"}, body=CHUNKS[0]
    )
    ended = node.clerk.ask("POST", upload, TUS | {"X-HTTP-Method-Override": "DELETE"})

    assert (patched.status_code, patched.headers["Upload-Offset"]) == (204, str(MAX_CHUNK))
    assert ended.status_code == 204


def test_the_header_changes_no_method_elsewhere(node: Node):
    name = node.clerk.brings(b"abc")

    answer = node.clerk.get(f"/v1/blobs/{name}", {"X-HTTP-Method-Override": "PUT"})

    assert (answer.status_code, answer.content) == (200, b"abc")


def test_refusals_speak_the_protocol_too(node: Node):
    stranger = begins(node.stranger)
    missing = looks(node.clerk, "/v1/uploads/" + "0" * 32)
    unknown = node.clerk.ask("PUT", "/v1/uploads", TUS)

    for answer, status in ((stranger, 401), (missing, 404), (unknown, 405)):
        assert (answer.status_code, answer.headers["Tus-Resumable"]) == (status, "1.0.0")


# The commit.


def test_an_empty_file_needs_no_chunk(node: Node):
    answer = commits(node.clerk, begun(node.clerk, 0), blob=blob_name(b""))

    assert (answer.status_code, answer.json["size"]) == (201, 0)


def test_the_same_commit_again_gets_the_same_answer(node: Node):
    upload = begun(node.clerk, 3)
    sends(node.clerk, upload, 0, b"abc")

    answers = [commits(node.clerk, upload, blob=blob_name(b"abc")) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert answers[0].json == answers[1].json == answers[2].json
    assert looks(node.clerk, upload).headers["Upload-Offset"] == "3"


def test_the_same_commit_named_otherwise_is_refused(node: Node):
    upload = begun(node.clerk, 3)
    sends(node.clerk, upload, 0, b"abc")
    commits(node.clerk, upload, blob=blob_name(b"abc"))

    answer = commits(node.clerk, upload, blob=WRONG)

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/named-otherwise"
    assert answer.json["known"] == blob_name(b"abc")


def test_a_file_may_be_named_by_sha256_alone(node: Node):
    answer = brought(node.clerk, sha256=hashlib.sha256(FILE).hexdigest())

    assert (answer.status_code, answer.json["id"]) == (201, blob_name(FILE))


def test_a_file_may_be_named_when_it_is_begun(node: Node):
    named = base64.b64encode(blob_name(b"abc").encode()).decode()
    upload = begun(node.clerk, 3, Upload_Metadata=f"blob {named}")
    sends(node.clerk, upload, 0, b"abc")

    other = commits(node.clerk, upload, blob=WRONG)
    answer = commits(node.clerk, upload)

    assert (other.status_code, other.json["type"]) == (409, "/problems/named-otherwise")
    assert (answer.status_code, answer.json["id"]) == (201, blob_name(b"abc"))


def test_a_name_that_cannot_be_read_begins_nothing(node: Node):
    answer = begins(node.clerk, 3, Upload_Metadata="blob YWJj")

    assert (answer.status_code, answer.json["type"]) == (400, "/problems/bad-identifier")


def test_a_file_that_nobody_named_is_not_stored(node: Node):
    upload = begun(node.clerk, 3)
    sends(node.clerk, upload, 0, b"abc")

    answer = commits(node.clerk, upload)

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/digest-not-named")
    assert node.province.get(f"/v1/blobs/{blob_name(b'abc')}").status_code == 404


@pytest.mark.parametrize(
    "named", [{"blob": WRONG}, {"sha256": "0" * 64}, {"blob": blob_name(FILE), "sha256": "0" * 64}]
)
def test_bytes_that_are_not_what_was_named_are_not_stored(node: Node, named: dict[str, str]):
    upload = begun(node.clerk, len(FILE))
    for at, chunk in enumerate(CHUNKS):
        sends(node.clerk, upload, at * MAX_CHUNK, chunk)

    refused = commits(node.clerk, upload, **named)

    assert refused.status_code == 409
    assert refused.json["type"] == "/problems/digest-mismatch"
    assert node.province.get(f"/v1/blobs/{blob_name(FILE)}").status_code == 404


def test_after_a_wrong_name_the_right_one_is_taken(node: Node):
    upload = begun(node.clerk, 3)
    sends(node.clerk, upload, 0, b"abc")

    assert commits(node.clerk, upload, blob=WRONG).status_code == 409
    assert commits(node.clerk, upload, blob=blob_name(b"abc")).status_code == 201


def test_what_has_not_come_whole_is_not_stored(node: Node):
    upload = begun(node.clerk)
    sends(node.clerk, upload, 0, CHUNKS[0])

    answer = commits(node.clerk, upload, blob=blob_name(FILE))

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/upload-incomplete"
    assert (answer.json["offset"], answer.json["length"]) == (MAX_CHUNK, len(FILE))


@pytest.mark.parametrize("name", ["x", "sha256:" + "0" * 64])
def test_what_is_no_name_is_malformed(node: Node, name: str):
    upload = begun(node.clerk, 0)

    assert commits(node.clerk, upload, blob=name).status_code == 400
    assert commits(node.clerk, upload, sha256=name).status_code == 400


def test_an_ended_upload_that_was_committed_takes_no_file_with_it(node: Node):
    upload = begun(node.clerk, 3)
    sends(node.clerk, upload, 0, b"abc")
    commits(node.clerk, upload, blob=blob_name(b"abc"))

    assert node.clerk.ask("DELETE", upload, TUS).status_code == 204
    assert node.clerk.get(f"/v1/blobs/{blob_name(b'abc')}").content == b"abc"


# Whose it is.


def test_nobody_else_learns_that_an_upload_is_there(node: Node):
    upload, nothing = begun(node.clerk), "/v1/uploads/" + "0" * 32
    colleague = node.office("H20.14", rights=(Right.READ, Right.WRITE))
    same = TUS | {"X-Request-Id": "one"}

    for other in (node.neighbour, colleague, node.province):
        for method in ("HEAD", "DELETE"):
            known, unknown = (other.ask(method, path, same) for path in (upload, nothing))
            assert known.status_code == unknown.status_code == 404
            assert dict(known.headers) == dict(unknown.headers)
            assert known.text.replace(upload, "…") == unknown.text.replace(nothing, "…")
        assert sends(other, upload, 0, b"x").status_code == 404
        assert commits(other, upload, blob=blob_name(FILE)).status_code == 404
    assert looks(node.clerk, upload).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize("name", ["x", "..", "%2e%2e", "%2e%2e%2fformat.json", "0" * 31, "A" * 32])
def test_what_is_no_name_of_an_upload_is_not_there(node: Node, name: str):
    assert looks(node.clerk, f"/v1/uploads/{name}").status_code == 404
    assert sends(node.clerk, f"/v1/uploads/{name}", 0, b"x").status_code == 404


def test_a_second_agency_is_not_told_that_the_first_has_the_file(node: Node):
    first, second = brought(node.clerk), brought(node.neighbour)
    third = brought(node.clerk)

    assert first.status_code == second.status_code == third.status_code == 201
    assert first.json == second.json == third.json
    assert dict(first.headers) == dict(second.headers) == dict(third.headers)


def test_a_file_is_brought_in_the_name_of_one_agency_where_one_is_named(node: Node):
    both = node.office("H20.14", "H20.15")
    upload = begun(both, 3, "/v1/uploads?agency=H20.15")
    sends(both, upload, 0, b"abc")
    path = commits(both, upload, blob=blob_name(b"abc")).json["url"]

    assert node.clerk.get(path).status_code == 404
    assert node.neighbour.get(path).status_code == 200


def test_nobody_begins_in_the_name_of_another_agency(node: Node):
    answer = begins(node.clerk, path="/v1/uploads?agency=H20.15")

    assert (answer.status_code, answer.json["type"]) == (404, "/problems/hidden")


def test_who_only_reads_begins_nothing(node: Node):
    reader = node.office("H20.14", rights=(Right.READ,))

    answer = begins(reader)

    assert (answer.status_code, answer.json["right"]) == (403, "write")


def test_a_token_has_so_many_unfinished_uploads_and_no_more(node: Node):
    uploads = [begun(node.clerk, 1) for _ in range(MAX_UPLOADS)]

    refused = begins(node.clerk, 1)
    elsewhere = begins(node.neighbour, 1)
    node.clerk.ask("DELETE", uploads[0], TUS)
    after = begins(node.clerk, 1)

    assert (refused.status_code, refused.json["limit"]) == (413, MAX_UPLOADS)
    assert elsewhere.status_code == after.status_code == 201


def test_a_token_announces_so_many_bytes_and_no_more(node: Node):
    for _ in range(2):
        begun(node.clerk, MAX_BLOB)

    refused = begins(node.clerk, 1)

    assert refused.status_code == 413
    assert refused.json["type"] == "/problems/too-many-upload-bytes"


def test_who_comes_second_is_told_that_somebody_is_at_work(node: Node):
    upload = begun(node.clerk, 3)
    sends(node.clerk, upload, 0, b"abc")
    name = upload.rsplit("/", 1)[1]
    owner = f"token:{node.clerk.bearer.split('_')[1]}"

    with node.holdings.uploads.held(owner, name):  # type: ignore[arg-type]
        answers = [
            sends(node.clerk, upload, 3, b""),
            node.clerk.ask("DELETE", upload, TUS),
            commits(node.clerk, upload, blob=blob_name(b"abc")),
        ]
        told = looks(node.clerk, upload)

    for answer in answers:
        assert (answer.status_code, answer.json["type"]) == (423, "/problems/upload-busy")
        assert int(answer.headers["Retry-After"]) > 0
    assert told.headers["Upload-Offset"] == "3"
    assert commits(node.clerk, upload, blob=blob_name(b"abc")).status_code == 201


def test_what_was_brought_in_chunks_is_registered_like_any_file(node: Node):
    content = os.urandom(3 * KiB)
    brought(node.clerk, content)

    answer = node.clerk.registers(
        components=[{"role": "main", "blob": blob_name(content), "name": "quét.pdf"}]
    )

    assert answer.status_code == 201
    assert node.clerk.get(answer.json["components"][0]["url"]).content == content
