"""Names in certificates, prepared for comparison once: the same few occur in every signature.

asn1crypto prepares each part of a name anew for every object (RFC 4518, 2), letter by letter. What
it makes of a string depends on the string alone, so it is remembered; the preparation stays its own.
"""

# asn1crypto is untyped.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportPrivateUsage=false

from functools import lru_cache

from asn1crypto.x509 import NameTypeAndValue

MAX_REMEMBERED = 8_192
MAX_LENGTH = 512
"""Characters of a part that is remembered; longer ones are somebody's test of patience."""
_prepare = NameTypeAndValue._ldap_string_prep  # noqa: SLF001 - it has no public name


@lru_cache(MAX_REMEMBERED)
def _remembered(string: str) -> str:
    return _prepare(NameTypeAndValue(), string)


def prepared(of: NameTypeAndValue, string: str) -> str:
    """*string* as asn1crypto prepares it; raise ValueError as it does."""
    return _remembered(string) if len(string) <= MAX_LENGTH else _prepare(of, string)


def install() -> None:
    """Let asn1crypto, in this process, prepare names so."""
    setattr(NameTypeAndValue, "_ldap_string_prep", prepared)  # noqa: B010 - it has no public name
