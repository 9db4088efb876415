"""Amending dossiers (sửa, đính chính) and giving them into another's charge (giao người khác lập)."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from api.services import fields
from api.services.access import present
from api.services.dossier_access import dossier_for, parties_to
from api.services.dossier_rules import (
    reason_for,
    require_free,
    require_order,
    require_seen,
    told_of,
    working,
)
from api.services.dossier_words import (
    RetentionGiven,
    info_sign,
    keywords,
    languages,
    note_of,
    paper_code,
    past_day,
    retention_of,
    some_day,
    symbol_of,
    title_of,
)
from api.services.incidents import refuse_secrets
from api.services.organisation import unit_named
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.keeper import Command
from repository.model import events as e
from repository.model.confidentiality import Confidentiality
from repository.model.days import UNBOUNDED, Day, day_of
from repository.model.dossier_events import DossierNoted
from repository.model.dossiers import (
    Condition,
    Dossier,
    DossierAct,
    DossierState,
    after,
    counted_from,
)
from repository.model.retention import keep_until

Text = str | UnsetType


class DossierAmendment(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What is to be said otherwise; what is not said stays."""

    symbol: Text = UNSET
    """Only while it is open."""
    title: Text = UNSET
    retention: RetentionGiven | UnsetType = UNSET
    started: fields.DayText | UnsetType = UNSET
    ended: fields.DayText | UnsetType = UNSET
    """The day on which the work ended; in the archive it stays."""
    trigger_day: fields.DayText | UnsetType = UNSET
    confidentiality: Confidentiality | UnsetType = UNSET
    languages: tuple[str, ...] | UnsetType = UNSET
    keywords: tuple[str, ...] | UnsetType = UNSET
    note: Text = UNSET
    info_sign: Text = UNSET
    condition: Condition | UnsetType | None = UNSET
    paper_code: Text = UNSET
    reason: str = ""
    """Needed to correct what is in the archive; at most 500 characters."""


class AmendDossier(Command[Dossier], frozen=True, kw_only=True, tag="amend-dossier"):
    """Amend a dossier that stands at one of the revisions *seen*; in the archive, correct it."""

    dossier: str
    amendment: DossierAmendment
    seen: tuple[int, ...] | None
    """None = whatever it stands at."""


class AssignDossier(Command[Dossier], frozen=True, kw_only=True, tag="assign-dossier"):
    """Let somebody else be in charge."""

    dossier: str
    login: str
    unit: str = ""


def decide_amend_dossier(change: Change, command: AmendDossier) -> Dossier:
    """Amend or correct the dossier; what changes nothing is no event.

    Raise `Hidden`, `DossierActNotOpen`, `DossierChanged`, `DossierSymbolTaken`, `FieldMissing`,
    `StateSecretRefused` or of `fields`.
    """
    today = day_of(change.stamp.at)
    dossier, seat = dossier_for(change, command.caller, command.dossier, today)
    archived = dossier.state is DossierState.ARCHIVED
    act = DossierAct.CORRECT if archived else DossierAct.AMEND
    after(dossier, act, parties_to(command.caller, seat, dossier))
    wanted = _merged(dossier, command.amendment, today)
    if msgspec.structs.replace(wanted, reason=dossier.reason) == dossier:
        return dossier
    require_seen(dossier, command.seen)
    reason = reason_for(act, command.amendment.reason)
    for name in ("symbol", "ended") if archived else ():
        kept: str = getattr(dossier, name)
        if getattr(wanted, name) != kept:
            raise fields.FieldUnfit(path=f"$.{name}", expected=kept)
    if wanted.symbol != dossier.symbol:
        require_free(change, dossier.agency, dossier.year, wanted.symbol)
    return record_noted(change, dossier, act, wanted, reason)


def decide_assign_dossier(change: Change, command: AssignDossier) -> Dossier:
    """Let somebody else be in charge; raise `Hidden`, `DossierActNotOpen`, or as opening does."""
    today = day_of(change.stamp.at)
    dossier, seat = dossier_for(change, command.caller, command.dossier, today)
    after(dossier, DossierAct.ASSIGN, parties_to(command.caller, seat, dossier))
    if not command.login:
        raise fields.FieldMissing(path="$.login")
    agency = present(change.agency(dossier.agency))
    unit = unit_named(change, agency, "$.unit", command.unit)
    person, unit = working(change, dossier.agency, command.login, unit)
    wanted = msgspec.structs.replace(dossier, person=person, unit=unit)
    return record_noted(change, dossier, DossierAct.ASSIGN, wanted, "")


def record_noted(
    change: Change, dossier: Dossier, act: DossierAct, wanted: Dossier, reason: str
) -> Dossier:
    """Let what is noted of *dossier* be as in *wanted*, with the days that follow from it."""
    until = keep_until(wanted.retention, counted_from(wanted)) if dossier.closed else UNBOUNDED
    body = e.DossierAmended(
        id=dossier.id,
        revision=dossier.revision + 1,
        act=act,
        noted=DossierNoted(
            symbol=wanted.symbol,
            retention=wanted.retention,
            confidentiality=wanted.confidentiality,
            person=wanted.person,
            unit=wanted.unit,
            started=wanted.started,
            ended=wanted.ended,
            trigger_day=wanted.trigger_day,
            languages=wanted.languages,
            info_sign=wanted.info_sign,
            condition=wanted.condition,
            paper_code=wanted.paper_code,
        ),
        keep_until=until,
        due=until if dossier.state is DossierState.ARCHIVED else dossier.due,
    )
    words = told_of(change, wanted.title, wanted.keywords, wanted.note, reason)
    change.record(body, agency=dossier.agency, particulars=words)
    return present(change.get(t.DOSSIERS, dossier.id))


def _merged(dossier: Dossier, asked: DossierAmendment, today: Day) -> Dossier:
    """*dossier* with what is *asked* in the place of its own; raise of `fields`."""
    said: dict[str, Any] = {
        name: value for name in _READ if (value := getattr(asked, name)) is not UNSET
    }
    changes = {name: _READ[name](value, today) for name, value in said.items()}
    wanted = msgspec.structs.replace(dossier, **changes)
    refuse_secrets({"$.title": wanted.title, "$.note": wanted.note})
    require_order(wanted)
    return wanted


_READ: dict[str, Callable[[Any, Day], object]] = {
    "symbol": lambda given, _: symbol_of(given),
    "title": lambda given, _: title_of(given),
    "retention": lambda given, _: retention_of(given),
    "started": lambda given, today: past_day("$.started", given, today),
    "ended": lambda given, today: past_day("$.ended", given, today),
    "trigger_day": lambda given, _: some_day("$.trigger_day", given),
    "confidentiality": lambda given, _: given,
    "languages": lambda given, _: languages(given),
    "keywords": lambda given, _: keywords(given),
    "note": lambda given, _: note_of(given),
    "info_sign": lambda given, _: info_sign(given),
    "condition": lambda given, _: given,
    "paper_code": lambda given, _: paper_code(given),
}
"""How each field of an amendment is read."""
