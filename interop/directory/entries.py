"""From an entry's raw attributes to a `DirectoryUser`, from a bind's answer to its trouble. Pure."""

import re
from collections.abc import Mapping, Sequence

from interop.directory.troubles import (
    AccountDisabled,
    AccountExpired,
    AccountLocked,
    DirectoryAnswerUnfit,
    DirectoryTooLarge,
    LoginRefused,
    LogonNotAllowed,
    PasswordExpired,
    WrongPassword,
)
from interop.directory.users import (
    MAX_GROUPS,
    DirectoryUser,
    Sid,
    UserGuid,
    composed,
    guid_of,
    moment_of,
    sid_of,
)

Attributes = Mapping[str, Sequence[bytes]]
"""An entry's attributes as they came, by their names in the schema's own spelling."""

READ = (
    "objectGUID",
    "objectSid",
    "sAMAccountName",
    "userPrincipalName",
    "displayName",
    "name",
    "mail",
    "title",
    "department",
    "userAccountControl",
    "msDS-User-Account-Control-Computed",
    "accountExpires",
    "pwdLastSet",
    "uSNChanged",
)
"""What is asked of a person."""
_NEVER_CHANGE = frozenset({"msDS-User-Account-Control-Computed", "uSNChanged"})
WATCHED = (*(name for name in READ if name not in _NEVER_CHANGE), "lockoutTime", "isDeleted")
"""What makes a change when it changes; computed attributes never do."""

# MS-ADTS 2.2.16 and 3.1.1.4.5.17
_DISABLED = 0x2
_PASSWORD_NEVER_EXPIRES = 0x10000
_LOCKED = 0x10
_PASSWORD_EXPIRED = 0x800000

# MS-ERREF 2.2: the Win32 error of a refused logon, as `… data 52e, v…` in a bind's diagnostic.
_DATA = re.compile(r"\bdata ([0-9a-f]{1,8})\b", re.IGNORECASE)
_VERDICTS: dict[int, type[LoginRefused]] = {
    0x525: WrongPassword,  # the entry was there a moment ago
    0x52E: WrongPassword,
    0x532: PasswordExpired,
    0x533: AccountDisabled,
    0x701: AccountExpired,
    0x773: PasswordExpired,
    0x775: AccountLocked,
}
_RESTRICTIONS = {
    0x52F: "account restriction",
    0x530: "logon hours",
    0x531: "workstation",
    0x534: "logon type",
    0x568: "too many groups",
}


def user_of(place: str, given: Attributes, groups: tuple[Sid, ...] | None = None) -> DirectoryUser:
    """The person an entry tells of; raise `DirectoryAnswerUnfit` where it is none."""
    control = _number(given, "userAccountControl")
    computed = _number(given, "msDS-User-Account-Control-Computed")
    keeps_password = bool(control & _PASSWORD_NEVER_EXPIRES)
    return DirectoryUser(
        guid=guid_of(_one(given, "objectGUID")),
        sid=sid_of(_one(given, "objectSid")),
        account=_text(given, "sAMAccountName"),
        principal=_text(given, "userPrincipalName"),
        name=_text(given, "displayName") or _text(given, "name"),
        mail=_text(given, "mail"),
        title=_text(given, "title"),
        department=_text(given, "department"),
        place=composed(place),
        enabled=not control & _DISABLED,
        locked=bool(computed & _LOCKED),
        password_due=bool(computed & _PASSWORD_EXPIRED)
        or (not keeps_password and _number(given, "pwdLastSet") == 0),
        expires=moment_of(_number(given, "accountExpires")),
        usn=_number(given, "uSNChanged"),
        groups=groups,
    )


def guid_in(given: Attributes) -> UserGuid:
    """Whose entry it is."""
    return guid_of(_one(given, "objectGUID"))


def groups_in(given: Attributes) -> tuple[Sid, ...]:
    """All groups of a person, as tokenGroups tells them; raise `DirectoryTooLarge`."""
    raw = given.get("tokenGroups", ())
    if len(raw) > MAX_GROUPS:
        raise DirectoryTooLarge(limit=MAX_GROUPS, what="groups")
    return tuple(sorted(map(sid_of, raw)))


def verdict(login: str, diagnostic: str) -> LoginRefused:
    """Why a bind was refused with invalidCredentials (49).

    >>> verdict("lan", "80090308: LdapErr: DSID-0C0903A9, comment: …, data 533, v1db1").slug()
    'account-disabled'
    >>> verdict("lan", "no reason told").slug()
    'wrong-password'
    """
    told = _DATA.search(diagnostic)
    code = int(told[1], 16) if told else 0x52E
    if code in _RESTRICTIONS:
        return LogonNotAllowed(login=login, reason=_RESTRICTIONS[code])
    return _VERDICTS.get(code, WrongPassword)(login=login)


def naming_context(base: str) -> str:
    """The domain in which *base* lies: its `DC=` parts.

    >>> naming_context("OU=Sở Nội vụ,DC=tinh,DC=gov,DC=vn")
    'DC=tinh,DC=gov,DC=vn'
    """
    found = re.search(r"(?:^|,)\s*(DC=.*)$", base, re.IGNORECASE)
    return found[1] if found else ""


def dns_name(context: str) -> str:
    """The DNS name of a naming context, lower case: the suffix of implicit login names.

    >>> dns_name("DC=Tinh, DC=gov,DC=vn")
    'tinh.gov.vn'
    """
    parts = (part.strip().lower() for part in context.split(","))
    return ".".join(part.removeprefix("dc=") for part in parts)


def _one(given: Attributes, name: str) -> bytes:
    values = given.get(name, ())
    return bytes(values[0]) if values else b""


def _text(given: Attributes, name: str) -> str:
    return composed(_one(given, name).decode("utf-8", "replace"))


def _number(given: Attributes, name: str) -> int:
    raw = _one(given, name)
    try:
        return int(raw) if len(raw) <= 20 and raw else 0
    except ValueError as error:
        raise DirectoryAnswerUnfit(reason=f"{name} {raw!r}") from error
