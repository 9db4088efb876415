"""To whom a paper is given (phân công, chuyển): the rules for new recipient lines."""

from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from api.services import fields
from api.services.access import present
from api.services.deadlines import due_of
from api.services.organisation import UnknownPerson, login_of, unit_named
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.organisation import person_by_login, posts_of
from repository.catalogue.receipts import receipts_of
from repository.errors import Kind, Trouble
from repository.model import events as e
from repository.model.days import Day, day_of
from repository.model.documents import Document
from repository.model.ids import AgencyId, PersonId, ReceiptId, UnitId
from repository.model.receipts import ENDED, Receipt, Role, hand, holder_of

MAX_LINES = 100
"""Recipients given a paper at once."""
MAX_WORDS = 2000
"""Characters of an instruction or a reason; Annex VI leaves TraceHeaderList unbounded."""


class LineGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom a paper is given; also part of the body of a request."""

    role: Role
    login: str = ""
    """Of a person who works in the agency; or empty, and then a unit."""
    unit: str = ""
    """Short name of a unit of the agency."""
    due: fields.DayText = ""
    """The last day; empty = none."""
    working_days: Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 366})] = 0
    """Instead of `due`: so many working days after today."""


class Once(NamedTuple):
    """By what giving is known again when it is asked for once more."""

    key: str = ""
    """Empty = it is not."""
    request: bytes = b""


class NotOfOneAgency(Trouble):
    """{holder} does not work in this agency today ({path})."""

    kind = Kind.INVALID
    vietnamese = "{holder} hiện không làm việc tại cơ quan này ({path})."


class SecondLead(Trouble):
    """Somebody leads already; a paper has one lead among those it is given to ({path})."""

    kind = Kind.CONFLICT
    vietnamese = "Đã có đơn vị hoặc người chủ trì; mỗi lần giao chỉ một chủ trì ({path})."


class InHandAlready(Trouble):
    """{holder} has this paper in hand already ({path})."""

    kind = Kind.CONFLICT
    vietnamese = "{holder} đang giữ văn bản này ({path})."


class OnlyForInformation(Trouble):
    """Who was given it for information hands it on for information only ({path})."""

    kind = Kind.INVALID
    vietnamese = "Dòng để biết chỉ được chuyển tiếp để biết ({path})."


class DueTooLate(Trouble):
    """{path}: the last day {due} is after {limit}, that of the line above."""

    kind = Kind.INVALID
    vietnamese = "{path}: hạn {due} sau hạn {limit} của dòng trên."


def give(
    change: Change,
    document: Document,
    parent: Receipt | None,
    lines: tuple[LineGiven, ...],
    instruction: str,
    once: Once,
) -> tuple[Receipt, ...]:
    """Let *document* be given to *lines*, which answer to *parent* or to the registry.

    Raise `SecondLead`, `InHandAlready`, `NotOfOneAgency`, `OnlyForInformation`, `DueTooLate`,
    `UnknownPerson`, `UnknownUnit`, `CalendarUnknown` or of `fields`.
    """
    if not 1 <= len(lines) <= MAX_LINES:
        raise fields.FieldUnfit(path="$.lines", expected=f"1–{MAX_LINES}")
    words = fields.line("$.instruction", instruction, limit=MAX_WORDS)
    given_now: list[Receipt] = []
    for n, line in enumerate(lines):
        asked = _line(change, document, parent, f"$.lines[{n}]", line)
        body = msgspec.structs.replace(asked, idempotency_key=once.key, request=once.request)
        change.record(body, agency=document.agency, particulars=written(change, words))
        given_now.append(present(change.get(t.RECEIPTS, body.id)))
    return tuple(given_now)


def _line(
    change: Change, document: Document, parent: Receipt | None, path: str, line: LineGiven
) -> e.ReceiptGiven:
    person, unit, desk = _holder(change, document.agency, path, line)
    due = due_of(change, path, line.due, line.working_days)
    above = parent.id if parent else ReceiptId("")
    body = e.ReceiptGiven(
        id=ReceiptId(change.new_id()),
        document=document.id,
        role=line.role,
        person=person,
        unit=unit,
        parent=above,
        due=due,
        desk=desk,
    )
    _require_open(change, path, body, holder=line.login or line.unit)
    if parent and parent.role is Role.INFORMATION and line.role is not Role.INFORMATION:
        raise OnlyForInformation(path=f"{path}.role")
    require_due(change, f"{path}.due", due, above)
    return body


def _require_open(change: Change, path: str, body: e.ReceiptGiven, *, holder: str) -> None:
    """Raise where the holder has the paper in hand, or another leads beside them."""
    mine = hand(body.person, body.unit)
    for other in receipts_of(change, body.document):
        if other.state in ENDED:
            continue
        if holder_of(other) == mine:
            raise InHandAlready(path=path, holder=holder)
        if other.parent == body.parent and Role.LEAD is other.role is body.role:
            raise SecondLead(path=f"{path}.role")


def require_due(change: Change, path: str, due: Day, above: ReceiptId) -> None:
    """Raise `DueTooLate` where *due* is after the last day of the line *above*."""
    parent = change.get(t.RECEIPTS, above) if above else None
    if parent and parent.due and due and due > parent.due:
        raise DueTooLate(path=path, due=due, limit=parent.due)


def _holder(
    change: Change, agency: AgencyId, path: str, line: LineGiven
) -> tuple[PersonId, UnitId, UnitId]:
    """The person or the unit, and of a person the unit in which they work."""
    if bool(line.login) is bool(line.unit):
        raise fields.FieldUnfit(path=path, expected="login ⊻ unit")
    if line.unit:
        kept = present(change.agency(agency))
        return PersonId(""), unit_named(change, kept, f"{path}.unit", line.unit), UnitId("")
    login = login_of(f"{path}.login", line.login)
    person = person_by_login(change, login)
    if person is None:
        raise UnknownPerson(path=f"{path}.login", login=login)
    held = posts_of(change, person.id, day_of(change.stamp.at))
    here = [post.unit for post in held if post.agency == agency]
    if not here:
        raise NotOfOneAgency(path=f"{path}.login", holder=login)
    return person.id, UnitId(""), next(filter(None, here), UnitId(""))


def written(change: Change, words: str) -> e.WordsWritten | None:
    """*words* as the particulars of an event; none for none."""
    return e.WordsWritten(change.entropy(e.SALT_BYTES), words) if words else None
