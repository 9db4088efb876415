"""Who takes part in a journey: people at their desks, their agency, and the province that serves all."""

import itertools
import json
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import httpx
from blake3 import blake3

from tests.indexer.files import a_pdf
from tests.nodes.province import patiently
from tests.tools.command import Vankho
from tests.tools.serving import PATIENCE_SECONDS, Running

STAFF = (
    ("van-thu", "clerk", "", "Văn thư"),
    ("van-thu-2", "clerk", "", "Văn thư"),
    ("giam-doc", "leader", "", "Giám đốc"),
    ("truong-phong", "head", "HT", "Trưởng phòng"),
    ("chuyen-vien", "officer", "HT", "Chuyên viên"),
    ("phoi-hop", "officer", "VP", "Chuyên viên"),
)
UNITS = (("HT", "Phòng Hộ tịch"), ("VP", "Văn phòng"))
BOOKS = (
    {"code": "den", "direction": "incoming", "title": "Sổ văn bản đến"},
    {"code": "di", "direction": "outgoing", "title": "Sổ văn bản đi", "notation": "STP-VP"},
)
_KEYS = itertools.count(1)
_CODES = itertools.count(401)


class Desk:
    """Somebody with a token of their own before a server."""

    def __init__(self, address: str, bearer: str, login: str = "") -> None:
        self.login = login
        headers = {"Authorization": f"Bearer {bearer}"}
        self._http = httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_SECONDS)

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self._http.get(path, params=query or None)

    def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        return self._http.post(path, json=body, headers=_fields(headers))

    def amends(self, path: str, body: object, **headers: str) -> httpx.Response:
        merged = {"Content-Type": "application/merge-patch+json"} | _fields(headers)
        return self._http.patch(path, content=json.dumps(body), headers=merged)

    def sees(self, path: str, **query: Any) -> dict[str, Any]:
        """What is there; it is for them."""
        return done(self.get(path, **query))

    def brings(self, content: bytes) -> str:
        """Store a file; its name."""
        name = f"blake3:{blake3(content).hexdigest()}"
        return done(self._http.put(f"/v1/blobs/{name}", content=content))["id"]

    def tries_to_register(self, agency: str, **said: Any) -> httpx.Response:
        """Register an arrival; says only what matters, under a key of its own."""
        plain = {"agency": agency, "register": "den", "direction": "incoming"}
        key = said.pop("key", "") or f"so-{next(_KEYS)}"
        return self.post("/v1/registrations", plain | said, Idempotency_Key=key)

    def registers(self, agency: str, **said: Any) -> dict[str, Any]:
        """The same, and it is done."""
        return done(self.tries_to_register(agency, **said))

    def tries(self, thing: dict[str, Any], act: str, **rest: Any) -> httpx.Response:
        """Do something with a line, a draft, a dispatch or a dossier, however it stands."""
        headers = {"If-Match": rest.pop("seen", "*")}
        if act == "number":
            headers["Idempotency-Key"] = f"so-{next(_KEYS)}"
        return self.post(f"{thing['url']}/actions", {"act": act, **rest}, **headers)

    def does(self, thing: dict[str, Any], act: str, **rest: Any) -> dict[str, Any]:
        """The same, and it is done."""
        return done(self.tries(thing, act, **rest))

    def may_read(self, document: dict[str, Any]) -> bool:
        """Whether it is there for them."""
        status = self.get(document["url"]).status_code
        assert status in (HTTPStatus.OK, HTTPStatus.NOT_FOUND), status
        return status == HTTPStatus.OK

    def may(self, thing: dict[str, Any]) -> list[str]:
        """What they may do with it now."""
        return self.sees(f"{thing['url']}/actions")["actions"]

    def gives(self, document: dict[str, Any], *lines: dict[str, str]) -> list[dict[str, Any]]:
        """Give a paper to people or units; their lines."""
        return done(self.post(f"{document['url']}/receipts", {"lines": lines}))["receipts"]

    def in_hand(self, state: str = "sent") -> dict[str, dict[str, Any]]:
        """The lines in their hand, by the document."""
        work = self.sees("/v1/work", state=state)["work"]
        return {one["receipt"]["document"]: one["receipt"] for one in work}

    def finds(self, words: str) -> list[str]:
        """The documents that search gives for *words*."""
        return [hit["document"]["id"] for hit in self.sees("/v1/search", q=words)["hits"]]


class Bureau:
    """An agency with two registers and its people at their desks, by login."""

    def __init__(self, code: str, desks: dict[str, Desk]) -> None:
        self.code = code
        self.desks = desks
        self.clerk, self.second_clerk, self.leader, self.head, self.officer, self.other = (
            desks[login] for login, *_ in STAFF
        )

    def book(self, code: str) -> dict[str, Any]:
        """A register of the agency."""
        listed = self.clerk.sees(f"/v1/agencies/{self.code}/registers")["registers"]
        return next(one for one in listed if one["code"] == code)

    def every_number_follows(self) -> bool:
        """Whether the numbers of its registers have no gap and none twice."""
        return all(gapless(numbers(self.clerk, self.book(one["code"]))) for one in BOOKS)


class Province:
    """A served store with as many agencies as journeys need."""

    def __init__(self, vankho: Vankho, running: Running, bearer: str) -> None:
        self.vankho = vankho
        self.running = running
        self.operator = Desk(running.address, bearer)
        self._desks = [self.operator]

    def bureau(self, name: str = "Sở Tư pháp") -> Bureau:
        """A new agency with its staff."""
        code = f"H20.{next(_CODES)}"
        self.declares("/v1/agencies", {"code": code, "name": name})
        for unit, title in UNITS:
            self.declares(f"/v1/agencies/{code}/units", {"code": unit, "name": title})
        for book in BOOKS:
            self.declares(f"/v1/agencies/{code}/registers", book)
        return Bureau(code, {who[0]: self._employed(code, *who) for who in STAFF})

    def declares(self, path: str, body: object) -> dict[str, Any]:
        return done(self.operator.post(path, body))

    def _employed(self, agency: str, name: str, duty: str, unit: str, title: str) -> Desk:
        login = f"{name}.{agency.lower()}"
        self.declares("/v1/people", {"login": login, "name": name.title()})
        post = {"login": login, "duty": duty, "unit": unit, "title": title}
        self.declares(f"/v1/agencies/{agency}/posts", post)
        return self.desk(login)

    def desk(self, login: str) -> Desk:
        """Somebody who works here, with a token of their own."""
        bearer = self.declares("/v1/tokens", {"label": login, "person": login})["bearer"]
        made = Desk(self.running.address, bearer, login)
        self._desks.append(made)
        return made

    def close(self) -> None:
        for each in self._desks:
            each.close()

    def is_followed(self) -> bool:
        """Wait, within bounds, until search has read every event, and every text."""
        return any(self._caught_up() for _ in patiently())

    def _caught_up(self) -> bool:
        lag = httpx.get(f"{self.running.address}/readyz", timeout=PATIENCE_SECONDS)
        return lag.json()["index_lag"] == 0

    def findings(self) -> list[Any]:
        """What `vankho check` finds beside the running server, over the whole store."""
        told = self.vankho("check", "--json")
        assert told.code == 0, told.out + told.err
        *findings, summary = told.lines
        assert (summary["message_type"], summary["findings"]) == ("summary", len(findings))
        assert summary["events"] > 0
        return findings


def done(answer: httpx.Response) -> dict[str, Any]:
    """What was answered to something that was done."""
    assert answer.status_code in (200, 201), f"{answer.request.url}: {answer.text}"
    return answer.json()


def refused(answer: httpx.Response) -> tuple[int, str]:
    """The status of a refusal, and which it is."""
    with suppress(KeyError):
        return answer.status_code, answer.json()["type"].removeprefix("/problems/")
    raise AssertionError(f"not refused: {answer.status_code} {answer.text}")


def lead(login: str = "", unit: str = "", **rest: str) -> dict[str, str]:
    return {"role": "lead", "login": login, "unit": unit, **rest}


def a_file(blob: str, name: str = "công văn.pdf", role: str = "main") -> dict[str, str]:
    return {"role": role, "blob": blob, "name": name}


def a_paper(*pages: str) -> bytes:
    """A small PDF that says *pages*."""
    return a_pdf(*pages)


def signed(content: bytes, by: str) -> bytes:
    """The same PDF with something appended, as a signature is."""
    return content + f"% {by}\n%%EOF\n".encode()


def numbers(desk: Desk, book: dict[str, Any], **query: Any) -> dict[int, str]:
    """Every number of a register in its period, in order, with what it stands for."""
    page = desk.sees(f"{book['url']}/numbers", limit=200, **query)
    rows = page["numbers"]
    while "next" in page:
        page = desk.sees(f"{book['url']}/numbers", limit=200, start=page["next"], **query)
        rows += page["numbers"]
    told: dict[int, str] = {one["number"]: one["state"] for one in rows}
    assert len(told) == len(rows), "a number twice"
    return told


def gapless(told: dict[int, str], first: int = 1) -> bool:
    """Whether each number follows the one before it, from *first* on."""
    return list(told) == list(range(first, first + len(told)))


def nothing_for(stranger: Desk, document: dict[str, Any], words: str) -> bool:
    """Whether somebody learns nothing of a document: not by its address, its files, nor by search."""
    addresses = [document["url"], *(file["url"] for file in document["components"])]
    seen = {stranger.get(address).status_code for address in addresses}
    return seen == {HTTPStatus.NOT_FOUND} and stranger.finds(words) == []


def _fields(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): text for name, text in headers.items()}
