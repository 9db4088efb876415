"""Which algorithms are strong enough (TT 15/2025/TT-BKHCN, Appendix I)."""

# asn1crypto is untyped.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeArgument=false

from typing import Any

from asn1crypto import x509

STRONG = {"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"}
RSA_BITS = 2048
CURVE_BITS = 256


def is_weak(info: Any, certificate: x509.Certificate) -> bool:
    """Say whether a digest, a signature or a key of *info* is weaker than the circular asks."""
    if info["digest_algorithm"]["algorithm"].native not in STRONG:
        return True
    algorithm = info["signature_algorithm"]
    if algorithm["algorithm"].native not in {"rsassa_pkcs1v15", "ed25519", "ed448"}:
        try:
            if algorithm.hash_algo not in STRONG:
                return True
        except ValueError:
            return True
    return _weak_key(certificate)


def _weak_key(certificate: x509.Certificate) -> bool:
    key = certificate.public_key
    if key.algorithm in {"rsa", "rsassa_pss"}:
        return key.bit_size < RSA_BITS
    if key.algorithm == "ec":
        return key.bit_size < CURVE_BITS
    return key.algorithm not in {"ed25519", "ed448"}
