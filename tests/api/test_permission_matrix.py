"""Who may see what: a random province against an oracle of thirty lines, on every surface.

`--decisions N` goes on until so many (caller, document, surface) were compared.
"""

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import pytest
from falcon.testing import Result
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.api.matrix import AGENCIES, LOGINS, UNITS, WORD, Paper, Province, Who, a_province

PROVINCES = 3
LEAST = 250
"""Decisions that every province gives at least."""
SAME = {"X-Request-Id": "matrix"}
MERGE_PATCH = {"If-Match": '"99999.0"', "Content-Type": "application/merge-patch+json"}

# The oracle.


def may_read(here: Province, who: Who, paper: Paper) -> bool:
    def followed(start: set[str], scope: str) -> set[str]:
        acts = [act for act in here.acts if act.day <= here.day and scope in act.scopes]
        more = start | {act.source for act in acts if act.target in start}
        return start if more == start else followed(more, scope)

    ended = {act.source for act in here.acts if act.kind == "merge" and act.day <= here.day}
    graded = paper.grade == "restricted"
    if not who.login:
        reach = who.everywhere or paper.agency in followed(set(who.agencies), "access")
        return "read" in who.rights and reach and (who.cleared or not graded)
    posts = [post for post in who.posts if here.held(post)]
    there = [post for post in posts if post.agency == paper.agency]
    lent = [one for one in here.lent if one.delegate == who.login and here.day < one.until]
    lent = [one for one in lent if there and one.agency == paper.agency]
    borrowed = [(one, post) for one in lent for post in one.posts if here.held(post)]
    names = {one.principal.login for one, _ in borrowed} | ({who.login} if there else set[str]())
    headed = {
        post.unit for post in [*there, *(post for _, post in borrowed)] if post.duty == "head"
    }
    units = headed | {unit for unit, above in UNITS.items() if above in headed}
    if any(not one.recalled and (one.login in names or one.unit in units) for one in paper.lines):
        return True
    if any(post.duty == "leader" for _, post in borrowed):
        return True
    for agency in {post.agency for post in posts}:
        held = [post for post in posts if post.agency == agency]
        duties = {post.duty for post in held} & {"clerk", "leader", "archivist"}
        cleared = "leader" in duties or any(post.cleared for post in held)
        reach = followed({agency}, "access") if duties else set[str]()
        reach |= followed({agency}, "custody") & ended if "archivist" in duties else set[str]()
        if paper.agency in reach and (cleared or not graded):
            return True
    return False


# Steps.

nth = st.integers(0, 9)
agencies = st.sampled_from((AGENCIES[0], AGENCIES[0], *AGENCIES[1:]))
logins = st.sampled_from(LOGINS)
duties = st.sampled_from(
    [
        "clerk",
        "leader",
        "leader",
        "head",
        "head",
        "officer",
        "officer",
        "archivist",
        "archivist",
        "administrator",
    ]
)
grades = st.sampled_from(["none", "internal", "restricted"])
scopes = st.sampled_from([("access",), ("custody",), ("custody",), ("access", "custody", "work")])
units = st.sampled_from(tuple(UNITS))
POST = st.tuples(
    st.just("post"), logins, agencies, duties, units, st.integers(-1, 1), st.booleans()
)
HIRED = st.tuples(
    *(
        st.tuples(
            st.just("post"), st.just(login), agencies, duties, units, st.just(-1), st.booleans()
        )
        for login in LOGINS
    )
)
"""Everybody works somewhere."""
PAPER = st.tuples(st.just("register"), agencies, grades)
GIVE = st.tuples(st.just("give"), nth, nth, st.sampled_from(["", "", *UNITS]))
RECALL = st.tuples(st.just("recall"), nth, nth)
END = st.tuples(st.just("end_post"), logins, nth, st.integers(0, 1))
FOLLOW = st.tuples(
    st.just("follow"),
    st.sampled_from(list(permutations(AGENCIES, 2))),
    st.integers(0, 1),
    scopes,
    st.sampled_from(["merge", "merge", "transfer"]),
).map(lambda told: (told[0], *told[1], *told[2:]))
DELEGATE = st.tuples(st.just("delegate"), logins, nth, st.integers(1, 4))
DAY = st.tuples(st.just("next_day"))
STEPS = st.one_of(
    POST,
    PAPER,
    GIVE,
    GIVE,
    RECALL,
    st.tuples(st.just("regrade"), nth, grades),
    END,
    DELEGATE,
    FOLLOW,
    DAY,
)
LIVES = st.tuples(
    HIRED,
    st.lists(POST, max_size=4),
    st.lists(PAPER, min_size=4, max_size=6),
    st.lists(GIVE, min_size=12, max_size=20),
    st.lists(RECALL, max_size=2),
    st.lists(DELEGATE, min_size=3, max_size=5),
    st.lists(FOLLOW, min_size=1, max_size=2),
    st.lists(END, min_size=1, max_size=2),
    st.lists(DAY, min_size=1, max_size=1),
    st.lists(STEPS, max_size=20),
)
"""People first, then papers, then who is given them, what is taken back, mergers; then anything."""

# What is compared.


class Matrix:
    """One look at a province: every caller, every document, every surface."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.compared = 0
        province.index()

    def look(self) -> int:
        """Compare all; how many decisions that were."""
        for who in self.province.everybody():
            seen = {one.id for one in self.province.papers if may_read(self.province, who, one)}
            for paper in self.province.papers:
                self._one(who, paper, allowed=paper.id in seen)
            self._searched(who, seen)
            self._batch(who, seen)
            self._work(who, seen)
            for agency in AGENCIES:
                self._of_agency(who, agency, seen)
        return self.compared

    def _is(self, found: object, expected: object, *what: object) -> None:
        self.compared += 1
        assert found == expected, what

    def _one(self, who: Who, paper: Paper, *, allowed: bool) -> None:
        nothing = {"X-Request-Id": "matrix"}
        for path in ("", "/files/0", "/history", "/receipts", "/relations"):
            answer = who.office.get(f"{paper.url}{path}", SAME)
            self._is(answer.status_code, 200 if allowed else 404, who.login, path, paper)
            if not allowed:
                unknown = who.office.get(f"/v1/documents/{'0' * 32}{path}", nothing)
                assert plain(answer, paper.id) == plain(unknown, "0" * 32)
        for path in (f"/v1/blobs/{paper.blob}", f"/v1/log/proof?seq={paper.event}"):
            answer = who.office.get(path)
            self._is(answer.status_code, 200 if allowed else 404, who, path, paper)
        self._changing(who, paper, allowed=allowed)
        if who.login:
            told = self.province.registry.get(f"{paper.url}/access?login={who.login}").json
            self._is(told["allowed"], allowed, told, paper)

    def _changing(self, who: Who, paper: Paper, *, allowed: bool) -> None:
        """Whoever may not write: 403 where they see it, 404 where they do not."""
        writes = may_write(self.province, who, paper)
        refused = 403 if allowed else 404
        patched = who.office.ask("PATCH", paper.url, MERGE_PATCH, body=b'{"subject": "x"}')
        self._is(patched.status_code, 412 if writes else refused, who.login, who.rights, paper)
        given = who.office.post(f"{paper.url}/receipts", {"lines": []})
        self._is(given.status_code, 422 if writes else refused, who.login, who.rights, paper)

    def _searched(self, who: Who, seen: set[str]) -> None:
        for agency in ("", *AGENCIES):
            mine = {one.id for one in self.province.papers if not agency or one.agency == agency}
            asked = {"q": WORD, "limit": 100, "highlight": "true"}
            answer = who.office.get(
                "/v1/search", params=asked | ({"agency": agency} if agency else {})
            )
            if answer.status_code != 200:
                self._is(mine & seen, set[str](), who, agency, answer.text)
                continue
            hits = {hit["document"]["id"] for hit in answer.json["hits"]}
            self._is((answer.json["total"], hits), (len(mine & seen), mine & seen), who, agency)

    def _batch(self, who: Who, seen: set[str]) -> None:
        names = [{"id": paper.blob, "size": 1} for paper in self.province.papers]
        asked = {"operation": "download", "objects": names}
        answer = who.office.post("/v1/blobs/batch", asked)
        told = answer.json["objects"] if answer.status_code == 200 else []
        # The size that is named is another than theirs: who may know of them is told so.
        given = {one["id"] for one in told if one["error"]["code"] != 404}
        self._is(given, {one.blob for one in self.province.papers if one.id in seen}, who)

    def _work(self, who: Who, seen: set[str]) -> None:
        for state in ("sent", "recalled"):
            answer = who.office.get(f"/v1/work?limit=200&state={state}")
            shown = answer.json["work"] if answer.status_code == 200 else []
            self._is({one["receipt"]["document"] for one in shown} - seen, set[str](), who, state)

    def _of_agency(self, who: Who, agency: str, seen: set[str]) -> None:
        """Lists of an agency's papers: for who reads there, and of what they may see alone."""
        mine = {one.id: one for one in self.province.papers if one.agency == agency}
        plain_paper = Paper("", "", agency, "none", "", "", 0)
        reads = may_read(self.province, who, plain_paper)
        expected = {name for name in mine if name in seen} if reads else set[str]()
        for name, look in LISTS.items():
            self._is(look(self.province, who, agency), expected, name, who, agency)


def may_write(here: Province, who: Who, paper: Paper) -> bool:
    """A clerk of today in the agency, who reads it; or a program that writes there."""
    if not who.login:
        there = who.everywhere or paper.agency in who.agencies
        return "write" in who.rights and there and (who.cleared or paper.grade != "restricted")
    clerk = [
        post for post in who.posts
        if (post.agency, post.duty) == (paper.agency, "clerk")
        and post.since <= here.day and (not post.until or here.day < post.until)
    ]  # fmt: skip
    unlined = Paper("", "", paper.agency, paper.grade, "", "", 0)
    return bool(clerk) and may_read(here, who, unlined)


def plain(answer: Result, name: str) -> tuple[object, ...]:
    """All of an answer but the address that was asked for."""
    headers = sorted(answer.headers.items())
    return answer.status_code, headers, answer.text.replace(name, "")


def _feed(here: Province, who: Who, agency: str) -> set[str]:
    answer = who.office.get(f"/v1/changes?agency={agency}&limit=200")
    told = answer.json["changes"] if answer.status_code == 200 else []
    papers = {one.id for one in here.papers}
    return {one["id"] for one in told if one["id"] in papers}


def _rows(here: Province, who: Who, agency: str, path: str) -> dict[str, Any]:
    registers = here.registry.get(f"/v1/agencies/{agency}/registers").json["registers"]
    answer = who.office.get(f"{registers[0]['url']}/{path}")
    return answer.json if answer.status_code == 200 else {}


def _entries(here: Province, who: Who, agency: str) -> set[str]:
    return {one["id"] for one in _rows(here, who, agency, "entries").get("entries", ())}


def _numbers(here: Province, who: Who, agency: str) -> set[str]:
    told = _rows(here, who, agency, "numbers").get("numbers", ())
    return {one["document_url"].rpartition("/")[2] for one in told if "document_url" in one}


def _printed(here: Province, who: Who, agency: str) -> set[str]:
    registers = here.registry.get(f"/v1/agencies/{agency}/registers").json["registers"]
    answer = who.office.get(f"{registers[0]['url']}/print?format=csv")
    text = answer.text if answer.status_code == 200 else ""
    return {one.id for one in here.papers if f"{one.subject}," in text or f'{one.subject}"' in text}


LISTS: dict[str, Callable[[Province, Who, str], set[str]]] = {
    "feed": _feed,
    "entries": _entries,
    "numbers": _numbers,
    "print": _printed,
}


def steps(life: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for part in life:
        yield from part


def test_every_surface_says_what_the_oracle_says(request: pytest.FixtureRequest):
    wanted = int(request.config.getoption("--decisions") or 0)
    compared: list[int] = []

    @settings(
        max_examples=max(PROVINCES, -(-wanted // LEAST)),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
        derandomize=not wanted,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink a province takes minutes
    )
    @given(life=LIVES)
    def lives(life: tuple[Any, ...]) -> None:
        if wanted and sum(compared) >= wanted:
            return
        province = a_province()
        for name, *facts in steps(life):
            getattr(province, name)(*facts)
        compared.append(Matrix(province).look())

    lives()

    assert sum(compared) >= max(wanted, PROVINCES * LEAST)


def test_a_mandate_lends_what_its_principals_post_reads_until_its_moment():
    province = a_province()
    for login, duty, unit in (
        ("an", "leader", ""),
        ("binh", "officer", "HT"),
        ("chi", "head", "VP"),
        ("dung", "clerk", ""),
    ):
        province.post(login, AGENCIES[0], duty, unit, -1, clear=False)
    for grade in ("none", "restricted"):
        province.register(AGENCIES[0], grade)
    province.delegate("an", 0, 3)
    province.give(1, 0, "HT")
    province.delegate("chi", 2, 3)

    def seen(login: str) -> list[bool]:
        Matrix(province).look()
        return [may_read(province, province.people[login], one) for one in province.papers]

    assert (seen("binh"), seen("dung")) == ([True, True], [True, True])
    for _ in range(3):
        province.next_day()
    assert (seen("binh"), seen("dung")) == ([False, False], [True, False])
