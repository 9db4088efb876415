"""Whatever is tried with drafts: only what the law's order lets happen does, and no number is lost.

The oracle is written down here by hand, not taken from the table it judges.
"""

import os
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from api.services import RULES
from repository.holdings import Holdings
from tests.api.books import the_book
from tests.api.conftest import SMALL, MovableClock, Node
from tests.api.drafting import WORDING, Drafting
from tests.api.office import a_draft, a_file

WAY = {
    **{("drafting", "revise", who): "drafting" for who in ("drafter", "head")},
    ("drafting", "initial", "drafter"): "drafting",
    **{("drafting", "submit", who): "content-review" for who in ("drafter", "head")},
    **{("drafting", "abandon", who): "abandoned" for who in ("drafter", "head")},
    ("content-review", "initial", "head"): "content-review",
    ("content-review", "check-content", "head"): "form-review",
    **{("content-review", "return", who): "drafting" for who in ("drafter", "head")},
    **{("form-review", "initial", who): "form-review" for who in ("head", "clerk")},
    ("form-review", "check-form", "clerk"): "approval",
    **{("form-review", "return", who): "drafting" for who in ("head", "clerk")},
    **{("approval", "initial", who): "approval" for who in ("head", "clerk")},
    ("approval", "approve", "director"): "signing",
    **{("approval", "return", who): "drafting" for who in ("head", "clerk", "director")},
    ("signing", "sign", "director"): "numbering",
    **{("signing", "return", who): "drafting" for who in ("head", "clerk", "director")},
    ("numbering", "number", "clerk"): "awaiting-seal",
    ("numbering", "return", "clerk"): "drafting",
    ("awaiting-seal", "seal", "clerk"): "sealed",
    ("awaiting-seal", "refuse-seal", "clerk"): "seal-refused",
    ("awaiting-seal", "abandon", "clerk"): "abandoned",
    ("seal-refused", "sign", "director"): "awaiting-seal",
    ("seal-refused", "seal", "clerk"): "sealed",
    ("seal-refused", "abandon", "clerk"): "abandoned",
    ("sealed", "issue", "clerk"): "issued",
    ("sealed", "abandon", "clerk"): "abandoned",
}
COMES_TO = {"content-review": "head", "form-review": "clerk", "approval": "director"}
"""Who sees a draft from which step on, beside its drafter."""
ACTS = sorted({act for _, act, _ in WAY})
WHO = ("drafter", "head", "clerk", "director", "other")
ASIDE = {"abandon", "return", "initial", "revise", "refuse-seal"}
"""What does not bring a draft nearer to its end."""
TRIED = st.tuples(
    st.integers(0, 2),
    st.sampled_from(WHO),
    st.sampled_from(ACTS),
    st.sampled_from(["onward", "onward", "onward", "open", "any", "stale"]),
)
"""Which draft, who, what; or in place of these what is open, or what leads on; or having seen an
old state."""


class House(Drafting):
    """Three drafts, and what they should stand at."""

    def __init__(self, holdings: Holdings, clock: MovableClock) -> None:
        super().__init__(Node(holdings, clock))
        self.drafts = [self.opens(subject=f"Việc {n}").json for n in range(3)]
        self.book = the_book(self.node)
        self.seen = [{"drafter"} for _ in self.drafts]
        self.direct = 0

    def tries(self, at: int, who: str, act: str, how: str) -> None:
        draft = self.drafts[at]
        open_now = sorted((w, a) for state, a, w in WAY if state == draft["state"])
        onward = [one for one in open_now if one[1] not in ASIDE]
        chosen = {"onward": onward, "open": open_now}.get(how)
        if chosen:
            who, act = chosen[len(act) % len(chosen)]
        stale = how == "stale"
        seen = draft["revision"] - 1 if stale else draft["revision"]
        answer = self.acts(getattr(self, who), draft, act, seen=f'"{seen}.x"', **said(act))
        led = WAY.get((draft["state"], act, who)) if who in self.seen[at] else None
        if answer.status_code == 200 and answer.json["revision"] == draft["revision"]:
            return  # the very act they did last, told as done
        if act == "initial" and self.initialled(at, who) and not stale and led:
            assert answer.json["type"] == "/problems/initialled-already", answer.text
            return
        if stale or led is None:
            assert answer.status_code in (404, 409, 412), answer.text
            return
        assert (answer.status_code, answer.json.get("state")) == (200, led), answer.text
        self.drafts[at] = answer.json
        self.seen[at].add(COMES_TO.get(led, who))

    def initialled(self, at: int, who: str) -> bool:
        """Say whether the initials of *who* stand on the draft's version."""
        role = {"clerk": "checker"}.get(who, who)
        draft = self.drafts[at]
        return (role, draft["version"]) in {(n["role"], n["version"]) for n in draft["initials"]}

    def registers_directly(self) -> None:
        self.direct += self.node.clerk.registers(**a_draft()).status_code == 201

    def holds(self) -> None:
        """Every number stands for just one thing, and there is no gap."""
        rows = self.clerk.get(f"{self.book}/numbers?limit=200").json["numbers"]
        assert [one["number"] for one in rows] == list(range(1, len(rows) + 1))
        states = Counter(one["state"] for one in rows)
        mine = {one["number"]: one for one in self.drafts if one["number"]}
        assert len(mine) == sum(1 for one in self.drafts if one["number"])
        for row in rows:
            draft = mine.get(row["number"])
            assert row["state"] == row_of(draft)
            assert ("reason" in row) is (row["state"] == "void")
        issued = sum(1 for one in self.drafts if one["state"] == "issued")
        assert states["given"] == issued + self.direct


def said(act: str) -> dict[str, Any]:
    """What an act needs."""
    if act == "submit":
        return {"signer": "giam-doc"}
    if act == "number":
        return {"register": "di"}
    if act == "revise":
        return {"drafted": {"subject": os.urandom(4).hex(), "files": [a_file(WORDING)]}}
    return {"reason": "Vì thử"} if act in ("return", "refuse-seal", "abandon") else {}


def row_of(draft: dict[str, Any] | None) -> str:
    """What the row of a number that is a draft's should say."""
    if draft is None or draft["state"] == "issued":
        return "given"
    return "void" if draft["state"] == "abandoned" else "awaiting-seal"


@settings(max_examples=12)
@given(tried=st.lists(TRIED, min_size=30, max_size=80))
def test_whatever_is_tried_only_the_way_of_the_law_is_gone_and_no_number_is_lost(
    tried: list[tuple[int, str, str, str]],
):
    clock = MovableClock()
    with Holdings.in_memory(rules=RULES, clock=clock, options=SMALL) as holdings:
        house = House(holdings, clock)
        for n, one in enumerate(tried):
            house.tries(*one)
            if n % 10 == 0:
                house.registers_directly()
        house.holds()
