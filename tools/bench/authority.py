"""The corpus's certificate authority: who its signatures are traced to.

A root, one issuing authority and three certificates an office (initialling clerk, leader,
organisation), RSA-2048. Keys are made once and kept in the corpus's folder; they guard nothing.
"""

import datetime
from collections.abc import Iterable
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tools.bench.plan import Stage

KEY_BITS = 2048
BEGIN = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
END = datetime.datetime(2045, 1, 1, tzinfo=datetime.UTC)
ROLES = (Stage.INITIALLED, Stage.SIGNED, Stage.SEALED)


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate and its key, both in DER."""

    certificate: bytes
    key: bytes


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the offices sign with; one `Credential` for each office and role."""

    root: bytes
    issuing: bytes
    offices: dict[str, Credential]


def make_authority(agencies: Iterable[int], kept: Path) -> None:
    """Make an authority for *agencies* and keep it in the file *kept*."""
    kept.write_bytes(msgspec.msgpack.encode(_made_authority(agencies)))


def authority(kept: Path) -> Authority:
    """The authority kept in the file *kept*."""
    return msgspec.msgpack.decode(kept.read_bytes(), type=Authority)


def office_name(agency: int, role: Stage) -> str:
    """The key of an office's credential for *role*."""
    return f"{agency:03}-{role.value}"


def loaded_key(der: bytes) -> rsa.RSAPrivateKey:
    """The key of a credential, taken at its word: proving a key is slower than signing with it."""
    key = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(der[:8])
    return key


def _made_authority(agencies: Iterable[int]) -> Authority:
    root_key, issuing_key = _new_key(), _new_key()
    root_name, issuing_name = _name("Root CA (benchmark)"), _name("Issuing CA (benchmark)")
    root = _certificate(root_name, root_key, root_name, root_key, authority=True)
    issuing = _certificate(issuing_name, issuing_key, root_name, root_key, authority=True)
    offices: dict[str, Credential] = {}
    for agency in agencies:
        for role in ROLES:
            key = _new_key()
            subject = _name(f"Cơ quan {agency} {role.value}")
            signed = _certificate(subject, key, issuing_name, issuing_key, authority=False)
            offices[office_name(agency, role)] = Credential(certificate=signed, key=_der(key))
    return Authority(root=root, issuing=issuing, offices=offices)


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=KEY_BITS)


def _der(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ban Cơ yếu (mô phỏng)"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey,
    *,
    authority: bool,
) -> bytes:
    """A certificate in DER with the extensions real ones carry: usage, identifiers, places."""
    point = x509.DistributionPoint(
        full_name=[_place("crl")], relative_name=None, reasons=None, crl_issuer=None
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
    )
    signed = builder.sign(issuer_key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def _place(service: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(f"http://{service}.example/benchmark")


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
