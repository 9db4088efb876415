"""Events of units, people and posts; what names a person stands beside the event."""

import msgspec

from repository.model.body import Body
from repository.model.days import Day
from repository.model.ids import AgencyId, PersonId, PostId, UnitId
from repository.model.people import Duty


class UnitOpened(Body, frozen=True, array_like=True, tag="unit-opened"):
    """A unit of an agency was declared."""

    id: UnitId
    agency: AgencyId
    code: str
    name: str
    parent: UnitId
    since: Day


class UnitEnded(Body, frozen=True, array_like=True, tag="unit-ended"):
    """A unit is no more from a day on."""

    id: UnitId
    until: Day


class PersonEntered(Body, frozen=True, array_like=True, tag="person-entered"):
    """A person was entered, or what is noted of them changed."""

    id: PersonId
    active: bool


class PersonParticulars(msgspec.Struct, frozen=True, array_like=True):
    """What names a person, and may have to be erased."""

    salt: bytes
    """16 random bytes, so that the digest in the event tells nothing about a name."""
    login: str
    name: str
    mail: str
    directory: str


class PostGiven(Body, frozen=True, array_like=True, tag="post-given"):
    """A person holds a post in an agency from a day on."""

    id: PostId
    person: PersonId
    agency: AgencyId
    unit: UnitId
    duty: Duty
    title: str
    since: Day
    cleared: bool = False


class PostEnded(Body, frozen=True, array_like=True, tag="post-ended"):
    """A post is held no more from a day on."""

    id: PostId
    until: Day
