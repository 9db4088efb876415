"""Files for the signatures bench: four signatures, each with a time-stamp, RSA-2048 throughout."""

# pyHanko and asn1crypto are typed in part.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportPrivateUsage=false

import datetime
import io

import msgspec
from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from interop.signatures.port import Trusted

KEY_BITS = 2048
DAY = datetime.timedelta(days=1)
A4 = (0, 0, 595, 842)
SIGNERS = ("Ký nháy", "Lãnh đạo", "Cơ quan", "Cơ quan nhận")
PLACES = ((60, 60, 160, 100), (350, 100, 500, 160), (300, 90, 400, 190), (20, 770, 160, 820))


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What all arms are given."""

    trusted: Trusted
    at: datetime.datetime
    signed: bytes
    """Four signatures."""
    large: bytes
    """Two signatures over a hundred million bytes, or fewer."""


class _Holder(msgspec.Struct, frozen=True):
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    @property
    def asn1_key(self) -> keys.PrivateKeyInfo:
        private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return keys.PrivateKeyInfo.load(
            self.key.private_bytes(serialization.Encoding.DER, *private)
        )


def made(large_bytes: int) -> Ground:
    """Keys, lists and files; *large_bytes* is the size of what the large file carries."""
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    root = _issued("Root (bench)", None, now, authority=True)
    sub = _issued("Issuing (bench)", root, now, authority=True)
    stamper = _issued("TSA (bench)", sub, now, purpose=ExtendedKeyUsageOID.TIME_STAMPING)
    holders = [_issued(name, sub, now) for name in SIGNERS]
    signed, large = _paper(0), _paper(large_bytes)
    for number, holder in enumerate(holders):
        signed = _signed(signed, number, holder, stamper)
        if number < 2:
            large = _signed(large, number, holder, stamper)
    trusted = Trusted(
        anchors=(root.der,),
        intermediates=(sub.der,),
        crls=(_list(root, now), _list(sub, now)),
        version="bench",
    )
    return Ground(trusted=trusted, at=now + DAY / 4, signed=signed, large=large)


def _issued(
    name: str,
    issuer: _Holder | None,
    now: datetime.datetime,
    *,
    authority: bool = False,
    purpose: ObjectIdentifier | None = None,
) -> _Holder:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 300 * DAY)
        .not_valid_after(now + 300 * DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    return _Holder(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _list(issuer: _Holder, now: datetime.datetime) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - DAY)
        .next_update(now + 30 * DAY)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _paper(carried: int) -> bytes:
    """A page, and a stream of *carried* bytes that it does not show."""
    writer = PdfFileWriter()
    content = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.insert_page(PageObject(content, generic.ArrayObject(map(generic.NumberObject, A4))))
    if carried:
        body = generic.StreamObject(stream_data=b"\x5a" * carried)
        writer.root[generic.pdf_name("/Carried")] = writer.add_object(body)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _signed(pdf: bytes, number: int, holder: _Holder, stamper: _Holder) -> bytes:
    field = f"Field{number}"
    signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
        ),
        signer=SimpleSigner(
            signing_cert=holder.asn1,
            signing_key=holder.asn1_key,
            cert_registry=SimpleCertificateStore(),
        ),
        timestamper=DummyTimeStamper(tsa_cert=stamper.asn1, tsa_key=stamper.asn1_key),
        new_field_spec=SigFieldSpec(field, on_page=0, box=PLACES[number]),
    )
    out = io.BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
    return out.getvalue()
