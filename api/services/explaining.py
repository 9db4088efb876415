"""Why somebody may see a document, or may not (giải thích quyền): the decision itself, in words."""

from datetime import datetime

import msgspec

from api.services.access import decision_on, given, present
from api.services.organisation import UnknownPerson, login_of
from api.services.persons import person_calling
from repository.catalogue.organisation import person_by_login
from repository.catalogue.receipts import recipients_of
from repository.catalogue.views import Reading
from repository.model.access import Caller, Decision, Hidden, Right, Rule, holds
from repository.model.document_access import tokens_for, tokens_of
from repository.model.documents import Document
from repository.model.ids import DocumentId
from repository.model.people import Person


class Told(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    vi: str
    en: str


WORDS: dict[Rule, Told] = {
    Rule.POST: Told(
        "Được xem: vị trí công tác hôm nay cho đọc mọi văn bản của cơ quan.",
        "Allowed: a post of today lets them read all papers of the agency.",
    ),
    Rule.PROGRAM: Told(
        "Được xem: mã truy cập của phần mềm có quyền đọc tại cơ quan.",
        "Allowed: a program's token may read in the agency.",
    ),
    Rule.MANDATE: Told(
        "Được xem: đang thay mặt người có vị trí cho đọc mọi văn bản của cơ quan.",
        "Allowed: they stand in for somebody whose post lets read all papers of the agency.",
    ),
    Rule.SUCCESSION: Told(
        "Được xem: cơ quan nơi họ đọc kế thừa cơ quan của văn bản.",
        "Allowed: an agency where they read has followed that of the document.",
    ),
    Rule.CUSTODY: Told(
        "Được xem: là lưu trữ viên của cơ quan giữ phông đã đóng.",
        "Allowed: an archivist of the agency that keeps the closed fonds.",
    ),
    Rule.LINE: Told(
        "Được xem: đã được giao văn bản này (dòng xử lý chưa bị thu hồi).",
        "Allowed: they were given this paper, and it was not recalled.",
    ),
    Rule.UNIT: Told(
        "Được xem: đơn vị do họ phụ trách, hoặc đơn vị bên dưới, đã được giao văn bản này.",
        "Allowed: a unit that they head, or one below it, was given this paper.",
    ),
    Rule.GRADE: Told(
        "Không được xem: văn bản mức hạn chế, mà họ không được tiếp cận mức này tại cơ quan.",
        "Refused: the document is restricted, and they have no clearance in the agency.",
    ),
    Rule.RIGHT: Told(
        "Không được xem: làm việc tại cơ quan nhưng không có quyền đọc chung, "
        "và không được giao văn bản này.",
        "Refused: they work in the agency without reading all of it, and were not given this paper.",
    ),
    Rule.NOTHING: Told(
        "Không được xem: hôm nay không có vị trí, kế thừa hay dòng xử lý nào dẫn tới văn bản này.",
        "Refused: no post, succession or recipient line of today leads to this document.",
    ),
}
"""What each rule says of reading a document."""
NOBODY = Told(
    "Không được xem: người này không được đăng nhập.", "Refused: this person may not sign in."
)
"""What is said of who may not sign in: no rule is asked."""


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a person may see a document, and why."""

    person: Person
    document: Document
    decision: Decision
    told: Told
    tokens: tuple[str, ...]
    """Under which of the index's tokens they find it; none where they may not see it."""


def explain(reading: Reading, login: str, document: str, now: datetime) -> Explained:
    """Whether who signs in as *login* may see the document at *now*, and by which rule.

    Raise `UnknownPerson`, `FieldUnfit`, or `Hidden` where there is no such document.
    """
    person = person_by_login(reading, login_of("login", login))
    if person is None:
        raise UnknownPerson(path="login", login=login)
    found = present(reading.document(DocumentId(given(document))))
    caller = person_calling(reading, person.id, now)
    if caller is None:
        nothing = Decision(allowed=False, rule=Rule.NOTHING)
        return Explained(person=person, document=found, decision=nothing, told=NOBODY, tokens=())
    decision = decision_on(reading, caller, found)
    return Explained(
        person=person,
        document=found,
        decision=decision,
        told=WORDS[decision.rule],
        tokens=_shared(reading, caller, found),
    )


def explain_to(
    reading: Reading, asking: Caller, login: str, document: str, now: datetime
) -> Explained:
    """As `explain`, for who administers the agency of the document; raise `Hidden` otherwise."""
    found = present(reading.document(DocumentId(given(document))))
    if not holds(asking, Right.ADMINISTER, found.agency):
        raise Hidden
    return explain(reading, login, document, now)


def _shared(reading: Reading, caller: Caller, document: Document) -> tuple[str, ...]:
    theirs = tokens_for(caller, (document.agency,))
    held = tokens_of(document, recipients_of(reading, document.id))
    return tuple(token for token in held if token in theirs)
