"""Every media type that gives text, and its reader."""

from collections.abc import Mapping
from types import MappingProxyType

from indexer.extract import html, office, pdf, plain
from indexer.extract.reading import Reader

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "application/pdf": pdf.read,
        _OOXML + "wordprocessingml.document": office.read_docx,
        _OOXML + "spreadsheetml.sheet": office.read_xlsx,
        _OOXML + "presentationml.presentation": office.read_pptx,
        _ODF + "text": office.read_opendocument,
        _ODF + "spreadsheet": office.read_opendocument,
        _ODF + "presentation": office.read_opendocument,
        "text/html": html.read,
        "application/xhtml+xml": html.read,
        "text/plain": plain.read,
        "text/csv": plain.read,
    }
)


def essence(media_type: str) -> str:
    """Give *media_type* in lower case without its parameters.

    >>> essence("Text/HTML; charset=utf-8")
    'text/html'
    """
    return media_type.partition(";")[0].strip().lower()
