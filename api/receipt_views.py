"""A recipient line as it is shown: whose it is, how it stands with its last day, and since when."""

from datetime import datetime

import msgspec

from api import wire
from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.model.deadlines import Reckoning, Timing, remaining, timing
from repository.model.people import Person
from repository.model.receipts import Extension, Receipt


class ExtensionView(msgspec.Struct, frozen=True, kw_only=True):
    """Another last day that was asked for, or set."""

    former: str
    """The last day until then."""
    wished: str
    """By who has the line; empty = nobody asked."""
    why: str
    asked: datetime
    """When it was asked for, or set unasked."""
    state: str
    """`asked`, `granted`, `refused`; `dropped`: the line ended before anybody decided."""
    decided: datetime | None
    by: str
    """Login of who decided."""
    due: str
    """The day that was set."""
    answer: str


class RecipientLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient line as it is shown."""

    id: str
    url: str
    document: str
    parent: str
    """The line it answers to; empty where the registry gave it."""
    role: str
    login: str
    """Of the person whose it is; empty where it is a unit's."""
    name: str
    """Of the person or the unit."""
    unit: str
    """Short name; empty where it is a person's."""
    state: str
    due: str
    """The last day, or empty."""
    overdue: bool
    """Not ended, and the last day has passed."""
    timing: str
    """`none`, `running`, `due-soon`, `overdue`; of a completed one `on-time`, `late`."""
    remaining: int | None
    """Working days left after today, below 0 those since the last day; null where there is none, it
    has ended, or a year between has no calendar yet."""
    instruction: str
    reason: str
    answer: str
    given: datetime
    opened: datetime | None
    ended: datetime | None
    reminded: int
    told: str
    """The day on which its holder was last told that it is due soon, or overdue; or empty."""
    asked: str
    """The last day that is wished for, while nobody has decided."""
    extensions: tuple[ExtensionView, ...]
    giver: str
    """Login of who gave it; empty where it was no person."""
    deputy: str
    """Login of who did the last act in another's place; empty = they did it themselves."""


def person_named(reading: Reading, name: str) -> Person | None:
    """The person whom the log calls *name*; None for a program, or for nobody."""
    kind, _, person = name.partition(":")
    return reading.get(t.PEOPLE, person) if kind == "person" else None


def login_named(reading: Reading, name: str) -> str:
    """The login of whom the log calls *name*; empty for a program, or for nobody."""
    person = person_named(reading, name)
    return person.login if person else ""


def receipt_view(reading: Reading, one: Receipt, seen: Reckoning) -> RecipientLineView:
    """A recipient line as it is shown, its last day *seen* from today."""
    person = reading.get(t.PEOPLE, one.person) if one.person else None
    unit = reading.get(t.UNITS, one.unit) if one.unit else None
    stands = timing(one, seen)
    return RecipientLineView(
        id=one.id,
        url=f"/v1/receipts/{one.id}",
        document=one.document,
        parent=one.parent,
        role=one.role.value,
        login=person.login if person else "",
        name=person.name if person else unit.name if unit else "",
        unit=unit.code if unit else "",
        state=one.state.value,
        due=one.due,
        overdue=stands is Timing.OVERDUE,
        timing=stands.value,
        remaining=remaining(one, seen),
        instruction=one.instruction,
        reason=one.reason,
        answer=one.answer,
        given=wire.moment(one.given),
        opened=wire.moment(one.opened) if one.opened else None,
        ended=wire.moment(one.ended) if one.ended else None,
        reminded=one.reminded,
        told=one.told,
        asked=one.asked,
        extensions=tuple(_extension(reading, one, each) for each in one.extensions),
        giver=login_named(reading, one.giver),
        deputy=login_named(reading, one.deputy),
    )


def _extension(reading: Reading, line: Receipt, one: Extension) -> ExtensionView:
    return ExtensionView(
        former=one.former,
        wished=one.wished,
        why=one.why,
        asked=wire.moment(one.asked),
        state=_state(line, one),
        decided=wire.moment(one.decided) if one.decided else None,
        by=login_named(reading, one.by),
        due=one.due,
        answer=one.answer,
    )


def _state(line: Receipt, one: Extension) -> str:
    if one.decided:
        return "granted" if one.due else "refused"
    return "asked" if line.asked and one is line.extensions[-1] else "dropped"
