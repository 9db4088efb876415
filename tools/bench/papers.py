"""The corpus's files before anybody signs: typeset PDFs, scans, mixtures and .docx files.

The same paper gives the same bytes under the same library versions. One face and its bold, embedded as
subsets; scans are one JPEG a page at 150 dpi, near 200 KB.
"""

# reportlab and the font package are untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import io
import random
import textwrap
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont
from pymupdf_fonts import myfont
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tools.bench.plan import SEED, Kind, Paper
from tools.bench.wording import paragraph, sentence, title

FACE = "notos"
BOLD = "notosbo"
PAGE_PIXELS = (1240, 1754)
"""A4 at 150 dpi."""
GRAIN = 0.075
"""How much noise lies over a scanned page; sets the JPEG's size together with its quality."""
JPEG_QUALITY = 40
LINES_A_PAGE = 42
LETTERS_A_LINE = 84
DOCX_MOMENT = (2025, 7, 1, 8, 0, 0)


class Press:
    """Draws papers; holds the faces, which are costly to unpack."""

    def __init__(self) -> None:
        self._faces = {name: bytes(myfont(name)) for name in (FACE, BOLD)}
        for name, face in self._faces.items():
            registerFont(TTFont(name, io.BytesIO(face)))
        self._body = ImageFont.truetype(io.BytesIO(self._faces[FACE]), 25)
        self._head = ImageFont.truetype(io.BytesIO(self._faces[BOLD]), 30)

    def draft(self, paper: Paper) -> bytes:
        """The unsigned PDF of *paper*."""
        dice = random.Random(f"{SEED}-draft-{paper.number}")
        target = io.BytesIO()
        with _binary_streams():
            canvas = Canvas(target, pagesize=A4, invariant=1, pageCompression=1)
            for page in range(paper.pages):
                self._page(canvas, paper, page, dice)
            canvas.save()
        return target.getvalue()

    def attachment(self, paper: Paper) -> bytes:
        """The .docx that travels with *paper*: its text and one picture."""
        dice = random.Random(f"{SEED}-attached-{paper.number}")
        picture = self._scan(dice, (960, 660))
        return _docx([paragraph(dice) for _ in range(12 * paper.pages)], picture)

    def _page(self, canvas: Canvas, paper: Paper, page: int, dice: random.Random) -> None:
        scanned = paper.kind is Kind.SCAN or (paper.kind is Kind.MIXED and page == paper.pages - 1)
        if paper.kind is Kind.MIXED and scanned and page == 0:
            _typeset(canvas, dice)
            canvas.showPage()
        if scanned:
            picture = ImageReader(io.BytesIO(self._scan(dice, PAGE_PIXELS)))
            canvas.drawImage(picture, 0, 0, *A4)
        else:
            _typeset(canvas, dice)
        canvas.showPage()

    def _scan(self, dice: random.Random, pixels: tuple[int, int]) -> bytes:
        """A page of text, a little askew and grainy, as JPEG."""
        page = Image.new("L", pixels, 245)
        pen = ImageDraw.Draw(page)
        pen.text((pixels[0] // 3, 90), title(dice), font=self._head, fill=40)
        for number, line in enumerate(_lines(dice, (pixels[1] - 300) // 36, 70)):
            pen.text((130, 160 + 36 * number), line, font=self._body, fill=50)
        askew = page.rotate(dice.uniform(-1.2, 1.2), resample=Image.Resampling.BILINEAR)
        grain = Image.frombytes("L", pixels, dice.randbytes(pixels[0] * pixels[1]))
        scan = Image.blend(askew, grain, GRAIN).convert("RGB")
        target = io.BytesIO()
        scan.save(target, "JPEG", quality=JPEG_QUALITY, dpi=(150, 150))
        return target.getvalue()


def _typeset(canvas: Canvas, dice: random.Random) -> None:
    canvas.setFont(BOLD, 13)
    canvas.drawCentredString(A4[0] / 2, A4[1] - 2 * cm, title(dice))
    canvas.setFont(FACE, 11)
    for number, line in enumerate(_lines(dice, LINES_A_PAGE, LETTERS_A_LINE)):
        canvas.drawString(3 * cm, A4[1] - 3.2 * cm - number * 16, line)


def _lines(dice: random.Random, count: int, width: int) -> list[str]:
    lines: list[str] = []
    while len(lines) < count:
        lines += textwrap.wrap(sentence(dice), width)
    return lines[:count]


@contextmanager
def _binary_streams() -> Generator[None, None, None]:
    """Keep reportlab from writing streams in ASCII85, which no office program does."""
    before = rl_config.useA85
    rl_config.useA85 = 0
    try:
        yield
    finally:
        rl_config.useA85 = before


CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="jpeg" ContentType="image/jpeg"/>'
    '<Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/{kind}" Target="{target}"/></Relationships>'
)


def _docx(paragraphs: list[str], picture: bytes) -> bytes:
    """A small package of the parts a .docx must have, all dated alike."""
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w='
        '"http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{body}</w:body></w:document>"
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS.format(kind="officeDocument", target="word/document.xml"),
        "word/_rels/document.xml.rels": RELATIONS.format(kind="image", target="media/image1.jpeg"),
        "word/document.xml": document,
        "word/media/image1.jpeg": picture,
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, DOCX_MOMENT)
            package.writestr(entry, part, zipfile.ZIP_DEFLATED)
    return target.getvalue()
