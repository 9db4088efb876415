"""A test PKI made at the moment it is needed: root, issuing authority, time-stamps, lists."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
"""When papers are signed in these tests; 10:00 in Vietnam."""
AT = NOW + timedelta(hours=2)
"""For which verdicts are asked, unless a test says otherwise."""
USER_ID = ObjectIdentifier("0.9.2342.19200300.100.1.1")
SIGNS = ("digital_signature", "content_commitment")
ISSUES = ("key_cert_sign", "crl_sign")
USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Identity(NamedTuple):
    """A key and its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def sha256(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    @property
    def asn1_key(self) -> keys.PrivateKeyInfo:
        raw = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return keys.PrivateKeyInfo.load(raw)


def issue(
    name: str,
    issuer: Identity | None = None,
    *,
    uses: tuple[str, ...] = SIGNS,
    authority: bool = False,
    organisation: str = "Tỉnh mẫu",
    since: datetime = NOW - 365 * DAY,
    until: datetime = NOW + 730 * DAY,
    purposes: tuple[ObjectIdentifier, ...] = (),
    uid: str = "",
    email: str = "",
    key: Key | None = None,
) -> Identity:
    """A certificate for *name*, issued by *issuer* or by itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = _subject(name, organisation, uid, email)
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.KeyUsage(**{use: use in uses for use in USES}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
    )
    if issuer:
        # Others look for lists only where a certificate says that there are some.
        builder = builder.add_extension(_lists_at("http://lists.example/a.crl"), critical=False)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=True)
    return Identity(key, builder.sign(signer, hashes.SHA256()))


def _subject(name: str, organisation: str, uid: str, email: str) -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ]
    if uid:
        parts.append(x509.NameAttribute(USER_ID, uid))
    if email:
        parts.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, email))
    return x509.Name(parts)


def _lists_at(url: str) -> x509.CRLDistributionPoints:
    place = x509.UniformResourceIdentifier(url)
    return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])


def listed(
    issuer: Identity,
    revoked: dict[int, datetime] | None = None,
    *,
    issued: datetime = NOW - DAY,
    until: datetime = NOW + 30 * DAY,
    number: int = 7,
) -> bytes:
    """A list of revocation by *issuer*, DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(issued)
        .next_update(until)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )
    for serial, moment in (revoked or {}).items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


class Province:
    """Everybody who signs in these tests."""

    def __init__(self) -> None:
        self.root = issue("CA gốc thử nghiệm", uses=ISSUES, authority=True, until=NOW + 9999 * DAY)
        self.sub = issue(
            "CA thử nghiệm cơ quan nhà nước",
            self.root,
            uses=ISSUES,
            authority=True,
            until=NOW + 3650 * DAY,
        )
        stamping = (ExtendedKeyUsageOID.TIME_STAMPING,)
        # The library that makes time-stamps for tests signs with RSA only.
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.tsa = issue("Dấu thời gian thử nghiệm", self.sub, purposes=stamping, key=key)
        self.officer = self._person("Lê Văn Nháy")
        self.leader = self._person("Nguyễn Thị Mẫu")
        self.outsider = self._person("Trần Ngoài Cuộc")
        self.office = issue("Sở Mẫu Một", self.sub, uid="MST:0101")
        self.other_office = issue("Sở Mẫu Hai", self.sub, uid="MST:0202")
        self.revoked = self._person("Nguyễn Thị Mẫu")
        self.expired = issue(
            "Nguyễn Thị Mẫu", self.sub, since=NOW - 900 * DAY, until=NOW - 100 * DAY
        )
        self.wrong_use = issue("Nguyễn Thị Mẫu", self.sub, uses=("key_encipherment",))
        self.server = issue("Nguyễn Thị Mẫu", self.sub, purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))
        self.below_a_leaf = issue("Nguyễn Thị Mẫu", self.outsider)
        fake_root = issue("CA gốc thử nghiệm", uses=ISSUES, authority=True)
        self.fake_sub = issue(
            "CA thử nghiệm cơ quan nhà nước", fake_root, uses=ISSUES, authority=True
        )
        self.fake = issue("Nguyễn Thị Mẫu", self.fake_sub)
        self.stranger_sub = issue("CA lạ", uses=ISSUES, authority=True)
        self.stranger = issue("Nguyễn Thị Mẫu", self.stranger_sub)
        self.self_made = issue("Nguyễn Thị Mẫu")

    def _person(self, name: str) -> Identity:
        return issue(name, self.sub, organisation="Sở Mẫu Một", email="a@mau.example")

    def crls(self) -> tuple[bytes, ...]:
        """Root's and issuing authority's lists, as they are on the day."""
        serial = self.revoked.certificate.serial_number
        return listed(self.root), listed(self.sub, {serial: NOW - 5 * DAY})
