"""Agencies (cơ quan, tổ chức): who registers, holds and exchanges documents.

An agency is a legal entity: its identifier (`AgencyId`) stands for it for ever and is never
re-pointed. What it is called and which codes it bears changes by dated acts; records name the
entity as it was at the act. Its papers form its fonds (phông), which ends with it and never
becomes part of a successor's (letter 414/BNV-VTLTNN of 19/3/2025).
"""

import enum
from collections.abc import Iterable

import msgspec

from repository.errors import Kind, Trouble
from repository.model.days import UNBOUNDED, Day, holds_on
from repository.model.ids import AgencyCode, AgencyId


class Agency(msgspec.Struct, frozen=True, kw_only=True):
    """One agency as it stands now."""

    id: AgencyId
    code: AgencyCode
    """The code it was given last (mã định danh), QĐ 20/2020/QĐ-TTg."""
    name: str
    """The name it was given last, NFC, at most 200 characters (Decree 30/2020, Annex VI)."""
    opened: int
    """When it was declared here: microseconds since 1970-01-01 UTC."""
    founded: Day = UNBOUNDED
    """Its first day, where it was noted."""
    ended: Day = UNBOUNDED
    """The first day on which it is no more."""


class Fonds(msgspec.Struct, frozen=True, kw_only=True):
    """The papers of one agency as an archive keeps them (phông lưu trữ); it ends with the agency."""

    code: str
    """Mã phông; stands for a closed fonds where the agency's code no longer can (Circular 05/2025)."""
    agency: AgencyId
    since: Day = UNBOUNDED
    until: Day = UNBOUNDED
    """The first day on which nothing is added to it any more."""


class Scheme(enum.Enum):
    """By which rules an identifier is given."""

    QD20 = "qd20"
    """Mã định danh điện tử, QĐ 20/2020/QĐ-TTg: `H20.14`."""
    QCVN102 = "qcvn102"
    """The older form of 13 characters, QCVN 102:2016/BTTTT: `000.00.14.H20`."""
    TERRITORY = "territory"
    """Mã đơn vị hành chính, QĐ 19/2025/QĐ-TTg: two digits a province, five a commune."""
    OTHER = "other"
    """As another system has it: taken as it comes."""


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """A code that an agency bears, or bore, for a stretch of days."""

    agency: AgencyId
    scheme: Scheme
    value: str
    since: Day = UNBOUNDED
    until: Day = UNBOUNDED
    """The first day on which it is borne no more."""


class NameBorne(msgspec.Struct, frozen=True, kw_only=True):
    """A name that an agency bears from *since* on, until it takes another."""

    since: Day
    name: str
    decision: str = ""
    """The act that gave it, as cited: `1234/QĐ-UBND`."""


class AgencyEnded(Trouble):
    """{agency} is no more since {day}; its successors: {successors}."""

    kind = Kind.CONFLICT
    vietnamese = "{agency} đã kết thúc hoạt động từ {day}; đơn vị kế thừa: {successors}."


class AgencyNotYetFounded(Trouble):
    """{agency} begins on {day}; until then it gives no numbers."""

    kind = Kind.CONFLICT
    vietnamese = "{agency} bắt đầu hoạt động từ {day}; trước ngày đó không cấp số."


def lives_on(agency: Agency, day: Day) -> bool:
    """Say whether *agency* exists on *day*."""
    return holds_on(day, since=agency.founded, until=agency.ended)


def borne_on(identifiers: Iterable[Identifier], day: Day) -> Identifier | None:
    """The one of *identifiers* that holds on *day*; of several the one that began last."""
    held = [one for one in identifiers if holds_on(day, since=one.since, until=one.until)]
    return max(held, key=lambda one: one.since, default=None)


def name_on(names: Iterable[NameBorne], agency: Agency, day: Day) -> str:
    """What *agency* was called on *day*; before its first noted name it had that one already."""
    known = sorted(names, key=lambda one: one.since)
    earlier = [one.name for one in known if one.since <= day]
    return earlier[-1] if earlier else known[0].name if known else agency.name
