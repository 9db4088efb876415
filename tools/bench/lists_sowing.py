"""A province sown through the keeper: agencies by Zipf's law, their people, papers and lines.

Every row comes of an event, recorded by the keeper as any other; only the rules that sow are not
those of the services, so that thousands of events make one command.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.follower import READER
from repository.blobs.address import digest_of
from repository.catalogue.change import Change
from repository.keeper import Command
from repository.model import events as e
from repository.model.days import UNBOUNDED
from repository.model.documents import ComponentRole
from repository.model.ids import (
    AgencyCode,
    AgencyId,
    BlobId,
    DocumentId,
    PersonId,
    PostId,
    ReceiptId,
    RegisterId,
    UnitId,
)
from repository.model.people import Duty
from repository.model.receipts import Role
from repository.model.registers import Direction, NumberingPeriod
from tools.province.subjects import Topic, all_topics

PEOPLE_A_UNIT = 12
"""The first of them heads it."""
PERIOD = 2026
TEXT = 2_400
"""Characters of a file's text."""
KINDS = ("Công văn", "Báo cáo", "Quyết định", "Tờ trình", "Thông báo", "Kế hoạch")
INCOMING = 0.7
"""Share of the documents that arrive; of those every one is given to a unit or to a person."""


class Settle(Command[None], frozen=True, kw_only=True, tag="bench-settle"):
    """Declare the agency at *place*, with all that it has but papers."""

    place: int


class Derive(Command[None], frozen=True, kw_only=True, tag="bench-derive"):
    """Let the files of the papers have these texts."""

    texts: tuple[BlobId, ...]


class GiveAgain(Command[None], frozen=True, kw_only=True, tag="bench-give-again"):
    """Give *count* documents of the largest agency to one person more, from the one at *first* on."""

    first: int
    count: int


class Sow(Command[None], frozen=True, kw_only=True, tag="bench-sow"):
    """Register the documents from *first* on, and give them to people."""

    first: int
    count: int


@dataclass
class House:
    """An agency of the bench."""

    agency: AgencyId
    code: str
    book: RegisterId
    sent: RegisterId
    units: list[UnitId] = field(default_factory=list[UnitId])
    people: list[PersonId] = field(default_factory=list[PersonId])
    """Officers and heads; clerk and leader beside."""
    heads: list[str] = field(default_factory=list[str])
    officers: list[str] = field(default_factory=list[str])
    clerk: str = ""
    numbers: dict[str, int] = field(default_factory=dict[str, int])


class Sowing:
    """The rules of `Settle` and `Sow`, and what they have made."""

    def __init__(self, *, agencies: int, people: int) -> None:
        shares = [1 / (n + 1) for n in range(agencies)]
        self._weights = list(itertools.accumulate(shares))
        self._sizes = [max(4, round(people * one / self._weights[-1])) for one in shares]
        self._topics = all_topics()
        self.houses: list[House] = []
        self.documents: list[DocumentId] = []
        """Of the largest agency."""
        self.given: dict[str, list[DocumentId]] = {}
        """What was given in the largest agency, by the hand: a person or a unit."""
        self.events = 0
        self.files: list[BlobId] = []

    @property
    def people(self) -> int:
        """How many people there are."""
        return sum(self._sizes[: len(self.houses)])

    @property
    def largest(self) -> House:
        """The agency with the largest share."""
        return self.houses[0]

    def settle(self, change: Change, command: Settle) -> None:
        """Decide `Settle`."""
        place = command.place
        house = House(
            agency=AgencyId(change.new_id()),
            code=f"H20.{place + 1}",
            book=RegisterId(change.new_id()),
            sent=RegisterId(change.new_id()),
        )
        self._tell(
            change,
            house,
            e.AgencyOpened(id=house.agency, code=AgencyCode(house.code), name=f"Cơ quan {place}"),
        )
        for book, code, direction in (
            (house.book, "den", Direction.INCOMING),
            (house.sent, "di", Direction.OUTGOING),
        ):
            opened = e.RegisterOpened(
                id=book,
                agency=house.agency,
                code=code,
                direction=direction,
                title=f"Sổ {code}",
                notation="" if direction is Direction.INCOMING else "UBND-VP",
                period=NumberingPeriod.CALENDAR_YEAR,
                opening=1,
                opened_period=PERIOD,
            )
            self._tell(change, house, opened)
            house.numbers[book] = 1
        self._staff(change, house, place)
        self.houses.append(house)

    def _staff(self, change: Change, house: House, place: int) -> None:
        house.clerk = self._hired(change, house, f"vt{place}", Duty.CLERK, UnitId(""))[1]
        self._hired(change, house, f"ld{place}", Duty.LEADER, UnitId(""))
        for n in range(self._sizes[place] - 2):
            if n % PEOPLE_A_UNIT == 0:
                unit = UnitId(change.new_id())
                told = e.UnitOpened(
                    id=unit,
                    agency=house.agency,
                    code=f"P{n}",
                    name=f"Phòng {n}",
                    parent=UnitId(""),
                    since=UNBOUNDED,
                )
                self._tell(change, house, told)
                house.units.append(unit)
            duty = Duty.OFFICER if n % PEOPLE_A_UNIT else Duty.HEAD
            person, login = self._hired(change, house, f"cv{place}.{n}", duty, house.units[-1])
            house.people.append(person)
            (house.officers if duty is Duty.OFFICER else house.heads).append(login)

    def _hired(
        self, change: Change, house: House, login: str, duty: Duty, unit: UnitId
    ) -> tuple[PersonId, str]:
        person = PersonId(change.new_id())
        told = e.PersonParticulars(
            salt=change.entropy(e.SALT_BYTES), login=login, name=login, mail="", directory=""
        )
        change.record(e.PersonEntered(id=person, active=True), particulars=told)
        post = e.PostGiven(
            id=PostId(change.new_id()),
            person=person,
            agency=house.agency,
            unit=unit,
            duty=duty,
            title="",
            since=UNBOUNDED,
        )
        self._tell(change, house, post)
        self.events += 1
        return person, login

    def derive(self, change: Change, command: Derive) -> None:
        """Decide `Derive`."""
        for n, text in enumerate(command.texts):
            file = BlobId(digest_of(f"lists {n}".encode()))
            told = e.TextDerived(blob=file, text=text, reader=READER, salt=change.entropy(16))
            change.record(told)
            self.files.append(file)

    def give_again(self, change: Change, command: GiveAgain) -> None:
        """Decide `GiveAgain`."""
        for n in range(command.first, command.first + command.count):
            person = self.largest.people[n % len(self.largest.people)]
            self._line(change, self.largest, self.documents[n % len(self.documents)], "", person)

    def sow(self, change: Change, command: Sow) -> None:
        """Decide `Sow`."""
        for number in range(command.first, command.first + command.count):
            dice = random.Random(number)
            (place,) = dice.choices(range(len(self.houses)), cum_weights=self._weights)
            self._document(change, dice, place)

    def _document(self, change: Change, dice: random.Random, place: int) -> None:
        house, arrives = self.houses[place], dice.random() < INCOMING
        book = house.book if arrives else house.sent
        mine = house.numbers[book]
        house.numbers[book] = mine + 1
        registered = e.DocumentRegistered(
            id=DocumentId(change.new_id()),
            register=book,
            direction=Direction.INCOMING if arrives else Direction.OUTGOING,
            period=PERIOD,
            number=mine,
            symbol=f"{mine}/UBND-VP",
            issued=f"{PERIOD}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
            kind=dice.choice(KINDS),
            components=(
                e.ComponentHeld(
                    role=ComponentRole.MAIN,
                    blob=dice.choice(self.files),
                    size=40_000,
                    media_type="application/pdf",
                ),
            ),
            idempotency_key="",
            request=b"",
        )
        told = e.DocumentParticulars(
            salt=change.entropy(e.SALT_BYTES),
            issuer="UBND tỉnh",
            subject=_subject(dice, dice.choice(self._topics)),
            names=("công văn.pdf",),
        )
        self._tell(change, house, registered, told)
        if place == 0:
            self.documents.append(registered.id)
        if arrives:
            self._give(change, dice, house, registered.id, first=place == 0)

    def _give(
        self,
        change: Change,
        dice: random.Random,
        house: House,
        document: DocumentId,
        *,
        first: bool,
    ) -> None:
        """To a unit or, as often, to a person; every third paper to both."""
        draw = dice.random()
        hands = [(dice.choice(house.units), "")] if draw < 0.66 else []
        hands += [("", dice.choice(house.people))] if draw > 0.33 else []
        for unit, person in hands:
            self._line(change, house, document, unit, person)
            if first:
                self.given.setdefault(person or unit, []).append(document)

    def _line(
        self, change: Change, house: House, document: DocumentId, unit: str, person: str
    ) -> None:
        line = e.ReceiptGiven(
            id=ReceiptId(change.new_id()),
            document=document,
            role=Role.LEAD if unit else Role.SUPPORT,
            person=PersonId(person),
            unit=UnitId(unit),
            parent=ReceiptId(""),
            due=UNBOUNDED,
        )
        self._tell(change, house, line)

    def _tell(
        self,
        change: Change,
        house: House,
        body: e.AnyBody,
        told: e.DocumentParticulars | None = None,
    ) -> None:
        change.record(body, agency=house.agency, particulars=told)
        self.events += 1


def _subject(dice: random.Random, topic: Topic) -> str:
    return f"Về việc {topic.action}, {topic.matter}, lần {dice.randint(1, 999)}"


def texts_of(count: int) -> Iterator[bytes]:
    """Texts as files have them: sentences of the province's topics, about 2,400 characters."""
    topics = all_topics()
    phrases = [
        phrase
        for topic in topics
        for phrase in (*topic.reasons, *topic.tasks, *topic.results, *topic.limits)
    ]
    for number in range(count):
        dice, text = random.Random(f"text {number}"), ""
        while len(text) < TEXT:
            text += f"{dice.choice(phrases)}. "
        yield f"{text}Bản số {number}.".encode()


def rounds_of(total: int, size: int) -> Iterator[tuple[int, int]]:
    """The stretches of *size* that make up *total*."""
    for first in range(0, total, size):
        yield first, min(size, total - first)
