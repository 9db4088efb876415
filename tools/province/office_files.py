"""The smallest valid DOCX and XLSX with one table, written by hand; the same rows, same bytes."""

import io
import zipfile
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from tools.province.drafts import Attachment, SheetFormat

Rows = Sequence[Sequence[str]]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument"


def office_file(attachment: Attachment) -> bytes:
    """The bytes of *attachment*."""
    return _WRITERS[attachment.format](attachment.title, attachment.rows)


def _docx(title: str, rows: Rows) -> bytes:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    lines = "".join(
        "<w:tr>" + "".join(cell.format(escape(text)) for text in row) + "</w:tr>" for row in rows
    )
    document = (
        f'{_HEAD}<w:document xmlns:w="{_WORD}"><w:body>'
        f"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{escape(title)}</w:t></w:r></w:p>"
        f"<w:tbl><w:tblPr/><w:tblGrid>{'<w:gridCol/>' * len(rows[0])}</w:tblGrid>{lines}</w:tbl>"
        "<w:p/><w:sectPr/></w:body></w:document>"
    )
    return _zipped(
        {
            "[Content_Types].xml": _content_types(
                {"/word/document.xml": f"{_TYPE}.wordprocessingml.document.main+xml"}
            ),
            "_rels/.rels": _relation("officeDocument", "word/document.xml"),
            "word/document.xml": document,
        }
    )


def _xlsx(title: str, rows: Rows) -> bytes:
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    lines = "".join(
        "<row>" + "".join(cell.format(escape(text)) for text in row) + "</row>"
        for row in [[title], *rows]
    )
    sheet = f'{_HEAD}<worksheet xmlns="{_SHEET}"><sheetData>{lines}</sheetData></worksheet>'
    workbook = (
        f'{_HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Biểu" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    return _zipped(
        {
            "[Content_Types].xml": _content_types(
                {
                    "/xl/workbook.xml": f"{_TYPE}.spreadsheetml.sheet.main+xml",
                    "/xl/worksheets/sheet1.xml": f"{_TYPE}.spreadsheetml.worksheet+xml",
                }
            ),
            "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": workbook,
            "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


_WRITERS: dict[SheetFormat, Callable[[str, Rows], bytes]] = {"docx": _docx, "xlsx": _xlsx}


def _content_types(parts: dict[str, str]) -> str:
    overrides = "".join(
        f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in parts.items()
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{relations}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relation(kind: str, target: str) -> str:
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def _zipped(parts: dict[str, str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, text in parts.items():
            # A ZipInfo without a date is of 1980: no clock enters the bytes.
            package.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return written.getvalue()
