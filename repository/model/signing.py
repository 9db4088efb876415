"""Who signs a draft, and as what: duties, authorities, initials, and what is said of signatures.

Rules for the file: values and a table; nothing here opens a file. Decree 30/2020/NĐ-CP, Art. 13:
who may sign; a deputy signs for the head (KT.), a head of unit by order (TL.), anybody else only by
a written authority limited in time and matter, which is not handed on (TUQ.).
"""

import enum
from typing import NamedTuple

import msgspec

from repository.errors import Kind, Trouble
from repository.model.days import Day, holds_on
from repository.model.ids import AgencyId, AuthorityId, PersonId
from repository.model.metadata import Capacity
from repository.model.people import Duty


class Terms(NamedTuple):
    """What a capacity asks for."""

    duties: frozenset[Duty]
    """Which posts sign so; none = whoever has an authority."""
    for_whom: bool
    """It has to be said on whose behalf."""


CAPACITIES: dict[Capacity | None, Terms] = {
    None: Terms(frozenset({Duty.LEADER}), for_whom=False),
    Capacity.FOR_ALL: Terms(frozenset({Duty.LEADER}), for_whom=True),
    Capacity.ACTING: Terms(frozenset({Duty.LEADER}), for_whom=False),
    # A head of unit who signs by order may let a deputy sign for them (Art. 13.3).
    Capacity.DEPUTY: Terms(frozenset({Duty.LEADER, Duty.HEAD}), for_whom=True),
    Capacity.BY_ORDER: Terms(frozenset({Duty.LEADER, Duty.HEAD}), for_whom=True),
    Capacity.BY_AUTHORITY: Terms(frozenset(), for_whom=True),
}
"""None = in their own right: the head of an agency; no prefix is printed."""


class Signing(msgspec.Struct, frozen=True, kw_only=True):
    """How a draft was signed by the authorised person."""

    person: PersonId
    at: int
    """Microseconds since 1970-01-01 UTC."""
    capacity: Capacity | None
    """None = in their own right."""
    position: str
    """Chức vụ, as their post said then."""
    on_behalf_of: str = ""
    """For whom, in words: `CHỦ TỊCH`, `ỦY BAN NHÂN DÂN`."""
    authority: AuthorityId = AuthorityId("")
    """Of `TUQ.`: the written authority."""
    base: int = 0
    """The version on which they put their signature."""
    version: int = 0
    """The version that bears it; the same where they signed on paper."""
    electronic: bool = False
    """They brought signed files; otherwise they signed on paper."""


class InitialAs(enum.Enum):
    """As what somebody put their initials."""

    DRAFTER = "drafter"
    """Người soạn thảo."""
    HEAD = "head"
    """Lãnh đạo đơn vị: answers for the content."""
    CHECKER = "checker"
    """Người kiểm tra thể thức."""


class Initial(msgspec.Struct, frozen=True, kw_only=True):
    """Ký nháy, ký tắt."""

    person: PersonId
    at: int
    """Microseconds since 1970-01-01 UTC."""
    role: InitialAs
    version: int
    """The version that bears it."""
    electronic: bool = False
    """They brought a signed file."""


class SignatureClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What whoever brought a file says of a signature in it; kept as said, judged by nobody here."""

    signer: str
    """The name in the certificate."""
    certificate: str = ""
    """Its serial number."""
    issuer: str = ""
    """Who issued it."""
    signed: str = ""
    """When, as the signature says."""


class DraftingRule(msgspec.Struct, frozen=True, kw_only=True):
    """What an agency asks for beyond the decree."""

    agency: AgencyId
    initials: tuple[InitialAs, ...] = ()
    """Whose initials the wording bears before it is approved."""
    checker: PersonId = PersonId("")
    """Who checks the form; empty = any clerk."""


class SigningAuthority(msgspec.Struct, frozen=True, kw_only=True):
    """A written authority to sign (văn bản ủy quyền ký)."""

    id: AuthorityId
    agency: AgencyId
    granter: PersonId
    """Who gave it: the head, who has it in their own right."""
    holder: PersonId
    """Who may sign by it; they hand it on to nobody."""
    document: str
    """The paper that says so, as it is cited."""
    matter: str
    """In what."""
    since: Day
    until: Day
    """The first day on which it does not hold any more; it always has one."""
    given: int = 0
    """Microseconds since 1970-01-01 UTC."""
    withdrawn: int = 0
    """When it was withdrawn; 0 = it was not."""


class InitialsMissing(Trouble):
    """The agency's rule asks for initials on this wording first, as: {missing}."""

    kind = Kind.CONFLICT
    vietnamese = "Quy định của cơ quan yêu cầu ký nháy trước: {missing}."


class MayNotSignSo(Trouble):
    """Today you may not sign as `{capacity}` in this agency."""

    kind = Kind.FORBIDDEN
    vietnamese = "Hôm nay bạn không được ký với tư cách `{capacity}` tại cơ quan này."


class AuthorityDoesNotHold(Trouble):
    """This authority is not yours, or does not hold on {day}."""

    kind = Kind.CONFLICT
    vietnamese = "Văn bản ủy quyền này không phải của bạn, hoặc không có hiệu lực ngày {day}."


def authorises(authority: SigningAuthority, person: PersonId, day: Day) -> bool:
    """Say whether *person* may sign by *authority* on *day*."""
    mine = authority.holder == person and not authority.withdrawn
    return mine and holds_on(day, since=authority.since, until=authority.until)


def initials_missing(rule: DraftingRule, initials: tuple[Initial, ...]) -> tuple[InitialAs, ...]:
    """Whose initials *rule* asks for that are not among *initials*."""
    there = {one.role for one in initials}
    return tuple(one for one in rule.initials if one not in there)
