"""The default engine: an index of tantivy's, and our query tree translated to its queries.

Rules for the file: nothing is tokenised in Python per document, and tantivy's own query parser is
not used (it drops wildcards silently). Each text field stands in the index twice: with its marks
(`subject`) and folded (`subject_folded`). The journal position is a document of the same commit,
for tantivy's own commit message cannot be reached from Python.
"""

import itertools
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Self, cast

import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as EngineQuery

from indexer.index import (
    MAX_WORD,
    Hit,
    Hits,
    IndexBroken,
    IndexBusy,
    IndexedDocument,
    admitted,
    check_page,
    registered_day,
    stored_text,
)
from indexer.language import tree
from indexer.language.tree import DATE_FIELDS, KEY_FIELDS, TEXT_FIELDS, Field, Query
from indexer.schema import (
    DOCUMENT_ROW,
    MARKED_WEIGHT,
    PART_OF_SYMBOL,
    POSITION_ROW,
    SAME_SYMBOL,
    WEIGHTS,
    layouts,
    names,
    twin,
)
from indexer.snippets import snippet
from indexer.vietnamese import exact, is_marked, nfc, raw_key, symbol_key, symbol_parts

HEAP = 128_000_000
"""Bytes a writer fills before it writes a segment."""
MAX_DAY = date.max.toordinal()
MAX_NUMBER = 2**63 - 1


class TantivyReader:
    """An `IndexReader` over the index at *path*, whichever process writes it."""

    def __init__(self, path: Path) -> None:
        if not path.is_dir():
            raise IndexBroken(path=path, cause="no such directory")
        self._open(path)

    def _open(self, path: Path) -> None:
        self._path = path
        self._schema = _schema()
        self._folding = _folding()
        with self._answering():
            self._index = tantivy.Index(self._schema, path=str(path), reuse=True)
            self._index.register_tokenizer("marked", _marking())
            self._index.register_tokenizer("folded", self._folding)
            self._index.config_reader(reload_policy="manual")
            self._index.reload()

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
        asked = _Translation(self._schema, self._folding).allowed(query, access)
        with self._answering():
            searcher = self._index.searcher()
            found = searcher.search(asked, limit=limit, offset=offset)
            rows = [(score, searcher.doc(address)) for score, address in found.hits]
        shown = query if highlight else None
        return Hits(total=_total(found), hits=tuple(_hit(*row, shown) for row in rows))

    def count(self) -> int:
        with self._answering():
            searcher = self._index.searcher()
            return _total(searcher.search(self._rows(DOCUMENT_ROW), limit=1))

    def position(self) -> int:
        with self._answering():
            searcher = self._index.searcher()
            found = searcher.search(self._rows(POSITION_ROW), limit=1).hits
            return searcher.doc(found[0][1]).get_first("position") or 0 if found else 0

    def refresh(self) -> None:
        with self._answering():
            self._index.reload()

    def close(self) -> None:
        """Do nothing: the files are mapped, and let go of with this object."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, row: str) -> EngineQuery:
        return EngineQuery.term_query(self._schema, "row", row, "basic")

    @contextmanager
    def _answering(self) -> Generator[None]:
        """Translate what tantivy raises; on damaged segments it panics, past `Exception`."""
        try:
            yield
        except (ValueError, OSError) as error:
            busy = "LockBusy" in str(error)
            raise (IndexBusy if busy else IndexBroken)(path=self._path, cause=error) from error
        except BaseException as panic:
            if type(panic).__module__ != "pyo3_runtime":
                raise
            raise IndexBroken(path=self._path, cause=panic) from panic


class TantivyIndex(TantivyReader):
    """An `Index` at *path*, made when it is not there; one writer at a time, in any process."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._open(path)
        with self._answering():
            self._writer = self._index.writer(heap_size=HEAP * threads, num_threads=threads)
        self._closed = False

    def add(self, documents: Iterable[IndexedDocument]) -> None:
        for document in map(admitted, documents):  # what *documents* raises is the caller's own
            with self._answering():
                self._writer.delete_documents_by_term("id", document.id)
                self._writer.add_document(_row(document))

    def remove(self, ids: Iterable[str]) -> None:
        for gone in ids:
            with self._answering():
                self._writer.delete_documents_by_term("id", nfc(gone))

    def commit(self, position: int) -> None:
        with self._answering():
            self._writer.delete_documents_by_term("row", POSITION_ROW)
            self._writer.add_document(tantivy.Document(row=POSITION_ROW, position=position))
            self._writer.commit()
            self._writer.garbage_collect_files()
            self._index.reload()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            with self._answering():
                self._writer.rollback()
                self._writer.wait_merging_threads()


def _schema() -> tantivy.Schema:
    made = tantivy.SchemaBuilder()
    for name in ("id", "row", "access", "symbol_key", "symbol_parts", *names(KEY_FIELDS)):
        made.add_text_field(name, stored=name == "id", tokenizer_name="raw", index_option="basic")
    for name in names(TEXT_FIELDS):
        made.add_text_field(name, tokenizer_name="marked", index_option="position")
        made.add_text_field(twin(name), tokenizer_name="folded", index_option="position")
    for name in (Field.NUMBER.value, *names(DATE_FIELDS)):
        made.add_unsigned_field(name, indexed=True, fast=True)
    made.add_unsigned_field("position", stored=True)
    made.add_bytes_field("passage", stored=True)
    return made.build()


def _marking() -> tantivy.TextAnalyzer:
    return _cutting().build()


def _folding() -> tantivy.TextAnalyzer:
    return _cutting().filter(tantivy.Filter.ascii_fold()).build()


def _cutting() -> tantivy.TextAnalyzerBuilder:
    lowered = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return lowered.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.remove_long(MAX_WORD))


def _row(document: IndexedDocument) -> tantivy.Document:
    row = tantivy.Document()
    row.add_text("row", DOCUMENT_ROW)
    row.add_text("id", document.id)
    for token in document.access:
        row.add_text("access", token)
    for field in KEY_FIELDS:
        row.add_text(field.value, raw_key(getattr(document, field.value)))
    for field in TEXT_FIELDS:
        text: str = getattr(document, field.value)
        row.add_text(field.value, exact(text))
        row.add_text(twin(field.value), text)
    _add_symbol(row, symbol_key(document.symbol))
    _add_numbers(row, document)
    row.add_bytes("passage", stored_text(document).encode())
    return row


def _add_symbol(row: tantivy.Document, key: str) -> None:
    row.add_text("symbol_key", key)
    for part in symbol_parts(key):
        row.add_text("symbol_parts", part)


def _add_numbers(row: tantivy.Document, document: IndexedDocument) -> None:
    row.add_unsigned("registered", registered_day(document).toordinal())
    if document.issued is not None:
        row.add_unsigned("issued", document.issued.toordinal())
    if document.number is not None:
        row.add_unsigned("number", document.number)


def _total(found: tantivy.SearchResult) -> int:
    return cast("Any", found).count  # tantivy's own type stub forgets it


def _hit(score: float, row: tantivy.Document, query: Query | None) -> Hit:
    passage = None if query is None else snippet(query, bytes(row["passage"][0]).decode())
    return Hit(id=row["id"][0], score=score, snippet=passage)


class _Translation:
    """Our tree to tantivy's queries, word by word through the analysers of the index."""

    def __init__(self, schema: tantivy.Schema, folding: tantivy.TextAnalyzer) -> None:
        self._schema = schema
        self._folding = folding

    def allowed(self, query: Query, access: frozenset[str]) -> EngineQuery:
        """Give *query* with the rights of the caller beside it, where they cost no score."""
        tokens = EngineQuery.term_set_query(self._schema, "access", sorted(map(nfc, access)))
        allowed = EngineQuery.const_score_query(tokens, 0.0)
        return EngineQuery.boolean_query([(Occur.Must, self.of(query)), (Occur.Must, allowed)])

    def of(self, query: Query) -> EngineQuery:
        match query:
            case tree.All():
                return EngineQuery.all_query()
            case tree.And(parts=parts):
                return EngineQuery.boolean_query([(Occur.Must, self.of(part)) for part in parts])
            case tree.Or(parts=parts):
                return _any(map(self.of, parts))
            case tree.Not(part=part):
                sides = [(Occur.Must, EngineQuery.all_query()), (Occur.MustNot, self.of(part))]
                return EngineQuery.const_score_query(EngineQuery.boolean_query(sides), 0.0)
            case _:
                return self._leaf(query)

    def _leaf(self, query: tree.Leaf) -> EngineQuery:
        match query:
            case tree.Symbol(key=key, prefix=True):
                return EngineQuery.boost_query(self._starting("symbol_key", key), PART_OF_SYMBOL)
            case tree.Symbol(key=key):
                return self._symbol(key)
            case tree.Is(field=field, key=key, prefix=prefix):
                return self._starting(field.value, key) if prefix else self._raw(field.value, key)
            case tree.NumberRange(first=first, last=last):
                return self._between(Field.NUMBER, first or 0, MAX_NUMBER if last is None else last)
            case tree.DateRange(field=field, first=first, last=last):
                days = first.toordinal() if first else 0, last.toordinal() if last else MAX_DAY
                return self._between(field, *days)
            case _:
                return _any(itertools.chain.from_iterable(self._text(query)))

    def _text(self, query: tree.Worded) -> Iterator[Iterator[EngineQuery]]:
        for field in TEXT_FIELDS if query.field is Field.ANY else (query.field,):
            yield (
                EngineQuery.boost_query(found, WEIGHTS.get(field, 1.0))
                for found in self._in_field(query, field.value)
            )

    def _in_field(self, query: Query, name: str) -> Iterator[EngineQuery]:
        match query:
            case tree.Term(text=text, exact=strict):
                yield from self._words(name, (text,), 0, strict=strict)
            case tree.Phrase(words=words, slop=slop, exact=strict):
                yield from self._words(name, words, slop, strict=strict)
            case tree.Prefix(text=text):
                yield self._starting(twin(name), text)
            case tree.Wildcard(pattern=pattern):
                form = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
                yield EngineQuery.regex_query(self._schema, twin(name), form)
            case tree.Fuzzy(text=text, distance=distance):
                yield EngineQuery.fuzzy_term_query(
                    self._schema, twin(name), text, distance, transposition_cost_one=False
                )
            case _:
                raise TypeError(query)

    def _words(
        self, name: str, words: tuple[str, ...], slop: int, *, strict: bool
    ) -> Iterator[EngineQuery]:
        """Give *words* folded, and with their marks for more; only the latter when *strict*."""
        marked = [exact(word) for word in words]
        if strict or any(map(is_marked, words)):
            boost = 1.0 if strict else MARKED_WEIGHT
            yield EngineQuery.boost_query(self._near(name, marked, slop), boost)
        if not strict:
            tokens = itertools.chain.from_iterable(map(self._folding.analyze, words))
            yield self._near(twin(name), list(tokens), slop)

    def _near(self, name: str, words: list[str], slop: int) -> EngineQuery:
        if len(words) < 2:
            terms = (EngineQuery.term_query(self._schema, name, word) for word in words)
            return next(terms, EngineQuery.empty_query())
        if slop == 0:
            return EngineQuery.phrase_query(self._schema, name, list(words))
        return _any(
            EngineQuery.phrase_query(self._schema, name, list(zip(places, words, strict=True)))
            for places in layouts(len(words), slop)
        )

    def _symbol(self, key: str) -> EngineQuery:
        same = EngineQuery.const_score_query(self._raw("symbol_key", key), SAME_SYMBOL)
        part = EngineQuery.const_score_query(self._raw("symbol_parts", key), PART_OF_SYMBOL)
        return _any((same, part))

    def _raw(self, name: str, key: str) -> EngineQuery:
        return EngineQuery.term_query(self._schema, name, key, "basic")

    def _starting(self, name: str, stem: str) -> EngineQuery:
        return EngineQuery.regex_query(self._schema, name, re.escape(stem) + ".*")

    def _between(self, field: Field, first: int, last: int) -> EngineQuery:
        kind = FieldType.Unsigned
        within = EngineQuery.range_query(self._schema, field.value, kind, first, last)
        return EngineQuery.const_score_query(within, 1.0)


def _any(parts: Iterable[EngineQuery]) -> EngineQuery:
    return EngineQuery.boolean_query([(Occur.Should, part) for part in parts])
