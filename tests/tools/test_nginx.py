"""nginx as we ship its configuration, before a real server: what passes unharmed, what does not pass."""

import io
import json
import random
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from blake3 import blake3
from tusclient.client import TusClient

from tests.tools.command import Vankho
from tests.tools.conftest import a_store
from tests.tools.nginx import NGINX, Front, in_front_of
from tests.tools.serving import PATIENCE_SECONDS, Running, serving

pytestmark = pytest.mark.skipif(not NGINX, reason="Debian package nginx-light is not there")

MiB = 1024 * 1024
CHUNK = 8 * MiB
SETTINGS = '[serve]\ntrusted_proxy = "127.0.0.1"\nworkers = 1\n'
SPOOFED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "99",
    "X-Forwarded-By": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;host=evil.example",
}


class Place(NamedTuple):
    """A store that is served, and nginx before it."""

    vankho: Vankho
    running: Running
    front: Front
    log: Path
    bearer: str

    def client(self, **rest: Any) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=str(self.front.certificate))
        headers = {"Authorization": f"Bearer {self.bearer}"}
        return httpx.Client(
            base_url=self.front.address,
            headers=headers,
            timeout=PATIENCE_SECONDS,
            transport=httpx.HTTPTransport(verify=trusted, **rest),
        )

    def noted(self, request: str) -> dict[str, Any]:
        """What the server noted of *request*; it does so before it answers."""
        lines = map(json.loads, self.log.read_text().splitlines())
        (found,) = [line for line in lines if line.get("request") == request]
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("nginx")
    with a_store(SETTINGS) as vankho, (folder / "log").open("wb") as log:
        rights = [word for right in ("read", "write") for word in ("--right", right)]
        issue = ("token", "issue", "--label", "test", *rights, "--every-agency", "--json")
        bearer = vankho(*issue).lines[0]["bearer"]
        with serving(vankho, log=log) as running, in_front_of(running.address, folder) as front:
            yield Place(vankho, running, front, folder / "log", bearer)


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def name_of(content: bytes) -> str:
    return f"blake3:{blake3(content).hexdigest()}"


# What passes.


def test_a_file_of_many_reads_goes_in_and_comes_back_with_its_tag(place: Place):
    content = noise(3 * MiB)
    with place.client() as client:
        stored = client.put(f"/v1/blobs/{name_of(content)}", content=content)
        read = client.get(stored.headers["Location"], headers={"Accept-Encoding": "gzip"})

    assert (stored.status_code, read.content == content) == (201, True)
    assert read.headers["ETag"] == f'"{name_of(content)}"'
    assert "Content-Encoding" not in read.headers
    assert read.headers["Repr-Digest"].startswith("sha-256=:")


def test_a_body_whose_length_is_not_told_is_told_to_be_so(place: Place):
    with place.client() as client:
        answer = client.post("/v1/blobs", content=iter([b"%PDF", b"-1.7"]))

    # waitress takes the pieces in and counts them.
    assert (answer.status_code, answer.json()["size"]) == (201, 8)


def test_ranges_and_conditions_pass(place: Place):
    content = noise(2 * MiB, 2)
    with place.client() as client:
        url = client.post("/v1/blobs", content=content).headers["Location"]
        part = client.get(url, headers={"Range": "bytes=1048570-1048579"})
        same = client.get(url, headers={"If-None-Match": f'"{name_of(content)}"'})
        beyond = client.get(url, headers={"Range": "bytes=9999999-"})

    assert (part.status_code, part.content) == (206, content[1048570:1048580])
    assert part.headers["Content-Range"] == f"bytes 1048570-1048579/{2 * MiB}"
    assert (same.status_code, same.content) == (304, b"")
    assert beyond.status_code == 416


def test_a_stock_tus_client_sends_chunks_as_large_as_allowed(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(place.front.certificate))
    content = noise(CHUNK + 2 * MiB, 3)
    headers = {"Authorization": f"Bearer {place.bearer}"}
    tus = TusClient(f"{place.front.address}/v1/uploads", headers=headers)
    uploader = tus.uploader(file_stream=io.BytesIO(content), chunk_size=CHUNK, upload_checksum=True)
    uploader.upload()
    assert uploader.url
    with place.client() as client:
        committed = client.post(f"{uploader.url}/commit", json={"blob": name_of(content)})

    assert uploader.url.startswith(f"{place.front.address}/v1/uploads/")
    assert (committed.status_code, committed.json()["size"]) == (201, len(content))


def test_a_correction_under_a_tag_seen_through_nginx_holds(place: Place):
    paper = {"agency": "H20.14", "register": "den", "direction": "incoming", "subject": "Kế hoạch"}
    with place.client() as client:
        made = client.post("/v1/registrations", json=paper, headers={"Idempotency-Key": "tag"})
        url = made.headers["Location"]
        tag = client.get(url, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
        corrected = client.patch(
            url,
            json={"subject": "Kế hoạch năm"},
            headers={"If-Match": tag, "Content-Type": "application/merge-patch+json"},
        )

    assert not tag.startswith("W/")
    assert corrected.status_code == 200


def test_who_waits_for_an_event_hears_of_it(place: Place):
    with place.client() as client, ThreadPoolExecutor(1) as pool:
        before = client.get("/v1/changes", params={"agency": "H20.14"}).json()["last"]
        asked = {"agency": "H20.14", "after": before, "wait": 30}
        waiting = pool.submit(client.get, "/v1/changes", params=asked)
        place.vankho("agency", "book", "H20.14", f"b{before}", "--direction", "incoming",
                     "--title", "Sổ")  # fmt: skip

        told = waiting.result(PATIENCE_SECONDS).json()

    assert [change["sequence"] for change in told["changes"]] == [before + 1]


def test_addresses_in_answers_lead_back_through_nginx(place: Place):
    with place.client() as client:
        made = client.post("/v1/blobs", content=b"%PDF-1.7 here")
        target = made.url.join(made.headers["Location"])

        assert str(target).startswith(f"{place.front.address}/v1/blobs/")
        assert client.get(str(target)).content == b"%PDF-1.7 here"


# Who asks, and under which name.


def test_what_a_client_says_of_its_own_address_is_not_believed(place: Place):
    with place.client(local_address="127.0.0.3") as client:
        answer = client.get("/v1", headers=SPOOFED)

    noted = place.noted(answer.headers["X-Request-Id"])
    assert noted["peer"] == "127.0.0.3"
    (line,) = place.front.lines_of(answer.headers["X-Request-Id"])
    assert json.loads(line)["peer"] == "127.0.0.3"
    assert "203.0.113.9" not in line


def test_only_the_proxy_is_believed_where_somebody_comes_past_it(place: Place):
    past = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=place.running.address, transport=past) as client:
        answer = client.get("/v1", headers=SPOOFED)

    assert place.noted(answer.headers["X-Request-Id"])["peer"] == "127.0.0.2"


@pytest.mark.parametrize("given", ["van-thu.2026_1", "", "x y", "a" * 65, '"},{"x'])
def test_a_request_has_one_name_in_both_logs(place: Place, given: str):
    with place.client() as client:
        answer = client.get("/v1", headers={"X-Request-Id": given} if given else {})

    name = answer.headers["X-Request-Id"]
    assert (name == given) == (given == "van-thu.2026_1")
    assert place.noted(name)["status"] == 200
    assert json.loads(place.front.lines_of(name)[0])["status"] == "200"


def test_what_people_search_for_is_in_no_log(place: Place):
    secret = "nguyen-van-kin"
    with place.client() as client:
        found = client.get("/v1/search", params={"q": secret}, headers={"Referer": f"x?{secret}"})

    assert json.loads(place.front.lines_of(found.headers["X-Request-Id"])[0])["path"] == (
        "/v1/search"
    )
    logs = [path.read_text() for path in place.front.folder.glob("*log")]
    assert len(logs) >= 3
    assert not any(secret in log for log in logs)


# What does not pass.


@pytest.mark.parametrize(
    ("path", "size", "problem"),
    [
        ("/v1/blobs", 3 * 1024 * MiB, "blob-too-large"),
        (f"/v1/blobs/blake3:{'0' * 64}", 3 * 1024 * MiB, "blob-too-large"),
        (f"/v1/node/blobs/blake3:{'0' * 64}", 3 * 1024 * MiB, "blob-too-large"),
        ("/v1/uploads/x", 16 * MiB, "chunk-too-large"),
        ("/v1/registrations", 16 * MiB, "body-too-large"),
    ],
)
def test_what_is_much_too_large_is_refused_before_it_is_sent(
    place: Place, path: str, size: int, problem: str
):
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n"
        "X-Request-Id: large\r\nExpect: 100-continue\r\n\r\n"
    )
    status, headers, body = spoken(place.front, head.encode())

    told = json.loads(body)
    assert (status, told["status"], told["type"]) == (413, 413, f"/problems/{problem}")
    assert headers["content-type"] == "application/problem+json"
    assert (headers["x-request-id"], told["request_id"]) == ("large", "large")
    assert told["detail"]
    assert told["detail_en"]


def test_what_is_just_too_large_is_refused_by_the_server_itself(place: Place):
    with place.client() as client:
        answer = client.post("/v1/registrations", content=b" " * (2 * MiB), headers=key("large"))

    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")
    assert answer.json()["limit"] == MiB


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": name, "Content-Type": "application/json"}


def spoken(front: Front, request: bytes, name: str = "localhost") -> tuple[int, Any, bytes]:
    """The answer to these very bytes."""
    trusted = ssl.create_default_context(cafile=str(front.certificate))
    trusted.check_hostname = False
    with (
        socket.create_connection(("127.0.0.1", front.port), PATIENCE_SECONDS) as line,
        trusted.wrap_socket(line, server_hostname=name) as secured,
    ):
        secured.sendall(request)
        return http_answer(secured)


def http_answer(line: socket.socket) -> tuple[int, Any, bytes]:
    answer = HTTPResponse(line)
    answer.begin()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, headers, answer.read()


def test_metrics_are_not_for_the_outside(place: Place):
    with place.client() as client:
        assert client.get("/metrics").status_code == 404
    headers = {"Authorization": f"Bearer {place.bearer}"}
    assert httpx.get(f"{place.running.address}/metrics", headers=headers).status_code == 200


def test_every_answer_asks_for_tls_and_none_says_what_runs_here(place: Place):
    with place.client() as client:
        answers = [client.get(path) for path in ("/v1", "/v1/documents/x", "/metrics")]

    assert all("max-age=" in each.headers["Strict-Transport-Security"] for each in answers)
    assert {each.headers["Server"] for each in answers} == {"nginx"}


def test_people_without_tls_are_sent_on(place: Place):
    answer = httpx.get(f"{place.front.plain}/v1/search?q=x")

    assert (answer.status_code, answer.headers["Location"]) == (
        308,
        "https://localhost/v1/search?q=x",
    )


def test_a_program_that_sends_its_token_in_the_clear_is_refused(place: Place):
    headers = {"Authorization": f"Bearer {place.bearer}"}
    answer = httpx.get(f"{place.front.plain}/v1/agencies", headers=headers)

    assert (answer.status_code, answer.json()["status"]) == (403, 403)
    assert "https" in answer.json()["detail_en"]


def test_another_name_leads_nowhere(place: Place):
    with pytest.raises(ssl.SSLError):
        spoken(place.front, b"", name="evil.example")
    status, _, _ = spoken(place.front, b"GET /v1 HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    assert status == 421
    assert httpx.get(f"{place.front.plain}/", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_not_spoken(place: Place):
    old = ssl.create_default_context(cafile=str(place.front.certificate))
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", place.front.port), PATIENCE_SECONDS) as line,
        pytest.raises(ssl.SSLError, match="VERSION"),
    ):
        old.wrap_socket(line, server_hostname="localhost")


def test_while_the_server_is_away_programs_are_told_when_to_come_back(tmp_path: Path):
    secret = "nguyen-van-kin"
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    with in_front_of(address, tmp_path) as front:
        head = (
            f"GET /v1/search?q={secret} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: away\r\n\r\n"
        )
        status, headers, body = spoken(front, head.encode())
        (line,) = front.lines_of("away")

    assert (status, json.loads(body)["status"], headers["retry-after"]) == (503, 503, "5")
    assert json.loads(body)["request_id"] == "away"
    assert json.loads(line)["upstream_status"] == "502"
    assert not any(secret in path.read_text() for path in tmp_path.glob("*log"))
