"""Delegation (ủy quyền): somebody does in another's place what that one's posts are there for.

Decree 30/2020/NĐ-CP, Art. 13.3: in writing, for a limited time and matter, and never handed on. It
follows from posts, so it ends with them; and by itself, at its moment.
"""

import msgspec

from repository.model.ids import AgencyId, DelegationId, PersonId, PostId
from repository.model.people import Duty

DELEGABLE = frozenset({Duty.LEADER, Duty.HEAD})
"""Duties that may be done by another: to direct, to assign. Nobody lends what a clerk may do."""
MAX_DELEGATION_DAYS = 366
"""The longest time for which one is given."""
MAX_STANDING = 50
"""Delegations, standing or to come, that one person may have given, and may have been given."""


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """A delegation as it was given."""

    id: DelegationId
    agency: AgencyId
    principal: PersonId
    """Whose duties they are (người ủy quyền)."""
    delegate: PersonId
    """Who does them (người được ủy quyền)."""
    posts: tuple[PostId, ...]
    """The principal's posts whose duties are meant."""
    since: int
    """Its first moment, microseconds since 1970-01-01 UTC."""
    until: int
    """The first moment at which it holds no longer."""
    given: int
    words: str = ""
    """By which paper, and for what."""
    withdrawn: int = 0
    """When it was taken back; `until` is then no later."""


def stands_at(delegation: Delegation, moment: int) -> bool:
    """Say whether *delegation* holds at *moment*, microseconds since 1970-01-01 UTC."""
    return delegation.since <= moment < delegation.until
