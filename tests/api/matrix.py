"""A small province that lives at random, and the facts of it that say who may see what.

The facts are what was told to the API and accepted; the oracle in `test_permission_matrix` judges
by them alone.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from falcon.testing import TestClient

from api.app import create_app
from api.services import RULES, tokens
from indexer.follower import IndexFollower
from indexer.memory_index import MemoryIndex, Shelf
from repository.holdings import Holdings
from repository.model.access import OPERATOR, Right
from repository.model.days import day_of
from tests.api.conftest import SMALL, MovableClock, Noted, services_over
from tests.api.office import Office, a_file, blob_name

AGENCIES = ("H20.14", "H20.15", "H20.16")
LOGINS = ("an", "binh", "chi", "dung", "em", "giang")
UNITS = {"VP": "", "HT": "VP"}
"""Of each agency: `HT` is below `VP`."""
WORD = "matran"
"""Stands in every subject: to search for it is to search for all."""


@dataclass
class Post:
    agency: str
    duty: str
    unit: str
    cleared: bool
    since: str
    url: str
    until: str = ""


@dataclass
class Line:
    login: str
    unit: str
    url: str
    recalled: bool = False


@dataclass
class Paper:
    id: str
    url: str
    agency: str
    grade: str
    blob: str
    subject: str
    event: int
    lines: list[Line] = field(default_factory=list[Line])


@dataclass
class Who:
    """A person with their posts, or a program with its token."""

    office: Office
    login: str = ""
    posts: list[Post] = field(default_factory=list[Post])
    rights: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    everywhere: bool = False
    cleared: bool = False


@dataclass
class Act:
    """*target* follows *source* from *day* on; by a merger that ends it, by a transfer not."""

    source: str
    target: str
    day: str
    scopes: tuple[str, ...]
    kind: str


@dataclass
class Lent:
    """*delegate* does in the place of *principal* what *posts* are there for, before *until*."""

    principal: "Who"
    delegate: str
    agency: str
    posts: list[Post]
    until: str


class Province:
    """Three agencies, six people, some programs; every step is a request, taken or refused."""

    def __init__(self, holdings: Holdings, clock: MovableClock) -> None:
        self.clock = clock
        index = MemoryIndex(Shelf())
        self._follower = IndexFollower(holdings, index)
        self._client = TestClient(create_app(services_over(holdings, clock, index, Noted())))
        self._holdings = holdings
        self.registry = self._office(rights=tuple(Right), every_agency=True, cleared=True)
        self.papers: list[Paper] = []
        self.acts: list[Act] = []
        self.lent: list[Lent] = []
        self._found()
        self.people = {login: Who(self._desk(login), login) for login in LOGINS}
        self.programs = list(self._programs())

    @property
    def day(self) -> str:
        return day_of(self.clock.now)

    def everybody(self) -> list[Who]:
        return [*self.people.values(), *self.programs]

    # Steps.

    def post(self, login: str, agency: str, duty: str, unit: str, ahead: int, clear: bool) -> None:
        since = day_of(self.clock.now + timedelta(days=ahead))
        cleared = clear and duty in ("clerk", "archivist")
        asked = {
            "login": login, "duty": duty, "unit": unit, "since": since, "cleared": cleared
        }  # fmt: skip
        answer = self.registry.post(f"/v1/agencies/{agency}/posts", asked)
        if answer.status_code == 201:
            url = answer.json["end_url"]
            self.people[login].posts.append(Post(agency, duty, unit, cleared, since, url))

    def delegate(self, login: str, whom: int, days: int) -> None:
        """Lend what *login*'s posts in one agency are there for to somebody who works there."""
        who = self.people[login]
        mine = [post for post in who.posts if self.held(post) and post.duty in ("leader", "head")]
        there = [
            one.login
            for one in self.people.values()
            if one is not who and mine and any(post.agency == mine[0].agency for post in one.posts)
        ]
        if there:
            agency, delegate = mine[0].agency, there[whom % len(there)]
            until = self.clock.now + timedelta(days=days)
            asked = {"login": delegate, "until": until.isoformat()}
            answer = who.office.post(f"/v1/agencies/{agency}/delegations", asked)
            if answer.status_code == 201:
                posts = [post for post in mine if post.agency == agency]
                self.lent.append(Lent(who, delegate, agency, posts, day_of(until)))

    def held(self, post: Post) -> bool:
        """Say whether *post* is held today."""
        return post.since <= self.day and (not post.until or self.day < post.until)

    def end_post(self, login: str, nth: int, ahead: int) -> None:
        posts = [post for post in self.people[login].posts if not post.until]
        if posts:
            post = posts[nth % len(posts)]
            post.until = day_of(self.clock.now + timedelta(days=ahead))
            assert self.registry.post(post.url, {"until": post.until}).status_code == 200

    def register(self, agency: str, grade: str) -> None:
        number = len(self.papers)
        content = f"nội dung {number} của {id(self)}".encode()
        self.registry.brings(content)
        subject = f"{WORD} việc{number}"
        answer = self.registry.registers(
            agency=agency, subject=subject, confidentiality=grade, components=[a_file(content)]
        )
        if answer.status_code == 201:  # else the agency has ended
            told = answer.json
            history = self.registry.get(f"{told['url']}/history").json["revisions"]
            event = history[0]["log_sequence"]
            blob = blob_name(content)
            self.papers.append(Paper(told["id"], told["url"], agency, grade, blob, subject, event))

    def regrade(self, nth: int, grade: str) -> None:
        if self.papers:
            paper = self.papers[nth % len(self.papers)]
            tag = self.registry.get(paper.url).headers["ETag"]
            headers = {"If-Match": tag, "Content-Type": "application/merge-patch+json"}
            body = json.dumps({"confidentiality": grade}).encode()
            answer = self.registry.ask("PATCH", paper.url, headers, body=body)
            assert answer.status_code == 200, answer.text
            paper.grade = grade

    def give(self, nth: int, whom: int, unit: str) -> None:
        """To somebody who has a post there, or to a unit where *unit* is one."""
        if self.papers:
            paper = self.papers[nth % len(self.papers)]
            there = [
                one.login
                for one in self.people.values()
                if any(post.agency == paper.agency for post in one.posts)
            ]
            login = (there or LOGINS)[whom % len(there or LOGINS)]
            to = {"unit": unit} if unit else {"login": login}
            lines = [{"role": "information", **to}]
            answer = self.registry.post(f"{paper.url}/receipts", {"lines": lines})
            if answer.status_code == 201:
                url = answer.json["receipts"][0]["url"]
                paper.lines.append(Line("" if unit else login, unit, url))

    def recall(self, nth: int, line: int) -> None:
        papers = [paper for paper in self.papers if paper.lines]
        if papers:
            paper = papers[nth % len(papers)]
            one = paper.lines[line % len(paper.lines)]
            answer = self.registry.post(f"{one.url}/actions", {"act": "recall"})
            one.recalled = one.recalled or answer.status_code == 200

    def follow(
        self, source: str, target: str, ahead: int, scopes: tuple[str, ...], kind: str
    ) -> None:
        day = day_of(self.clock.now + timedelta(days=ahead))
        asked: dict[str, Any] = {
            "kind": kind, "sources": [source], "targets": [target], "effective": day,
            "decision": "1663/NQ", "scopes": list(scopes),
        }  # fmt: skip
        if self.registry.post("/v1/reorganisations", asked).status_code == 201:
            self.acts.append(Act(source, target, day, scopes, kind))

    def next_day(self) -> None:
        self.clock.now += timedelta(days=1)

    def index(self) -> None:
        while self._follower.step():
            pass

    # Its founding.

    def _found(self) -> None:
        for code in AGENCIES:
            self._declare("/v1/agencies", {"code": code, "name": f"Sở {code}"})
            book = {"code": "den", "direction": "incoming", "title": "Sổ đến"}
            self._declare(f"/v1/agencies/{code}/registers", book)
            for unit, above in UNITS.items():
                told = {"code": unit, "name": unit, "parent": above}
                self._declare(f"/v1/agencies/{code}/units", told)
        for login in LOGINS:
            self.registry.post("/v1/people", {"login": login, "name": login.title()})

    def _declare(self, path: str, body: dict[str, str]) -> None:
        answer = self.registry.post(path, body)
        assert answer.status_code == 201, answer.text

    def _programs(self) -> Iterator[Who]:
        one = AGENCIES[:1]
        for rights, agencies, cleared in (
            (("read",), one, False),
            (("read", "write"), one, True),
            (("write",), one, False),
            (("read",), (), False),
            (("read",), (), True),
        ):
            office = self._office(
                *agencies,
                rights=tuple(map(Right, rights)),
                every_agency=not agencies,
                cleared=cleared,
            )
            yield Who(
                office,
                rights=rights,
                agencies=agencies,
                everywhere=not agencies,
                cleared=cleared,
            )

    def _office(self, *agencies: str, **asked: Any) -> Office:
        wanted = tokens.TokenAsked(label="thử", agencies=agencies, **asked)
        return Office(self._client, self._issued(wanted))

    def _desk(self, login: str) -> Office:
        return Office(self._client, self._issued(tokens.TokenAsked(label="bàn", person=login)))

    def _issued(self, asked: tokens.TokenAsked) -> str:
        keeper = self._holdings.keeper
        return tokens.issue(keeper, OPERATOR, asked, entropy=os.urandom).bearer


def a_province() -> Province:
    clock = MovableClock()
    return Province(Holdings.in_memory(rules=RULES, clock=clock, options=SMALL), clock)
