"""What was purged: 410 for who could read it, for everybody else as if it had never been."""

import pytest

from api.services.holds import OnHold, PlaceHold
from api.services.purges import ConfirmPurge, RequestPurge
from repository.model.access import OPERATOR, Caller, Right
from repository.model.ids import parse_blob
from repository.upkeep.purge import finish
from tests.api.conftest import Node
from tests.api.office import a_file, blob_name

SECRET = b"%PDF-1.7 khong duoc luu"
REASON = "Văn bản gửi nhầm, theo quyết định 15/QĐ-UBND"


def erased(node: Node, content: bytes = SECRET) -> None:
    """Two persons purge *content*."""
    director = Caller(name="giám đốc", rights=frozenset(Right), every_agency=True)
    submit = node.holdings.keeper.submit
    blob = parse_blob(blob_name(content))
    asked = submit(RequestPurge(caller=director, blob=blob, reason=REASON))
    submit(ConfirmPurge(caller=OPERATOR, purge=asked.id))
    if node.holdings.on_disk:
        finish(node.holdings, asked.id)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_whoever_could_read_it_is_told_that_it_is_gone_and_why(node: Node, method: str):
    name = node.clerk.brings(SECRET)
    node.clerk.registers(components=[a_file(SECRET)])
    erased(node)

    answer = node.clerk.ask(method, f"/v1/blobs/{name}")

    assert answer.status_code == 410
    if method == "GET":
        assert answer.json["type"] == "/problems/blob-erased"
        assert (answer.json["day"], answer.json["reason"]) == ("2026-03-02", REASON)
        assert REASON in answer.json["detail"]
        assert REASON in answer.json["detail_en"]


def test_whoever_could_not_gets_what_they_get_for_what_never_was(node: Node):
    name = node.clerk.brings(SECRET)
    node.clerk.registers(components=[a_file(SECRET)])
    erased(node)

    gone = node.neighbour.get(f"/v1/blobs/{name}")
    never = node.neighbour.get(f"/v1/blobs/{blob_name(b'never')}")

    assert gone.status_code == never.status_code == 404
    both = [
        {k: v for k, v in each.json.items() if k not in ("instance", "request_id")}
        for each in (gone, never)
    ]
    assert both[0] == both[1]


def test_whoever_only_brought_it_is_told_too(node: Node):
    name = node.clerk.brings(SECRET)
    erased(node)

    assert node.clerk.get(f"/v1/blobs/{name}").status_code == 410
    assert node.province.get(f"/v1/blobs/{name}").status_code == 410
    assert node.neighbour.get(f"/v1/blobs/{name}").status_code == 404


def test_the_document_shows_that_and_why_its_file_is_gone(node: Node):
    node.clerk.brings(SECRET)
    node.clerk.brings(b"phu luc")
    files = [a_file(SECRET), a_file(b"phu luc", "pl.txt", "annex")]
    place = node.clerk.registers(components=files).headers["Location"]
    erased(node)

    main, annex = node.clerk.get(place).json["components"]

    assert main["text"] == "erased"
    assert main["erased"] == {"at": "2026-03-02T12:00:00+07:00", "reason": REASON}
    assert "erased" not in annex
    assert node.clerk.get(main["url"]).status_code == 410
    assert node.clerk.get(annex["url"]).content == b"phu luc"
    assert node.neighbour.get(main["url"]).status_code == 404


def test_bringing_it_again_is_an_upload_like_any_other(node: Node):
    name = node.clerk.brings(SECRET)
    place = node.clerk.registers(components=[a_file(SECRET)]).headers["Location"]
    erased(node)

    assert node.neighbour.put_blob(SECRET).status_code == 201

    assert node.neighbour.get(f"/v1/blobs/{name}").content == SECRET
    assert node.clerk.get(f"/v1/blobs/{name}").status_code == 410
    assert node.clerk.get(f"{place}/files/0").status_code == 410
    # Whoever brings the bytes has them: that is asked for anew, and given.
    assert node.clerk.put_blob(SECRET).status_code == 201
    assert node.clerk.get(f"/v1/blobs/{name}").content == SECRET
    assert node.clerk.get(f"{place}/files/0").status_code == 410


def test_what_is_gone_cannot_be_registered(node: Node):
    node.clerk.brings(SECRET)
    erased(node)

    answer = node.clerk.registers(components=[a_file(SECRET)])

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/unknown-blob")


def test_a_hold_tells_its_id_to_whoever_wants_to_purge(node: Node):
    name = node.clerk.brings(SECRET)
    submit = node.holdings.keeper.submit
    hold = submit(PlaceHold(caller=OPERATOR, blob=parse_blob(name), reason="thanh tra"))

    with pytest.raises(OnHold, match=hold.id):
        erased(node)
    assert node.clerk.get(f"/v1/blobs/{name}").content == SECRET
