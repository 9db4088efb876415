"""Who may do what: callers, their rights, and the one place that decides.

Every surface (HTTP, command line, index, feed) asks `authorize`; none has a rule of its own.
"""

import enum

import msgspec

from repository.errors import Kind, Trouble
from repository.model.ids import AgencyId, DelegationId, PersonId, TokenId


class Right(enum.Enum):
    """One thing a caller may be allowed to do in an agency."""

    READ = "read"
    """See documents and their files; search."""
    WRITE = "write"
    """Store files and register documents."""
    ADMINISTER = "administer"
    """Declare agencies and registers, issue tokens."""
    ERASE = "erase"
    """Place and lift holds; destroy content for good, together with a second person."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token as it is kept: its secret only as a digest."""

    id: TokenId
    digest: bytes
    """BLAKE3 of the secret half, 32 bytes."""
    label: str
    agencies: tuple[AgencyId, ...]
    rights: tuple[Right, ...]
    every_agency: bool = False
    """Holds for all agencies, those not declared yet included."""
    expires: int = 0
    """Microseconds since 1970-01-01 UTC; 0 = never."""
    revoked: bool = False
    person: PersonId = PersonId("")
    """Whose token it is: rights and agencies then follow from their posts; empty = a program's."""


class Mandate(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody does in another's place now (thay mặt), in one agency."""

    delegation: DelegationId
    agency: AgencyId
    principal: str
    """On whose behalf, as the log names them."""
    rights: frozenset[Right]
    hands: frozenset[str]
    until: int
    """Microseconds since 1970-01-01 UTC."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody known, asking."""

    name: str
    """Goes into the event log as the actor."""
    rights: frozenset[Right]
    agencies: frozenset[AgencyId] = frozenset()
    every_agency: bool = False
    inherited: frozenset[AgencyId] = frozenset()
    """Agencies that others of theirs have followed: their papers may be read, nothing else."""
    person: PersonId = PersonId("")
    """Who it is, where it is no program."""
    standing: dict[AgencyId, frozenset[Right]] = {}
    """A person's rights, agency by agency."""
    hands: frozenset[str] = frozenset()
    """Whose recipient lines are theirs to read and to act on: `p:<person>`, `u:<unit>`."""
    mandates: tuple[Mandate, ...] = ()
    """What they may do in others' places now."""


OPERATOR = Caller(name="operator", rights=frozenset(Right), every_agency=True)
"""Whoever holds the machine: the command line works as this."""


class NotAllowed(Trouble):
    """You may not {right} in this agency."""

    kind = Kind.FORBIDDEN
    vietnamese = "Bạn không có quyền {right} tại cơ quan này."


class Hidden(Trouble):
    """There is no such thing here, or it is not for you."""

    kind = Kind.MISSING
    vietnamese = "Không có mục này, hoặc bạn không được xem."


def holds(caller: Caller, right: Right, agency: AgencyId) -> bool:
    """Say whether *caller* has *right* in *agency*."""
    if right is Right.READ and agency in caller.inherited:
        return True
    if right in caller.standing.get(agency, ()):
        return True
    if any(right in one.rights for one in caller.mandates if one.agency == agency):
        return True
    return right in caller.rights and (caller.every_agency or agency in caller.agencies)


def hands_in(caller: Caller, agency: AgencyId) -> frozenset[str]:
    """Whose lines in *agency* are the caller's: their own, and of those whom they stand in for."""
    own = caller.hands if agency in caller.standing else frozenset[str]()
    return own.union(*(one.hands for one in caller.mandates if one.agency == agency))


def holds_anywhere(caller: Caller, right: Right) -> bool:
    """Say whether *caller* has *right* in some agency, or would where they have one."""
    lent = (one.rights for one in caller.mandates)
    return right in caller.rights or any(
        right in held for held in (*caller.standing.values(), *lent)
    )


def known_to(caller: Caller, agency: AgencyId) -> bool:
    """Say whether *caller* may know of *agency* and its papers as such."""
    theirs = agency in caller.agencies or agency in caller.inherited or agency in caller.standing
    return caller.every_agency or theirs


def authorize(caller: Caller, right: Right, agency: AgencyId) -> None:
    """Return when *caller* has *right* in *agency*.

    Raise `Hidden` where the caller may not even know of the agency's papers, `NotAllowed`
    where the agency is the caller's but the right is missing.
    """
    if holds(caller, right, agency):
        return
    if known_to(caller, agency):
        raise NotAllowed(right=right.value)
    raise Hidden


def authorize_everywhere(caller: Caller, right: Right) -> None:
    """Return when *caller* has *right* in all agencies; raise `NotAllowed` otherwise."""
    if not (caller.every_agency and right in caller.rights):
        raise NotAllowed(right=right.value)
