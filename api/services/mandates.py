"""What somebody does in another's place now: mandates follow from delegations and from posts.

A mandate is looked up for each request, and once more by the keeper for each act: it ends at its
moment, with the post whose duties it lends, or when either of the two may not sign in any more.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.deadlines import delegations_to
from repository.catalogue.organisation import posts_of, units_within
from repository.catalogue.views import Reading
from repository.model.access import Caller, Mandate
from repository.model.days import day_of
from repository.model.delegations import DELEGABLE, Delegation, stands_at
from repository.model.ids import AgencyId, PersonId
from repository.model.people import CLEARED, RIGHTS, Duty, Post, named


def mandates_of(
    reading: Reading, person: PersonId, now: datetime, agencies: frozenset[AgencyId]
) -> tuple[Mandate, ...]:
    """What *person*, who works in *agencies*, may do in others' places at *now*."""
    return tuple(
        mandate
        for delegation in delegations_to(reading, person, _microseconds(now))
        if delegation.agency in agencies
        for mandate in _mandate(reading, delegation, now)
    )


def acting_now(change: Change, caller: Caller) -> Caller:
    """*caller* with the mandates that stand at the moment of *change*: they may have ended meanwhile."""
    if not caller.mandates:
        return caller
    standing = frozenset(caller.standing)
    found = mandates_of(change, caller.person, change.stamp.at, standing)
    return msgspec.structs.replace(caller, mandates=found)


def is_standing(reading: Reading, delegation: Delegation, now: datetime) -> bool:
    """Say whether *delegation* lets its delegate do something at *now*."""
    delegate = posts_of(reading, delegation.delegate, day_of(now))
    works_there = any(post.agency == delegation.agency for post in delegate)
    return works_there and any(True for _ in _mandate(reading, delegation, now))


def login_of(reading: Reading, person: PersonId) -> str:
    """How *person* signs in; empty where nobody does so any more."""
    found = reading.get(t.PEOPLE, person)
    return found.login if found else ""


def hands_of_heads(reading: Reading, posts: Iterable[Post]) -> frozenset[str]:
    """The units whose lines are theirs who hold *posts*: those that they head, and all below."""
    headed = (post.unit for post in posts if post.duty is Duty.HEAD)
    return frozenset(f"u:{unit}" for head in headed for unit in units_within(reading, head))


def _mandate(reading: Reading, delegation: Delegation, now: datetime) -> Iterator[Mandate]:
    if not stands_at(delegation, _microseconds(now)):
        return
    principal = reading.get(t.PEOPLE, delegation.principal)
    held = posts_of(reading, delegation.principal, day_of(now))
    lent = [post for post in held if post.id in delegation.posts and post.duty in DELEGABLE]
    if principal and principal.active and lent:
        yield Mandate(
            delegation=delegation.id,
            agency=delegation.agency,
            principal=named(delegation.principal),
            rights=frozenset(right for post in lent for right in RIGHTS[post.duty]),
            hands=frozenset({f"p:{delegation.principal}"}) | hands_of_heads(reading, lent),
            until=delegation.until,
            cleared=any(post.cleared or post.duty in CLEARED for post in lent),
        )


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
