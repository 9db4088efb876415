"""The in-memory twin of the index: the evaluator over a dictionary."""

import types
from collections.abc import Iterable

import msgspec

from indexer.evaluate import matches
from indexer.index import Hit, Hits, IndexedDocument, admitted, check_page, stored_text
from indexer.language.tree import TEXT_FIELDS, And, Field, Or, Phrase, Query, Symbol, Term
from indexer.snippets import snippet
from indexer.vietnamese import nfc, symbol_key

_WEIGHTS = {Field.SUBJECT: 4.0, Field.SYMBOL: 4.0}


class Shelf:
    """What a memory index has committed; it outlives the index, as a directory does."""

    def __init__(self) -> None:
        self.documents: types.MappingProxyType[str, IndexedDocument] = types.MappingProxyType({})
        self.position = 0


class MemoryIndex:
    """An `Index` over a *shelf*."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._coming: dict[str, IndexedDocument | None] = {}

    def add(self, documents: Iterable[IndexedDocument]) -> None:
        self._coming |= {document.id: document for document in map(admitted, documents)}

    def remove(self, ids: Iterable[str]) -> None:
        self._coming |= dict.fromkeys(map(nfc, ids))

    def commit(self, position: int) -> None:
        merged = {**self._shelf.documents, **self._coming}
        kept = {known: document for known, document in merged.items() if document is not None}
        self._shelf.documents = types.MappingProxyType(kept)
        self._shelf.position = position
        self._coming = {}

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
        found = [
            document
            for document in self._shelf.documents.values()
            if not access.isdisjoint(document.access) and matches(query, document)
        ]
        ranked = sorted(found, key=lambda document: (-worth(query, document), document.id))
        page = ranked[offset : offset + limit]
        return Hits(
            total=len(found), hits=tuple(_hit(query, one, highlight=highlight) for one in page)
        )

    def count(self) -> int:
        return len(self._shelf.documents)

    def position(self) -> int:
        return self._shelf.position

    def refresh(self) -> None:
        """Do nothing: the shelf is shared as it is."""

    def close(self) -> None:
        self._coming = {}


def worth(query: Query, document: IndexedDocument) -> float:
    """Give a rough rank: symbols first, subject before body, exact marks before folded."""
    match query:
        case And(parts=parts) | Or(parts=parts):
            return sum(worth(part, document) for part in parts)
        case Term(field=field) | Phrase(field=field):
            return sum(_text_worth(query, one, document) for one in _fields(field))
        case Symbol(key=key) if matches(query, document):
            return 60.0 if symbol_key(document.symbol) == key else 30.0
        case _:
            return 0.0


def _text_worth(query: Term | Phrase, field: Field, document: IndexedDocument) -> float:
    here = msgspec.structs.replace(query, field=field)
    if not matches(here, document):
        return 0.0
    marked = matches(msgspec.structs.replace(here, exact=True), document)
    return _WEIGHTS.get(field, 1.0) * (2.0 if marked else 1.0)


def _fields(field: Field) -> tuple[Field, ...]:
    return TEXT_FIELDS if field is Field.ANY else (field,)


def _hit(query: Query, document: IndexedDocument, *, highlight: bool) -> Hit:
    passage = snippet(query, stored_text(document)) if highlight else None
    return Hit(id=document.id, score=worth(query, document), snippet=passage)
