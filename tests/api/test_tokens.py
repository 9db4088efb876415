"""Tokens: shown once, good for what they say, and no longer than they hold."""

from datetime import timedelta

import pytest

from tests.api.conftest import Node
from tests.api.office import Office

ASKED = {"label": "Phần mềm một cửa", "rights": ["read"], "agencies": ["H20.14"]}
SECRETS = "/v1/agencies"


def test_a_token_is_issued_and_opens_what_it_says(node: Node):
    answer = node.province.post("/v1/tokens", ASKED)

    newcomer = Office(node.client, answer.json["bearer"])
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert newcomer.get("/v1/agencies").json["agencies"][0]["code"] == "H20.14"
    assert newcomer.registers().status_code == 403


def test_a_secret_is_shown_once_and_never_again(node: Node):
    issued = node.province.post("/v1/tokens", ASKED).json
    secret = issued["bearer"].rpartition("_")[2]

    listed = node.province.get("/v1/tokens")

    assert issued["id"] in listed.text
    assert secret not in listed.text
    assert "digest" not in listed.text


def test_a_revoked_token_opens_nothing_and_revoking_twice_is_harmless(node: Node):
    issued = node.province.post("/v1/tokens", ASKED).json
    path = f"/v1/tokens/{issued['id']}"

    assert [node.province.ask("DELETE", path).status_code for _ in range(2)] == [204, 204]
    assert Office(node.client, issued["bearer"]).get(SECRETS).status_code == 401


def test_a_token_that_never_was_cannot_be_revoked(node: Node):
    assert node.province.ask("DELETE", "/v1/tokens/none").status_code == 404


def test_a_token_holds_until_it_expires(node: Node):
    guest = node.office("H20.14", expires=node.clock.now + timedelta(hours=1))

    before = guest.get(SECRETS)
    node.clock.now += timedelta(hours=1)
    after = guest.get(SECRETS)

    assert (before.status_code, after.status_code) == (200, 401)


def test_tokens_unknown_wrong_expired_and_revoked_are_told_apart_by_nobody(node: Node):
    issued = node.province.post("/v1/tokens", ASKED | {"expires": "2026-03-02T13:00:00+07:00"}).json
    revoked = node.province.post("/v1/tokens", ASKED).json
    node.province.ask("DELETE", f"/v1/tokens/{revoked['id']}")
    node.clock.now += timedelta(hours=2)
    shown = [
        issued["bearer"],
        revoked["bearer"],
        "vk_" + "0" * 32 + "_" + "a" * 43,
        f"vk_{issued['id']}_" + "a" * 43,
        "nonsense",
        "vk_" + "é" * 32,
        "",
    ]

    answers = [
        node.stranger.get(SECRETS, {"Authorization": f"Bearer {bearer}", "X-Request-Id": "one"})
        for bearer in (text.encode().decode("latin-1") for text in shown)
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert len({str(dict(answer.headers)) for answer in answers}) == 1
    assert answers[0].headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["", "Basic dTpw", "Bearer", "bearer x y"])
def test_whoever_shows_no_token_is_told_how(node: Node, header: str):
    answer = node.stranger.get(SECRETS, {"Authorization": header})

    assert answer.status_code == 401
    assert answer.json["type"] == "/problems/unknown-caller"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"label": ""}, "$.label"),
        ({"rights": []}, "$.rights"),
        ({"rights": ["fly"]}, "$.rights[0]"),
        ({"agencies": ["H20.14", "H20.99"]}, "$.agencies[1]"),
        ({"agencies": ["x"]}, "$.agencies[0]"),
        ({"agencies": []}, "$.agencies"),
        ({"every_agency": True}, "$.agencies"),
        ({"expires": "2026-03-02T12:00:00+07:00"}, "$.expires"),
        ({"expires": "2027-01-01T00:00:00"}, "$.expires"),
        ({"expires": "tomorrow"}, "$.expires"),
    ],
)
def test_a_token_must_be_asked_for_as_described(node: Node, changes: dict[str, object], path: str):
    answer = node.province.post("/v1/tokens", ASKED | changes)

    assert (answer.status_code, answer.json["path"]) == (422, path)


def test_who_administers_one_agency_has_nothing_to_do_with_tokens(node: Node):
    head = node.office("H20.14")

    assert head.post("/v1/tokens", ASKED).status_code == 403
    assert head.get("/v1/tokens").status_code == 403
    assert head.ask("DELETE", "/v1/tokens/none").status_code == 403
