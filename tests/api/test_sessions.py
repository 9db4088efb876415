"""People sign in with the directory: a session in a cookie, or a short token; nobody learns why not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from falcon.testing import Result, TestClient
from msgspec import structs

from api.app import create_app
from interop.directory.port import Admitted
from interop.directory.roster import Roster
from interop.directory.troubles import TicketRefused
from interop.directory.users import DirectoryUser, Sid, UserGuid
from tests.api.conftest import NOON, Node
from tests.api.office import Office

COOKIE = "__Host-vankho"
PASSWORD = "mật-khẩu dài"


def a_user(account: str, number: int, **changes: Any) -> DirectoryUser:
    plain = DirectoryUser(
        guid=UserGuid(f"00000000-0000-0000-0000-{number:012d}"),
        sid=Sid(f"S-1-5-21-1-2-3-{number}"),
        account=account,
        principal=f"{account}@vankho.test",
        name=account.title(),
        place=f"CN={account},DC=vankho,DC=test",
    )
    return structs.replace(plain, **changes)


class Tickets:
    """Takes one ticket for one person."""

    def accept(self, token: bytes) -> Admitted:
        if token != b"ve-hop-le":
            raise TicketRefused(reason="unknown")
        return Admitted(principal="nva@VANKHO.TEST", answer=b"xin-chao")


class Door:
    """A node with a directory before it, in which nva works for H20.14."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.roster = Roster(node.clock)
        self.roster.put(a_user("nva", 1), PASSWORD)
        self.roster.put(a_user("nguoi-la", 2), PASSWORD)
        services = replace(node.services, directory=self.roster, negotiation=Tickets())
        self.client = TestClient(create_app(services, stopwatch=lambda: 0.0))
        node.province.post("/v1/people", {"login": "nva", "name": "Nguyễn Văn A"})
        post = {"login": "nva", "duty": "clerk"}
        assert node.province.post("/v1/agencies/H20.14/posts", post).status_code == 201

    def signs_in(self, login: str = "nva", password: str = PASSWORD, **rest: Any) -> Result:
        body = {"login": login, "password": password, **rest}
        return self.client.simulate_post("/v1/sessions", json=body)

    def asks(self, method: str, path: str, signed: Result, **rest: Any) -> Result:
        """As a page of the session does: with its cookie and its token."""
        headers = {"Cookie": f"{COOKIE}={signed.cookies[COOKIE].value}"}
        if "csrf" in signed.json:
            headers["X-CSRF-Token"] = signed.json["csrf"]
        headers |= rest.pop("headers", {})
        return self.client.simulate_request(method, path, headers=headers, **rest)


@pytest.fixture
def door(node: Node) -> Door:
    return Door(node)


def test_who_signs_in_is_themselves_with_the_posts_they_hold(door: Door):
    signed = door.signs_in()

    assert signed.status_code == 201, signed.text
    me = door.asks("GET", "/v1/session", signed).json
    assert (me["login"], me["name"]) == ("nva", "Nguyễn Văn A")
    assert [(post["agency"], post["duty"]) for post in me["posts"]] == [("H20.14", "clerk")]
    assert door.asks("GET", "/v1/agencies/H20.14/registers", signed).status_code == 200


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(door: Door):
    cookie = door.signs_in().cookies[COOKIE]

    assert (cookie.http_only, cookie.secure, cookie.same_site) == (True, True, "Strict")
    assert cookie.path == "/"


def test_a_change_takes_the_token_of_the_page(door: Door):
    signed = door.signs_in()
    paper = {"agency": "H20.14", "register": "den", "direction": "incoming", "subject": "Thử"}
    key = {"Idempotency-Key": "mot"}

    for forged in ({"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 32}):
        refused = door.asks("POST", "/v1/registrations", signed, json=paper, headers=key | forged)
        assert (refused.status_code, refused.json["type"]) == (
            403,
            "/problems/csrf-token-missing",
        )

    assert (
        door.asks("POST", "/v1/registrations", signed, json=paper, headers=key).status_code == 201
    )


def test_a_token_may_be_asked_for_instead(door: Door):
    signed = door.signs_in(token=True)

    assert COOKIE not in signed.cookies
    desk = Office(door.client, signed.json["bearer"])
    assert desk.get("/v1/session").json["login"] == "nva"
    door.node.clock.now = NOON + timedelta(hours=1)
    assert desk.get("/v1/session").status_code == 401


def test_a_session_ends_after_a_working_day_and_when_one_signs_out(door: Door):
    signed, other = door.signs_in(), door.signs_in()
    assert door.asks("DELETE", "/v1/session", signed).status_code == 204

    assert door.asks("GET", "/v1/session", signed).status_code == 401
    assert door.asks("GET", "/v1/session", other).status_code == 200
    door.node.clock.now = NOON + timedelta(hours=10)
    assert door.asks("GET", "/v1/session", other).status_code == 401


def refusals(door: Door) -> list[Result]:
    door.roster.put(a_user("bi-khoa", 3, enabled=False), PASSWORD)
    return [
        door.signs_in(password="sai"),
        door.signs_in("khong-co"),
        door.signs_in("bi-khoa"),
        door.signs_in("nguoi-la"),
        door.signs_in(password=""),
        door.signs_in("nva\x00"),
    ]


def test_nobody_learns_why_they_are_not_let_in(door: Door):
    found = refusals(door)

    plain = [
        (one.status_code, {**one.json, "request_id": ""}, one.headers.get("WWW-Authenticate"))
        for one in found
    ]
    assert all(one == plain[0] for one in plain)
    assert plain[0][0] == 401
    assert all(COOKIE not in one.cookies for one in found)


def test_the_log_tells_why_and_names_nobody(door: Door):
    door.node.noted.lines.clear()
    refusals(door)

    told = [line for line in door.node.noted.lines if line["event"] == "sign-in-refused"]
    assert [line["reason"] for line in told] == [
        "wrong-password",
        "unknown-login",
        "account-disabled",
        "unknown-person",
        "wrong-password",
        "unknown-login",
    ]
    assert not any("nva" in str(line) or PASSWORD in str(line) for line in told)


def test_one_login_is_not_tried_again_and_again(door: Door):
    for _ in range(5):
        assert door.signs_in(password="sai").status_code == 401

    assert door.signs_in().status_code == 429
    assert door.signs_in("NVA").status_code == 429
    assert door.signs_in("nguoi-la").status_code == 401


def test_another_account_that_takes_over_the_login_is_not_let_in_as_them(door: Door):
    assert door.signs_in().status_code == 201
    door.roster.remove(UserGuid("00000000-0000-0000-0000-000000000001"))
    door.roster.put(a_user("nva", 9), PASSWORD)

    assert door.signs_in().status_code == 401


def test_who_is_renamed_in_the_directory_is_let_in_as_themselves(door: Door):
    before = door.signs_in().json["person"]
    door.roster.put(a_user("nva-moi", 1), PASSWORD)

    assert door.signs_in("nva-moi").json["person"] == before


def test_who_may_not_sign_in_here_is_refused_whatever_the_directory_says(door: Door):
    signed = door.signs_in()
    gone = {"login": "nva", "name": "Nguyễn Văn A", "active": False}
    door.node.province.post("/v1/people", gone)

    assert door.asks("GET", "/v1/session", signed).status_code == 401
    assert door.signs_in().status_code == 401


def test_without_its_directory_a_node_says_so_and_tokens_go_on(door: Door):
    door.roster.reachable = False

    away = door.signs_in()

    assert (away.status_code, away.json["type"]) == (503, "/problems/directory-unreachable")
    assert door.node.clerk.get("/v1/agencies").status_code == 200
    none = TestClient(create_app(door.node.services))
    refused = none.simulate_post("/v1/sessions", json={"login": "nva", "password": "x"})
    assert (refused.status_code, refused.json["type"]) == (503, "/problems/no-directory")


def test_a_ticket_of_the_domain_signs_in_without_a_password(door: Door):
    asked = door.client.simulate_get("/v1/sessions/ticket")
    assert (asked.status_code, asked.headers["WWW-Authenticate"]) == (401, "Negotiate")
    bad = {"Authorization": "Negotiate c2Fp"}
    assert door.client.simulate_get("/v1/sessions/ticket", headers=bad).status_code == 401

    good = {"Authorization": "Negotiate dmUtaG9wLWxl"}
    signed = door.client.simulate_get("/v1/sessions/ticket", headers=good)

    assert signed.status_code == 201, signed.text
    assert signed.headers["WWW-Authenticate"] == "Negotiate eGluLWNoYW8="
    assert door.asks("GET", "/v1/session", signed).json["login"] == "nva"


def test_two_cookies_of_that_name_are_none(door: Door):
    value = door.signs_in().cookies[COOKIE].value
    twice = {"Cookie": f"{COOKIE}={value}; {COOKIE}={value}"}

    assert door.client.simulate_get("/v1/session", headers=twice).status_code == 401


def test_programs_are_no_persons(node: Node):
    assert node.clerk.get("/v1/session").json["type"] == "/problems/no-person"
    assert node.clerk.ask("DELETE", "/v1/session").json["type"] == "/problems/no-person"
