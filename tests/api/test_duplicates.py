"""Before a paper is registered: what is there already, of what one may see, and nothing of others."""

from typing import Any

import pytest
from falcon.testing import Result

from repository.model.access import Right
from tests.api.conftest import Node
from tests.api.office import Office, a_draft, a_file, an_arrival
from tests.api.test_reorganisation import MIDNIGHT, merges

SAME_PAPER = {"symbol": "12/QĐ-UBND", "issuer": "UBND tỉnh", "issued": "2026-02-27"}
DRAFT = b"%PDF-1.7\n" + b"mot van ban da ky " * 400 + b"\n%%EOF\n"
SIGNED = DRAFT + b"1 0 obj chu ky endobj\n%%EOF\n"
SEALED = SIGNED + b"2 0 obj con dau endobj\n%%EOF\n"
OTHERWISE = DRAFT + b"3 0 obj chu ky khac endobj\n%%EOF\n"


on_disk = pytest.mark.parametrize("node", ["disk"], indirect=True)
"""The twin in memory keeps no lineage."""


def looks(office: Office, **changes: Any) -> Result:
    return office.post("/v1/registrations:look", an_arrival(**changes))


def found(answer: Result) -> list[tuple[str, str, str]]:
    assert answer.status_code == 200, answer.text
    return [(one["why"], one["path"], one["document"]["id"]) for one in answer.json["duplicates"]]


def registers_file(office: Office, content: bytes, **changes: Any) -> str:
    office.brings(content)
    answer = office.registers(components=[a_file(content)], **changes)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def test_the_same_paper_is_told_before_it_is_refused(node: Node):
    first = node.clerk.registers(**SAME_PAPER).json

    assert found(looks(node.clerk, **SAME_PAPER)) == [("same-paper", "$", first["id"])]
    refused = node.clerk.registers(**SAME_PAPER)
    assert (refused.status_code, refused.json["document"]) == (409, first["id"])
    assert node.clerk.registers(**SAME_PAPER, duplicate_reason="Bản chính").status_code == 201


def test_a_paper_that_is_new_resembles_nothing_and_a_look_changes_nothing(node: Node):
    node.clerk.brings(DRAFT)
    before = node.province.get("/v1/log/checkpoint").json["size"]

    assert found(looks(node.clerk, **SAME_PAPER, components=[a_file(DRAFT)])) == []
    assert node.province.get("/v1/log/checkpoint").json["size"] == before


def test_the_same_file_is_told_with_what_holds_it(node: Node):
    first = registers_file(node.clerk, DRAFT)

    told = found(looks(node.clerk, components=[a_file(DRAFT, "tên khác.pdf")]))

    assert told == [("same-file", "$.components[0]", first)]


@on_disk
def test_another_revision_of_a_registered_file_is_told_whichever_came_first(node: Node):
    draft, sealed = registers_file(node.clerk, DRAFT), registers_file(node.clerk, SEALED)
    node.clerk.brings(SIGNED)

    told = {
        (why, document)
        for why, _, document in found(looks(node.clerk, components=[a_file(SIGNED)]))
    }

    assert told == {("earlier-revision", draft), ("later-revision", sealed)}


@on_disk
def test_two_that_were_signed_apart_are_told_of_each_other(node: Node):
    signed = registers_file(node.clerk, SIGNED)
    node.clerk.brings(OTHERWISE)

    told = found(looks(node.clerk, components=[a_file(OTHERWISE)]))

    assert [(why, document) for why, _, document in told] == [("same-beginning", signed)]


def test_nothing_is_told_of_what_others_hold(node: Node):
    registers_file(node.neighbour, DRAFT, agency="H20.15", **SAME_PAPER)
    node.clerk.brings(DRAFT)
    node.clerk.brings(SIGNED)

    assert found(looks(node.clerk, **SAME_PAPER, components=[a_file(DRAFT)])) == []
    assert found(looks(node.clerk, components=[a_file(SIGNED)])) == []
    assert node.clerk.registers(**SAME_PAPER, components=[a_file(DRAFT)]).status_code == 201


def test_who_only_writes_is_told_nothing_and_who_only_reads_may_not_look(node: Node):
    registers_file(node.clerk, DRAFT, **SAME_PAPER)
    writer = node.office("H20.14", rights=(Right.WRITE,))
    reader = node.office("H20.14", rights=(Right.READ,))
    writer.brings(DRAFT)

    assert found(looks(writer, **SAME_PAPER, components=[a_file(DRAFT)])) == []
    assert looks(reader, **SAME_PAPER).status_code == 403
    assert looks(node.neighbour, **SAME_PAPER).status_code == 404


def test_a_file_that_is_not_there_or_not_ones_own_is_refused_alike(node: Node):
    registers_file(node.neighbour, DRAFT, agency="H20.15")

    hidden = looks(node.clerk, components=[a_file(DRAFT)])
    missing = looks(node.clerk, components=[a_file(b"never brought")])

    for answer in (hidden, missing):
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/unknown-blob")


def test_who_asks_for_it_has_the_same_file_and_its_revisions_refused_but_for_a_reason(node: Node):
    first = registers_file(node.clerk, DRAFT)
    node.clerk.brings(SIGNED)
    number = node.clerk.registers().json["number"]

    def strictly(content: bytes, key: str, **rest: Any) -> Result:
        body = an_arrival(components=[a_file(content)], **rest)
        path = "/v1/registrations?duplicates=refuse"
        return node.clerk.post(path, body, {"Idempotency-Key": key})

    same, later = strictly(DRAFT, "a"), strictly(SIGNED, "b")
    taken = strictly(SIGNED, "c", duplicate_reason="Bản đã ký")

    for answer, why in ((same, "same-file"), (later, "earlier-revision")):
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/duplicate-file")
        assert (answer.json["document"], answer.json["why"]) == (first, why)
    assert (taken.status_code, taken.json["number"]) == (201, number + 1)
    again = strictly(SIGNED, "c", duplicate_reason="Bản đã ký")
    assert (again.status_code, again.json["id"]) == (201, taken.json["id"])


def test_a_successor_is_told_what_the_agency_before_it_registered(node: Node):
    first = registers_file(node.clerk, DRAFT, **SAME_PAPER)
    merges(node.province)
    node.clock.now = MIDNIGHT
    node.neighbour.brings(DRAFT)

    told = found(looks(node.neighbour, agency="H20.15", **SAME_PAPER, components=[a_file(DRAFT)]))

    assert told == [("same-paper", "$", first), ("same-file", "$.components[0]", first)]


def test_a_draft_is_looked_at_by_its_files_alone(node: Node):
    first = registers_file(node.clerk, DRAFT)

    told = looks(node.clerk, **a_draft(components=[a_file(DRAFT)]))

    assert found(told) == [("same-file", "$.components[0]", first)]
