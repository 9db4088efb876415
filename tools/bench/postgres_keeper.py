"""Registering in PostgreSQL: the peer's keeper, in two manners.

Both write the register's counter, the entry, the event, the key of idempotency and the origin in
one transaction that is on the disk when it is answered. `in_steps` is how it is ordinarily
written; `at_once` is one statement, one round trip, the best that can be had there. What neither
has is said in docs/benchmarks.md: a Merkle log, an index, a history of rows.
"""

import uuid
from collections.abc import Callable
from typing import Any, cast

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from api.services import paper
from api.services.access import agency_for, present
from api.services.registration import DuplicateDocument, RegisterDocument, Registered
from repository.holdings import Holdings
from repository.keeper import Command, R
from repository.model.access import Right
from repository.model.agencies import Agency
from repository.model.documents import Document
from repository.model.ids import Clock, DocumentId
from repository.model.registers import Register, period_of

SCHEMA = """
CREATE TABLE registers (
    register text, period int, next int NOT NULL, PRIMARY KEY (register, period)
);
CREATE TABLE entries (
    register text, period int, number int, document text UNIQUE, symbol text, issued text,
    kind text, issuer text, subject text, components bytea, registered bigint, actor text,
    PRIMARY KEY (register, period, number)
);
CREATE TABLE events (
    sequence bigserial PRIMARY KEY, agency text, document text, body bytea
);
CREATE TABLE answered (
    actor text, key text, request bytea, document text, PRIMARY KEY (actor, key)
);
CREATE TABLE origins (
    agency text, origin text, document text, PRIMARY KEY (agency, origin)
);
CREATE INDEX events_of_agency ON events (agency, sequence);
"""

AT_ONCE = """
WITH taken AS (
    UPDATE registers SET next = next + 1
    WHERE register = %(register)s AND period = %(period)s RETURNING next - 1 AS number
), answered AS (
    INSERT INTO answered SELECT %(actor)s, %(key)s, %(request)s, %(document)s FROM taken
), origin AS (
    INSERT INTO origins SELECT %(agency)s, %(origin)s, %(document)s FROM taken
    WHERE %(origin)s <> ''
), entry AS (
    INSERT INTO entries SELECT %(register)s, %(period)s, number, %(document)s, %(symbol)s,
        %(issued)s, %(kind)s, %(issuer)s, %(subject)s, %(components)s, %(registered)s, %(actor)s
    FROM taken
), event AS (
    INSERT INTO events (agency, document, body)
    SELECT %(agency)s, %(document)s, %(event)s FROM taken
)
SELECT number FROM taken
"""
COUNTER = """
UPDATE registers SET next = next + 1
WHERE register = %(register)s AND period = %(period)s RETURNING next - 1
"""
STEPS = (
    "INSERT INTO answered VALUES (%(actor)s, %(key)s, %(request)s, %(document)s)",
    """
    INSERT INTO origins SELECT %(agency)s, %(origin)s, %(document)s WHERE %(origin)s <> ''
    """,
    """
    INSERT INTO entries VALUES (%(register)s, %(period)s, %(number)s, %(document)s, %(symbol)s,
        %(issued)s, %(kind)s, %(issuer)s, %(subject)s, %(components)s, %(registered)s, %(actor)s)
    """,
    "INSERT INTO events (agency, document, body) VALUES (%(agency)s, %(document)s, %(event)s)",
)
ANSWERED = """
SELECT entries.number, answered.document FROM answered JOIN entries USING (document)
WHERE answered.actor = %(actor)s AND answered.key = %(key)s
"""


Numbering = Callable[["psycopg.Connection[Any]", dict[str, Any]], int]
"""Register what the values say; give the number. MUST be one transaction."""


def at_once(connection: "psycopg.Connection[Any]", values: dict[str, Any]) -> int:
    """In one statement."""
    return present(connection.execute(AT_ONCE, values, prepare=True).fetchone())[0]


def in_steps(connection: "psycopg.Connection[Any]", values: dict[str, Any]) -> int:
    """Statement by statement, all prepared."""
    with connection.transaction():
        row = connection.execute(COUNTER, values, prepare=True).fetchone()
        numbered = values | {"number": present(row)[0]}
        for step in STEPS:
            connection.execute(step, numbered, prepare=True)
    return int(numbered["number"])


MANNERS: dict[str, Numbering] = {"at_once": at_once, "in_steps": in_steps}


class PostgresKeeper:
    """Decides `RegisterDocument` in PostgreSQL; agencies and registers are in *holdings*."""

    def __init__(
        self,
        holdings: Holdings,
        pool: "ConnectionPool[Any]",
        clock: Clock,
        numbering: Numbering,
    ) -> None:
        self._holdings = holdings
        self._pool = pool
        self._clock = clock
        self._numbering = numbering

    def submit(self, command: Command[R]) -> R:
        """Register, durably; any other command is not the peer's."""
        if not isinstance(command, RegisterDocument):
            raise TypeError(command)
        return cast("R", self._registered(command))

    def close(self) -> None:
        """Hang up."""
        self._pool.close()

    def _registered(self, command: RegisterDocument) -> Registered:
        given = command.registration
        paper.refuse_secret(given)
        with self._holdings.reading() as reading:
            agency = agency_for(reading, command.caller, Right.WRITE, given.agency)
            book = present(reading.register_by_code(agency.id, given.register))
        document = self._document(command, agency, book, paper.incoming(given))
        wording = paper.origin_of(document)
        values = _values(command, document, wording)
        try:
            with self._pool.connection() as connection:
                number = self._numbering(connection, values)
        except psycopg.errors.UniqueViolation as taken:
            return self._answer_before(taken, values, document, agency, book)
        numbered = msgspec.structs.replace(document, number=number)
        return Registered(document=numbered, agency=agency, register=book)

    def _answer_before(
        self,
        taken: psycopg.errors.UniqueViolation,
        values: dict[str, Any],
        document: Document,
        agency: Agency,
        book: Register,
    ) -> Registered:
        if taken.diag.table_name != "answered":
            raise DuplicateDocument from taken
        with self._pool.connection() as connection:
            number, name = present(connection.execute(ANSWERED, values).fetchone())
        known = msgspec.structs.replace(document, number=number, id=DocumentId(name))
        return Registered(document=known, agency=agency, register=book, replayed=True)

    def _document(
        self, command: RegisterDocument, agency: Agency, book: Register, wording: paper.Wording
    ) -> Document:
        now = self._clock()
        return Document(
            id=DocumentId(uuid.uuid4().hex),
            agency=agency.id,
            register=book.id,
            direction=book.direction,
            period=period_of(book, now),
            number=0,
            symbol=wording.symbol,
            issued=wording.issued,
            kind=wording.kind,
            registered=round(now.timestamp() * 1_000_000),
            issuer=wording.issuer,
            subject=wording.subject,
            actor=command.caller.name,
        )


def _values(command: RegisterDocument, document: Document, origin: str) -> dict[str, Any]:
    body = msgspec.msgpack.encode(document)
    return {
        "register": document.register, "period": document.period, "agency": document.agency,
        "actor": command.caller.name, "key": command.key, "request": command.request,
        "document": document.id, "origin": origin, "symbol": document.symbol,
        "issued": document.issued, "kind": document.kind, "issuer": document.issuer,
        "subject": document.subject, "components": b"", "registered": document.registered,
        "event": body,
    }  # fmt: skip
