"""What an older vankho wrote of documents is read as if nothing beside had been noted."""

from typing import Any

import msgspec

from repository.catalogue import tables as t
from repository.model import events as e
from repository.model.confidentiality import Confidentiality
from repository.model.documents import ComponentRole
from repository.model.ids import BlobId, DocumentId
from repository.model.metadata import NOTHING

BLOB = bytes(range(32))
COMPONENTS: list[Any] = [["main", BLOB, 12, "application/pdf"]]
REGISTERED: list[Any] = [
    *("document-registered", "d1", "r1", "incoming", 2026, 7, "7/UBND", "", "Công văn"),
    *(COMPONENTS, "key", b"request", ""),
]
PARTICULARS: list[Any] = [b"salt", "UBND tỉnh", "Việc", ["công văn.pdf"], "", "", ""]
ROW: dict[str, Any] = {
    "id": "d1",
    "agency": "a1",
    "register": "r1",
    "direction": "incoming",
    "period": 2026,
    "number": 7,
    "symbol": "7/UBND",
    "issued": "",
    "kind": "Công văn",
    "registered": 1,
    "issuer": "UBND tỉnh",
    "subject": "Việc",
    "components": [
        {"role": "main", "blob": BLOB, "name": "x", "size": 12, "media_type": "application/pdf"}
    ],
    "sequence": 3,
    "revision": 1,
    "amended": 0,
    "actor": "operator",
    "addressed_to": "",
    "voided": 0,
}


def test_an_event_of_the_shape_before_is_read_with_nothing_noted():
    event = [1, 1, 1, 0, "operator", "a1", "", b"", REGISTERED]

    body = e.decode_event(msgspec.msgpack.encode(event)).body

    assert isinstance(body, e.DocumentRegistered)
    assert body.confidentiality is Confidentiality.NONE
    assert body.components == (
        e.ComponentHeld(ComponentRole.MAIN, BlobId(BLOB), 12, "application/pdf"),
    )
    assert (body.components[0].number, body.components[0].pages) == ("", 0)


def test_particulars_of_the_shape_before_are_read_with_nothing_noted():
    told = e.decode_particulars(msgspec.msgpack.encode(PARTICULARS))

    assert (told.issuer, told.metadata, told.digitisers) == ("UBND tỉnh", NOTHING, ())


def test_a_row_of_the_shape_before_is_read_and_written_shorter():
    kept = msgspec.msgpack.encode(ROW)

    document = t.DOCUMENTS.decode(kept)

    assert (document.id, document.metadata, document.reason) == (DocumentId("d1"), NOTHING, "")
    again = t.DOCUMENTS.encode(document)
    assert t.DOCUMENTS.decode(again) == document
    assert len(again) < len(kept)


def test_what_is_not_noted_costs_a_byte_beside_the_event():
    nothing = e.DocumentParticulars(salt=b"", issuer="", subject="", names=())
    noted = e.DocumentParticulars(salt=b"", issuer="", subject="", names=(), metadata=NOTHING)

    assert e.encode(nothing) == e.encode(noted)
    assert len(e.encode(nothing)) == len(msgspec.msgpack.encode([b"", "", "", [], "", "", ""])) + 2
