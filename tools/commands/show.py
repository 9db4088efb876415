"""`vankho show`: a document or a blob as the store knows it."""

from datetime import datetime
from typing import Annotated

import typer

from api.services import documents
from api.services.relations import Related, relations_for
from repository.catalogue.tables import CONDEMNED
from repository.catalogue.views import Reading
from repository.model.access import OPERATOR
from repository.model.blobs import BlobMissing
from repository.model.documents import Document
from repository.model.ids import parse_blob, show_blob
from tools.house import House, verb
from tools.shown import document_shown, moment, purge_shown


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    cli.command("show", help="Xem một văn bản hoặc một tệp / Show a document or a blob.")(verb(run))


def run(
    house: House,
    name: Annotated[
        str, typer.Argument(help="Mã văn bản hoặc blake3:… / A document's id or blake3:…")
    ],
) -> None:
    """Show what is known of *name*."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        told = _blob(reading, name) if name.startswith("blake3:") else _document(reading, name)
    text = "\n".join(f"{field}: {_line(value)}" for field, value in told.items())
    house.terminal.result(told, text)


def _document(reading: Reading, name: str) -> dict[str, object]:
    sheet = documents.show(reading, OPERATOR, name)
    return {
        "agency": sheet.agency.code,
        "agency_name": sheet.agency.name,
        "register": sheet.register.code,
        **document_shown(sheet.document),
        "texts": [
            "pending" if text is None else "ready" if text.text else f"none: {text.reason}"
            for text in sheet.texts
        ],
        "marks": [f"{one.mark.value} {one.since}" for one in sheet.marks],
        "relations": [
            _related(sheet.document, one) for one in relations_for(reading, OPERATOR, name)
        ],
        "erased": [
            {"blob": show_blob(component.blob), **purge_shown(purge)}
            for component, purge in zip(sheet.document.components, sheet.erased, strict=True)
            if purge
        ],
    }


def _related(document: Document, found: Related) -> dict[str, object]:
    """A relation, from the end at which it is looked at."""
    one = found.relation
    other = found.target if one.source == document.id else found.source
    return {
        "kind": one.kind.value if one.source == document.id else f"({one.kind.value})",
        "document": other.id if other else None,
        "symbol": other.symbol if other else one.outside.symbol,
        "issuer": other.issuer if other else one.outside.issuer,
        "since": one.since,
        "withdrawn": moment(one.withdrawn) if one.withdrawn else None,
    }


def _blob(reading: Reading, name: str) -> dict[str, object]:
    blob = parse_blob(name)
    erasure = reading.erasure(blob)
    purge = reading.purge(erasure.purge) if erasure else None
    if purge:
        return {"blob": name, "erased": purge_shown(purge)}
    row = reading.row(blob)
    if row is None:
        raise BlobMissing(blob=name)
    text = reading.derived(blob)
    return {
        "blob": name,
        "size": row.length,
        "stored": row.stored,
        "pack": row.pack,
        "sha256": row.sha256.hex(),
        "segments": [
            {"base": show_blob(one.base), "offset": one.offset, "length": one.length}
            for one in reading.segments(blob)
        ],
        "documents": [document for document, _ in reading.documents_holding(blob)],
        "condemned": _since(reading.get(CONDEMNED, blob)),
        "text": show_blob(text.text) if text and text.text else None,
    }


def _since(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else moment(microseconds)


def _line(value: object) -> str:
    if isinstance(value, list):
        return "".join(f"\n  - {one}" for one in value)  # pyright: ignore[reportUnknownVariableType]
    return str(value)
