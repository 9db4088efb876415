"""Whatever people try in whatever order, a dossier is where the table says, and found there alone."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from falcon.testing import Result
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from api.services import RULES
from repository.holdings import Holdings
from repository.model.confidentiality import Confidentiality
from repository.model.dossiers import (
    DOSSIER_ACTS,
    DOSSIER_WHO,
    DossierAct,
    DossierParty,
    DossierState,
)
from tests.api.archive import Bureau, acts, adds, amends, does, found, items
from tests.api.books import problem
from tests.api.conftest import SMALL, MovableClock, Node
from tests.api.office import Office

PARTIES: dict[str, frozenset[DossierParty]] = {
    "officer": frozenset({DossierParty.IN_CHARGE}),
    "head": frozenset({DossierParty.HEAD}),
    "clerk": frozenset({DossierParty.REGISTRY}),
    "archivist": frozenset({DossierParty.ARCHIVIST}),
    "leader": frozenset(),
    "other": frozenset(),
}
"""Who is what to a dossier of the officer's."""
SEES = {
    Confidentiality.NONE: set(PARTIES),
    Confidentiality.INTERNAL: set(PARTIES) - {"other"},
    Confidentiality.RESTRICTED: set(PARTIES) - {"other", "clerk"},
}
PEOPLE = st.sampled_from(sorted(PARTIES))


@contextmanager
def a_bureau() -> Generator[Bureau]:
    clock = MovableClock()
    with Holdings.in_memory(rules=RULES, clock=clock, options=SMALL) as holdings:
        yield Bureau(Node(holdings, clock))


class OneDossier(RuleBasedStateMachine):
    """A dossier, six people, and what the tables make of it."""

    @initialize(grade=st.sampled_from(Confidentiality))
    def opened(self, grade: Confidentiality) -> None:
        self.lent = a_bureau()
        self.bureau = self.lent.__enter__()
        self.grade = grade
        self.state = DossierState.OPEN
        self.order: list[str] = []
        self.dossier = self.bureau.opens(symbol="01", confidentiality=grade.value)
        self.papers = [self.bureau.arrival(subject=f"{n}") for n in range(3)]

    def teardown(self) -> None:
        if hasattr(self, "lent"):
            self.lent.__exit__(None, None, None)

    def desk(self, who: str) -> Office:
        return getattr(self.bureau, who)

    def may(self, who: str, act: DossierAct) -> bool:
        open_now = (self.state, act) in DOSSIER_ACTS and bool(DOSSIER_WHO[act] & PARTIES[who])
        return who in SEES[self.grade] and open_now

    def judged(self, who: str, act: DossierAct, answer: Result) -> bool:
        """Say whether it was done; what may not be is refused, and to who sees nothing as nothing."""
        if self.may(who, act):
            assert answer.status_code < 300, answer.text
            return True
        refused = (409, "dossier-act-not-open") if who in SEES[self.grade] else (404, "hidden")
        assert (answer.status_code, problem(answer)) == refused
        return False

    @rule(who=PEOPLE, n=st.integers(0, 2))
    def add(self, who: str, n: int) -> None:
        paper = self.papers[n]
        if paper["id"] in self.order or (who == "other" and self.may(who, DossierAct.FILE)):
            return
        answer = adds(self.desk(who), self.dossier, paper)
        if self.judged(who, DossierAct.FILE, answer) if who != "head" else self.head_adds(answer):
            self.order.append(paper["id"])

    def head_adds(self, answer: Result) -> bool:
        """The head is no reader of papers that were given to the officer: what may be is refused whole."""
        if self.may("head", DossierAct.FILE):
            assert problem(answer) == "items-refused"
            return False
        return self.judged("head", DossierAct.FILE, answer)

    @rule(who=PEOPLE, n=st.integers(0, 2))
    def remove(self, who: str, n: int) -> None:
        if n >= len(self.order):
            return
        shown = items(self.bureau.officer, self.dossier)
        item = shown[n]["id"]
        url = f"{self.dossier['url']}/items/{item}"
        answer = self.desk(who).ask("DELETE", url, {"If-Match": "*"})
        if self.judged(who, DossierAct.FILE, answer):
            del self.order[n]

    @rule(who=PEOPLE, n=st.integers(0, 2), before=st.integers(0, 3))
    def move(self, who: str, n: int, before: int) -> None:
        if n >= len(self.order):
            return
        ids = [one["id"] for one in items(self.bureau.officer, self.dossier)]
        target = ids[before] if before < len(ids) else ""
        url = f"{self.dossier['url']}/items/{ids[n]}/move"
        answer = self.desk(who).post(url, {"before": target}, {"If-Match": "*"})
        if self.judged(who, DossierAct.FILE, answer) and before != n:
            goal = self.order[before] if before < len(self.order) else ""
            moved = self.order.pop(n)
            self.order.insert(self.order.index(goal) if goal else len(self.order), moved)

    @rule(who=PEOPLE)
    def amend(self, who: str) -> None:
        archived = self.state is DossierState.ARCHIVED
        act = DossierAct.CORRECT if archived else DossierAct.AMEND
        changes: dict[str, Any] = {"note": f"{who} {self.state.value}", "reason": "Sửa"}
        answer = amends(self.desk(who), self.dossier, **changes)
        self.judged(who, act, answer)

    @rule(who=PEOPLE)
    def close(self, who: str) -> None:
        answer = does(self.desk(who), self.dossier, "close", ended="2026-03-02", reason="Đủ")
        # The head is no reader of papers that were given to the officer, so cannot look them through.
        if self.may(who, DossierAct.CLOSE) and (not self.order or who == "head"):
            assert problem(answer) == "not-ready-to-close"
        elif self.judged(who, DossierAct.CLOSE, answer):
            self.state = DossierState.CLOSED

    @rule(who=PEOPLE, act=st.sampled_from([DossierAct.REOPEN, DossierAct.GIVE_BACK]))
    def back(self, who: str, act: DossierAct) -> None:
        answer = does(self.desk(who), self.dossier, act.value, reason="Thiếu")
        if self.judged(who, act, answer):
            self.state = DOSSIER_ACTS[self.state, act]

    @rule(who=PEOPLE)
    def offer(self, who: str) -> None:
        if self.judged(who, DossierAct.OFFER, does(self.desk(who), self.dossier, "offer")):
            self.state = DossierState.OFFERED

    @rule(who=st.sampled_from(["archivist", "clerk"]), takes=st.booleans())
    def settle(self, who: str, takes: bool) -> None:
        if self.state is not DossierState.OFFERED:
            return
        url = f"/v1/hand-overs/{self.shown['hand_over']}/actions"
        refused = [] if takes else [{"dossier": self.dossier["id"], "reason": "Thiếu"}]
        answer = self.desk(who).post(url, {"act": "settle", "refused": refused})
        if who != "archivist":
            assert problem(answer) == "hand-over-act-not-open"
            return
        assert answer.status_code == 200, answer.text
        self.state = DossierState.ARCHIVED if takes else DossierState.CLOSED

    @property
    def shown(self) -> dict[str, Any]:
        return self.bureau.officer.get(self.dossier["url"]).json

    @invariant()
    def it_is_where_the_table_says_and_nowhere_else(self) -> None:
        shown = self.shown
        assert (shown["state"], shown["items"]) == (self.state.value, len(self.order))
        order = [one["document"]["id"] for one in items(self.bureau.officer, self.dossier)]
        assert order == self.order
        for state in DossierState:
            expected = ["01"] if state is self.state else []
            assert found(self.bureau.leader, state=state.value) == expected
            assert found(self.bureau.officer, state=state.value, mine=True) == expected

    @invariant()
    def everybody_is_told_what_they_may_do(self) -> None:
        for who in PARTIES:
            if who in SEES[self.grade]:
                told = acts(self.desk(who), self.dossier)
                assert told == [act.value for act in DossierAct if self.may(who, act)]


TestOneDossier = OneDossier.TestCase
TestOneDossier.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
