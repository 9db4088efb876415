"""Signs PDF files with pyHanko as an office does: each signature appends a revision.

Every earlier byte stays where it is, so each stage of a document is a prefix of the next one.
Times are the moments of the act, not of the run. Only the signer's own certificate travels in
the file, as real files are seen to do.
"""

# pyHanko and asn1crypto annotate only part of what they offer; this file is their adapter.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

import io
from datetime import datetime

import msgspec
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.pdf_utils import generic, layout
from pyhanko.pdf_utils.content import PdfContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tools.province.artwork import Picture
from tools.province.pki import Identity

DIGEST = "sha256"
SIGNATURE_SPACE = 4096
"""Bytes reserved for a signature, twice as many digits: about twice what one certificate needs."""

Look = Picture | bytes
"""What a signature shows: a picture, or the first page of a PDF."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a signature shows: page from 1; points from the page's lower left corner."""

    page: int
    left: float
    bottom: float
    width: float
    height: float

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, bottom, right, top in whole points."""
        right, top = self.left + self.width, self.bottom + self.height
        return round(self.left), round(self.bottom), round(right), round(top)


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One signature to be made (một lượt ký số)."""

    field: str
    reason: str
    signer: Identity
    at: datetime
    place: Place
    look: Look


def sign(pdf: bytes, act: Act) -> bytes:
    """*pdf* with one more revision, made and signed by *act*; *pdf* is a prefix of the result."""
    signer = _Office(
        PdfSignatureMetadata(
            field_name=act.field,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            name=act.signer.name,
            reason=act.reason,
            location="Đồng Tháp",
        ),
        signer=_KeyInMemory(act.signer),
        stamp_style=StaticStampStyle(
            border_width=0, background=_content(act), background_layout=_FILL
        ),
        new_field_spec=SigFieldSpec(act.field, on_page=act.place.page - 1, box=act.place.box),
    )
    signer.at = act.at
    signed = io.BytesIO()
    signer.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), output=signed, bytes_reserved=SIGNATURE_SPACE
    )
    return signed.getvalue()


_FILL = layout.SimpleBoxLayoutRule(
    x_align=layout.AxisAlignment.ALIGN_MID,
    y_align=layout.AxisAlignment.ALIGN_MID,
    margins=layout.Margins.uniform(0),
    inner_content_scaling=layout.InnerScaling.STRETCH_TO_FIT,
)


class _Office(PdfSigner):
    """pyHanko's signer with the time of the act instead of the time of the machine."""

    at: datetime

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002 - as in the class above
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


class _KeyInMemory(Signer):
    """Signs with a `cryptography` key as it is, without writing it out and loading it again."""

    def __init__(self, identity: Identity) -> None:
        self._key = identity.key
        der = identity.certificate.public_bytes(serialization.Encoding.DER)
        super().__init__(
            signing_cert=asn1_x509.Certificate.load(der), cert_registry=SimpleCertificateStore()
        )

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002 - DIGEST, as `sign` asked
        dry_run: bool = False,  # noqa: ARG002, FBT001, FBT002 - as in the class above
    ) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def _content(act: Act) -> PdfContent:
    look = act.look
    return _PictureContent(look) if isinstance(look, Picture) else _PageContent(look, act.place)


class _PictureContent(PdfContent):
    """A picture, embedded as it was compressed."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(box=layout.BoxConstraints(picture.width, picture.height))
        self._picture = picture

    def render(self) -> bytes:
        picture = self._picture
        opacity = self._stream(picture.opacity, "/DeviceGray")
        colours = self._stream(picture.colours, "/DeviceRGB")
        colours[pdf_name("/SMask")] = self._ensure_writer.add_object(opacity)
        name = pdf_name("/Picture")
        self.set_resource(ResourceType.XOBJECT, name, self._ensure_writer.add_object(colours))
        return b"q %d 0 0 %d 0 0 cm /Picture Do Q" % (picture.width, picture.height)

    def _stream(self, deflated: bytes, colour_space: str) -> generic.StreamObject:
        entries = {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Image"),
            pdf_name("/Width"): generic.NumberObject(self._picture.width),
            pdf_name("/Height"): generic.NumberObject(self._picture.height),
            pdf_name("/ColorSpace"): pdf_name(colour_space),
            pdf_name("/BitsPerComponent"): generic.NumberObject(8),
            pdf_name("/Filter"): pdf_name("/FlateDecode"),
        }
        return generic.StreamObject(entries, encoded_data=deflated)


class _PageContent(PdfContent):
    """The first page of a PDF that lies in memory; it is as large as its place."""

    def __init__(self, pdf: bytes, place: Place) -> None:
        super().__init__(box=layout.BoxConstraints(place.width, place.height))
        self._pdf = pdf

    def render(self) -> bytes:
        page = self._ensure_writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._pdf)))
        self.set_resource(ResourceType.XOBJECT, pdf_name("/Page"), page)
        return b"/Page Do"
