"""Search finds what the caller may read, and shows it as it stands in the register."""

import pytest

from indexer.index import IndexedDocument
from repository.model.documents import Document
from repository.model.ids import DocumentId
from tests.api.conftest import NOON, Node


def index_all(node: Node, *, body: str = "") -> None:
    """Put every registered document into the index, as the follower does."""
    with node.holdings.reading() as reading:
        documents = [reading.document(DocumentId(one)) for one in _ids(node)]
        node.index.add(_indexed(document, body) for document in documents if document)
        node.index.commit(reading.watermark().sequence)


def _ids(node: Node) -> list[str]:
    rows = []
    for office, agency in ((node.clerk, "H20.14"), (node.neighbour, "H20.15")):
        for register in office.get(f"/v1/agencies/{agency}/registers").json["registers"]:
            rows += office.get(f"{register['url']}/entries").json["entries"]
    return [row["id"] for row in rows]


def _indexed(document: Document, body: str) -> IndexedDocument:
    return IndexedDocument(
        id=document.id,
        agency=document.agency,
        register=document.register,
        direction=document.direction.value,
        number=document.number,
        symbol=document.symbol,
        subject=document.subject,
        registered=NOON,
        body=body,
        access=(document.agency,),
    )


def test_a_document_is_found_with_and_without_accents(node: Node):
    registered = node.clerk.registers(subject="Về việc rà soát hộ tịch").json
    index_all(node)

    for words in ("hộ tịch", "ho tich"):
        found = node.clerk.get("/v1/search", params={"q": words}).json
        assert found["total"] == 1
        assert found["hits"][0]["document"] == registered


def test_each_office_finds_its_own_and_totals_are_its_own(node: Node):
    node.clerk.registers()
    node.neighbour.registers(agency="H20.15")
    node.neighbour.registers(agency="H20.15")
    index_all(node)

    totals = [
        office.get("/v1/search", params={"q": "hộ tịch"}).json["total"]
        for office in (node.clerk, node.neighbour, node.province)
    ]

    assert totals == [1, 2, 3]


def test_one_agency_may_be_chosen_and_only_among_ones_own(node: Node):
    node.clerk.registers()
    node.neighbour.registers(agency="H20.15")
    index_all(node)
    chosen = {"q": "hộ tịch", "agency": "H20.15"}

    assert node.province.get("/v1/search", params=chosen).json["total"] == 1
    assert node.clerk.get("/v1/search", params=chosen).status_code == 404


def test_pages_follow_each_other(node: Node):
    for _ in range(3):
        node.clerk.registers()
    index_all(node)

    first = node.clerk.get("/v1/search", params={"q": "hộ tịch", "limit": 2}).json
    rest = {"q": "hộ tịch", "limit": 2, "offset": first["next_offset"]}
    second = node.clerk.get("/v1/search", params=rest).json

    seen = [hit["document"]["number"] for hit in (*first["hits"], *second["hits"])]
    assert sorted(seen) == [1, 2, 3]
    assert "next_offset" not in second


def test_a_passage_is_shown_when_it_is_asked_for(node: Node):
    node.clerk.registers()
    index_all(node, body="Căn cứ Luật Hộ tịch năm 2014")

    plain = node.clerk.get("/v1/search", params={"q": "luật"}).json["hits"][0]
    lit = node.clerk.get("/v1/search", params={"q": "luật", "highlight": "true"}).json
    snippet = lit["hits"][0]["snippet"]

    assert "snippet" not in plain
    assert [snippet["text"][start:end] for start, end in snippet["marks"]] == ["Luật"]


def test_a_hit_whose_document_is_gone_is_dropped(node: Node):
    node.clerk.registers()
    index_all(node)
    with node.holdings.reading() as reading:
        agency = reading.agency_by_code("H20.14")
    assert agency is not None
    ghost = IndexedDocument(
        id="gone", agency="x", register="x", direction="incoming",
        subject="hộ tịch", registered=NOON, access=(agency.id,),
    )  # fmt: skip
    node.index.add([ghost])
    node.index.commit(99)

    answer = node.clerk.get("/v1/search", params={"q": "hộ tịch"})

    assert len(answer.json["hits"]) == 1
    assert answer.headers["X-Index-Sequence"] == "99"


@pytest.mark.parametrize("query", ["(hộ", '"hộ', "AND", "nowhere:x", "x" * 2000])
def test_a_query_that_cannot_be_read_is_told_with_its_place(node: Node, query: str):
    answer = node.clerk.get("/v1/search", params={"q": query})

    assert answer.status_code == 400
    assert answer.json["type"] == "/problems/query-mistake"
    assert "position" in answer.json


@pytest.mark.parametrize(
    "parameters", [{"limit": 0}, {"limit": 1001}, {"offset": -1}, {"highlight": "yes"}]
)
def test_parameters_out_of_their_range_are_refused(node: Node, parameters: dict[str, object]):
    answer = node.clerk.get("/v1/search", params={"q": "x"} | parameters)

    assert (answer.status_code, answer.json["type"]) == (400, "/problems/parameter-unfit")


def test_pages_end_where_relevance_ends(node: Node):
    deep = {"q": "x", "offset": 10_000}

    assert node.clerk.get("/v1/search", params=deep).status_code == 413
