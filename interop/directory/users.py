"""A person as the directory tells, and whether the directory lets them in.

Rules for the file: values and pure rules. Sources: MS-ADA1, MS-ADA3 (attributes), MS-DTYP
(2.3.4 GUID, 2.4.2 SID, 2.3.3 FILETIME), MS-ADTS 2.2.16 (userAccountControl bits).
"""

import struct
import unicodedata
import uuid
from datetime import datetime
from typing import NewType

import msgspec

from interop.directory.troubles import (
    AccountDisabled,
    AccountExpired,
    AccountLocked,
    DirectoryAnswerUnfit,
    LoginRefused,
    PasswordExpired,
    UnknownLogin,
    WrongPassword,
)

UserGuid = NewType("UserGuid", str)
"""objectGUID as `xxxxxxxx-xxxx-…`, lower case: stays through renaming, moving and marriage."""
Sid = NewType("Sid", str)
"""A security identifier, `S-1-5-21-…`: of a person, or of a group that rights are given to."""

MAX_TEXT = 1024
"""Characters of one attribute; the schema of Active Directory allows 256 for the longest read."""
MAX_LOGIN = 256
"""Characters of a login name; userPrincipalName may have 1,024, nobody types them."""
MAX_PASSWORD = 1024
"""Characters; Windows takes 127 from people, 256 from programs."""
MAX_GROUPS = 10_000
"""Groups of one person; Windows itself refuses tokens over 1,010."""
_NEVER = frozenset({0, 0x7FFFFFFFFFFFFFFF})
_EPOCH_1601 = 11_644_473_600 * 10_000_000
"""100 ns between 1601-01-01 and 1970-01-01 UTC."""


class DirectoryUser(msgspec.Struct, frozen=True, kw_only=True):
    """A person in the directory at the moment of asking; every text is NFC."""

    guid: UserGuid
    sid: Sid
    account: str
    """sAMAccountName, `lan.nt`."""
    principal: str = ""
    """userPrincipalName, `lan.nt@noivu.tinh.gov.vn`; empty where none is set."""
    name: str
    """displayName, or the entry's own name where none is set."""
    mail: str = ""
    title: str = ""
    department: str = ""
    place: str
    """The distinguished name; changes when the person is renamed or moved."""
    enabled: bool = True
    locked: bool = False
    """Locked out by wrong passwords just now; it ends by itself, and no change tells of that."""
    password_due: bool = False
    """The password is expired or must be changed first."""
    expires: int | None = None
    """When the account ends, microseconds since 1970-01-01 UTC; None = never."""
    usn: int = 0
    """uSNChanged of the controller that answered; comparable with that controller's only."""
    groups: tuple[Sid, ...] | None = None
    """All groups, nested ones too, sorted; None where many people were read at once."""


def objection(user: DirectoryUser, now: datetime) -> LoginRefused | None:
    """Why the directory would not let *user* in at *now*, whatever they show; None = it would."""
    if not user.enabled:
        return AccountDisabled(login=user.account)
    if user.expires is not None and user.expires <= now.timestamp() * 1_000_000:
        return AccountExpired(login=user.account)
    if user.locked:
        return AccountLocked(login=user.account)
    return PasswordExpired(login=user.account) if user.password_due else None


def login_name(given: str) -> str:
    """What was typed as a name, composed; raise `UnknownLogin` where it can be nobody's."""
    name = unicodedata.normalize("NFC", given.strip()[: MAX_LOGIN + 1])
    if not 0 < len(name) <= MAX_LOGIN or not name.isprintable():
        raise UnknownLogin(login=repr(name[:40]))
    return name


def password_bytes(login: str, given: str) -> bytes:
    """A password as it goes to the directory: as typed, in UTF-8.

    Not composed: the directory compares code points, and the keyboard that typed it now typed it when
    it was set. Raise `WrongPassword` for what can be nobody's: none at all (RFC 4513 5.1.2), one too
    long, or one with a NUL, behind which a controller might not look.
    """
    try:
        kept = given.encode()
    except UnicodeEncodeError:
        raise WrongPassword(login=login) from None
    if not 0 < len(given) <= MAX_PASSWORD or "\0" in given:
        raise WrongPassword(login=login)
    return kept


def composed(text: str) -> str:
    """*text* in NFC; raise `DirectoryAnswerUnfit` where it is too long to be a name."""
    if len(text) > MAX_TEXT:
        raise DirectoryAnswerUnfit(reason=f"{len(text)} characters")
    return unicodedata.normalize("NFC", text)


def guid_of(raw: bytes) -> UserGuid:
    """The text form of the 16 bytes of an objectGUID.

    >>> guid_of(bytes(range(16)))
    '03020100-0504-0706-0809-0a0b0c0d0e0f'
    """
    if len(raw) != 16:
        raise DirectoryAnswerUnfit(reason=f"objectGUID of {len(raw)} bytes")
    return UserGuid(str(uuid.UUID(bytes_le=raw)))


def guid_bytes(guid: UserGuid) -> bytes:
    """The 16 bytes as the directory keeps them; raise `DirectoryAnswerUnfit` for another text."""
    try:
        return uuid.UUID(guid).bytes_le
    except ValueError as error:
        raise DirectoryAnswerUnfit(reason=f"no GUID: {guid[:80]!r}") from error


def sid_of(raw: bytes) -> Sid:
    """The text form of a SID's bytes.

    >>> sid_of(bytes.fromhex("010500000000000515000000a065cf7e784b9b5fe77c877055040000"))
    'S-1-5-21-2127521184-1604012920-1887927527-1109'
    """
    if len(raw) < 8 or raw[0] != 1 or raw[1] > 15 or len(raw) != 8 + 4 * raw[1]:
        raise DirectoryAnswerUnfit(reason=f"objectSid {raw[:80].hex()}")
    authority = int.from_bytes(raw[2:8], "big")
    parts = struct.unpack(f"<{raw[1]}I", raw[8:])
    return Sid("-".join(["S-1", str(authority), *map(str, parts)]))


def moment_of(filetime: int) -> int | None:
    """A FILETIME as microseconds since 1970-01-01 UTC; None for *never*.

    >>> moment_of(116444736000000000 + 10), moment_of(0)
    (1, None)
    """
    return None if filetime in _NEVER else (filetime - _EPOCH_1601) // 10
