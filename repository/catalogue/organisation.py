"""What the events about units, people and posts do to the catalogue, and the looks at them."""

from collections.abc import Callable, Iterator

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.days import Day
from repository.model.ids import AgencyId, PersonId, PostId, UnitId
from repository.model.people import Person, Post, Unit, held_on

# Looks.


def units_of(reading: Reading, agency: AgencyId) -> Iterator[Unit]:
    """All units that *agency* has had, by code."""
    for _, known in reading.scan(t.UNIT_CODES, agency):
        unit = reading.get(t.UNITS, known)
        if unit:
            yield unit


def unit_by_code(reading: Reading, agency: AgencyId, code: str) -> Unit | None:
    """The unit that *agency* calls *code*."""
    known = reading.get(t.UNIT_CODES, agency, code)
    return None if known is None else reading.get(t.UNITS, known)


def person_by_login(reading: Reading, login: str) -> Person | None:
    """The person who signs in as *login* (lower case)."""
    known = reading.get(t.LOGINS, login)
    return None if known is None else reading.get(t.PEOPLE, known)


def people(reading: Reading, start: str = "") -> Iterator[Person]:
    """All people, by login, from *start* on."""
    for _, known in reading.scan(t.LOGINS, start=start):
        person = reading.get(t.PEOPLE, known)
        if person:
            yield person


def posts_of(reading: Reading, person: PersonId, on: Day) -> tuple[Post, ...]:
    """The posts that *person* holds on that day."""
    keys = (PostId(str(key[1])) for key, _ in reading.scan(t.PERSON_POSTS, person))
    return _held(reading, keys, on)


def posts_in(reading: Reading, agency: AgencyId, on: Day) -> tuple[Post, ...]:
    """The posts that are held in *agency* on that day."""
    keys = (PostId(str(key[1])) for key, _ in reading.scan(t.AGENCY_POSTS, agency))
    return _held(reading, keys, on)


def _held(reading: Reading, posts: Iterator[PostId], on: Day) -> tuple[Post, ...]:
    found = (reading.get(t.POSTS, post) for post in posts)
    return tuple(post for post in found if post and held_on(post, on))


def units_within(reading: Reading, unit: UnitId) -> frozenset[UnitId]:
    """*unit* and all units below it."""
    found = {unit}
    ahead = [unit]
    for above in ahead:  # grows while it is walked
        below = [UnitId(str(key[1])) for key, _ in reading.scan(t.UNITS_BELOW, above)]
        ahead += [one for one in below if one not in found]
        found.update(below)
    return frozenset(found)


# Effects.


def _unit_opened(rows: Writing, _event: e.Event, body: e.UnitOpened, _: bytes) -> None:
    unit = Unit(
        id=body.id,
        agency=body.agency,
        code=body.code,
        name=body.name,
        parent=body.parent,
        since=body.since,
    )
    rows.put(t.UNITS, (body.id,), unit)
    rows.put(t.UNIT_CODES, (body.agency, body.code), body.id)
    if body.parent:
        rows.put(t.UNITS_BELOW, (body.parent, body.id), body.agency)


def _unit_ended(rows: Writing, _event: e.Event, body: e.UnitEnded, _: bytes) -> None:
    unit = rows.get(t.UNITS, body.id)
    if unit:
        rows.put(t.UNITS, (body.id,), msgspec.structs.replace(unit, until=body.until))


def _person_entered(rows: Writing, _event: e.Event, body: e.PersonEntered, kept: bytes) -> None:
    before = rows.get(t.PEOPLE, body.id)
    if before:
        rows.delete(t.LOGINS, before.login)
    if not kept:  # erased: nobody signs in as that any more
        gone = Person(id=body.id, login="", name=e.ERASED, active=False)
        rows.put(t.PEOPLE, (body.id,), gone)
        return
    told = e.decode_person(kept)
    person = Person(
        id=body.id,
        login=told.login,
        name=told.name,
        mail=told.mail,
        directory=told.directory,
        active=body.active,
    )
    rows.put(t.PEOPLE, (body.id,), person)
    rows.put(t.LOGINS, (told.login,), body.id)
    if told.directory:
        rows.put(t.DIRECTORY_NAMES, (told.directory,), body.id)


def _post_given(rows: Writing, _event: e.Event, body: e.PostGiven, _: bytes) -> None:
    post = Post(
        id=body.id,
        person=body.person,
        agency=body.agency,
        duty=body.duty,
        unit=body.unit,
        title=body.title,
        since=body.since,
        cleared=body.cleared,
    )
    rows.put(t.POSTS, (body.id,), post)
    rows.put(t.PERSON_POSTS, (body.person, body.id), body.agency)
    rows.put(t.AGENCY_POSTS, (body.agency, body.id), body.person)


def _post_ended(rows: Writing, _event: e.Event, body: e.PostEnded, _: bytes) -> None:
    post = rows.get(t.POSTS, body.id)
    if post:
        rows.put(t.POSTS, (body.id,), msgspec.structs.replace(post, until=body.until))


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.UnitOpened: _unit_opened,
    e.UnitEnded: _unit_ended,
    e.PersonEntered: _person_entered,
    e.PostGiven: _post_given,
    e.PostEnded: _post_ended,
}
