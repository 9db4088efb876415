"""A token asks as often as it may, and is told how it stands."""

from dataclasses import replace

import msgspec
import pytest
from falcon.testing import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.rates import MAX_BUCKETS, Bucket, Rate, Rates, taken
from tests.api.conftest import Node
from tests.api.office import Office


class Stopwatch:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


def limited(node: Node, office: Office, stopwatch: Stopwatch, rate: int, burst: int) -> Office:
    """The same office before a worker that has a rate."""
    limits = msgspec.structs.replace(node.services.limits, rate=rate, burst=burst)
    services = replace(node.services, limits=limits)
    return Office(TestClient(create_app(services, stopwatch=stopwatch)), office.bearer)


def test_who_asks_too_often_is_told_when_to_come_back(node: Node, stopwatch: Stopwatch):
    clerk = limited(node, node.clerk, stopwatch, rate=2, burst=3)
    granted = [clerk.get("/v1/agencies") for _ in range(3)]

    refused = clerk.get("/v1/agencies")

    assert [answer.status_code for answer in granted] == [200, 200, 200]
    assert [answer.headers["RateLimit"] for answer in granted] == [
        '"token";r=2;t=1',
        '"token";r=1;t=1',
        '"token";r=0;t=2',
    ]
    assert refused.status_code == 429
    assert refused.json["type"] == "/problems/too-many-requests"
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["RateLimit-Policy"] == '"token";q=3;w=2'
    stopwatch.now += 1
    assert clerk.get("/v1/agencies").status_code == 200


def test_each_token_has_a_rate_of_its_own(node: Node, stopwatch: Stopwatch):
    clerk = limited(node, node.clerk, stopwatch, rate=1, burst=1)
    app = clerk._client
    clerk.get("/v1/agencies")

    assert clerk.get("/v1/agencies").status_code == 429
    assert Office(app, node.neighbour.bearer).get("/v1/agencies").status_code == 200


def test_what_is_open_to_all_knows_no_rate(node: Node, stopwatch: Stopwatch):
    clerk = limited(node, node.clerk, stopwatch, rate=1, burst=1)

    assert [clerk.get("/healthz").status_code for _ in range(5)] == [200] * 5


def test_without_a_rate_nothing_is_told_of_one(node: Node):
    answer = node.clerk.get("/v1/agencies")

    assert "RateLimit" not in answer.headers
    assert "RateLimit-Policy" not in answer.headers


@given(
    gaps=st.lists(st.floats(0, 5), max_size=60),
    per_second=st.integers(1, 20),
    burst=st.integers(1, 10),
)
def test_in_any_span_no_more_is_granted_than_the_burst_and_what_has_come_back(
    gaps: list[float], per_second: int, burst: int
):
    rate = Rate(per_second=per_second, burst=burst)
    bucket, now, granted = Bucket(burst, 0.0), 0.0, 0
    for gap in gaps:
        now += gap
        bucket, standing = taken(bucket, rate, now)
        granted += standing.allowed
        assert 0 <= bucket.left <= burst
        assert standing.allowed or standing.wait >= 1

    assert granted <= burst + now * per_second + 1e-6


def test_who_has_not_asked_for_long_is_forgotten(stopwatch: Stopwatch):
    rates = Rates(Rate(per_second=1, burst=1), stopwatch)
    for n in range(MAX_BUCKETS + 50):
        rates.ask(f"token:{n}")

    assert len(rates._buckets) == MAX_BUCKETS
    again = rates.ask("token:0")
    assert again is not None
    assert again.allowed
