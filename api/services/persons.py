"""A person as a caller: what their posts of today let them do."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from api.services.access import in_custody, inherited
from api.services.mandates import hands_of_heads, mandates_of
from repository.catalogue import tables as t
from repository.catalogue.organisation import posts_of
from repository.catalogue.views import Reading
from repository.model.access import Caller, Right
from repository.model.days import Day, day_of
from repository.model.ids import AgencyId, PersonId
from repository.model.people import CLEARED, RIGHTS, Duty, Post, named


def person_calling(reading: Reading, person: PersonId, now: datetime) -> Caller | None:
    """*person* as a caller at *now*; None where nobody may sign in as them.

    Heads have the lines of their unit and of those below it in hand; a clerk's are also those of
    the agency's papers, by the rights of the registry.
    """
    known = reading.get(t.PEOPLE, person)
    if known is None or not known.active:
        return None
    today = day_of(now)
    posts = posts_of(reading, person, today)
    standing = _standing(posts)
    archives = _agencies(post for post in posts if post.duty is Duty.ARCHIVIST)
    return Caller(
        name=named(person),
        rights=frozenset(),
        inherited=inherited(reading, _reading_in(posts), today),
        person=person,
        standing=standing,
        hands=frozenset({f"p:{person}"}) | hands_of_heads(reading, posts),
        mandates=mandates_of(reading, person, now, frozenset(standing)),
        custody=in_custody(reading, archives, today),
        cleared=_cleared(reading, posts, archives, today),
    )


def _standing(posts: tuple[Post, ...]) -> dict[AgencyId, frozenset[Right]]:
    found: dict[AgencyId, frozenset[Right]] = defaultdict(frozenset)
    for post in posts:
        found[post.agency] = found[post.agency] | RIGHTS[post.duty]
    return dict(found)


def _reading_in(posts: Iterable[Post]) -> frozenset[AgencyId]:
    return _agencies(post for post in posts if Right.READ in RIGHTS[post.duty])


def _cleared(
    reading: Reading, posts: tuple[Post, ...], archives: frozenset[AgencyId], today: Day
) -> frozenset[AgencyId]:
    """Where they work on restricted papers: in whose agency they do, and in those it follows."""
    own = _agencies(post for post in posts if post.cleared or post.duty in CLEARED)
    kept = in_custody(reading, own & archives, today)
    return own | inherited(reading, own, today) | kept


def _agencies(posts: Iterable[Post]) -> frozenset[AgencyId]:
    return frozenset(post.agency for post in posts)
