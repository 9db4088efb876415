"""Documents get their number: consecutive, once, and nobody else's."""

from datetime import UTC, datetime
from typing import Any

import pytest

from repository.model.access import Right
from tests.api.conftest import Node
from tests.api.office import a_draft, a_file, an_arrival, blob_name

PAPER, ANNEX = b"%PDF-1.7 van ban %%EOF", b"%PDF-1.7 phu luc %%EOF"
SAME_PAPER = {"symbol": "12/QĐ-UBND", "issuer": "UBND tỉnh", "issued": "2026-02-27"}


def test_an_arrival_gets_the_next_number_of_its_register(node: Node):
    answers = [node.clerk.registers() for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert [answer.json["number"] for answer in answers] == [1, 2, 3]


def test_what_was_registered_is_told_and_stands_at_its_location(node: Node):
    node.clerk.brings(PAPER)

    answer = node.clerk.registers(
        **SAME_PAPER, kind="Quyết định", components=[a_file(PAPER, "QĐ 12.pdf")]
    )

    told = answer.json
    assert told.pop("id") in answer.headers["Location"]
    assert told.pop("register_url").startswith("/v1/registers/")
    component = told.pop("components")[0]
    assert told == {
        "url": answer.headers["Location"],
        "agency": "H20.14",
        "agency_name": "Sở Tư pháp",
        "register": "den",
        "direction": "incoming",
        "period": 2026,
        "number": 1,
        "symbol": "12/QĐ-UBND",
        "issued": "2026-02-27",
        "issuer": "UBND tỉnh",
        "kind": "Quyết định",
        "subject": "Về việc rà soát hộ tịch",
        "registered": "2026-03-02T12:00:00+07:00",
        "addressed_to": "",
        "revision": 1,
        "confidentiality": "none",
    }
    assert component == {
        "role": "main",
        "name": "QĐ 12.pdf",
        "blob": blob_name(PAPER),
        "size": len(PAPER),
        "media_type": "application/pdf",
        "url": f"{answer.headers['Location']}/files/0",
        "text": "pending",
        "text_missing": "",
    }
    assert node.clerk.get(answer.headers["Location"]).json == answer.json


def test_an_outgoing_document_bears_the_number_it_got(node: Node):
    first = node.clerk.registers(**a_draft())
    second = node.clerk.registers(**a_draft(notation="QĐ-STP"))

    assert first.json["symbol"] == "01/STP-VP"
    assert second.json["symbol"] == "02/QĐ-STP"
    assert first.json["issuer"] == "Sở Tư pháp"
    assert first.json["issued"] == "2026-03-02"


def test_registers_of_two_agencies_and_directions_count_each_for_itself(node: Node):
    node.clerk.registers()
    node.clerk.registers()

    assert node.clerk.registers(**a_draft()).json["number"] == 1
    assert node.neighbour.registers(agency="H20.15").json["number"] == 1


def test_numbers_begin_again_with_the_year_of_vietnam(node: Node):
    node.clock.now = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
    old = [node.clerk.registers().json for _ in range(2)]
    node.clock.now = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)
    new = node.clerk.registers().json

    assert [(one["period"], one["number"]) for one in (*old, new)] == [
        (2026, 1),
        (2026, 2),
        (2027, 1),
    ]


def test_an_outgoing_document_is_not_dated_into_another_year(node: Node):
    answer = node.clerk.registers(**a_draft(issued="2025-12-31"))

    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/date-not-in-period"
    assert node.clerk.registers(**a_draft()).json["number"] == 1


def test_the_same_request_again_gets_the_first_answer_and_no_second_number(node: Node):
    first = node.clerk.registers("again", **SAME_PAPER)
    node.clock.now = datetime(2027, 5, 5, tzinfo=UTC)
    second = node.clerk.registers("again", **SAME_PAPER)

    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert first.headers["Location"] == second.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"


def test_the_same_key_for_something_else_is_refused(node: Node):
    node.clerk.registers("again")

    answer = node.clerk.registers("again", subject="Việc khác")

    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/idempotency-key-reused"


def test_keys_are_each_callers_own(node: Node):
    first = node.clerk.registers("again")
    colleague = node.office("H20.14")

    assert colleague.registers("again", subject="Việc khác").json["number"] == 2
    assert first.json["number"] == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 201, "khóa", "tab\tkey"])
def test_without_a_usable_key_nothing_is_registered(node: Node, key: str):
    encoded = key.encode().decode("latin-1")
    answer = node.clerk.post("/v1/registrations", an_arrival(), {"Idempotency-Key": encoded})

    assert answer.status_code == 400
    assert answer.json["type"] == "/problems/idempotency-key-unfit"


def test_without_any_key_nothing_is_registered(node: Node):
    assert node.clerk.post("/v1/registrations", an_arrival()).status_code == 400


def test_the_same_paper_twice_is_refused_with_the_one_that_is_held(node: Node):
    first = node.clerk.registers(**SAME_PAPER)

    answer = node.clerk.registers(symbol="012 / qđ–ubnd", issuer="ubnd  Tỉnh", issued="2026-02-27")

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/duplicate-document"
    assert answer.json["document"] == first.json["id"]
    assert node.clerk.registers().json["number"] == 2


def test_the_same_paper_twice_is_taken_with_a_reason(node: Node):
    node.clerk.registers(**SAME_PAPER)

    answer = node.clerk.registers(**SAME_PAPER, duplicate_reason="Bản giấy đến sau")

    assert (answer.status_code, answer.json["number"]) == (201, 2)


def test_the_same_paper_in_another_agency_is_another_document(node: Node):
    node.clerk.registers(**SAME_PAPER)

    assert node.neighbour.registers(agency="H20.15", **SAME_PAPER).status_code == 201


@pytest.mark.parametrize("missing", ["symbol", "issuer", "issued"])
def test_papers_that_do_not_say_enough_are_never_taken_for_the_same(node: Node, missing: str):
    vague = SAME_PAPER | {missing: ""}

    assert node.clerk.registers(**vague).status_code == 201
    assert node.clerk.registers(**vague).status_code == 201


def test_who_does_not_read_is_not_told_which_document_is_the_same(node: Node):
    node.clerk.registers(**SAME_PAPER)
    writer = node.office("H20.14", rights=(Right.WRITE,))

    answer = writer.registers(**SAME_PAPER)

    assert answer.status_code == 409
    assert "document" not in answer.json


def test_a_file_must_be_stored_before(node: Node):
    answer = node.clerk.registers(components=[a_file(PAPER), a_file(ANNEX, role="annex")])

    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/unknown-blob"
    assert answer.json["path"] == "$.components[0].blob"


def test_a_file_of_another_agency_is_as_good_as_unknown(node: Node):
    node.neighbour.brings(PAPER)
    same = {"X-Request-Id": "one", "Idempotency-Key": "k"}

    held = node.clerk.post("/v1/registrations", an_arrival(components=[a_file(PAPER)]), same)
    unknown = node.clerk.post("/v1/registrations", an_arrival(components=[a_file(ANNEX)]), same)

    assert held.status_code == unknown.status_code == 422
    assert dict(held.headers) == dict(unknown.headers)
    assert held.text.replace(blob_name(PAPER), "…") == unknown.text.replace(blob_name(ANNEX), "…")


def test_a_file_the_caller_may_read_elsewhere_may_be_used_here(node: Node):
    node.neighbour.brings(PAPER)
    both = node.office("H20.14", "H20.15")

    assert both.registers(components=[a_file(PAPER)]).status_code == 201
    assert node.clerk.get(f"/v1/blobs/{blob_name(PAPER)}").status_code == 200


def test_who_only_writes_registers_what_it_brought(node: Node):
    writer = node.office("H20.14", rights=(Right.WRITE,))
    writer.brings(PAPER)

    assert writer.registers(components=[a_file(PAPER)]).status_code == 201


def test_a_document_has_one_main_file_at_most(node: Node):
    node.clerk.brings(PAPER)

    answer = node.clerk.registers(components=[a_file(PAPER), a_file(PAPER)])

    assert answer.status_code == 422
    assert answer.json["path"] == "$.components[1]"


def test_a_document_on_paper_only_has_no_file(node: Node):
    assert node.clerk.registers(components=[]).json["components"] == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"subject": ""}, "$.subject"),
        ({"subject": " \n "}, "$.subject"),
        ({"subject": "x" * 1001}, "$.subject"),
        ({"subject": "a\u202eb"}, "$.subject"),
        ({"subject": "a\u0000b"}, "$.subject"),
        ({"symbol": "1/" + "x" * 41}, "$.symbol"),
        ({"issuer": "x" * 201}, "$.issuer"),
        ({"kind": "x" * 101}, "$.kind"),
        ({"issued": "27/02/2026"}, "$.issued"),
        ({"issued": "2026-02-30"}, "$.issued"),
        ({"issued": "20260227"}, "$.issued"),
        ({"issued": "2026-02-2\u0667"}, "$.issued"),
        ({"notation": "QĐ"}, "$.notation"),
        ({"register": "khong-co"}, "$.register"),
        ({"register": "di"}, "$.direction"),
        ({"direction": "outgoing"}, "$.direction"),
        ({"direction": "sideways"}, "$.direction"),
        ({"subject": 5}, "$.subject"),
        ({"colour": "red"}, "$.colour"),
        ({"components": [{"role": "main", "blob": "x", "name": "a"}]}, "$.components[0].blob"),
        ({"components": [{"role": "main", "blob": "x", "nom": "a"}]}, "$.components[0].nom"),
        ({"components": [{"role": "lead", "blob": "x", "name": "a"}]}, "$.components[0].role"),
        ({"components": "all"}, "$.components"),
        ({"duplicate_reason": "x" * 501}, "$.duplicate_reason"),
    ],
)
def test_what_is_against_a_rule_is_named_with_its_path_and_leaves_no_gap(
    node: Node, changes: dict[str, Any], path: str
):
    answer = node.clerk.registers(**changes)

    assert answer.status_code == 422, answer.text
    assert answer.json["path"] == path
    assert node.clerk.registers().json["number"] == 1


def test_a_symbol_is_not_brought_along_for_a_document_of_our_own(node: Node):
    answer = node.clerk.registers(**a_draft(symbol="7/X"))

    assert (answer.status_code, answer.json["path"]) == (422, "$.symbol")


def test_a_field_that_is_missing_is_told(node: Node):
    answer = node.clerk.post("/v1/registrations", {}, {"Idempotency-Key": "k"})

    assert answer.status_code == 422
    assert "agency" in answer.json["reason"]


def test_texts_are_kept_composed_and_with_single_spaces(node: Node):
    answer = node.clerk.registers(subject="  Quye\u0302\u0301t  đi\u0323nh\n về\tviệc ")

    assert answer.json["subject"] == "Quyết định về việc"


@pytest.mark.parametrize("agency", ["H20.15", "H20.99", "", "../x", "x" * 5000])
def test_another_agency_and_none_are_refused_alike(node: Node, agency: str):
    answer = node.clerk.registers(agency=agency)

    assert answer.status_code == 404
    assert answer.json["type"] == "/problems/hidden"


def test_who_only_reads_registers_nothing(node: Node):
    reader = node.office("H20.14", rights=(Right.READ,))

    assert reader.registers().status_code == 403
    assert node.clerk.registers().json["number"] == 1


def test_refusals_of_every_kind_leave_the_numbers_without_gap(node: Node):
    numbers = []
    for round_ in range(5):
        node.clerk.registers(subject="")
        node.clerk.registers(components=[a_file(b"unknown")])
        numbers.append(node.clerk.registers(f"round-{round_}").json["number"])
        node.clerk.registers(f"round-{round_}", subject="khác")
        node.neighbour.registers()

    assert numbers == [1, 2, 3, 4, 5]
