"""Who works where: units (đơn vị), people (người), and the posts (vị trí) they hold for a time.

A person is known by an identifier for ever; the login and the name may change or be erased. What
somebody may do follows from posts: a person without one may do nothing.
"""

import enum

import msgspec

from repository.model.access import Right
from repository.model.days import UNBOUNDED, Day, holds_on
from repository.model.ids import AgencyId, PersonId, PostId, UnitId


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an agency: phòng, ban, bộ phận."""

    id: UnitId
    agency: AgencyId
    code: str
    """Short name, unique within the agency; also what stands in a symbol: `VP`, `TCCB`."""
    name: str
    parent: UnitId = UnitId("")
    """The unit it belongs to, or empty."""
    since: Day = UNBOUNDED
    until: Day = UNBOUNDED


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works in an agency (cán bộ, công chức)."""

    id: PersonId
    login: str
    """As the directory knows them, in lower case: `nva@dongthap.gov.vn`."""
    name: str
    mail: str = ""
    directory: str = ""
    """The directory's own lasting name (objectGUID, 32 hex digits), or empty."""
    active: bool = True
    """May sign in."""


def named(person: PersonId) -> str:
    """*person* as the log names who acts."""
    return f"person:{person}"


class Duty(enum.Enum):
    """What a post is there for."""

    CLERK = "clerk"
    """Văn thư: registers, hands on, issues."""
    LEADER = "leader"
    """Lãnh đạo cơ quan: directs, signs."""
    HEAD = "head"
    """Lãnh đạo đơn vị: assigns within the unit."""
    OFFICER = "officer"
    """Chuyên viên: handles what is assigned."""
    ARCHIVIST = "archivist"
    """Người làm lưu trữ: keeps what is closed."""
    ADMINISTRATOR = "administrator"
    """Quản trị: units, posts, registers."""


RIGHTS: dict[Duty, frozenset[Right]] = {
    Duty.CLERK: frozenset({Right.READ, Right.WRITE}),
    Duty.LEADER: frozenset({Right.READ}),
    Duty.HEAD: frozenset(),
    Duty.OFFICER: frozenset(),
    Duty.ARCHIVIST: frozenset({Right.READ}),
    Duty.ADMINISTRATOR: frozenset({Right.ADMINISTER}),
}
"""What a post lets its holder do with all papers of the agency; heads and officers see their own lines."""
CLEARED = frozenset({Duty.LEADER})
"""Duties that read restricted papers without more ado."""
MAY_BE_CLEARED = frozenset({Duty.CLERK, Duty.ARCHIVIST})
"""Duties that read them where their post says so."""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A person at work in an agency, for a stretch of days."""

    id: PostId
    person: PersonId
    agency: AgencyId
    duty: Duty
    unit: UnitId = UnitId("")
    """The unit, or empty where the post is the agency's own."""
    title: str = ""
    """Chức vụ, as printed under a signature: `Phó Giám đốc`."""
    since: Day = UNBOUNDED
    until: Day = UNBOUNDED
    """The first day on which it is no longer held."""
    cleared: bool = False
    """Of a clerk or an archivist: reads restricted papers too (được tiếp cận tài liệu hạn chế)."""


def held_on(post: Post, day: Day) -> bool:
    """Say whether *post* is held on *day*."""
    return holds_on(day, since=post.since, until=post.until)
