"""Somebody stands in for the leader until a moment that comes in the middle of the work."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.desks import (
    Bureau,
    Province,
    a_file,
    a_paper,
    done,
    lead,
    nothing_for,
    refused,
)
from tests.nodes.province import patiently

WORDS = "phòng cháy chữa cháy"


def test_a_delegation_expires_midway_and_the_leader_goes_on(
    province: Province, bureau: Bureau, neighbour: Bureau
):
    file = bureau.clerk.brings(a_paper("Kiểm tra an toàn"))
    paper = bureau.clerk.registers(
        bureau.code, subject=f"Về việc {WORDS}", components=[a_file(file)]
    )
    bureau.clerk.gives(paper, lead(bureau.leader.login))
    line = bureau.leader.in_hand()[paper["id"]]
    assert not bureau.head.may_read(paper)

    handed, until = handed_on_in_time(bureau, line)
    below = bureau.other.in_hand()[paper["id"]]
    accepted = reminded_until_refused(bureau, below)

    assert (handed["login"], handed["deputy"]) == (bureau.leader.login, bureau.head.login)
    assert (below["giver"], below["deputy"]) == (bureau.leader.login, bureau.head.login)
    assert all(one <= until for one in accepted)
    assert refused(bureau.head.tries(line, "complete"))[0] == 404
    assert not bureau.head.may_read(paper)
    assert bureau.leader.does(below, "remind")["reminded"] == len(accepted) + 1
    bureau.other.does(below, "complete")
    assert bureau.leader.sees(line["url"])["state"] == "done"
    listed = bureau.leader.sees(f"/v1/agencies/{bureau.code}/delegations", ended=True)
    assert all(not one["stands"] for one in listed["delegations"])
    assert bureau.every_number_follows()
    assert province.is_followed()
    for desk in (bureau.clerk, bureau.leader, bureau.other):
        assert desk.finds(WORDS) == [paper["id"]], desk.login
    assert nothing_for(bureau.head, paper, WORDS)
    assert nothing_for(neighbour.clerk, paper, WORDS)


def handed_on_in_time(bureau: Bureau, line: dict[str, Any]) -> tuple[dict[str, Any], datetime]:
    """The head hands the leader's line on; the line then, and the end of the delegation.

    A machine that is too busy to do it within two seconds is given longer.
    """
    for seconds in (2, 8, 32):
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        body = {"login": bureau.head.login, "until": until.isoformat(), "words": "Ủy quyền"}
        done(bureau.leader.post(f"/v1/agencies/{bureau.code}/delegations", body))
        lines = [lead(bureau.other.login)]
        answer = bureau.head.tries(line, "hand-on", lines=lines, instruction="Làm ngay")
        if answer.is_success:
            return answer.json(), until
    raise AssertionError(answer.text)


def reminded_until_refused(bureau: Bureau, line: dict[str, Any]) -> list[datetime]:
    """The head reminds in the leader's place until it is refused; when it was asked before that."""
    accepted: list[datetime] = []
    for _ in patiently():
        asked = datetime.now(UTC)
        answer = bureau.head.tries(line, "remind")
        if answer.status_code == 404:
            return accepted
        assert answer.status_code == 200, answer.text
        accepted.append(asked)
    raise AssertionError("it never ended")
