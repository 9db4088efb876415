"""A draft goes from its first version to the paper that is issued; nobody else sees it on the way."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from blake3 import blake3

from api.services.purges import ConfirmPurge, RequestPurge
from repository.model.access import OPERATOR
from repository.model.ids import BlobId
from tests.api.books import a_book, problem, reserves, states, the_book, voids
from tests.api.conftest import NOON, Node
from tests.api.drafting import SEALED, SIGNED, WORDING, Drafting, signed_file
from tests.api.office import a_draft, a_file

pytestmark = pytest.mark.parametrize("node", ["memory"], indirect=True)
"""On disk they are tried in test_drafts_on_disk.py."""


@pytest.fixture
def house(node: Node) -> Drafting:
    return Drafting(node)


# From draft to issue.


def test_an_outgoing_document_goes_from_draft_to_issue_with_the_seal_refused_once(house: Drafting):
    draft = house.numbered()
    assert (draft["state"], draft["number"], draft["symbol"]) == ("awaiting-seal", 1, "01/STP-VP")
    refused = house.does(house.clerk, draft, "refuse-seal", reason="Thiếu nơi nhận")
    assert (refused["state"], refused["number"], refused["reason"]) == (
        "seal-refused",
        1,
        "Thiếu nơi nhận",
    )
    house.clerk.brings(SEALED)

    sealed = house.does(house.clerk, draft, "seal", files=[a_file(SEALED, "du-thao.pdf")])
    recipients = [{"agency": "H20.15"}, {"name": "Công ty A"}]
    noted = {"urgency": "urgent", "pages": 2}
    issued = house.does(house.clerk, draft, "issue", recipients=recipients, noted=noted)

    assert (sealed["number"], issued["state"], issued["number"]) == (1, "issued", 1)
    document = house.clerk.get(issued["document_url"]).json
    assert (document["symbol"], document["issued"]) == ("01/STP-VP", "2026-03-02")
    assert [one["name"] for one in document["components"]] == ["du-thao.pdf"]
    assert house.clerk.get(document["components"][0]["url"]).content == SEALED
    assert document["draft_url"] == draft["url"]
    signer = {"name": "Giam-Doc", "position": "Giám đốc", "capacity": ""}
    assert document["signer"] == signer
    assert [one["name"] for one in document["recipients"]] == ["Sở Y tế", "Công ty A"]
    assert document["urgency"] == "urgent"
    assert house.drafter.get(document["url"]).status_code == 200
    assert house.other.get(document["url"]).status_code == 404
    assert states(house.clerk, the_book(house.node)) == {1: "given"}
    lines = house.clerk.get(f"{document['url']}/dispatches").json["dispatches"]
    assert [(one["name"], one["state"]) for one in lines] == [
        ("Sở Y tế", "sent"),
        ("Công ty A", "sent"),
    ]


def test_what_was_done_is_told_in_order_with_who_did_it(house: Drafting):
    draft = house.sealed()

    deeds = house.clerk.get(f"{draft['url']}/history").json["deeds"]
    rest = house.clerk.get(f"{draft['url']}/history?start=4&limit=2").json

    assert [one["act"] for one in deeds] == [
        *("submit", "check-content", "check-form", "approve", "sign", "number", "seal"),
    ]
    assert [one["revision"] for one in deeds] == list(range(2, 9))
    assert ([one["revision"] for one in rest["deeds"]], rest["next"]) == ([4, 5], 6)
    assert len({one["actor"] for one in deeds}) == 4


def test_every_version_is_kept_with_what_it_continues_and_what_was_said_of_it(house: Drafting):
    draft = house.approved()
    house.director.brings(SIGNED)
    claim = {"signer": "Nguyễn Văn A", "certificate": "0102", "signed": "2026-03-02T05:00:00Z"}
    house.does(house.director, draft, "sign", files=[signed_file()], claims=[claim])

    versions = house.clerk.get(f"{draft['url']}/versions").json["versions"]

    assert [(one["version"], one["act"]) for one in versions] == [(1, "revise"), (2, "sign")]
    assert [one["files"][0]["continues"] for one in versions] == [False, True]
    assert versions[1]["claims"][0]["signer"] == "Nguyễn Văn A"
    assert house.drafter.get(versions[0]["files"][0]["url"]).content == WORDING
    assert house.director.get(versions[1]["files"][0]["url"]).content == SIGNED


def test_a_paper_original_is_issued_without_the_files_of_its_draft(house: Drafting):
    draft = house.approved()
    house.does(house.director, draft, "sign")
    house.does(house.clerk, draft, "number", register="di")
    house.does(house.clerk, draft, "seal")

    issued = house.does(house.clerk, draft, "issue")

    assert house.clerk.get(issued["document_url"]).json["components"] == []


def test_registering_what_was_signed_elsewhere_stays_as_it_was(house: Drafting):
    house.numbered()

    beside = house.node.clerk.registers(**a_draft()).json

    assert (beside["number"], "draft_url" in beside) == (2, False)


# The table.


def test_what_i_may_do_is_told_and_nothing_else_is_done(house: Drafting):
    draft = house.opens().json
    assert house.told(house.drafter, draft) == ["revise", "submit", "initial", "abandon"]

    house.does(house.drafter, draft, "submit", signer="giam-doc")

    assert house.told(house.drafter, draft) == ["return"]
    assert house.told(house.head, draft) == ["initial", "check-content", "return"]
    refused = house.acts(house.head, draft, "check-form")
    assert (refused.status_code, problem(refused)) == (409, "draft-act-not-open")
    assert refused.json["allowed"] == "initial, check-content, return"


def test_the_organisation_does_not_sign_before_the_person(house: Drafting):
    draft = house.approved()

    for act in ("number", "seal", "issue"):
        assert problem(house.acts(house.clerk, draft, act)) == "draft-act-not-open"


def test_a_draft_is_returned_to_any_earlier_step_with_a_reason(house: Drafting):
    draft = house.signed()
    assert house.acts(house.clerk, draft, "return").json["path"] == "$.reason"
    ahead = house.acts(house.clerk, draft, "return", reason="Sai", to="numbering")
    assert problem(ahead) == "not-an-earlier-step"

    back = house.does(house.clerk, draft, "return", reason="Sai thể thức", to="form-review")

    assert (back["state"], back["signing"], back["version"]) == ("form-review", None, 1)
    assert house.waiting(house.clerk) == [draft["id"]]
    again = house.does(house.clerk, draft, "return", reason="Sửa trích yếu")
    assert again["state"] == "drafting"


def test_the_head_goes_on_with_what_came_back(house: Drafting):
    draft = house.opens().json
    house.does(house.drafter, draft, "submit", signer="giam-doc")
    house.does(house.head, draft, "return", reason="Thiếu căn cứ")
    house.drafter.brings(b"sua")
    posts = house.node.clerk.get("/v1/agencies/H20.14/posts").json["posts"]
    post = next(one for one in posts if one["login"] == "chuyen-vien")
    house.node.province.post(post["end_url"], {"until": "2026-03-02"})
    assert house.drafter.get(draft["url"]).status_code == 404

    assert house.does(house.head, draft, "submit")["state"] == "content-review"


def test_another_wording_begins_without_initials(house: Drafting):
    draft = house.opens().json
    house.does(house.drafter, draft, "initial")
    assert house.drafter.get(draft["url"]).json["initials"][0]["role"] == "drafter"
    house.drafter.brings(b"khac")

    drafted = {"subject": "Trích yếu khác", "files": [a_file(b"khac")], "note": "Viết lại"}
    revised = house.does(house.drafter, draft, "revise", drafted=drafted)

    assert (revised["initials"], revised["version"], revised["subject"]) == (
        [],
        2,
        "Trích yếu khác",
    )


def test_initials_are_asked_for_where_the_agency_says_so(house: Drafting):
    rule = {"initials": ["head"], "checker": "van-thu"}
    set_ = house.node.province.ask("PUT", "/v1/agencies/H20.14/drafting-rule", json=rule)
    assert set_.json == rule
    draft = house.opens().json
    house.does(house.drafter, draft, "submit", signer="giam-doc")
    house.does(house.head, draft, "check-content")
    house.does(house.clerk, draft, "check-form")

    missing = house.acts(house.director, draft, "approve")
    house.does(house.head, draft, "initial")

    assert (problem(missing), missing.json["missing"]) == ("initials-missing", "head")
    assert house.does(house.director, draft, "approve")["state"] == "signing"


def test_without_a_main_file_nothing_is_submitted(house: Drafting):
    draft = house.opens(files=[]).json

    refused = house.acts(house.drafter, draft, "submit", signer="giam-doc")

    assert problem(refused) == "no-main-file"


# Two at once, and once more.


def test_of_two_clerks_at_once_one_wins(house: Drafting):
    draft = house.signed()
    tag = house.clerk.get(draft["url"]).headers["ETag"]
    second = house.node.clerk
    house.acts(house.clerk, draft, "number", register="di", seen=tag)

    late = house.acts(second, draft, "number", register="di", seen=tag)

    assert (late.status_code, problem(late)) == (412, "draft-changed")
    assert states(house.clerk, the_book(house.node)) == {1: "awaiting-seal"}


def test_the_same_key_again_takes_no_second_number(house: Drafting):
    draft = house.signed()
    first = house.does(house.clerk, draft, "number", register="di", key="lan-1")
    house.does(house.clerk, draft, "refuse-seal", reason="Mờ")

    again = house.does(house.clerk, draft, "number", register="di", key="lan-1")
    other = house.acts(house.clerk, draft, "number", register="den", key="lan-1")

    assert (first["number"], again["number"], again["state"]) == (1, 1, "seal-refused")
    assert problem(other) == "idempotency-key-reused"
    assert states(house.clerk, the_book(house.node)) == {1: "awaiting-seal"}


def test_what_was_asked_and_done_is_told_as_done(house: Drafting):
    draft = house.opens().json
    tag = f'"{draft["revision"]}.x"'
    first = house.does(house.drafter, draft, "submit", signer="giam-doc", seen=tag)

    again = house.acts(house.drafter, draft, "submit", signer="giam-doc", seen=tag)

    assert (again.status_code, again.json["revision"]) == (200, first["revision"])


def test_who_has_seen_nothing_does_nothing(house: Drafting):
    draft = house.opens().json

    refused = house.drafter.post(f"{draft['url']}/actions", {"act": "submit"})

    assert (refused.status_code, problem(refused)) == (428, "condition-missing")


# Numbers.


def test_an_abandoned_draft_voids_its_number_with_the_reason(house: Drafting):
    draft = house.numbered()
    assert problem(house.acts(house.clerk, draft, "abandon", reason=" ")) == "field-missing"

    gone = house.does(house.clerk, draft, "abandon", reason="Không ban hành nữa")

    assert (gone["state"], gone["number"]) == ("abandoned", 1)
    row = house.clerk.get(f"{the_book(house.node)}/numbers/1").json
    assert row["draft_url"] == draft["url"]
    assert (row["state"], row["reason"]) == ("void", "Không ban hành nữa")
    assert house.waiting(house.clerk) == []
    assert house.told(house.clerk, draft) == []
    assert house.numbered()["number"] == 2


def test_voiding_the_number_of_a_draft_abandons_it(house: Drafting):
    draft = house.numbered()

    assert voids(house.clerk, the_book(house.node), 1, "Ghi nhầm").json["state"] == "void"

    told = house.clerk.get(draft["url"]).json
    assert (told["state"], told["reason"]) == ("abandoned", "Ghi nhầm")


def test_a_reserved_number_may_be_a_drafts(house: Drafting):
    book = the_book(house.node)
    reserves(house.clerk, book)
    house.node.clerk.registers(**a_draft())
    house.node.clock.now = NOON + timedelta(hours=1)

    draft = house.does(house.clerk, house.signed(), "number", register="di", reserved={"number": 1})

    assert (draft["number"], states(house.clerk, book)) == (1, {1: "awaiting-seal", 2: "given"})
    direct = house.node.clerk.registers(**a_draft(reserved={"number": 1}))
    assert problem(direct) == "number-not-reserved"


def test_a_refused_number_leaves_no_gap(house: Drafting):
    a_book(house.node, "theo-loai", typed="{number}/{type}-{agency}", abbreviation="STP")
    draft = house.signed()

    odd = house.acts(house.clerk, draft, "number", register="theo-loai")
    wrong = house.acts(house.clerk, draft, "number", register="den")

    assert odd.status_code == 422
    assert problem(wrong) == "wrong-direction"
    assert house.does(house.clerk, draft, "number", register="di")["number"] == 1


def test_a_year_is_not_closed_while_a_number_waits_for_its_seal(house: Drafting):
    draft = house.numbered()
    house.node.clock.now = NOON + timedelta(days=365)
    book = the_book(house.node)

    refused = house.node.province.post(f"{book}/closings", {"period": 2026})
    house.clerk.brings(SEALED)
    house.does(house.clerk, draft, "seal", files=[a_file(SEALED)])
    house.does(house.clerk, draft, "issue")

    assert (problem(refused), refused.json["numbers"]) == ("numbers-still-reserved", "1")
    closed = house.node.province.post(f"{book}/closings", {"period": 2026})
    assert closed.status_code == 201, closed.text


# Signing.


def test_what_was_signed_is_only_ever_continued(house: Drafting):
    draft = house.numbered()
    other = b"%PDF-1.7 noi dung khac %%EOF\n" * 4
    house.clerk.brings(other)

    lost = house.acts(house.clerk, draft, "seal", files=[a_file(other)])
    fewer = house.acts(house.clerk, draft, "seal", files=[])
    more = house.acts(
        house.clerk, draft, "seal", files=[a_file(other), a_file(other, role="annex")]
    )

    assert (lost.status_code, problem(lost), lost.json["path"]) == (
        409,
        "not-continued",
        "$.files[0]",
    )
    assert (problem(fewer), fewer.json["path"]) == ("field-missing", "$.files")
    assert problem(more) == "files-differ"
    assert house.clerk.get(draft["url"]).json["state"] == "awaiting-seal"


def test_after_a_refused_seal_it_may_be_signed_anew_under_the_same_number(house: Drafting):
    draft = house.numbered()
    house.does(house.clerk, draft, "refuse-seal", reason="Chữ ký không hợp lệ")
    anew = WORDING + b"chu ky lan hai %%EOF\n"
    house.director.brings(anew)

    signed = house.does(house.director, draft, "sign", files=[a_file(anew)])

    assert (signed["state"], signed["number"], signed["version"]) == ("awaiting-seal", 1, 3)


@pytest.mark.parametrize(
    ("who", "said", "refused"),
    [
        ("deputy", {"capacity": "KT.", "on_behalf_of": "GIÁM ĐỐC"}, ""),
        ("deputy", {"capacity": "KT."}, "field-missing"),
        ("deputy", {"capacity": "TUQ.", "on_behalf_of": "GIÁM ĐỐC"}, "field-missing"),
        ("head", {"capacity": "TL.", "on_behalf_of": "GIÁM ĐỐC"}, ""),
        ("head", {}, "may-not-sign-so"),
        ("drafter", {"capacity": "TL.", "on_behalf_of": "GIÁM ĐỐC"}, "may-not-sign-so"),
        ("drafter", {}, "may-not-sign-so"),
    ],
)
def test_everybody_signs_as_what_they_are(
    house: Drafting, who: str, said: dict[str, str], refused: str
):
    logins = {"deputy": "pho-giam-doc", "head": "truong-phong", "drafter": "chuyen-vien"}
    signer = getattr(house, who)
    draft = house.opens().json
    house.does(house.drafter, draft, "submit", signer=logins[who])
    house.does(house.head, draft, "check-content")
    house.does(house.clerk, draft, "check-form")
    house.does(signer, draft, "approve")

    answer = house.acts(signer, draft, "sign", **said)

    assert (answer.status_code, answer.json.get("type", "")) == (
        (200, "") if not refused else (answer.status_code, f"/problems/{refused}")
    )


def test_by_written_authority_one_signs_as_long_as_it_holds(house: Drafting):
    asked = {
        "granter": "giam-doc",
        "holder": "truong-phong",
        "document": "05/GUQ-STP ngày 01/3/2026",
        "matter": "Ký công văn hộ tịch",
        "since": "2026-03-01",
        "until": "2026-03-10",
    }
    where = "/v1/agencies/H20.14/signing-authorities"
    authority = house.node.province.post(where, asked).json
    on = house.node.province.post(where, asked | {"granter": "truong-phong", "holder": "van-thu"})
    assert problem(on) == "not-to-be-handed-on"
    drafts = [house.opens().json for _ in range(3)]
    for draft in drafts:
        house.does(house.drafter, draft, "submit", signer="truong-phong")
        house.does(house.head, draft, "check-content")
        house.does(house.clerk, draft, "check-form")
        house.does(house.head, draft, "approve")
    said = {"capacity": "TUQ.", "on_behalf_of": "GIÁM ĐỐC", "authority": authority["id"]}

    signed = house.does(house.head, drafts[0], "sign", **said)
    house.node.clock.now = NOON + timedelta(days=8)
    late = house.acts(house.head, drafts[1], "sign", **said)
    house.node.clock.now = NOON
    house.node.province.post(authority["withdraw_url"], None)
    gone = house.acts(house.head, drafts[2], "sign", **said)

    assert (signed["signing"]["capacity"], signed["signing"]["authority"]) == (
        "TUQ.",
        authority["id"],
    )
    assert problem(late) == problem(gone) == "authority-does-not-hold"


def test_a_program_signs_nothing(house: Drafting):
    draft = house.opens().json

    assert problem(house.opens(house.node.clerk)) == "person-needed"
    assert house.node.clerk.get(draft["url"]).status_code == 404


# Who sees what.


def test_a_draft_is_seen_by_those_in_its_way_alone(house: Drafting):
    draft = house.opens().json
    file = house.drafter.get(f"{draft['url']}/versions").json["versions"][0]["files"][0]

    def see() -> list[str]:
        desks = {
            "drafter": house.drafter,
            "head": house.head,
            "clerk": house.clerk,
            "director": house.director,
        }
        return [
            name
            for name, desk in desks.items()
            if desk.get(draft["url"]).status_code == 200
            and desk.get(file["url"]).status_code == 200
            and desk.get(f"/v1/blobs/{file['blob']}").status_code == 200
        ]

    seen = [see()]
    house.does(house.drafter, draft, "submit", signer="giam-doc")
    seen.append(see())
    house.does(house.head, draft, "check-content")
    seen.append(see())
    house.does(house.clerk, draft, "check-form")
    seen.append(see())

    assert seen == [
        ["drafter"],
        ["drafter", "head"],
        ["drafter", "head", "clerk"],
        ["drafter", "head", "clerk", "director"],
    ]
    for stranger in (house.deputy, house.other, house.neighbour, house.node.neighbour):
        hidden = stranger.get(draft["url"])
        nothing = stranger.get("/v1/drafts/" + "0" * 32)
        assert (hidden.status_code, hidden.json["type"]) == (404, nothing.json["type"])
        assert house.acts(stranger, draft, "approve").status_code == 404
        assert stranger.get(f"/v1/blobs/{file['blob']}").status_code == 404
        assert stranger.get("/v1/drafts").json["drafts"] == []


def test_a_draft_waits_for_whose_turn_it_is(house: Drafting):
    draft = house.opens().json
    desks = (house.drafter, house.head, house.clerk, house.director)

    def turn() -> list[bool]:
        return [house.waiting(desk) == [draft["id"]] for desk in desks]

    turns = [turn()]
    for who, act, rest in (
        (house.drafter, "submit", {"signer": "giam-doc"}),
        (house.head, "check-content", {}),
        (house.clerk, "check-form", {}),
        (house.director, "approve", {}),
        (house.director, "sign", {}),
        (house.clerk, "number", {"register": "di"}),
        (house.clerk, "seal", {}),
        (house.clerk, "issue", {}),
    ):
        house.does(who, draft, act, **rest)
        turns.append(turn())

    assert [row.index(True) if any(row) else None for row in turns] == [
        *(0, 1, 2, 3, 3, 2, 2, 2, None),
    ]


def test_my_drafts_come_in_pages_the_newest_first(house: Drafting):
    drafts = [house.opens(subject=f"Việc {n}").json["id"] for n in range(5)]

    first = house.drafter.get("/v1/drafts?limit=3").json
    rest = house.drafter.get(f"/v1/drafts?limit=3&before={first['next']}").json
    work = house.drafter.get("/v1/work?limit=3").json
    more = house.drafter.get(f"/v1/work?limit=3&drafts_after={work['drafts_next']}").json

    seen = [one["id"] for one in first["drafts"] + rest["drafts"]]
    assert sorted(seen, reverse=True) == seen
    assert set(seen) == set(drafts)
    assert "next" not in rest
    assert {one["id"] for one in work["drafts"] + more["drafts"]} == set(drafts)
    assert "drafts_next" not in more


def test_what_nobody_may_draft_is_refused(house: Drafting):
    secret = house.opens(subject="Báo cáo (Tối mật)", kind="TỐI MẬT")
    other = house.opens(unit="VP")
    nowhere = house.opens(agency="H20.15")

    assert problem(secret) == "state-secret-refused"
    assert len(house.node.province.get("/v1/incidents").json["incidents"]) == 1
    assert problem(other) == "unit-not-yours"
    assert nowhere.status_code == 404


# Answers.


def test_an_answer_that_is_issued_closes_the_line_of_who_leads(house: Drafting):
    arrival = house.clerk.registers().json
    lines = {"lines": [{"role": "lead", "login": "chuyen-vien"}]}
    line = house.clerk.post(f"{arrival['url']}/receipts", lines).json["receipts"][0]
    foreign = house.opens(house.clerk, receipt=line["id"])

    document = house.issued(receipt=line["id"])

    told = house.drafter.get(line["url"]).json
    assert (told["state"], told["answer"]) == ("done", document["id"])
    assert problem(foreign) == "not-to-answer"
    related = house.clerk.get(f"{document['url']}/relations").json["relations"]
    assert [one["kind"] for one in related] == ["replies-to"]


def test_what_happens_to_a_draft_is_in_the_feed_without_its_words(house: Drafting):
    house.issued({"agency": "H20.15"}, subject="Chuyện riêng")

    feed = house.clerk.get("/v1/changes?agency=H20.14&limit=200").json["changes"]
    neighbour = house.neighbour.get("/v1/changes?agency=H20.15&limit=200").json["changes"]

    told = [one["type"] for one in feed]
    assert told[-3:] == ["document-registered", "draft-issued", "dispatch-sent"]
    drafted: list[Any] = [one for one in feed if one["type"].startswith("draft-")]
    assert all("document" not in one for one in drafted[:-1])
    assert neighbour[-1]["type"] == "dispatch-arrived"
    assert "document" not in neighbour[-1]


def test_initials_stand_under_the_text_that_is_there(house: Drafting):
    draft = house.opens().json
    other, more = b"%PDF-1.7 khac hoan toan %%EOF\n" * 3, WORDING + b"ky nhay %%EOF\n"
    for content in (other, more):
        house.drafter.brings(content)

    swapped = house.acts(house.drafter, draft, "initial", files=[a_file(other)])
    house.does(house.drafter, draft, "initial")
    twice = house.acts(house.drafter, draft, "initial", files=[a_file(more)])
    assert problem(twice) == "initialled-already"
    house.does(house.drafter, draft, "submit", signer="giam-doc")
    house.head.brings(more)
    done = house.does(house.head, draft, "initial", files=[a_file(more)])

    assert problem(swapped) == "not-continued"
    told = [(one["role"], one["electronic"], one["version"]) for one in done["initials"]]
    assert told == [("drafter", False, 1), ("head", True, 2)]


def test_what_is_signed_on_paper_after_a_refused_seal_is_not_issued_with_the_file_before(
    house: Drafting,
):
    draft = house.numbered()
    house.does(house.clerk, draft, "refuse-seal", reason="Chữ ký số hỏng")
    house.does(house.director, draft, "sign")
    house.does(house.clerk, draft, "seal")

    issued = house.does(house.clerk, draft, "issue")

    assert house.clerk.get(issued["document_url"]).json["components"] == []


def test_a_purged_file_of_a_draft_says_why_it_is_gone(house: Drafting):
    draft = house.opens().json
    keeper, blob = house.node.holdings.keeper, BlobId(blake3(WORDING).digest())
    asked = keeper.submit(RequestPurge(caller=OPERATOR, blob=blob, reason="Lộ thông tin"))
    second = msgspec.structs.replace(OPERATOR, name="người thứ hai")
    keeper.submit(ConfirmPurge(caller=second, purge=asked.id))

    gone = house.drafter.get(f"{draft['url']}/versions/1/files/0")

    assert (gone.status_code, problem(gone)) == (410, "blob-erased")
    assert house.other.get(f"{draft['url']}/versions/1/files/0").status_code == 404
