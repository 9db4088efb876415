"""The followers (theo sau nhật ký): texts are read, then the index is kept up with the log.

Each reads the log from its own cursor, does a bounded step, and may do the same step twice.
What the index shows lags by a step; what was registered is never held up by a file.
"""

import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import islice
from typing import IO, BinaryIO, cast

from indexer.index import Index, IndexedDocument
from indexer.text import ExtractedText, Extractor
from indexer.vietnamese import nfc
from repository.catalogue.views import Reading
from repository.derivation import MoveCursor, RecordText
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.incidents import TellOfBanner
from repository.landing import NODE
from repository.log.frame import Read
from repository.model.documents import Document
from repository.model.events import DocumentAmended, DocumentRegistered, FileErased, TextDerived
from repository.model.ids import BlobId, DocumentId
from repository.model.secrecy import banner_in

TEXTS = "texts"
"""The name of the text follower's cursor."""
READER = "vankho-text/1"
"""Goes with every text; a better reader gets another number, and texts are read anew."""
EVENTS_A_STEP = 256
IN_MEMORY_BYTES = 8 * 1024 * 1024


class TextFollower:
    """Reads the files of registered documents, once each, and keeps their texts as blobs."""

    def __init__(self, holdings: Holdings, extractor: Extractor, *, threads: int = 1) -> None:
        """*threads*: how many files are read at once; the extractor's processes bound it too."""
        self._holdings = holdings
        self._extractor = extractor
        self._threads = threads

    def step(self) -> int:
        """Take the next events; return how many. Raise `ExtractorDown` when nothing can read."""
        with self._holdings.reading() as now:
            cursor = now.cursor(TEXTS)
        events = list(islice(self._holdings.events(cursor), EVENTS_A_STEP))
        if not events:
            return 0
        with ThreadPoolExecutor(self._threads, thread_name_prefix="texts") as pool:
            list(pool.map(self._read, self._unread(events)))
        last = events[-1].sequence
        self._holdings.keeper.submit(MoveCursor(caller=NODE, follower=TEXTS, sequence=last))
        return len(events)

    def _unread(self, events: Iterable[Read]) -> list[tuple[BlobId, str]]:
        """The blobs in *events* that no reader has tried, with their media types."""
        coming = {
            held.blob: held.media_type
            for read in events
            if isinstance(read.event.body, DocumentRegistered)
            for held in read.event.body.components
        }
        with self._holdings.reading() as now:
            return [(blob, media) for blob, media in coming.items() if not _tried(now, blob)]

    def _read(self, file: tuple[BlobId, str]) -> None:
        blob, media_type = file
        try:
            with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as spool:
                self._fill(spool, blob)
                outcome = self._extractor.extract(cast("BinaryIO", spool), media_type)
        except Trouble as trouble:
            if trouble.slug() == "extractor-down" or trouble.kind is Kind.UNAVAILABLE:
                raise  # it says nothing of the file: it is read when the store node is back
            self._record(blob, None, trouble.slug())
            return
        if isinstance(outcome, ExtractedText):
            self._record(blob, outcome.text, "")
        else:
            self._record(blob, None, outcome.reason.value)

    def _fill(self, spool: IO[bytes], blob: BlobId) -> None:
        for piece in self._holdings.blobs.chunks(blob):
            spool.write(piece)
        spool.seek(0)

    def _record(self, blob: BlobId, text: str | None, reason: str) -> None:
        with self._holdings.reading() as now:
            if now.erasure(blob):
                return  # destroyed while it was read: its words are not kept either
        if grade := banner_in(text or ""):
            told = TellOfBanner(caller=NODE, blob=blob, grade=grade)
            self._holdings.keeper.submit(told)
        kept = None if text is None else self._kept(text)
        self._holdings.keeper.submit(
            RecordText(caller=NODE, blob=blob, text=kept, reason=reason, reader=READER)
        )

    def _kept(self, text: str) -> BlobId:
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as spool:
            spool.write(nfc(text).encode())
            spool.seek(0)
            return self._holdings.blobs.put(cast("BinaryIO", spool)).id


class IndexFollower:
    """Keeps the index up with the log."""

    def __init__(self, holdings: Holdings, index: Index) -> None:
        self._holdings = holdings
        self._index = index

    def step(self) -> int:
        """Index what the next events touch, in one commit; return how many events."""
        events = list(islice(self._holdings.events(self._index.position()), EVENTS_A_STEP))
        if not events:
            return 0
        with self._holdings.reading() as now:
            documents = [now.document(each) for each in _touched(now, events)]
        self._index.add(self._indexed(document) for document in documents if document)
        self._index.commit(events[-1].sequence)
        return len(events)

    def _indexed(self, document: Document) -> IndexedDocument:
        with self._holdings.reading() as now:
            agency = now.agency(document.agency)
            register = now.register(document.register)
            texts = [
                now.derived(part.blob)
                for part in document.components
                if now.erased_from(document.id, part.blob) is None
            ]
        body = "\n".join(self._text(found.text) for found in texts if found and found.text)
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
            issued=date.fromisoformat(document.issued) if document.issued else None,
            registered=datetime.fromtimestamp(document.registered / 1_000_000, UTC),
            body=body,
            access=(document.agency,),
        )

    def _text(self, text: BlobId) -> str:
        try:
            return self._holdings.blobs.read(text).decode()
        except Trouble as trouble:
            if trouble.kind is Kind.UNAVAILABLE:
                raise
            return ""  # a text that rotted away is read again by `check`, never a stop here


def _tried(now: Reading, blob: BlobId) -> bool:
    found = now.derived(blob)
    return found is not None and found.reader == READER


def _touched(now: Reading, events: Iterable[Read]) -> list[DocumentId]:
    """The documents whose index entry *events* change, each once, in order."""
    touched: dict[DocumentId, None] = {}
    for read in events:
        body = read.event.body
        if isinstance(body, DocumentRegistered | DocumentAmended):
            touched[body.id] = None
        elif isinstance(body, FileErased):
            touched[body.document] = None
        elif isinstance(body, TextDerived):
            touched.update(dict.fromkeys(each for each, _ in now.documents_holding(body.blob)))
    return list(touched)
