"""What events do to registers: their rows, terms, closings; and to incidents.

A number's row is written once and changed by what becomes of the number; it never goes away.
"""

from collections.abc import Callable

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Writing
from repository.model import events as e
from repository.model.closings import ClosingCertificate
from repository.model.grammar import PLAIN, SymbolGrammar
from repository.model.incidents import Incident
from repository.model.registers import Entry, EntryState, Register, Term, day_before

ERASED_REASON = "(đã xóa)"
"""Stands where a reason was erased."""


def number_given(rows: Writing, event: e.Event, body: e.DocumentRegistered) -> None:
    """Enter the row of a registered document: the next, a reserved one, or one as found."""
    book = rows.register(body.register)
    if book and book.historical:
        key = (body.register, body.period, body.number, body.id)
        rows.put(t.FOUND_ENTRIES, key, Entry(document=body.id, at=event.at))
        _alter(rows, event, body.register, body.period)
        return
    kept = rows.get(t.ENTRIES, body.register, body.period, body.number)
    if kept:
        row = msgspec.structs.replace(kept, document=body.id, state=EntryState.GIVEN)
        _alter(rows, event, body.register, body.period)
    else:
        row = Entry(document=body.id, at=event.at)
        rows.put(t.NEXT_NUMBERS, (body.register, body.period), body.number + 1)
    rows.put(t.ENTRIES, (body.register, body.period, body.number), row)


def number_awaits_seal(rows: Writing, event: e.Event, body: e.DraftNumbered) -> None:
    """Enter the row that a draft takes: the next one, or one that was reserved for it."""
    kept = rows.get(t.ENTRIES, body.register, body.period, body.number)
    if kept:
        _alter(rows, event, body.register, body.period)
    else:
        kept = Entry(at=event.at)
        rows.put(t.NEXT_NUMBERS, (body.register, body.period), body.number + 1)
    row = msgspec.structs.replace(
        kept, state=EntryState.AWAITING_SEAL, day=body.issued, draft=body.id
    )
    rows.put(t.ENTRIES, (body.register, body.period, body.number), row)


def _alter(rows: Writing, event: e.Event, register: str, period: int) -> None:
    rows.put(t.ALTERED, (register, period), event.sequence)


def _register_opened(rows: Writing, _event: e.Event, body: e.RegisterOpened, _: bytes) -> None:
    register = Register(
        id=body.id,
        agency=body.agency,
        code=body.code,
        direction=body.direction,
        title=body.title,
        notation=body.notation,
        period=body.period,
        opening=body.opening,
        opened_period=body.opened_period,
        opens=body.opens,
        historical=body.historical,
        abbreviation=body.abbreviation,
        grammar=SymbolGrammar(body.typed, body.untyped) if body.typed else PLAIN,
    )
    rows.put(t.REGISTERS, (body.id,), register)
    rows.put(t.REGISTER_CODES, (body.agency, body.code), body.id)


def _term_declared(rows: Writing, _event: e.Event, body: e.TermDeclared, _: bytes) -> None:
    before = rows.get(t.TERMS, body.id, body.ordinal - 1)
    if before and not before.last:
        ended = msgspec.structs.replace(before, last=day_before(body.first))
        rows.put(t.TERMS, (body.id, before.ordinal), ended)
    term = Term(ordinal=body.ordinal, name=body.name, first=body.first, last=body.last)
    rows.put(t.TERMS, (body.id, body.ordinal), term)


def _number_reserved(rows: Writing, event: e.Event, body: e.NumberReserved, kept: bytes) -> None:
    told = e.decode_reservation(kept) if kept else None
    entry = Entry(
        at=event.at,
        state=EntryState.RESERVED,
        day=body.day,
        reserved_by=event.actor,
        holder=told.holder if told else ERASED_REASON,
        until=body.until,
        reason=told.reason if told else ERASED_REASON,
    )
    rows.put(t.ENTRIES, (body.id, body.period, body.number), entry)
    rows.put(t.NEXT_NUMBERS, (body.id, body.period), body.number + 1)
    before = rows.get(t.RESERVATIONS, event.actor, body.idempotency_key)
    numbers = (*(before.numbers if before else ()), body.number)
    answered = t.Reserved(body.request, body.id, body.period, numbers)
    rows.put(t.RESERVATIONS, (event.actor, body.idempotency_key), answered)


def number_voided(rows: Writing, event: e.Event, body: e.NumberVoided, kept: bytes) -> Entry | None:
    """Let a number be nobody's any more; its row as it stands now."""
    entry = rows.get(t.ENTRIES, body.id, body.period, body.number)
    if entry is None:
        return None
    voided = msgspec.structs.replace(
        entry,
        state=EntryState.VOID,
        reason=e.decode_reason(kept).reason if kept else ERASED_REASON,
        voided=event.at,
        voided_by=event.actor,
    )
    rows.put(t.ENTRIES, (body.id, body.period, body.number), voided)
    _alter(rows, event, body.id, body.period)
    document = rows.document(body.document) if body.document else None
    if document:
        struck = msgspec.structs.replace(document, voided=event.at)
        rows.put(t.DOCUMENTS, (body.document,), struck)
    return voided


def _row_entered(rows: Writing, event: e.Event, body: e.RowEntered, _: bytes) -> None:
    key = (body.id, body.period, body.number, body.document)
    entry = rows.get(t.FOUND_ENTRIES, *key)
    if entry:
        rows.put(t.FOUND_ENTRIES, key, msgspec.structs.replace(entry, day=body.day))
        _alter(rows, event, body.id, body.period)


def _register_closed(rows: Writing, event: e.Event, body: e.RegisterClosed, _: bytes) -> None:
    certificate = ClosingCertificate(
        register=body.id,
        period=body.period,
        first=body.first,
        last=body.last,
        count=body.count,
        voided=body.voided,
        bound=body.bound,
        digest=body.digest,
        for_good=body.for_good,
        closed=event.at,
        closed_by=event.actor,
        sequence=event.sequence,
    )
    rows.put(t.CLOSINGS, (body.id, body.period), certificate)
    register = rows.register(body.id)
    if register and body.for_good:
        rows.put(t.REGISTERS, (body.id,), msgspec.structs.replace(register, closed=event.at))


def _incident_noted(rows: Writing, event: e.Event, body: e.IncidentNoted, _: bytes) -> None:
    incident = Incident(
        id=body.id,
        kind=body.kind,
        agency=body.agency,
        grade=body.grade,
        register=body.register,
        blobs=body.blobs,
        at=event.at,
        actor=event.actor,
    )
    rows.put(t.INCIDENTS, (body.id,), incident)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.RegisterOpened: _register_opened,
    e.TermDeclared: _term_declared,
    e.NumberReserved: _number_reserved,
    e.RowEntered: _row_entered,
    e.RegisterClosed: _register_closed,
    e.IncidentNoted: _incident_noted,
}
