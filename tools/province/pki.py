"""A test PKI made on the spot (chứng thư số thử nghiệm): root, issuing CA, persons, agencies.

Keys live in memory and are never written. Names say that they are specimens; subjects are
built as real ones are seen: a person has unit, agency and e-mail, an agency has its name.
"""

from datetime import UTC, date, datetime, time, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

RSA_BITS = 2048
"""What TT 15/2025/TT-BKHCN, Appendix I, asks at least."""
VALID_BEFORE = timedelta(days=2 * 365)
VALID_AFTER = timedelta(days=3 * 365)
LOCALITY = "Đồng Tháp"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A key and its certificate."""

    name: str
    key: PrivateKey
    certificate: x509.Certificate


class TestAuthority:
    """Issues certificates to whoever signs first; the same name gets the same one again."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    def __init__(self, today: date) -> None:
        midnight = datetime.combine(today, time(), UTC)
        self._period = (midnight - VALID_BEFORE, midnight + VALID_AFTER)
        self._issued: dict[tuple[str, str], Identity] = {}
        self.root = self._authority("CA gốc thử nghiệm vankho", None)
        self.issuing = self._authority("CA thử nghiệm phục vụ cơ quan nhà nước", self.root)

    def person(self, name: str, agency: str) -> Identity:
        """The certificate of an official; P-256, because there are many of them."""
        if (name, agency) not in self._issued:
            subject = _name(name, organisation=agency)
            key = ec.generate_private_key(ec.SECP256R1())
            self._issued[name, agency] = self._leaf(name, subject, key)
        return self._issued[name, agency]

    def organisation(self, agency: str) -> Identity:
        """The certificate of an agency; RSA, as the field uses it."""
        if ("", agency) not in self._issued:
            subject = _name(agency, organisation=f"{LOCALITY} (bản mẫu)")
            self._issued["", agency] = self._leaf(agency, subject, _rsa_key())
        return self._issued["", agency]

    def _authority(self, name: str, issuer: Identity | None) -> Identity:
        key = _rsa_key()
        subject = _name(name, organisation="Tỉnh mẫu vankho")
        builder = self._builder(subject, key, issuer)
        path_length = None if issuer is None else 0
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=path_length), critical=True
        ).add_extension(_usage(signs_certificates=True), critical=True)
        certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
        return Identity(name=name, key=key, certificate=certificate)

    def _leaf(self, name: str, subject: x509.Name, key: PrivateKey) -> Identity:
        builder = self._builder(subject, key, self.issuing)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        ).add_extension(_usage(signs_certificates=False), critical=True)
        certificate = builder.sign(self.issuing.key, hashes.SHA256())
        return Identity(name=name, key=key, certificate=certificate)

    def _builder(
        self, subject: x509.Name, key: PrivateKey, issuer: Identity | None
    ) -> x509.CertificateBuilder:
        issuer_key = issuer.key if issuer else key
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._period[0])
            .not_valid_after(self._period[1])
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
                critical=False,
            )
        )


def _rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def _name(common_name: str, *, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.LOCALITY_NAME, LOCALITY),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
