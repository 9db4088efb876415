"""The second engine: an index of Whoosh's, for small collections and as a check on the first.

Rules for the file: the same fields as in `indexer.tantivy_index`, cut into words by our own
`words`. What Whoosh cannot say as docs/query.md means it is refused.
"""

import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, cast

from whoosh import query as untyped_query
from whoosh.analysis import Analyzer, Token
from whoosh.fields import ID, NUMERIC, STORED, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import LockError

from indexer.index import (
    MAX_WORD,
    Hit,
    Hits,
    IndexBroken,
    IndexBusy,
    IndexedDocument,
    OperatorUnsupported,
    admitted,
    check_page,
    registered_day,
    stored_text,
)
from indexer.language.tree import (
    DATE_FIELDS,
    KEY_FIELDS,
    TEXT_FIELDS,
    All,
    And,
    DateRange,
    Field,
    Fuzzy,
    Is,
    Leaf,
    Not,
    NumberRange,
    Or,
    Phrase,
    Prefix,
    Query,
    Symbol,
    Term,
    Wildcard,
)
from indexer.schema import (
    DOCUMENT_ROW,
    MARKED_WEIGHT,
    PART_OF_SYMBOL,
    POSITION_ROW,
    SAME_SYMBOL,
    WEIGHTS,
    names,
    twin,
)
from indexer.snippets import snippet
from indexer.vietnamese import (
    exact,
    folded,
    is_marked,
    nfc,
    raw_key,
    symbol_key,
    symbol_parts,
    words,
)

MEMORY = 128
"""MiB a writer fills before it writes a segment."""

engine = cast("Any", untyped_query)
storage = cast("Any", FileStorage)


class Words(Analyzer):
    """Our own words, in lower case with their marks, each at its place."""

    def __call__(self, value: str, *, start_pos: int = 0, **_: object) -> Iterator[Any]:
        token = cast("Any", Token(positions=True))
        for place, word in enumerate(words(value.lower()), start_pos):
            if len(word.encode()) < MAX_WORD:  # a longer one leaves its place empty
                token.text, token.pos = self.form(word), place
                token.boost, token.stopped = 1.0, False
                yield token

    def form(self, word: str) -> str:
        """Give the form of *word* that is indexed."""
        return exact(word)


class FoldedWords(Words):
    """Our own words without their marks."""

    def form(self, word: str) -> str:
        return folded(word)


class Folder(FileStorage):
    """A folder of Whoosh's files; of those that it could not read to the end, none stays open.

    Whoosh closes a file behind the last byte it wants. Each thread is seen to by itself: others
    may be in the midst of a search.
    """

    def __init__(self, path: Path) -> None:
        storage.__init__(self, str(path))
        self._opened = threading.local()

    def open_file(self, name: str, **options: Any) -> Any:
        """Open *name* as Whoosh does, and remember it."""
        file = storage.open_file(self, name, **options)
        self._mine().append(file)
        return file

    @contextmanager
    def reading(self) -> Generator[None]:
        """Close what this thread opens in the block when the block fails."""
        mine = self._mine()
        try:
            yield
        except BaseException:
            for file in mine:
                if not file.is_closed:
                    file.close()
            raise
        finally:
            mine.clear()

    def _mine(self) -> list[Any]:
        return self._opened.__dict__.setdefault("files", [])


class WhooshReader:
    """An `IndexReader` over the index at *path*; each search sees the last commit."""

    def __init__(self, path: Path) -> None:
        self._open(path)

    def _open(self, path: Path) -> None:
        self._path, self._folder = path, Folder(path)
        with self._answering():
            self._index: Any = storage.open_index(self._folder)
        if sorted(self._index.schema.names()) != sorted(_schema().names()):
            raise IndexBroken(path=path, cause="the schema is another one")

    def search(
        self,
        query: Query,
        access: frozenset[str],
        *,
        limit: int = 20,
        offset: int = 0,
        highlight: bool = False,
    ) -> Hits:
        check_page(limit, offset)
        if not access:  # to Whoosh an empty filter is no filter
            return Hits(total=0, hits=())
        allowed = engine.Or([engine.Term("access", nfc(token)) for token in sorted(access)])
        asked = _translated(query)
        shown = query if highlight else None
        with self._answering(), self._index.searcher() as searcher:
            found = searcher.search(asked, limit=offset + limit, filter=allowed)
            hits = tuple(_hit(row, shown) for row in found[offset : offset + limit])
            return Hits(total=len(found), hits=hits)

    def count(self) -> int:
        with self._answering(), self._index.searcher() as searcher:
            return len(searcher.search(engine.Term("row", DOCUMENT_ROW), limit=1))

    def position(self) -> int:
        with self._answering(), self._index.searcher() as searcher:
            row = searcher.document(row=POSITION_ROW)
            return row["position"] if row else 0

    def refresh(self) -> None:
        """Do nothing: each search opens the last commit."""

    def close(self) -> None:
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _answering(self) -> Generator[None]:
        """Translate what Whoosh raises: on damaged files whatever pickle and struct stumble on."""
        try:
            with self._folder.reading():
                yield
        except LockError as error:
            raise IndexBusy(path=self._path) from error
        except Exception as error:
            raise IndexBroken(path=self._path, cause=repr(error)) from error


class WhooshIndex(WhooshReader):
    """An `Index` at *path*, made when it is not there; one writer at a time, in any process."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path, self._folder = path, Folder(path)
        with self._answering():
            if not any(path.iterdir()):
                storage.create_index(self._folder, _schema())
        self._open(path)
        self._coming: dict[str, IndexedDocument | None] = {}  # Whoosh replaces committed ones only
        self._writer = self._new_writer()

    def _new_writer(self) -> Any:
        with self._answering():
            return self._index.writer(limitmb=MEMORY)

    def add(self, documents: Iterable[IndexedDocument]) -> None:
        self._coming |= {document.id: document for document in map(admitted, documents)}

    def remove(self, ids: Iterable[str]) -> None:
        self._coming |= dict.fromkeys(map(nfc, ids))

    def commit(self, position: int) -> None:
        with self._answering():
            for known, document in self._coming.items():
                self._writer.delete_by_term("id", known)
                if document is not None:
                    self._writer.add_document(**_row(document))
            self._writer.delete_by_term("row", POSITION_ROW)
            self._writer.add_document(row=POSITION_ROW, position=position)
            self._writer.commit()
        self._coming = {}
        self._writer = self._new_writer()

    def close(self) -> None:
        if not self._writer.is_closed:
            with self._answering():
                self._writer.cancel()
        super().close()


def _schema() -> Any:
    made: Any = Schema(
        id=ID(stored=True, unique=True), row=ID(), position=STORED(), passage=STORED()
    )
    for name in ("access", "symbol_key", "symbol_parts", *names(KEY_FIELDS)):
        made.add(name, ID())
    for name in names(TEXT_FIELDS):
        made.add(name, TEXT(analyzer=Words()))
        made.add(twin(name), TEXT(analyzer=FoldedWords()))
    for name in (Field.NUMBER.value, *names(DATE_FIELDS)):
        made.add(name, NUMERIC(int, bits=64))
    return made


def _row(document: IndexedDocument) -> dict[str, object]:
    key = symbol_key(document.symbol)
    texts: dict[str, str] = {name: getattr(document, name) for name in names(TEXT_FIELDS)}
    row = {
        "row": DOCUMENT_ROW,
        "id": document.id,
        "access": list(document.access),
        "symbol_key": key,
        "symbol_parts": list(symbol_parts(key)),
        "number": document.number,
        "issued": document.issued and document.issued.toordinal(),
        "registered": registered_day(document).toordinal(),
        "passage": stored_text(document),
    }
    codes = {name: raw_key(getattr(document, name)) for name in names(KEY_FIELDS)}
    folded_texts = {twin(name): text for name, text in texts.items()}
    filled = row | codes | texts | folded_texts
    return {name: value for name, value in filled.items() if value not in (None, "", [])}


def _hit(row: Any, query: Query | None) -> Hit:
    passage = None if query is None else snippet(query, row.get("passage", ""))
    return Hit(id=row["id"], score=row.score, snippet=passage)


def _translated(query: Query) -> Any:
    match query:
        case All():
            return engine.Every()
        case And(parts=parts):
            return engine.And([_translated(part) for part in parts])
        case Or(parts=parts):
            return engine.Or([_translated(part) for part in parts])
        case Not(part=part):
            return engine.And([engine.Every(), engine.Not(_translated(part))])
        case _:
            return _leaf(query)


def _leaf(query: Leaf) -> Any:
    match query:
        case Symbol(key=key, prefix=True):
            return engine.Prefix("symbol_key", key, boost=PART_OF_SYMBOL)
        case Symbol(key=key):
            same = engine.Term("symbol_key", key, boost=SAME_SYMBOL)
            return engine.Or([same, engine.Term("symbol_parts", key, boost=PART_OF_SYMBOL)])
        case Is(field=field, key=key, prefix=prefix):
            return (engine.Prefix if prefix else engine.Term)(field.value, key)
        case NumberRange(first=first, last=last):
            return engine.NumericRange("number", first or 0, last)
        case DateRange(field=field, first=first, last=last):
            days = first.toordinal() if first else 0, last and last.toordinal()
            return engine.NumericRange(field.value, *days)
        case _:
            fields = TEXT_FIELDS if query.field is Field.ANY else (query.field,)
            return engine.Or([part for field in fields for part in _in_field(query, field)])


def _in_field(query: Query, field: Field) -> Iterator[Any]:
    name, weight = field.value, WEIGHTS.get(field, 1.0)
    match query:
        case Term(text=text, exact=strict):
            yield from _words(name, (text,), 0, weight, strict=strict)
        case Phrase(words=several, slop=slop, exact=strict):
            yield from _words(name, several, slop, weight, strict=strict)
        case Prefix(text=text):
            yield engine.Prefix(twin(name), text, boost=weight)
        case Wildcard(pattern=pattern):
            yield engine.Wildcard(twin(name), pattern, boost=weight)
        case Fuzzy(text=text, distance=distance):
            yield engine.FuzzyTerm(twin(name), text, weight, distance, prefixlength=0)
        case _:
            raise TypeError(query)


def _words(
    name: str, several: tuple[str, ...], slop: int, weight: float, *, strict: bool
) -> Iterator[Any]:
    """Give the words folded, and with their marks for more; only the latter when *strict*."""
    if strict or any(map(is_marked, several)):
        boost = weight if strict else weight * MARKED_WEIGHT
        yield _near(name, [exact(word) for word in several], slop, boost)
    if not strict:
        yield _near(twin(name), [folded(word) for word in several], slop, weight)


def _near(name: str, several: list[str], slop: int, boost: float) -> Any:
    if len(several) == 1:
        return engine.Term(name, several[0], boost=boost)
    if slop and len(several) > 2:  # Whoosh counts each gap by itself, not their sum
        raise OperatorUnsupported(operator=f"{len(several)} words ~{slop}")
    return engine.Phrase(name, several, slop=slop + 1, boost=boost)
