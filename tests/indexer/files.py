"""Small files of every format, made by hand so that each byte in them is meant."""

import io
import zipfile
from xml.sax.saxutils import escape

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
PDF = "application/pdf"

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_X = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_O = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def a_zip(entries: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def a_docx(*paragraphs: str, prolog: str = "") -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    return a_docx_of(f"{prolog}<w:document {_W}><w:body>{body}</w:body></w:document>")


def a_docx_of(document: str) -> bytes:
    footer = f"<w:ftr {_W}><w:p><w:r><w:t>Chân trang</w:t></w:r></w:p></w:ftr>"
    return a_zip({"word/footer1.xml": footer, "word/document.xml": document})


def an_xlsx(rows: list[list[str | int]]) -> bytes:
    strings = sorted({cell for row in rows for cell in row if isinstance(cell, str)})
    shared = "".join(f"<si><t>{escape(text)}</t><rPh><t>x</t></rPh></si>" for text in strings)
    cells = "".join(
        "<row>" + "".join(_cell(cell, strings) for cell in row) + "</row>" for row in rows
    )
    return a_zip(
        {
            "xl/sharedStrings.xml": f"<sst {_X}>{shared}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet {_X}><sheetData>{cells}</sheetData></worksheet>",
        }
    )


def _cell(cell: str | int, strings: list[str]) -> str:
    if isinstance(cell, int):
        return f"<c><v>{cell}</v></c>"
    return f'<c t="s"><v>{strings.index(cell)}</v></c>'


def a_pptx(*slides: str) -> bytes:
    return a_zip(
        {
            f"ppt/slides/slide{number}.xml": (
                f"<p {_A}><a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p></p>"
            )
            for number, text in enumerate(slides, 1)
        }
    )


def an_odt(*paragraphs: str, manifest: str = "<manifest/>") -> bytes:
    body = "".join(f"<text:p>{escape(text)}<text:tab/>.</text:p>" for text in paragraphs)
    return a_zip(
        {
            "content.xml": f"<office:document-content {_O}>{body}</office:document-content>",
            "META-INF/manifest.xml": manifest,
        }
    )


def a_pdf(*pages: str) -> bytes:
    """Give a PDF whose text layer says *pages*, each letter by its own code and a ToUnicode map."""
    letters = sorted(set("".join(pages)))
    numbers = [5 + 2 * at for at in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = {
        1: "<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        3: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 4 0 R>>",
        4: _stream(_to_unicode(letters)),
    }
    for number, text in zip(numbers, pages, strict=True):
        codes = "".join(f"{letters.index(letter) + 32:02x}" for letter in text)
        objects[number] = (
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 900 200]"
            f"/Resources<</Font<</F 3 0 R>>>>/Contents {number + 1} 0 R>>"
        )
        objects[number + 1] = _stream(f"BT /F 12 Tf 10 100 Td <{codes}> Tj ET")
    return _assembled(objects)


def _to_unicode(letters: list[str]) -> str:
    pairs = "\n".join(
        f"<{code:02x}> <{letter.encode('utf-16-be').hex()}>"
        for code, letter in enumerate(letters, 32)
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    )


def _stream(content: str) -> str:
    return f"<</Length {len(content)}>>stream\n{content}\nendstream"


def _assembled(objects: dict[int, str]) -> bytes:
    made, places = bytearray(b"%PDF-1.7\n"), dict[int, int]()
    for number, content in sorted(objects.items()):
        places[number] = len(made)
        made += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{places[number]:010} 00000 n \n" for number in sorted(places))
    end = len(made)
    made += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}".encode()
    made += f"trailer<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{end}\n%%EOF\n".encode()
    return bytes(made)
