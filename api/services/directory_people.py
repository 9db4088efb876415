"""People as the directory has them (đồng bộ danh bạ): entered, renamed, and let in no more.

The directory says who there is; what somebody may do follows from posts, which are given here. So
whoever is new may do nothing yet, and whoever is disabled or deleted over there is let in no more
here, whatever token they show. Nothing is erased: what they did stays theirs.
"""

from collections import Counter

import msgspec

from api.services import fields
from api.services.organisation import MAX_LOGIN, MAX_PERSON_NAME, login_of, record_person
from api.services.rehearsal import rehearsed
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.organisation import person_by_login
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model.access import Right, authorize_everywhere
from repository.model.ids import PersonId
from repository.model.people import Person


class DirectoryPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody as the directory tells of them."""

    directory: str
    """The directory's lasting name, 32 hex digits."""
    logins: tuple[str, ...]
    """Under which it knows them; the one it prefers first."""
    name: str
    mail: str = ""
    active: bool = True


class PersonRefused(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who could not be noted, and why."""

    login: str
    problem: str
    detail: str
    detail_vi: str


class PeopleNoted(msgspec.Struct, frozen=True, kw_only=True):
    """What noting them came to."""

    entered: int = 0
    changed: int = 0
    ended: int = 0
    """Let in no more."""
    unchanged: int = 0
    refused: tuple[PersonRefused, ...] = ()

    def __add__(self, other: "PeopleNoted") -> "PeopleNoted":
        return PeopleNoted(
            entered=self.entered + other.entered,
            changed=self.changed + other.changed,
            ended=self.ended + other.ended,
            unchanged=self.unchanged + other.unchanged,
            refused=self.refused + other.refused,
        )

    @property
    def done(self) -> int:
        """How many are noted otherwise than before."""
        return self.entered + self.changed + self.ended


class NotePeople(Command[PeopleNoted], frozen=True, kw_only=True, tag="note-people"):
    """Note people as the directory has them, and let those who are gone be let in no more."""

    told: tuple[DirectoryPerson, ...] = ()
    gone: tuple[str, ...] = ()
    """Lasting names of who is deleted, or stands where nobody is looked for."""
    rehearsal: bool = False
    """Only tell what would be."""


class LoginTaken(Trouble):
    """The login {login} is somebody else's here; end or rename that person first."""

    kind = Kind.CONFLICT
    vietnamese = "Tên đăng nhập {login} đang thuộc người khác; hãy xử lý người đó trước."


def decide_note_people(change: Change, command: NotePeople) -> PeopleNoted:
    """Note them, each for itself: whoever cannot be is told, and holds up nobody.

    Raise `NotAllowed`.
    """
    authorize_everywhere(command.caller, Right.ADMINISTER)
    if command.rehearsal:
        return rehearsed(change, lambda part: _note(part, command))
    return _note(change, command)


def _note(change: Change, command: NotePeople) -> PeopleNoted:
    done: Counter[str] = Counter(_end(change, gone) for gone in command.gone)
    refused: list[PersonRefused] = []
    for person in command.told:
        try:
            with change.attempt() as part:
                done[_note_one(part, person)] += 1
        except Trouble as trouble:
            refused.append(_refused(person, trouble))
    return PeopleNoted(
        entered=done["entered"],
        changed=done["changed"],
        ended=done["ended"],
        unchanged=done["unchanged"],
        refused=tuple(refused),
    )


def _note_one(change: Change, told: DirectoryPerson) -> str:
    before = _known(change, told)
    if before is None and not told.active:
        return "unchanged"  # whoever was never here need not be told of
    person = Person(
        id=before.id if before else PersonId(change.new_id()),
        login=_login(change, told, before),
        name=fields.line("$.name", told.name, limit=MAX_PERSON_NAME, required=True),
        mail=fields.line("$.mail", told.mail, limit=MAX_LOGIN),
        directory=told.directory,
        active=told.active,
    )
    if person == before:
        return "unchanged"
    record_person(change, person)
    if before is None:
        return "entered"
    return "ended" if before.active and not person.active else "changed"


def _known(reading: Reading, told: DirectoryPerson) -> Person | None:
    """Who is meant: whoever bears the lasting name, or was entered by login and has none yet."""
    known = reading.get(t.DIRECTORY_NAMES, told.directory)
    if known:
        return reading.get(t.PEOPLE, known)
    found = (person_by_login(reading, login) for login in told.logins)
    return next((person for person in found if person and not person.directory), None)


def _login(change: Change, told: DirectoryPerson, before: Person | None) -> str:
    """The login to be noted: the one they have as long as the directory knows them by it."""
    if before and before.login in told.logins:
        return before.login
    login = login_of("$.login", told.logins[0] if told.logins else "")
    other = person_by_login(change, login)
    if other and (before is None or other.id != before.id):
        raise LoginTaken(login=login)
    return login


def _end(change: Change, directory: str) -> str:
    known = change.get(t.DIRECTORY_NAMES, directory)
    person = change.get(t.PEOPLE, known) if known else None
    if person is None or not person.active:
        return "unknown"
    record_person(change, msgspec.structs.replace(person, active=False))
    return "ended"


def _refused(person: DirectoryPerson, trouble: Trouble) -> PersonRefused:
    return PersonRefused(
        login=person.logins[0] if person.logins else "",
        problem=type(trouble).slug(),
        detail=trouble.sentence,
        detail_vi=trouble.sentence_vi,
    )
