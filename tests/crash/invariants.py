"""What must hold of a store whatever befell it, given what its clients were told.

I1 what was acknowledged is there, the same · I2 numbers are consecutive · I3 what is referred to
exists and has its name · I4 no name over wrong bytes · I7 the log only grows · I8 the same key
gets the first answer. The catalogue must say what the log says, row for row.
"""

from collections.abc import Iterable
from itertools import pairwise

from api.services.registration import register
from repository.blobs.address import digest_of
from repository.catalogue import tables as t
from repository.catalogue.engine import Engine
from repository.catalogue.memory_engine import MemoryEngine
from repository.catalogue.projection import apply
from repository.catalogue.tree import entered
from repository.catalogue.views import Reading, Writing
from repository.holdings import Holdings
from repository.log.frame import Read
from repository.model import merkle
from repository.model.ids import BlobId, DocumentId, RegisterId
from repository.model.registers import first_number
from tests.crash.clerk import OFFICE, Amended, BlobKept, LogSeen, Numbered, Told, registration

Rows = dict[str, list[tuple[bytes, bytes]]]


def invariants(holdings: Holdings, told: Iterable[Told], *, answers: bool = True) -> None:
    """Fail unless all of them hold; *answers*: also ask again with every key."""
    promised = list(told)
    what_is_readable(holdings, promised)
    if answers:
        for one in promised:
            if isinstance(one, Numbered):
                _gets_the_first_answer(holdings, one)


def what_is_readable(holdings: Holdings, told: list[Told]) -> None:
    """The part that asks for no writing: it must hold even of a disk that is full."""
    _blobs_have_their_names(holdings, {one.blob for one in told if isinstance(one, BlobKept)})
    _registers_are_whole(holdings)
    _promised_numbers_stand(holdings, [one for one in told if isinstance(one, Numbered)])
    _amendments_stand(holdings, [one for one in told if isinstance(one, Amended)])
    events = list(holdings.events(0))
    _log_is_whole(holdings, events, [one for one in told if isinstance(one, LogSeen)])
    _catalogue_says_what_the_log_says(holdings, events)


def _blobs_have_their_names(holdings: Holdings, promised: set[bytes]) -> None:
    with holdings.reading() as now:
        known = {BlobId(key) for key, _ in now._txn.scan(t.BLOBS.name, b"")}
        named = {key for key, _ in now._txn.scan(t.HOLDERS.name, b"")}
    assert promised <= known, "an acknowledged blob is missing"
    assert {key[:32] for key in named} <= known, "a document holds a blob that is missing"
    for blob in known:
        assert digest_of(holdings.blobs.read(blob)) == blob


def _registers_are_whole(holdings: Holdings) -> None:
    with holdings.reading() as now:
        documents = {document.id: document for _, document in now.scan(t.DOCUMENTS)}
        series: dict[tuple[RegisterId, int], list[int]] = {}
        for key, entry in now.scan(t.ENTRIES):
            register_id, period, number = (
                RegisterId(str(key[0])),
                int(str(key[1])),
                int(str(key[2])),
            )
            series.setdefault((register_id, period), []).append(number)
            document = documents.pop(entry.document)
            assert (document.register, document.period, document.number) == (
                register_id,
                period,
                number,
            )
        assert not documents, "a document stands in no register"
        for (register_id, period), numbers in series.items():
            book = now.register(register_id)
            assert book is not None
            first = first_number(book, period)
            assert numbers == list(range(first, first + len(numbers))), "a number is missing"
            assert now.next_number(register_id, period) == numbers[-1] + 1


def _promised_numbers_stand(holdings: Holdings, told: list[Numbered]) -> None:
    places = {(one.register, one.period, one.number): one.document for one in told}
    assert len(set(places.values())) == len(places), "a document has two numbers"
    with holdings.reading() as now:
        for one in told:
            assert places[one.register, one.period, one.number] == one.document
            document = now.document(DocumentId(one.document))
            assert document is not None, "an acknowledged document is missing"
            assert (document.register, document.period, document.number) == (
                one.register,
                one.period,
                one.number,
            )
            (main,) = document.components
            assert holdings.blobs.read(main.blob) == one.content


def _amendments_stand(holdings: Holdings, told: list[Amended]) -> None:
    with holdings.reading() as now:
        for one in told:
            document = now.document(DocumentId(one.document))
            assert document is not None
            revisions = [*now.history(document.id), document]
            assert [each.revision for each in revisions] == list(range(1, len(revisions) + 1))
            assert revisions[one.revision - 1].subject == one.subject


def _log_is_whole(holdings: Holdings, events: list[Read], seen: list[LogSeen]) -> None:
    assert [read.sequence for read in events] == list(range(1, len(events) + 1))
    assert holdings.checkpoint() == (len(events), root_at(events, len(events)))
    for one in seen:
        assert root_at(events, one.size) == one.root, "the log has changed behind a checkpoint"
    feeds: dict[str, list[int]] = {}
    for read in events:
        feeds.setdefault(read.event.agency, [0]).append(read.event.agency_sequence)
    assert all(b == a + 1 for feed in feeds.values() for a, b in pairwise(feed))


def root_at(events: list[Read], size: int) -> bytes:
    assert size <= len(events), "acknowledged events are missing"
    return merkle.root_of(read.canonical for read in events[:size])


def _catalogue_says_what_the_log_says(holdings: Holdings, events: list[Read]) -> None:
    afresh = MemoryEngine(tables=t.TABLE_NAMES)
    with afresh.writing() as txn:
        rows, mark = Writing(txn), t.Watermark()
        for read in events:
            apply(rows, read.event, read.particulars)
            mark = entered(rows, mark, read.canonical)
    assert rows_of(holdings.engine, t.FROM_LOG) == rows_of(afresh, t.FROM_LOG)


def rows_of(engine: Engine, tables: Iterable[t.Table]) -> Rows:
    """Every row of *tables*, as bytes."""
    with engine.reading() as txn:
        return {table.name: list(txn.scan(table.name, b"")) for table in tables}


def _gets_the_first_answer(holdings: Holdings, one: Numbered) -> None:
    asked = registration(one.key, one.content)
    again = register(holdings.keeper, OFFICE, asked, key=one.key)
    assert again.replayed
    assert (again.document.id, again.document.number) == (one.document, one.number)
    with holdings.reading() as now:
        assert isinstance(now, Reading)
