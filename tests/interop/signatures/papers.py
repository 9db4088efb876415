"""Papers to be signed, and signatures as a signing tool puts them: each appends a revision."""

import io
from datetime import datetime
from typing import Any, NamedTuple

from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.font.basic import SimpleFontEngineFactory
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.stamp import StaticStampStyle, TextStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.interop.signatures.authority import NOW, Identity

Box = tuple[int, int, int, int]
LOWER = {"initial": (60, 60, 160, 100), "leader": (350, 100, 500, 160)}
SEAL: Box = (320, 90, 420, 190)
TOP_RIGHT: Box = (400, 770, 580, 820)
TOP_LEFT: Box = (20, 770, 160, 820)
WHOLE_PAGE: Box = (0, 0, 595, 842)


def pdf_of(*bodies: bytes, root: int = 1, info: int | None = None) -> bytes:
    """A PDF with *bodies* as objects 1, 2, … and a plain table of cross-references."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    extra = b"" if info is None else b" /Info %d 0 R" % info
    out += b"trailer\n<< /Size %d /Root %d 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(bodies) + 1,
        root,
        extra,
        start,
    )
    return bytes(out)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream as the body of an object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def page_text(words: str) -> bytes:
    return b"BT /F1 14 Tf 72 700 Td (%s) Tj ET" % words.encode()


def paper(
    words: str = "Quyet dinh so 12 chi 100 dong", pages: int = 2, *, form: bool = False
) -> bytes:
    """A paper of two pages: catalog 1, pages 2, font 3, info 4, then content and page in turn."""
    kids = b" ".join(b"%d 0 R" % (6 + 2 * number) for number in range(pages))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] /MediaBox [0 0 595 842] >>" % (pages, kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (Quyet dinh) /Producer (vankho tests) >>",
    ]
    for number in range(pages):
        bodies.append(stream(page_text(f"{words} - trang {number + 1}")))
        bodies.append(
            b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
    if form:
        bodies[0] = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%d 0 R] >> >>" % (
            len(bodies) + 1
        )
        bodies[5] = bodies[5][:-2] + b"/Annots [%d 0 R] >>" % (len(bodies) + 1)
        bodies.append(
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (SoTien) /V (100 dong) "
            b"/Rect [72 600 272 620] /F 4 /DA (/F1 10 Tf) >>"
        )
    return pdf_of(*bodies, info=4)


class Mark(NamedTuple):
    """What one signature is to be."""

    field: str
    signer: Identity
    at: datetime = NOW
    box: Box | None = None
    page: int = -1
    text: str = ""
    tsa: Identity | None = None
    stamped: datetime | None = None
    chain: tuple[Identity, ...] = ()
    digest: str = "sha256"
    permitted: MDPPerm | None = None
    drawn: bytes = b""
    """Operators that draw its picture, instead of *text*."""


class _Signer(PdfSigner):
    moment: datetime

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> Any:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session


def signed(pdf: bytes, mark: Mark) -> bytes:
    """*pdf* with one revision more; *pdf* is a prefix of it."""
    store = SimpleCertificateStore()
    store.register_multiple([one.asn1 for one in mark.chain])
    signer = _Signer(
        PdfSignatureMetadata(
            field_name=mark.field,
            md_algorithm=mark.digest,
            subfilter=SigSeedSubFilter.PADES,
            certify=mark.permitted is not None,
            docmdp_permissions=mark.permitted or MDPPerm.FILL_FORMS,
        ),
        signer=SimpleSigner(
            signing_cert=mark.signer.asn1, signing_key=mark.signer.asn1_key, cert_registry=store
        ),
        timestamper=_stamper(mark),
        stamp_style=_drawn(mark.drawn) if mark.drawn else _style(mark.text),
        new_field_spec=SigFieldSpec(mark.field, on_page=mark.page, box=mark.box),
    )
    signer.moment = mark.at
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signer.sign_pdf(writer, output=out, bytes_reserved=8192)
    return out.getvalue()


def _stamper(mark: Mark) -> DummyTimeStamper | None:
    if mark.tsa is None:
        return None
    return DummyTimeStamper(
        tsa_cert=mark.tsa.asn1,
        tsa_key=mark.tsa.asn1_key,
        fixed_dt=mark.stamped or mark.at,
        override_md="sha256",
    )


def _style(text: str) -> TextStampStyle:
    return TextStampStyle(
        stamp_text=text or "%(signer)s",
        border_width=0,
        text_box_style=TextBoxStyle(font=SimpleFontEngineFactory("Courier", 0.6), font_size=8),
        inner_content_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MIN,
            y_align=AxisAlignment.ALIGN_MIN,
            margins=Margins.uniform(1),
        ),
    )


def _drawn(operators: bytes) -> StaticStampStyle:
    picture = RawContent(operators, box=BoxConstraints(100, 50))
    return StaticStampStyle(border_width=0, background=picture)
