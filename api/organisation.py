"""`/v1/agencies/{code}/units` and `/posts`, `/v1/people`: who works where."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services, organisation
from api.services.access import agency_for
from api.services.fields import DayText, Line
from api.services.organisation import EndPost, EnterPerson, GivePost, OpenUnit
from api.session import caller
from repository.catalogue import tables as t
from repository.catalogue.organisation import people, posts_in, units_of
from repository.catalogue.views import Reading
from repository.model.access import NotAllowed, Right, authorize_everywhere
from repository.model.days import day_of
from repository.model.people import Duty, Person, Post, Unit

MAX_PEOPLE = 200
"""People of one page."""
LoginText = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 100})]


class UnitGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit to be declared."""

    code: Line
    """Short name, at most 20 characters."""
    name: Line
    """At most 200 characters."""
    parent: str = ""
    """Short name of the unit above it."""
    since: DayText = ""


class UnitView(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as it is shown."""

    id: str
    code: str
    name: str
    parent: str
    """Identifier of the unit above it, or empty."""
    since: str
    until: str


class UnitList(msgspec.Struct, frozen=True, kw_only=True):
    """The units of an agency, by their short names."""

    units: tuple[UnitView, ...]


class PersonGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person to be entered, or changed."""

    login: LoginText
    name: Line
    """At most 50 characters."""
    mail: str = ""
    active: bool = True


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """A person as they are shown."""

    id: str
    login: str
    name: str
    mail: str
    active: bool


class PeopleWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which people."""

    start: str = ""
    """From this login on."""
    limit: Annotated[int, Meta(ge=1, le=MAX_PEOPLE)] = 50


class PeoplePage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """People, by login."""

    people: tuple[PersonView, ...]
    next: str | UnsetType = UNSET
    """Where the next page starts; absent on the last one."""


class PostAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A post to be given."""

    login: LoginText
    duty: Duty
    unit: str = ""
    """Short name; heads and officers have one."""
    title: str = ""
    """Chức vụ; at most 100 characters."""
    since: DayText = ""
    cleared: bool = False
    """Clerks and archivists: they work on restricted papers too."""


class PostEnding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of a post."""

    until: DayText
    """The first day on which it is no longer held."""


class PostView(msgspec.Struct, frozen=True, kw_only=True):
    """A post as it is shown."""

    id: str
    end_url: str
    person: str
    login: str
    name: str
    duty: str
    unit: str
    """Short name, or empty."""
    title: str
    since: str
    until: str
    cleared: bool
    """Works on restricted papers too."""


class PostList(msgspec.Struct, frozen=True, kw_only=True):
    """The posts held in an agency today."""

    posts: tuple[PostView, ...]


_DECIDED = (*refusals.JSON_BODY, *refusals.FIELDS, *refusals.KEEPER, *refusals.ACCESS)


class Units:
    """`/v1/agencies/{code}/units`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_units",
            told="The units of an agency.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The units.", UnitList),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="declare_unit",
            told="Declare a unit; takes `administer` in the agency.",
            body=Body(shape=UnitGiven),
            answers=(Answered(told="Declared.", status=201, shape=UnitView),),
            problems=(*_DECIDED, organisation.UnitCodeTaken, organisation.UnknownUnit),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        with self._services.holdings.reading() as reading:
            agency = agency_for(reading, caller(req), Right.READ, code)
            units = tuple(map(unit_view, units_of(reading, agency.id)))
        wire.send_tagged(req, resp, UnitList(units=units))

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, UnitGiven, limit=self._services.limits.max_json)
        command = OpenUnit(
            caller=caller(req),
            agency=code,
            code=given.code,
            name=given.name,
            parent=given.parent,
            since=given.since,
        )
        unit = self._services.holdings.keeper.submit(command)
        wire.send(resp, unit_view(unit), status=201)


class Posts:
    """`/v1/agencies/{code}/posts`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_posts",
            told="Who works in an agency today.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The posts.", PostList),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="give_post",
            told="Give somebody a post; takes `administer` in the agency.",
            body=Body(shape=PostAsked),
            answers=(Answered(told="Given.", status=201, shape=PostView),),
            problems=(
                *_DECIDED,
                organisation.UnknownPerson,
                organisation.UnknownUnit,
                organisation.UnitNeeded,
                organisation.PostHeldAlready,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        today = day_of(self._services.clock())
        with self._services.holdings.reading() as reading:
            agency = agency_for(reading, caller(req), Right.READ, code)
            held = posts_in(reading, agency.id, today)
            posts = tuple(post_view(reading, post) for post in held)
        wire.send_tagged(req, resp, PostList(posts=posts))

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        given = wire.read(req, PostAsked, limit=self._services.limits.max_json)
        command = GivePost(caller=caller(req), agency=code, **msgspec.structs.asdict(given))
        post = self._services.holdings.keeper.submit(command)
        _send_post(self._services, resp, post, status=201)


class PostEnd:
    """`/v1/posts/{post}/end`."""

    operations: ClassVar = {
        "POST": Operation(
            name="end_post",
            told="Let a post be held no more from a day on; takes `administer` in the agency.",
            body=Body(shape=PostEnding),
            answers=(Answered(told="Ended, now or before.", shape=PostView),),
            problems=_DECIDED,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, post: str) -> None:
        given = wire.read(req, PostEnding, limit=self._services.limits.max_json)
        command = EndPost(caller=caller(req), post=post, until=given.until)
        _send_post(self._services, resp, self._services.holdings.keeper.submit(command))


class People:
    """`/v1/people`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_people",
            told="People, by login; takes `administer` in all agencies.",
            query=PeopleWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The people.", PeoplePage),
            problems=(*refusals.QUERY, NotAllowed),
        ),
        "POST": Operation(
            name="enter_person",
            told="Enter a person, or change what is noted of whoever signs in so.",
            body=Body(shape=PersonGiven),
            answers=(Answered(told="Entered.", shape=PersonView),),
            problems=(*refusals.JSON_BODY, *refusals.FIELDS, *refusals.KEEPER, NotAllowed),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, PeopleWanted)
        authorize_everywhere(caller(req), Right.ADMINISTER)
        with self._services.holdings.reading() as reading:
            page = _page(people(reading, wanted.start), wanted.limit)
        wire.send_tagged(req, resp, page)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = wire.read(req, PersonGiven, limit=self._services.limits.max_json)
        command = EnterPerson(caller=caller(req), **msgspec.structs.asdict(given))
        wire.send(resp, person_view(self._services.holdings.keeper.submit(command)))


def _page(found: Iterator[Person], limit: int) -> PeoplePage:
    shown = tuple(islice(found, limit + 1))
    more = shown[limit].login if len(shown) > limit else UNSET
    return PeoplePage(people=tuple(map(person_view, shown[:limit])), next=more)


def _send_post(services: Services, resp: falcon.Response, post: Post, *, status: int = 200) -> None:
    with services.holdings.reading() as reading:
        wire.send(resp, post_view(reading, post), status=status)


def unit_view(unit: Unit) -> UnitView:
    """A unit as it is shown."""
    return UnitView(
        id=unit.id,
        code=unit.code,
        name=unit.name,
        parent=unit.parent,
        since=unit.since,
        until=unit.until,
    )


def person_view(person: Person) -> PersonView:
    """A person as they are shown."""
    return PersonView(
        id=person.id,
        login=person.login,
        name=person.name,
        mail=person.mail,
        active=person.active,
    )


def post_view(reading: Reading, post: Post) -> PostView:
    """A post as it is shown."""
    person = reading.get(t.PEOPLE, post.person)
    unit = reading.get(t.UNITS, post.unit) if post.unit else None
    return PostView(
        id=post.id,
        end_url=f"/v1/posts/{post.id}/end",
        person=post.person,
        login=person.login if person else "",
        name=person.name if person else "",
        duty=post.duty.value,
        unit=unit.code if unit else "",
        title=post.title,
        since=post.since,
        until=post.until,
        cleared=post.cleared,
    )
