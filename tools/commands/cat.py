"""`vankho cat`: the bytes of a stored file, on standard output."""

import sys
from typing import Annotated

import typer

from api.services import documents
from api.services.blob_access import require_readable
from repository.holdings import Holdings
from repository.model.access import OPERATOR
from repository.model.ids import BlobId, parse_blob
from tools.house import House, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    cli.command("cat", help="Xuất nội dung một tệp / Write a stored file out.")(verb(run))


def run(
    house: House,
    name: Annotated[
        str, typer.Argument(help="Mã văn bản hoặc blake3:… / A document's id or blake3:…")
    ],
    file: Annotated[int, typer.Option(min=0, help="Tệp thứ mấy, từ 0. / Which, from 0.")] = 0,
) -> None:
    """Write the file out, each piece checked before it is given."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        for piece in holdings.blobs.chunks(_blob(holdings, name, file)):
            sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _blob(holdings: Holdings, name: str, file: int) -> BlobId:
    with holdings.reading() as reading:
        if name.startswith("blake3:"):
            blob = parse_blob(name)
            require_readable(reading, OPERATOR, blob)
            return blob
        return documents.file_of(reading, OPERATOR, name, file).blob
