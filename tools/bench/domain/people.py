"""The people of the domain that is made, as LDIF (RFC 2849): offices, nested groups, accounts."""

import base64
from collections.abc import Iterable, Iterator

BASE = "DC=vankho,DC=test"
REALM = "VANKHO.TEST"
TOWN = f"OU=Tỉnh mẫu,{BASE}"
OFFICE = f"OU=Sở Nội vụ,{TOWN}"
ELSEWHERE = f"OU=Nơi khác,{BASE}"
"""Outside of where vankho is told to look."""
ADMINISTRATOR = f"CN=Administrator,CN=Users,{BASE}"
PASSWORD = "Mat-khau-2026"  # noqa: S105 - of a domain that lives for one test run
SERVICE = "vankho"
"""May read, and follow changes."""
LIMITED = "vankho-han-che"
"""May read."""
WEB = "HTTP/vankho.test"
"""Whose key is in the keytab."""
OTHER_WEB = "HTTP/khac.vankho.test"
"""Whose key is not."""
GROUPS = ("Văn thư Sở", "Cán bộ Sở", "Toàn tỉnh")
"""Each within the next."""
LOCKOUT = 3
"""Wrong passwords that lock an account."""
_MINUTES = -600_000_000
_ACCOUNT, _NEVER_EXPIRES = 0x200, 0x10000


def entry(place: str, **attributes: str | bytes | int | Iterable[str]) -> str:
    """One entry of LDIF; every value in base64, so that none has to be looked at."""
    lines = [_line("dn", place)]
    for name, given in attributes.items():
        values = [given] if isinstance(given, str | bytes | int) else given
        lines += [_line(name.replace("_", "-"), value) for value in values]
    return "\n".join(lines) + "\n\n"


def person(place: str, account: str, **attributes: str | bytes | int | Iterable[str]) -> str:
    """An account with the usual password."""
    given: dict[str, str | bytes | int | Iterable[str]] = {
        "objectClass": "user",
        "sAMAccountName": account,
        "userAccountControl": _ACCOUNT | _NEVER_EXPIRES,
        "clearTextPassword": PASSWORD.encode("utf-16-le"),
    }
    return entry(place, **given | attributes)


def foundation() -> str:
    """What every domain made here begins with."""
    users = f"CN=Users,{BASE}"
    parts = [entry(place, objectClass="organizationalUnit") for place in (TOWN, OFFICE, ELSEWHERE)]
    parts += [
        person(f"CN={SERVICE},{users}", SERVICE),
        person(f"CN={LIMITED},{users}", LIMITED),
        person(
            f"CN=web,{users}",
            "web",
            servicePrincipalName=WEB,
            msDS_SupportedEncryptionTypes=24,  # AES alone
        ),
    ]
    parts.append(person(f"CN=khac,{users}", "khac", servicePrincipalName=OTHER_WEB))
    for number, name in enumerate(GROUPS):
        within = [f"CN={GROUPS[number - 1]},{TOWN}"] if number else []
        group = entry(
            f"CN={name},{TOWN}", objectClass="group", sAMAccountName=f"nhom{number}", member=within
        )
        parts.append(group)
    return "".join(parts)


def policy() -> str:
    """How the domain locks accounts, as a modification."""
    return (
        f"dn: {BASE}\nchangetype: modify\n"
        f"replace: lockoutThreshold\nlockoutThreshold: {LOCKOUT}\n-\n"
        f"replace: lockoutDuration\nlockoutDuration: {30 * _MINUTES}\n-\n"
        f"replace: lockOutObservationWindow\nlockOutObservationWindow: {30 * _MINUTES}\n\n"
    )


def deleted_seen_by(sid: str) -> str:
    """Let *sid* see who was deleted: Samba hides them even from who may follow changes."""
    rights = "D:PAI(A;;RPWPCCDCLCRCWOWDSDSW;;;SY)(A;;RPLC;;;BA)"
    return (
        f"dn: CN=Deleted Objects,{BASE}\nchangetype: modify\n"
        f"replace: nTSecurityDescriptor\nnTSecurityDescriptor: {rights}(A;;RPLC;;;{sid})\n\n"
    )


def crowd(count: int) -> Iterator[str]:
    """*count* people without passwords, in offices of a hundred."""
    for number in range(count):
        office, first = number // 100, number % 100 == 0
        if first:
            yield entry(f"OU=Phòng {office:04},{TOWN}", objectClass="organizationalUnit")
        yield entry(
            seat(number),
            objectClass="user",
            sAMAccountName=f"nv{number:05}",
            userPrincipalName=f"nv{number:05}@vankho.test",
            displayName=f"Nguyễn Văn Thử {number:05}",
            mail=f"nv{number:05}@vankho.test",
            title="Chuyên viên",
            department=f"Phòng {office:04}",
            userAccountControl=_ACCOUNT | 0x20,  # no password required
        )


def seat(number: int) -> str:
    """Where one of the crowd stands."""
    return f"CN=Nguyễn Văn {number:05},OU=Phòng {number // 100:04},{TOWN}"


def change(place: str, attribute: str, value: str) -> str:
    """A modification of one attribute."""
    return (
        f"{_line('dn', place)}\nchangetype: modify\n"
        f"replace: {attribute}\n{_line(attribute, value)}\n\n"
    )


def _line(name: str, value: str | bytes | int) -> str:
    raw = value if isinstance(value, bytes) else str(value).encode()
    return f"{name}:: {base64.b64encode(raw).decode()}"
