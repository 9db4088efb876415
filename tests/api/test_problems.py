"""Every refusal is a problem of RFC 9457, in two languages, with a page that explains it."""

import logging

import falcon
import pytest
from falcon.testing import TestClient

from api.app import create_app
from api.problems import ANSWERS, find
from repository.blobs.port import ReserveReached
from repository.errors import Kind, Trouble
from repository.keeper import KeeperStopped
from repository.model.blobs import BlobDamaged
from tests.api.conftest import Node
from tests.api.office import an_arrival


def test_a_problem_says_what_where_and_under_which_name(node: Node):
    answer = node.clerk.get("/v1/documents/none", {"X-Request-Id": "thu-1"})

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-Id"] == "thu-1"
    assert answer.json == {
        "type": "/problems/hidden",
        "title": "Không tìm thấy",
        "status": 404,
        "detail": "Không có mục này, hoặc bạn không được xem.",
        "detail_en": "There is no such thing here, or it is not for you.",
        "instance": "/v1/documents/none",
        "request_id": "thu-1",
    }


def test_english_comes_first_for_who_prefers_it(node: Node):
    answer = node.clerk.get("/v1/documents/none", {"Accept-Language": "en-GB, vi;q=0.5"})

    assert answer.headers["Content-Language"] == "en"
    assert answer.json["title"] == "Not found"
    assert answer.json["detail"].startswith("There is no such thing")
    assert answer.json["detail_vi"].startswith("Không có")


@pytest.mark.parametrize("given", ["", "ü", "a b", "x" * 65, "a\tb"])
def test_a_request_gets_a_name_where_it_brings_no_usable_one(node: Node, given: str):
    headers = {"X-Request-Id": given.encode().decode("latin-1")}

    name = node.clerk.get("/healthz", headers).headers["X-Request-Id"]

    assert name != given
    assert len(name) == 16


@pytest.mark.parametrize("path", ["/", "/v2", "/v1/nothing", "/v1/blobs/a/b", "/v1/%2e%2e/x"])
def test_an_address_that_leads_nowhere_is_a_problem_too(node: Node, path: str):
    answer = node.stranger.get(path)

    assert answer.status_code == 404
    assert answer.json["type"] == "/problems/no-such-address"


def test_a_method_that_an_address_does_not_know_is_a_problem_too(node: Node):
    answer = node.clerk.ask("PATCH", "/v1/agencies")

    assert answer.status_code == 405
    assert answer.json["type"] == "/problems/method-not-allowed"
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"code": "\\ud800"}', b"[" * 9999]
)
def test_what_is_no_json_is_malformed(node: Node, body: bytes):
    answer = node.province.ask(
        "POST", "/v1/agencies", {"Content-Type": "application/json"}, body=body
    )

    assert answer.status_code in (400, 411, 422)
    assert answer.json["type"].startswith("/problems/")


def test_a_body_of_another_type_is_not_taken_for_json(node: Node):
    answer = node.province.ask(
        "POST", "/v1/agencies", {"Content-Type": "application/x-www-form-urlencoded"}, body=b"a=b"
    )

    assert answer.status_code == 415
    assert answer.json["type"] == "/problems/media-type-unsupported"


def test_a_json_body_over_the_limit_is_refused(node: Node):
    answer = node.clerk.registers(subject="x" * node.services.limits.max_json)

    assert answer.status_code == 413
    assert answer.json["type"] == "/problems/body-too-large"


def test_every_kind_of_trouble_has_its_answer():
    assert set(ANSWERS) == set(Kind)


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(KeeperStopped(), 503), (ReserveReached(reserve=5), 507), (BlobDamaged(blob="b"), 500)],
)
def test_troubles_of_the_store_are_told_by_their_kind(
    node: Node, trouble: Trouble, status: int, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.CRITICAL):
        answer = failing(node, trouble).simulate_get("/fails")

    assert answer.status_code == status
    assert answer.json["type"] == f"/problems/{trouble.slug()}"
    assert ("Retry-After" in answer.headers) is (status == 503)


def test_what_nobody_foresaw_tells_nothing_outside_and_all_in_the_log(
    node: Node, caplog: pytest.LogCaptureFixture
):
    answer = failing(node, RuntimeError("mật khẩu là 123")).simulate_get(
        "/fails", headers={"X-Request-Id": "thu-2"}
    )

    assert answer.status_code == 500
    assert answer.json["type"] == "/problems/unexpected"
    assert "123" not in answer.text
    assert "thu-2" in caplog.text
    assert "123" in caplog.text


def test_where_something_is_damaged_the_facts_stay_inside(
    node: Node, caplog: pytest.LogCaptureFixture
):
    answer = failing(node, BlobDamaged(blob="b", pack=7)).simulate_get("/fails")

    assert "pack" not in answer.json
    assert "7" in caplog.text


def failing(node: Node, error: Exception) -> TestClient:
    """The application with one more address, where *error* happens."""

    class Fails:
        open_to_all = True

        def on_get(self, _req: falcon.Request, _resp: falcon.Response) -> None:
            raise error

    app = create_app(node.services)
    app.add_route("/fails", Fails())
    return TestClient(app)


@pytest.mark.parametrize("slug", ["hidden", "duplicate-document", "digest-mismatch", "unexpected"])
def test_every_type_has_a_page_that_explains_it(node: Node, slug: str):
    trouble = find(slug)
    assert trouble is not None

    answer = node.stranger.get(f"/problems/{slug}")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert trouble.vietnamese.split("{")[0] in answer.text


def test_a_type_that_never_was_has_no_page(node: Node):
    assert node.stranger.get("/problems/<script>").status_code == 404


def test_facts_never_take_the_place_of_what_a_problem_always_says(node: Node):
    class Sly(Trouble):
        """Sly."""

        vietnamese = "Lén."

    answer = failing(node, Sly(status=200, type="x", extra=1)).simulate_get("/fails")

    assert answer.json["status"] == 422
    assert answer.json["type"] == "/problems/sly"
    assert answer.json["extra"] == 1


def test_an_arrival_needs_a_caller(node: Node):
    assert node.stranger.post("/v1/registrations", an_arrival()).status_code == 401
