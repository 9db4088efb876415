"""What is looked at before a dossier is closed (kiểm tra trước khi kết thúc); all findings at once.

Decree 30/2020/NĐ-CP, Art. 29: whoever closes a dossier looks it through, takes out what is there twice,
and completes it. An *error* has to be mended; a *warning* may be let stand with a reason. The checks
are a table. Each sees what the one who looks may read: a finding about anything else would tell what is in
it, so whoever may not read everything cannot close.
"""

import enum
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from api.services.dossier_access import Seat
from api.services.dossier_items import shown_to
from repository.catalogue.dossier_items import items_of
from repository.catalogue.receipts import receipts_of
from repository.catalogue.relations import concerning, marks_of
from repository.catalogue.views import Reading
from repository.model.access import Caller
from repository.model.contents import NOTHING, contents_link
from repository.model.days import UNBOUNDED, Day
from repository.model.documents import ComponentRole, Document
from repository.model.dossiers import Dossier, Item, counted_from
from repository.model.ids import BlobId, DocumentId
from repository.model.receipts import ENDED, Receipt
from repository.model.registers import Direction
from repository.model.relations import Mark, RelationKind
from repository.model.retention import Form


class Check(enum.Enum):
    """What may be wrong with a dossier."""

    UNREADABLE = "unreadable"
    """Có mục mà người kiểm tra không được xem; cần người được xem hết kết thúc hồ sơ."""
    EMPTY = "empty"
    """Hồ sơ không có văn bản, tài liệu nào."""
    NOBODY_IN_CHARGE = "nobody-in-charge"
    """Chưa có người lập hồ sơ."""
    END_MISSING = "end-missing"
    """Chưa có ngày kết thúc, và không có văn bản nào ghi ngày để suy ra."""
    SAME_FILE_TWICE = "same-file-twice"
    """Cùng một tệp là nội dung chính của nhiều mục: tài liệu trùng."""
    IN_WORK = "in-work"
    """Văn bản còn dòng xử lý chưa kết thúc."""
    FILE_NOT_KEPT = "file-not-kept"
    """Tệp của một mục không còn trong kho."""
    WITHOUT_FILE = "without-file"
    """Văn bản chưa số hóa: không có tệp."""
    MAIN_MISSING = "main-missing"
    """Văn bản có phụ lục nhưng không có tệp chính."""
    FILE_REPEATED = "file-repeated"
    """Cùng một tệp nằm trong nhiều mục."""
    FILE_ERASED = "file-erased"
    """Nội dung tệp đã bị tiêu hủy."""
    NUMBER_MISSING = "number-missing"
    """Văn bản không có số, ký hiệu."""
    DATE_MISSING = "date-missing"
    """Văn bản không có ngày."""
    ANSWER_MISSING = "answer-missing"
    """Văn bản trả lời không có trong hồ sơ."""
    RECALL_MISSING = "recall-missing"
    """Văn bản đã bị thu hồi mà văn bản thu hồi không có trong hồ sơ."""
    VOIDED = "voided"
    """Số của văn bản đã bị hủy."""
    AFTER_THE_END = "after-the-end"
    """Văn bản ghi ngày sau ngày kết thúc hồ sơ."""
    TRIGGER_DAY_MISSING = "trigger-day-missing"
    """Chưa có ngày bắt đầu tính thời hạn bảo quản."""


ERRORS = frozenset(
    {
        Check.UNREADABLE,
        Check.EMPTY,
        Check.NOBODY_IN_CHARGE,
        Check.END_MISSING,
        Check.SAME_FILE_TWICE,
        Check.IN_WORK,
        Check.FILE_NOT_KEPT,
    }
)
"""What has to be mended; everything else is a warning."""


class Finding(msgspec.Struct, frozen=True, array_like=True):
    """Something that was found."""

    check: Check
    positions: tuple[int, ...] = ()
    """Of the items it is about, from 1."""
    file: BlobId = BlobId(b"")

    @property
    def is_error(self) -> bool:
        """It has to be mended."""
        return self.check in ERRORS


class Content(NamedTuple):
    """An item with its document and whoever has that in hand."""

    position: int
    item: Item
    document: Document | None
    receipts: tuple[Receipt, ...]

    @property
    def files(self) -> tuple[BlobId, ...]:
        """All of its files."""
        if self.document:
            return tuple(one.blob for one in self.document.components)
        return (self.item.blob,)

    @property
    def main(self) -> BlobId | None:
        """The file that says what it is about, if there is one."""
        if self.document is None:
            return self.item.blob
        mains = (one for one in self.document.components if one.role is ComponentRole.MAIN)
        return next((one.blob for one in mains), None)

    @property
    def dated(self) -> str:
        """The day it bears, or none."""
        return self.document.issued if self.document else ""


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as it was found, at a revision."""

    revision: int
    findings: tuple[Finding, ...]
    ended: Day
    """As noted; else the last day that a document bears."""
    form: Form
    documents: int
    pages: int
    contents: bytes

    @property
    def errors(self) -> bool:
        """Something has to be mended."""
        return any(one.is_error for one in self.findings)


class Inspector(NamedTuple):
    """Who looks a dossier through: of what they may not read they are told that it is there."""

    caller: Caller
    seat: Seat
    today: Day


class _Looked(NamedTuple):
    """What the checks see."""

    reading: Reading
    dossier: Dossier
    """With the day on which the work ended."""
    contents: tuple[Content, ...]
    """What the inspector may read."""
    hidden: tuple[int, ...]
    """The positions of everything else."""


def examine(reading: Reading, inspector: Inspector, dossier: Dossier, ended: Day) -> Examined:
    """Look through *dossier*, which ends on the day *ended*, or else with its last document.

    Some 50 microseconds an item: never in the keeper.
    """
    caller, seat, today = inspector
    shown = tuple(shown_to(reading, caller, seat, dossier))
    contents = tuple(_content(reading, one.position, one.item) for one in shown if one.item)
    hidden = tuple(one.position for one in shown if one.item is None)
    dates = (one.dated for one in contents if one.dated and one.dated <= today)
    last = max(dates, default="")
    ended = ended or dossier.ended or (Day(max(last, dossier.started)) if last else UNBOUNDED)
    ending = msgspec.structs.replace(dossier, ended=ended)
    looked = _Looked(reading, ending, contents, hidden)
    return Examined(
        revision=dossier.revision,
        findings=tuple(finding for check in CHECKS for finding in check(looked)),
        ended=ended,
        form=form_of(contents),
        documents=dossier.documents,
        pages=dossier.pages,
        contents=chain_over(reading, dossier),
    )


def chain_over(reading: Reading, dossier: Dossier) -> bytes:
    """The chain over all items of *dossier*, whoever may read them."""
    chain = NOTHING
    for position, item in enumerate(items_of(reading, dossier.id), 1):
        document = reading.document(item.document) if item.document else None
        chain = contents_link(chain, position, item, document)
    return chain


def _content(reading: Reading, position: int, item: Item) -> Content:
    document = reading.document(item.document) if item.document else None
    lines = tuple(receipts_of(reading, item.document)) if item.document else ()
    return Content(position, item, document, lines)


def form_of(contents: tuple[Content, ...]) -> Form:
    """Whether all of *contents* have files, none, or some."""
    with_files = sum(bool(one.files) for one in contents)
    if with_files == len(contents):
        return Form.ELECTRONIC
    return Form.MIXED if with_files else Form.PAPER


# The checks.


def _unreadable(looked: _Looked) -> Iterator[Finding]:
    if looked.hidden:
        yield Finding(Check.UNREADABLE, looked.hidden)


def _empty(looked: _Looked) -> Iterator[Finding]:
    if not looked.dossier.items:
        yield Finding(Check.EMPTY)


def _nobody(looked: _Looked) -> Iterator[Finding]:
    if not looked.dossier.person:
        yield Finding(Check.NOBODY_IN_CHARGE)


def _end(looked: _Looked) -> Iterator[Finding]:
    if not looked.dossier.ended:
        yield Finding(Check.END_MISSING)


def _trigger(looked: _Looked) -> Iterator[Finding]:
    permanent = looked.dossier.retention.years is None
    if looked.dossier.ended and not permanent and not counted_from(looked.dossier):
        yield Finding(Check.TRIGGER_DAY_MISSING)


def _same_files(looked: _Looked) -> Iterator[Finding]:
    """The same main file in several items is the same paper; elsewhere it may be an attachment."""
    mains: dict[BlobId, set[int]] = defaultdict(set)
    anywhere: dict[BlobId, set[int]] = defaultdict(set)
    for one in looked.contents:
        if one.main:
            mains[one.main].add(one.position)
        for blob in one.files:
            anywhere[blob].add(one.position)
    for blob, positions in anywhere.items():
        twice = mains.get(blob, set())
        if len(twice) > 1:
            yield Finding(Check.SAME_FILE_TWICE, tuple(sorted(twice)), blob)
        elif len(positions) > 1:
            yield Finding(Check.FILE_REPEATED, tuple(sorted(positions)), blob)


def _files(looked: _Looked) -> Iterator[Finding]:
    for one in looked.contents:
        for blob in one.files:
            if looked.reading.erasure(blob) or one.item.purge:
                yield Finding(Check.FILE_ERASED, (one.position,), blob)
            elif looked.reading.row(blob) is None:
                yield Finding(Check.FILE_NOT_KEPT, (one.position,), blob)


def _answers(looked: _Looked) -> Iterator[Finding]:
    """An answer is looked for among the items, wherever the line that it ended stands."""
    present: set[DocumentId] = {one.item.document for one in looked.contents if one.item.document}
    for one in looked.contents:
        if any(line.answer and line.answer not in present for line in one.receipts):
            yield Finding(Check.ANSWER_MISSING, (one.position,))


def _recalls(looked: _Looked) -> Iterator[Finding]:
    """A document that was recalled goes with the one that recalled it."""
    present = {one.item.document for one in looked.contents if one.item.document}
    for one in looked.contents:
        if one.document is None:
            continue
        marks = {marked.mark for marked in marks_of(looked.reading, one.document.id)}
        if Mark.RECALLED in marks and not present & _recalling(looked.reading, one.document.id):
            yield Finding(Check.RECALL_MISSING, (one.position,))


def _recalling(reading: Reading, document: DocumentId) -> set[DocumentId]:
    """The documents that recall *document*."""
    return {
        relation.source
        for relation in concerning(reading, document)
        if relation.kind is RelationKind.RECALLS
        and relation.target == document
        and not relation.withdrawn
    }


Condition = Callable[[Content, Document, Dossier], bool]


def _is_in_work(one: Content, _document: Document, _dossier: Dossier) -> bool:
    return any(line.state not in ENDED for line in one.receipts)


def _has_no_file(_one: Content, document: Document, _dossier: Dossier) -> bool:
    return not document.components


def _has_no_main(one: Content, document: Document, _dossier: Dossier) -> bool:
    return bool(document.components) and one.main is None


def _has_no_number(_one: Content, document: Document, _dossier: Dossier) -> bool:
    return not document.symbol


def _has_no_date(_one: Content, document: Document, _dossier: Dossier) -> bool:
    return not document.issued


def _is_voided(_one: Content, document: Document, _dossier: Dossier) -> bool:
    return bool(document.voided)


def _is_after_the_end(_one: Content, document: Document, dossier: Dossier) -> bool:
    outgoing = document.direction is Direction.OUTGOING
    return bool(dossier.ended) and outgoing and document.issued > dossier.ended


CONDITIONS: dict[Check, Condition] = {
    Check.IN_WORK: _is_in_work,
    Check.WITHOUT_FILE: _has_no_file,
    Check.MAIN_MISSING: _has_no_main,
    Check.NUMBER_MISSING: _has_no_number,
    Check.DATE_MISSING: _has_no_date,
    Check.VOIDED: _is_voided,
    Check.AFTER_THE_END: _is_after_the_end,
}
"""What is asked of every registered document; all of which it is so are told together."""


def _of_each(looked: _Looked) -> Iterator[Finding]:
    for check, holds in CONDITIONS.items():
        found = tuple(
            one.position
            for one in looked.contents
            if one.document and holds(one, one.document, looked.dossier)
        )
        if found:
            yield Finding(check, found)


CHECKS: tuple[Callable[[_Looked], Iterator[Finding]], ...] = (
    _unreadable,
    _empty,
    _nobody,
    _end,
    _same_files,
    _of_each,
    _files,
    _answers,
    _recalls,
    _trigger,
)
"""In the order in which they are told."""
