"""Delegations begin, end, are taken back while papers are handled: who may act is who should.

A model of some lines knows who may act at each moment, and in whose place; the API is asked for the same.
"""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from api.services import RULES
from repository.holdings import Holdings
from tests.api.conftest import SMALL, MovableClock, Node
from tests.api.office import Office
from tests.api.test_receipts import Desks, acts, lead

LEADER, DELEGATES = "giam-doc", ("truong-phong", "chuyen-vien", "phoi-hop")
URL = "/v1/agencies/H20.14/delegations"


class Given:
    """A delegation as the model knows it."""

    def __init__(self, login: str, since: datetime, until: datetime, url: str) -> None:
        self.login = login
        self.since = since
        self.until = until
        self.url = url

    def stands(self, now: datetime) -> bool:
        return self.since <= now < self.until


class Delegating(RuleBasedStateMachine):
    """The leader lends their duties to some, for some time; papers come and are handled."""

    @initialize()
    def founded(self) -> None:
        self.clock = MovableClock()
        self.holdings = Holdings.in_memory(rules=RULES, clock=self.clock, options=SMALL)
        self.desks = Desks(Node(self.holdings, self.clock))
        self.given: list[Given] = []
        self.opened = False
        self.line: Any = None
        self.arrives()

    def teardown(self) -> None:
        self.holdings.close()

    def arrives(self) -> None:
        paper = self.desks.clerk.registers().json
        given = {"lines": [lead(LEADER)]}
        self.line = self.desks.clerk.post(f"{paper['url']}/receipts", given).json["receipts"][0]
        self.opened = False

    def office(self, login: str) -> Office:
        return {
            "truong-phong": self.desks.head,
            "chuyen-vien": self.desks.officer,
            "phoi-hop": self.desks.other,
        }[login]

    def may(self, login: str) -> bool:
        now = self.clock.now
        return any(one.stands(now) for one in self.given if one.login == login)

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.clock.now += timedelta(minutes=minutes)

    @rule(login=st.sampled_from(DELEGATES), ahead=st.integers(-5, 60), length=st.integers(1, 120))
    def leader_delegates(self, login: str, ahead: int, length: int) -> None:
        since = self.clock.now + timedelta(minutes=ahead)
        until = max(since, self.clock.now) + timedelta(minutes=length)
        body = {"login": login, "since": since.isoformat(), "until": until.isoformat()}

        answer = self.desks.leader.post(URL, body)

        assert answer.status_code == 201, answer.text
        begun = max(since, self.clock.now)
        self.given.append(Given(login, begun, until, answer.json["url"]))

    @rule(data=st.data())
    def one_is_taken_back(self, data: st.DataObject) -> None:
        if self.given:
            one = data.draw(st.sampled_from(self.given))
            assert self.desks.leader.post(f"{one.url}/withdraw", None).status_code == 200
            one.until = min(one.until, self.clock.now)

    @rule(login=st.sampled_from(DELEGATES))
    def a_delegate_opens(self, login: str) -> None:
        answer = acts(self.office(login), self.line, "open")

        expected = 404 if not self.may(login) else 409 if self.opened else 200
        assert answer.status_code == expected
        if answer.status_code == 200:
            self.opened = True
            assert (answer.json["login"], answer.json["deputy"]) == (LEADER, login)

    @rule(login=st.sampled_from(DELEGATES))
    def a_delegate_completes(self, login: str) -> None:
        answer = acts(self.office(login), self.line, "complete")

        assert answer.status_code == (200 if self.may(login) else 404)
        if answer.status_code == 200:
            self.arrives()

    @rule()
    def the_leader_opens(self) -> None:
        if not self.opened:
            assert acts(self.desks.leader, self.line, "open").json["deputy"] == ""
            self.opened = True

    @rule(login=st.sampled_from(DELEGATES), other=st.sampled_from(DELEGATES))
    def nobody_hands_on_what_was_lent(self, login: str, other: str) -> None:
        until = (self.clock.now + timedelta(hours=1)).isoformat()
        body = {"login": other, "until": until, "duties": ["leader"]}
        assert self.office(login).post(URL, body).status_code == 403 or login == other

    @invariant()
    def work_and_papers_are_those_that_may_be_acted_on(self) -> None:
        if self.line is None:
            return
        state = "open" if self.opened else "sent"
        for login in DELEGATES:
            office, may = self.office(login), self.may(login)
            work = office.get(f"/v1/work?state={state}").json["work"]
            assert [one["receipt"]["id"] for one in work] == [self.line["id"]] * may
            assert (office.get(self.line["url"]).status_code == 200) is may


TestDelegating = Delegating.TestCase
TestDelegating.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    suppress_health_check=[HealthCheck.too_slow],
)
