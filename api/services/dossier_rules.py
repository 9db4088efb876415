"""What everything that is done with a dossier has in common: seen, reasons, days, who works where."""

from api.services import fields
from api.services.access import present
from api.services.giving import NotOfOneAgency
from api.services.organisation import UnknownPerson, login_of
from repository.catalogue.change import Change
from repository.catalogue.dossiers import dossier_by_symbol
from repository.catalogue.organisation import person_by_login, posts_of
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.model import events as e
from repository.model.days import Day, day_of
from repository.model.dossiers import (
    NEEDS_REASON,
    Dossier,
    DossierAct,
    counted_from,
)
from repository.model.ids import AgencyId, PersonId, UnitId
from repository.model.retention import due_when_closed, keep_until


class DossierChanged(Trouble):
    """The dossier stands at revision {revision} by now; look at it and decide again."""

    kind = Kind.PRECONDITION
    vietnamese = "Hồ sơ đã sang lần sửa {revision}; hãy xem lại rồi quyết định."


class DossierSymbolTaken(Trouble):
    """The agency has a dossier {symbol} in {year} already."""

    kind = Kind.CONFLICT
    vietnamese = "Năm {year} cơ quan đã có hồ sơ số, ký hiệu {symbol}."


def require_free(reading: Reading, agency: AgencyId, year: int, symbol: str) -> None:
    """Raise `DossierSymbolTaken` where another dossier of the agency's year bears *symbol*."""
    if dossier_by_symbol(reading, agency, year, symbol):
        raise DossierSymbolTaken(symbol=symbol, year=year)


def require_seen(dossier: Dossier, seen: tuple[int, ...] | None) -> None:
    """Raise `DossierChanged` unless *dossier* stands at one of the revisions *seen*."""
    if seen is not None and dossier.revision not in seen:
        raise DossierChanged(revision=dossier.revision)


def reason_for(act: DossierAct, reason: str) -> str:
    """The reason of *act*, as one line; raise `FieldMissing` where it needs one, or of `fields`."""
    needed = act in NEEDS_REASON
    return fields.line("$.reason", reason, limit=fields.MAX_REASON, required=needed)


def require_order(dossier: Dossier) -> None:
    """Raise `FieldUnfit` where the work of *dossier* ended before it began."""
    if dossier.ended and dossier.ended < dossier.started:
        raise fields.FieldUnfit(path="$.ended", expected=f"≥ {dossier.started}")


def due_of_closed(dossier: Dossier) -> Day:
    """When something has to be done with *dossier* once it is closed, or closed again."""
    return due_when_closed(
        dossier.retention,
        present(dossier.form),
        ended=dossier.ended,
        until=keep_until(dossier.retention, counted_from(dossier)),
    )


def told_of(
    change: Change, title: str, words: tuple[str, ...], note: str, reason: str = ""
) -> e.DossierTold:
    """What stands beside an event of a dossier."""
    return e.DossierTold(change.entropy(e.SALT_BYTES), title, words, note, reason)


def working(reading: Change, agency: AgencyId, login: str, unit: UnitId) -> tuple[PersonId, UnitId]:
    """Whoever signs in as *login* and works in *agency* today, with *unit* or their own."""
    known = login_of("$.login", login)
    person = person_by_login(reading, known)
    if person is None:
        raise UnknownPerson(path="$.login", login=known)
    held = posts_of(reading, person.id, day_of(reading.stamp.at))
    if not any(post.agency == agency for post in held):
        raise NotOfOneAgency(path="$.login", holder=known)
    return person.id, unit or unit_of(reading, agency, person.id)


def unit_of(reading: Change, agency: AgencyId, person: PersonId) -> UnitId:
    """The unit in which *person* works in *agency*; none where there are several, or none."""
    held = posts_of(reading, person, day_of(reading.stamp.at)) if person else ()
    units = {post.unit for post in held if post.agency == agency and post.unit}
    return units.pop() if len(units) == 1 else UnitId("")
