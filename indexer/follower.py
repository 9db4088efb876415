"""The followers (theo sau nhật ký): texts are read, then the index is kept up with the log.

Each reads the log from its own cursor, does a bounded step, and may do the same step twice.
What the index shows lags by a step; what was registered is never held up by a file. Steps grow
with what waits: what costs the same for one file or many (a sync, a commit) is paid once a step.
"""

import bisect
import io
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import islice
from typing import IO, BinaryIO, NamedTuple, cast

from indexer.index import Index, IndexedDocument
from indexer.text import ExtractedText, Extractor
from indexer.vietnamese import nfc
from repository.catalogue import tables as t
from repository.catalogue.dispatches import registries_sent
from repository.catalogue.receipts import recipients_of
from repository.catalogue.views import Reading
from repository.derivation import MoveCursor, RecordTexts, TextOutcome
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.incidents import TellOfBanner
from repository.landing import NODE
from repository.log.frame import Read
from repository.model.body import Body
from repository.model.dispatch_events import DispatchActed, DispatchSent
from repository.model.dispatches import GIVEN_BACK
from repository.model.document_access import tokens_of
from repository.model.documents import Document
from repository.model.events import (
    DocumentAmended,
    DocumentRecalled,
    DocumentRegistered,
    FileErased,
    FilesChanged,
    TextDerived,
)
from repository.model.ids import BlobId, DocumentId
from repository.model.receipt_events import ReceiptActed, ReceiptGiven
from repository.model.receipts import Act
from repository.model.references import files_named
from repository.model.secrecy import banner_in

TEXTS = "texts"
"""The name of the text follower's cursor."""
READER = "vankho-text/1"
"""Goes with every text; a better reader gets another number, and texts are read anew."""
EVENTS_A_STEP = 2048
"""Of both followers: with the same stride texts stay ahead, and a document is indexed once."""
FILES_A_BATCH = 256
"""Files whose texts are kept by one sync and recorded by one command: for both the keeper's turn is
waited for, which takes long while many register."""
BYTES_A_BATCH = 8 * 1024 * 1024
"""So large may they be together; a larger file is a batch of its own."""
STEP_SECONDS = 2.0
"""After so long no further batch is begun in a step: the index waits for it."""
IN_MEMORY_BYTES = 8 * 1024 * 1024
STEPS_REMEMBERED = 4096
TEXTS_REMEMBERED = 256
MAX_REMEMBERED = 64 * 1024
"""Characters of a text that is remembered for the next document that holds the same file."""


class _File(NamedTuple):
    """A file to be read."""

    blob: BlobId
    media_type: str
    size: int


class _Batch(NamedTuple):
    """Files that are read and recorded together."""

    files: list[_File]
    upto: int
    """Every event up to this one has been done with them."""


class _Found(NamedTuple):
    """What reading a file gave: a text, or the reason why there is none."""

    blob: BlobId
    text: str | None
    reason: str


class TextFollower:
    """Reads the files of registered documents, once each, and keeps their texts as blobs."""

    def __init__(
        self,
        holdings: Holdings,
        extractor: Extractor,
        *,
        threads: int = 1,
        batch: int = FILES_A_BATCH,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        """*threads*: how many files are read at once; the extractor's processes bound it too.

        *batch*: files that are recorded together, at most.
        """
        self._holdings = holdings
        self._extractor = extractor
        self._threads = threads
        self._batch = batch
        self._stopwatch = stopwatch

    def step(self) -> int:
        """Take the next events; return how many. Raise `ExtractorDown` when nothing can read."""
        with self._holdings.reading() as now:
            cursor = now.cursor(TEXTS)
        events = list(islice(self._holdings.events(cursor), EVENTS_A_STEP))
        if not events:
            return 0
        done, end = cursor, self._stopwatch() + STEP_SECONDS
        with ThreadPoolExecutor(self._threads, thread_name_prefix="texts") as pool:
            for batch in _batches(events, self._batch):
                self._record(list(pool.map(self._read, self._untried(batch.files))))
                done = batch.upto
                if self._stopwatch() >= end:
                    break
        self._holdings.keeper.submit(MoveCursor(caller=NODE, follower=TEXTS, sequence=done))
        return done - cursor

    def _untried(self, files: Iterable[_File]) -> list[_File]:
        """Those of *files* that this reader has not tried."""
        with self._holdings.reading() as now:
            return [file for file in files if not _tried(now, file.blob)]

    def _read(self, file: _File) -> _Found:
        try:
            with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as spool:
                self._fill(spool, file.blob)
                outcome = self._extractor.extract(cast("BinaryIO", spool), file.media_type)
        except Trouble as trouble:
            if trouble.slug() == "extractor-down" or trouble.kind is Kind.UNAVAILABLE:
                raise  # it says nothing of the file: it is read when the store node is back
            return _Found(file.blob, None, trouble.slug())
        if isinstance(outcome, ExtractedText):
            return _Found(file.blob, outcome.text, "")
        return _Found(file.blob, None, outcome.reason.value)

    def _fill(self, spool: IO[bytes], blob: BlobId) -> None:
        for piece in self._holdings.blobs.chunks(blob):
            spool.write(piece)
        spool.seek(0)

    def _record(self, found: list[_Found]) -> None:
        """Keep the texts, durably, then say whose they are."""
        with self._holdings.reading() as now:
            # Destroyed while it was read: its words are not kept either.
            found = [each for each in found if not now.erasure(each.blob)]
        if not found:
            return
        self._tell_of_banners(found)
        texts = [io.BytesIO(nfc(each.text).encode()) for each in found if each.text is not None]
        kept = iter(
            [receipt.id for receipt in self._holdings.blobs.put_many(texts, batch=self._batch)]
        )
        outcomes = tuple(
            TextOutcome(each.blob, None if each.text is None else next(kept), each.reason, READER)
            for each in found
        )
        self._holdings.keeper.submit(RecordTexts(caller=NODE, outcomes=outcomes))

    def _tell_of_banners(self, found: list[_Found]) -> None:
        """Tell those who administer where a text says that it is a state secret."""
        for each in found:
            if grade := banner_in(each.text or ""):
                told = TellOfBanner(caller=NODE, blob=each.blob, grade=grade)
                self._holdings.keeper.submit(told)


def _batches(events: Iterable[Read], most: int) -> Iterator[_Batch]:
    """The files that *events* name, each once, in batches of *most*; the last one ends with the events."""
    seen: set[BlobId] = set()
    files: list[_File] = []
    size = upto = 0
    for read in events:
        for held in files_named(read.event.body):
            if held.blob not in seen:
                seen.add(held.blob)
                files.append(_File(held.blob, held.media_type, held.size))
                size += held.size
        upto = read.sequence
        if len(files) >= most or size >= BYTES_A_BATCH:
            yield _Batch(files, upto)
            files, size = [], 0
    yield _Batch(files, upto)


class _Looked(NamedTuple):
    """A step of the index: what it did to the events from *first* to *last*."""

    first: int
    last: int
    upto: int
    """It saw the catalogue as it was after this event, or later."""


class IndexFollower:
    """Keeps the index up with the log."""

    def __init__(self, holdings: Holdings, index: Index, *, stride: int = EVENTS_A_STEP) -> None:
        """*stride*: events a step, at most."""
        self._holdings = holdings
        self._index = index
        self._stride = stride
        self._looked: list[_Looked] = []
        self._texts: dict[BlobId, str] = {}
        """The texts last read: a file is registered by several agencies, often one after another."""

    def step(self) -> int:
        """Index what the next events touch, in one commit; return how many events."""
        events = list(islice(self._holdings.events(self._index.position()), self._stride))
        if not events:
            return 0
        with self._holdings.reading() as now:
            upto = now.watermark().sequence
            documents = [now.document(each) for each in self._touched(now, events)]
        self._index.add(self._indexed(document) for document in documents if document)
        self._index.commit(events[-1].sequence)
        self._looked.append(_Looked(events[0].sequence, events[-1].sequence, upto))
        del self._looked[:-STEPS_REMEMBERED]
        return len(events)

    def _touched(self, now: Reading, events: Iterable[Read]) -> list[DocumentId]:
        """The documents whose index entry *events* change, each once, in order."""
        touched: dict[DocumentId, None] = {}
        for read in events:
            body = read.event.body
            if isinstance(body, DocumentRegistered | DocumentAmended | FilesChanged):
                touched[body.id] = None
            elif isinstance(body, FileErased | DocumentRecalled):
                touched[body.document] = None
            elif (who := _readers_changed(now, body)) and not self._has(now, who, read.sequence):
                touched[who] = None
            elif isinstance(body, TextDerived):
                holding = (each for each, _ in now.documents_holding(body.blob))
                lacking = (each for each in holding if not self._has(now, each, read.sequence))
                touched.update(dict.fromkeys(lacking))
        return list(touched)

    def _has(self, now: Reading, document: DocumentId, sequence: int) -> bool:
        """Say whether *document* was indexed by somebody who saw what event *sequence* did.

        What earlier lives of this follower saw is not known; then it is indexed once more.
        """
        found = now.document(document)
        if found is None:
            return False
        at = bisect.bisect_left(self._looked, found.sequence, key=lambda looked: looked.last)
        looked = self._looked[at] if at < len(self._looked) else None
        return looked is not None and looked.first <= found.sequence and looked.upto >= sequence

    def _indexed(self, document: Document) -> IndexedDocument:
        with self._holdings.reading() as now:
            agency = now.agency(document.agency)
            register = now.register(document.register)
            texts = [
                now.derived(part.blob)
                for part in document.components
                # What was recalled is found by its row alone: its words are not for everybody.
                if now.erased_from(document.id, part.blob) is None and not document.recalled
            ]
            access = tokens_of(
                document, recipients_of(now, document.id), registries_sent(now, document.id)
            )
        body = "\n".join(self._text(found.text) for found in texts if found and found.text)
        noted = document.metadata
        return IndexedDocument(
            id=document.id,
            agency=agency.code if agency else "",
            register=register.code if register else "",
            direction=document.direction.value,
            number=document.number,
            symbol=document.symbol,
            subject=document.subject,
            issuer=document.issuer,
            kind=document.kind,
            signer=f"{noted.signer.name} {noted.signer.position}".strip(),
            keywords=" ".join(noted.keywords),
            issued=date.fromisoformat(document.issued) if document.issued else None,
            registered=datetime.fromtimestamp(document.registered / 1_000_000, UTC),
            body=body,
            access=access,
        )

    def _text(self, text: BlobId) -> str:
        known = self._texts.get(text)
        if known is not None:
            return known
        read = self._read_text(text)
        if read and len(read) <= MAX_REMEMBERED:
            self._texts[text] = read
        if len(self._texts) > TEXTS_REMEMBERED:
            del self._texts[next(iter(self._texts))]
        return read

    def _read_text(self, text: BlobId) -> str:
        try:
            return self._holdings.blobs.read(text).decode()
        except Trouble as trouble:
            if trouble.kind is Kind.UNAVAILABLE:
                raise
            return ""  # a text that rotted away is read again by `check`, never a stop here


def _readers_changed(now: Reading, body: Body) -> DocumentId | None:
    """The document that *body* gives somebody to read, or takes from them.

    All else that happens to a line leaves the index alone (decision 13).
    """
    if isinstance(body, ReceiptGiven):
        return body.document
    if isinstance(body, ReceiptActed) and body.act is Act.RECALL:
        return body.document
    if isinstance(body, DispatchSent) and body.agency:
        return body.document
    if isinstance(body, DispatchActed) and body.act in GIVEN_BACK:
        dispatch = now.get(t.DISPATCHES, body.id)
        return dispatch.document if dispatch else None
    return None


def _tried(now: Reading, blob: BlobId) -> bool:
    found = now.derived(blob)
    return found is not None and found.reader == READER
