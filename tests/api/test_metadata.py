"""What Annex VI of Decree 30/2020 asks for is noted, within its lengths, and told as it was noted."""

import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.services import metadata
from api.services.fields import FieldTooLong, FieldUnfit
from api.services.metadata import MetadataGiven, checked
from indexer.follower import IndexFollower
from repository.model.registers import Direction
from tests.api.conftest import Node
from tests.api.office import Office, a_draft
from tests.api.test_amendments import amends

ALL: dict[str, Any] = {
    "issuer_code": "000.00.14.H20",
    "signer": {"name": "Nguyễn Văn Á", "position": "Phó Chủ tịch", "capacity": "KT."},
    "language": "Tiếng Việt",
    "pages": 3,
    "copies": 12,
    "urgency": "express",
    "confidentiality": "internal",
    "recipients": [{"name": "Sở Y tế", "code": "H20.15"}, {"name": "Lưu: VT", "code": ""}],
    "to_places": "Như trên; Lưu: VT",
    "sphere": "Hộ tịch",
    "keywords": ["rà soát", "hộ tịch"],
    "note": "Bản giấy đến sau",
    "due": "2026-03-20",
    "arrived": "2026-02-28",
    "paper": True,
    "location": "Tủ 3, ngăn 2",
}
LINES = {
    "issuer_code": metadata.MAX_CODE,
    "signer.name": metadata.MAX_SIGNER,
    "signer.position": metadata.MAX_POSITION,
    "language": metadata.MAX_LANGUAGE,
    "recipients[0].name": 200,
    "recipients[0].code": metadata.MAX_CODE,
    "to_places": metadata.MAX_TO_PLACES,
    "sphere": metadata.MAX_SPHERE,
    "keywords[0]": metadata.MAX_KEYWORD,
    "note": metadata.MAX_NOTE,
    "location": metadata.MAX_LOCATION,
}
"""Every text, by its path, with the characters that it may have."""
LETTERS = st.sampled_from("aếỆđ́ỷ9")


def shown(office: Office, url: str) -> dict[str, Any]:
    return {name: value for name, value in office.get(url).json.items() if name in ALL}


def test_everything_that_is_noted_is_shown_as_it_was_noted(node: Node):
    paper = node.clerk.registers(**ALL)

    assert paper.status_code == 201, paper.text
    assert shown(node.clerk, paper.json["url"]) == ALL


def test_what_is_not_noted_is_not_there(node: Node):
    assert shown(node.clerk, node.clerk.registers().json["url"]) == {"confidentiality": "none"}


def test_an_outgoing_document_has_all_but_what_an_arrival_has(node: Node):
    arrivals = {name: ALL[name] for name in metadata.INCOMING_ONLY}
    own = {name: value for name, value in ALL.items() if name not in arrivals}

    assert node.clerk.registers(**a_draft(**own)).status_code == 201
    for name, value in arrivals.items():
        refused = node.clerk.registers(**a_draft(**{name: value}))
        assert (refused.status_code, refused.json["path"]) == (422, f"$.{name}")


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
@pytest.mark.parametrize(("path", "limit"), LINES.items())
def test_a_text_at_its_limit_is_kept_whole_and_one_character_more_is_refused(
    path: str, limit: int, data: st.DataObject
):
    """Characters are counted once they are composed, so that marks typed apart count nothing."""
    letters = data.draw(st.lists(LETTERS, min_size=limit + 8, max_size=limit + 8))
    text = unicodedata.normalize("NFC", "a" + "".join(letters))
    fits = unicodedata.normalize("NFC", text[:limit])
    typed = unicodedata.normalize("NFD", fits)

    kept = checked(noting(path, typed), Direction.INCOMING)
    assert said(kept, path) == fits
    assert len(fits) <= limit
    longer = fits + "a" * (limit + 1 - len(fits))
    with pytest.raises(FieldTooLong) as refused:
        checked(noting(path, unicodedata.normalize("NFD", longer)), Direction.INCOMING)
    assert refused.value.facts == {"path": f"$.{path}", "length": limit + 1, "limit": limit}


def noting(path: str, text: str) -> MetadataGiven:
    """What is noted where *text* stands at *path*."""
    body: Any = text
    for name in reversed(path.replace("[0]", ".0").split(".")):
        body = [body] if name == "0" else {name: body}
    if path == "recipients[0].code":
        body["recipients"][0]["name"] = "x"
    return msgspec.convert(body, MetadataGiven)


def said(kept: Any, path: str) -> str:
    for name in path.replace("[0]", ".0").split("."):
        kept = kept[int(name)] if name.isdigit() else getattr(kept, name)
    return kept


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"pages": 10_000}, "$.pages"),
        ({"pages": -1}, "$.pages"),
        ({"copies": 1_000}, "$.copies"),
        ({"urgency": "soon"}, "$.urgency"),
        ({"confidentiality": "mật"}, "$.confidentiality"),
        ({"signer": {"capacity": "PP."}}, "$.signer.capacity"),
        ({"signer": {"rank": 1}}, "$.signer.rank"),
        ({"recipients": [{"name": " "}]}, "$.recipients[0].name"),
        ({"keywords": ["một", ""]}, "$.keywords[1]"),
        ({"due": "2026-02-30"}, "$.due"),
        ({"arrived": "2026-03-03"}, "$.arrived"),
        ({"note": "a\u202eb"}, "$.note"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place_and_takes_no_number(
    node: Node, changes: dict[str, Any], path: str
):
    refused = node.clerk.registers(**changes)

    assert (refused.status_code, refused.json["path"]) == (422, path)
    assert node.clerk.registers().json["number"] == 1


def test_lists_have_a_limit_that_is_named():
    people = tuple(metadata.RecipientGiven(name=str(n)) for n in range(501))
    words = tuple(map(str, range(21)))

    for given_now, expected in (
        (MetadataGiven(recipients=people), "0–500"),
        (MetadataGiven(keywords=words), "0–20"),
    ):
        with pytest.raises(FieldUnfit) as refused:
            checked(given_now, Direction.INCOMING)
        assert refused.value.facts["expected"] == expected
    assert (
        len(checked(MetadataGiven(recipients=people[:500]), Direction.INCOMING).recipients) == 500
    )


def test_a_note_that_says_that_it_is_a_state_secret_is_refused(node: Node):
    refused = node.clerk.registers(note="Độ mật: Tối mật")

    assert (refused.status_code, refused.json["type"]) == (403, "/problems/state-secret-refused")


def test_a_patch_changes_what_it_says_and_merges_into_who_signed(node: Node):
    paper = node.clerk.registers(**ALL)

    answer = amends(
        node.clerk,
        paper,
        signer={"position": None, "capacity": "TM."},
        pages=None,
        keywords=["mới"],
    )

    assert answer.status_code == 200, answer.text
    expected = {name: value for name, value in ALL.items() if name != "pages"} | {
        "signer": {"name": "Nguyễn Văn Á", "position": "", "capacity": "TM."},
        "keywords": ["mới"],
    }
    assert shown(node.clerk, paper.json["url"]) == expected
    assert amends(node.clerk, answer, signer=None, confidentiality="none").status_code == 200
    assert "signer" not in shown(node.clerk, paper.json["url"])


def test_history_tells_field_by_field_what_changed(node: Node):
    paper = node.clerk.registers(**ALL)
    second = amends(node.clerk, paper, pages=4, signer={"name": "Trần B"}, confidentiality="none")
    amends(node.clerk, second, subject="Khác", recipients=None)

    told = node.clerk.get(paper.json["url"] + "/history").json["revisions"]

    assert told[0]["changes"] == []
    assert told[1]["changes"] == [
        {"field": "confidentiality", "before": "internal", "after": "none"},
        {"field": "signer.name", "before": "Nguyễn Văn Á", "after": "Trần B"},
        {"field": "pages", "before": 3, "after": 4},
    ]
    assert told[2]["changes"] == [
        {"field": "subject", "before": paper.json["subject"], "after": "Khác"},
        {"field": "recipients", "before": ["Sở Y tế (H20.15)", "Lưu: VT"], "after": []},
    ]
    later = node.clerk.get(paper.json["url"] + "/history", params={"start": 2, "limit": 1}).json
    assert (later["revisions"], later["next"]) == ([told[1]], 3)


def test_an_amendment_holds_to_the_same_limits(node: Node):
    paper = node.clerk.registers()

    long = amends(node.clerk, paper, note="x" * 501)
    ahead = amends(node.clerk, paper, arrived="2026-03-03")

    assert (long.status_code, long.json["limit"]) == (422, 500)
    assert (ahead.status_code, ahead.json["path"]) == (422, "$.arrived")


def test_a_row_of_a_historical_register_has_the_same_fields(node: Node):
    from tests.api.books import a_book, finds

    book = a_book(node, "cu", direction="incoming", historical=True)

    found = finds(node.province, book, 7, signer=ALL["signer"], pages=2)

    assert found.status_code == 201, found.text
    assert (found.json["signer"], found.json["pages"]) == (ALL["signer"], 2)


def test_a_document_is_found_by_who_signed_it_and_by_its_keywords(node: Node):
    paper = node.clerk.registers(**ALL).json
    node.clerk.registers(subject="Á")
    IndexFollower(node.holdings, node.index).step()

    for query in ('nguoi_ky:"Nguyễn Văn Á"', "tu_khoa:soat", "Phó Chủ tịch"):
        hits = node.clerk.get("/v1/search", params={"q": query}).json["hits"]
        assert [hit["document"]["id"] for hit in hits] == [paper["id"]], query
