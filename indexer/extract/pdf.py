"""PDF: the text layer, page by page, by PDFium."""

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pypdfium2
from pypdfium2 import raw as pdfium

from indexer.extract.reading import CannotRead
from indexer.text import Reason

MAX_PAGES = 5_000
"""Pages of one file that are read."""


def read(source: BinaryIO) -> Iterator[str]:
    """Give the text of each page; a file without a text layer gives none."""
    document = _opened(source)
    try:
        for number in range(min(len(document), MAX_PAGES)):
            yield _page(document, number)
            yield "\n\n"
    finally:
        document.close()


def _opened(source: BinaryIO) -> Any:
    try:
        return cast("Any", pypdfium2.PdfDocument)(source)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise CannotRead(Reason.ENCRYPTED) from error
        raise


def _page(document: Any, number: int) -> str:
    page = document[number]
    try:
        layer = page.get_textpage()
        try:
            return layer.get_text_range()
        finally:
            layer.close()
    finally:
        page.close()
