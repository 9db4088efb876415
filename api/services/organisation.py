"""Declaring units (đơn vị), people (người) and the posts (vị trí) they hold."""

import re

from api.services import fields
from api.services.access import agency_for, given, present
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.organisation import person_by_login, posts_of, unit_by_code
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Right, authorize, authorize_everywhere
from repository.model.agencies import Agency
from repository.model.days import UNBOUNDED, Day, day_of
from repository.model.ids import PersonId, PostId, UnitId
from repository.model.people import MAY_BE_CLEARED, Duty, Person, Post, Unit

MAX_UNIT_CODE = 20
"""Characters of a unit's short name."""
MAX_PERSON_NAME = 50
"""Characters; Decree 30/2020, Annex VI: FullName."""
MAX_POST_TITLE = 100
"""Characters; Annex VI: Position."""
MAX_LOGIN = 100
"""Characters of a login."""
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}(@[a-z0-9][a-z0-9.-]{0,61}[a-z0-9])?")


class OpenUnit(Command[Unit], frozen=True, kw_only=True, tag="open-unit"):
    """Declare a unit of *agency* (its code); *parent* is the short name of the one above it."""

    agency: str
    code: str
    name: str
    parent: str = ""
    since: str = ""


class EndUnit(Command[Unit], frozen=True, kw_only=True, tag="end-unit"):
    """Let a unit be no more from *until* on."""

    agency: str
    code: str
    until: str


class EnterPerson(Command[Person], frozen=True, kw_only=True, tag="enter-person"):
    """Enter a person, or change what is noted of the one who signs in so."""

    login: str
    name: str
    mail: str = ""
    directory: str = ""
    active: bool = True


class GivePost(Command[Post], frozen=True, kw_only=True, tag="give-post"):
    """Give the person who signs in as *login* a post in *agency* (its code)."""

    login: str
    agency: str
    duty: Duty
    unit: str = ""
    title: str = ""
    since: str = ""
    cleared: bool = False
    """Clerks and archivists: they work on restricted papers too."""


class EndPost(Command[Post], frozen=True, kw_only=True, tag="end-post"):
    """Let a post be held no more from *until* on."""

    post: str
    until: str


class UnitCodeTaken(Trouble):
    """The agency already has a unit {code}."""

    kind = Kind.CONFLICT
    vietnamese = "Cơ quan đã có đơn vị {code}."


class UnknownUnit(Trouble):
    """The agency has no unit {code} ({path})."""

    kind = Kind.INVALID
    vietnamese = "Cơ quan không có đơn vị {code} ({path})."


class UnknownPerson(Trouble):
    """Nobody is known as {login} ({path})."""

    kind = Kind.INVALID
    vietnamese = "Không có người nào tên đăng nhập {login} ({path})."


class PostHeldAlready(Trouble):
    """{login} holds this post already."""

    kind = Kind.CONFLICT
    vietnamese = "{login} đã giữ vị trí này."


class UnitNeeded(Trouble):
    """A {duty} works in a unit: name it."""

    kind = Kind.INVALID
    vietnamese = "Vị trí {duty} phải thuộc một đơn vị: hãy nêu đơn vị."


IN_A_UNIT = frozenset({Duty.HEAD, Duty.OFFICER})
"""Duties that have to be in a unit."""


def decide_open_unit(change: Change, command: OpenUnit) -> Unit:
    """Declare the unit; raise `Hidden`, `NotAllowed`, `UnitCodeTaken`, `UnknownUnit` or of `fields`."""
    agency = agency_for(change, command.caller, Right.ADMINISTER, command.agency)
    return open_unit(change, agency, command)


def open_unit(change: Change, agency: Agency, given: OpenUnit) -> Unit:
    """As `decide_open_unit`, in *agency*."""
    code = fields.line("$.code", given.code, limit=MAX_UNIT_CODE, required=True)
    if unit_by_code(change, agency.id, code):
        raise UnitCodeTaken(code=code)
    body = e.UnitOpened(
        id=UnitId(change.new_id()),
        agency=agency.id,
        code=code,
        name=fields.line("$.name", given.name, limit=fields.MAX_AGENCY_NAME, required=True),
        parent=unit_named(change, agency, "$.parent", given.parent),
        since=fields.some_day("$.since", given.since),
    )
    change.record(body, agency=agency.id)
    return present(change.get(t.UNITS, body.id))


def decide_end_unit(change: Change, command: EndUnit) -> Unit:
    """Let the unit end; raise `Hidden`, `NotAllowed`, `UnknownUnit` or of `fields`."""
    agency = agency_for(change, command.caller, Right.ADMINISTER, command.agency)
    unit = unit_named(change, agency, "$.code", command.code)
    if not unit:
        raise fields.FieldMissing(path="$.code")
    until = Day(fields.day("$.until", command.until).isoformat())
    change.record(e.UnitEnded(id=unit, until=until), agency=agency.id)
    return present(change.get(t.UNITS, unit))


def decide_enter_person(change: Change, command: EnterPerson) -> Person:
    """Enter the person; raise `NotAllowed` or of `fields`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    return enter_person(change, command)


def enter_person(change: Change, given: EnterPerson) -> Person:
    """As `decide_enter_person`; what stands so already leaves no event."""
    login = login_of("$.login", given.login)
    before = person_by_login(change, login)
    person = Person(
        id=before.id if before else PersonId(change.new_id()),
        login=login,
        name=fields.line("$.name", given.name, limit=MAX_PERSON_NAME, required=True),
        mail=fields.line("$.mail", given.mail, limit=MAX_LOGIN),
        directory=given.directory or (before.directory if before else ""),
        active=given.active,
    )
    if person != before:
        record_person(change, person)
    return person


def record_person(change: Change, person: Person) -> None:
    """Let *person* be noted as they are told of here."""
    told = e.PersonParticulars(
        salt=change.entropy(e.SALT_BYTES),
        login=person.login,
        name=person.name,
        mail=person.mail,
        directory=person.directory,
    )
    change.record(e.PersonEntered(id=person.id, active=person.active), particulars=told)


def decide_give_post(change: Change, command: GivePost) -> Post:
    """Give the post.

    Raise `Hidden`, `NotAllowed`, `UnknownPerson`, `UnknownUnit`, `UnitNeeded`, `PostHeldAlready`
    or of `fields`.
    """
    agency = agency_for(change, command.caller, Right.ADMINISTER, command.agency)
    return give_post(change, agency, command)


def give_post(change: Change, agency: Agency, given: GivePost) -> Post:
    """As `decide_give_post`, in *agency*."""
    login = login_of("$.login", given.login)
    person = person_by_login(change, login)
    if person is None:
        raise UnknownPerson(path="$.login", login=login)
    unit = unit_named(change, agency, "$.unit", given.unit)
    if given.duty in IN_A_UNIT and not unit:
        raise UnitNeeded(path="$.unit", duty=given.duty.value)
    if given.cleared and given.duty not in MAY_BE_CLEARED:
        raise fields.FieldUnfit(path="$.cleared", expected=f"false ({given.duty.value})")
    post = Post(
        id=PostId(change.new_id()),
        person=person.id,
        agency=agency.id,
        duty=given.duty,
        unit=unit,
        title=fields.line("$.title", given.title, limit=MAX_POST_TITLE),
        since=fields.some_day("$.since", given.since),
        cleared=given.cleared,
    )
    if _holds_already(change, post):
        raise PostHeldAlready(login=login)
    change.record(_given(post), agency=agency.id)
    return post


def _given(post: Post) -> e.PostGiven:
    return e.PostGiven(
        id=post.id,
        person=post.person,
        agency=post.agency,
        unit=post.unit,
        duty=post.duty,
        title=post.title,
        since=post.since,
        cleared=post.cleared,
    )


def _holds_already(change: Change, post: Post) -> bool:
    day = max(post.since, day_of(change.stamp.at))
    held = posts_of(change, post.person, day)
    return any(
        (one.agency, one.unit, one.duty) == (post.agency, post.unit, post.duty) for one in held
    )


def decide_end_post(change: Change, command: EndPost) -> Post:
    """Let the post end; raise `Hidden`, `NotAllowed` or of `fields`."""
    post = present(change.get(t.POSTS, given(command.post)))
    authorize(command.caller, Right.ADMINISTER, post.agency)
    until = Day(fields.day("$.until", command.until).isoformat())
    if post.until == UNBOUNDED or until < post.until:
        change.record(e.PostEnded(id=post.id, until=until), agency=post.agency)
    return present(change.get(t.POSTS, post.id))


def unit_named(change: Change, agency: Agency, path: str, code: str) -> UnitId:
    """The unit that *agency* calls *code*, or none for none; raise `UnknownUnit`."""
    if not code:
        return UnitId("")
    unit = unit_by_code(change, agency.id, fields.line(path, code, limit=MAX_UNIT_CODE))
    if unit is None:
        raise UnknownUnit(path=path, code=code)
    return unit.id


def login_of(path: str, text: str) -> str:
    """A login in the one form in which it is known: lower case; raise `FieldUnfit`."""
    login = text.strip().lower()
    if len(login) > MAX_LOGIN or not _LOGIN.fullmatch(login):
        raise fields.FieldUnfit(path=path, expected="nva, nva@dongthap.gov.vn")
    return login
