"""Dossiers as they are shown."""

from datetime import datetime

import falcon
import msgspec
from msgspec import UNSET, UnsetType

from api import wire
from api.documents import DocumentView, document_view
from api.services.access import present
from api.services.documents import sheet_of
from api.services.dossier_items import ItemShown
from api.services.identities import name_at
from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.model.days import day_of
from repository.model.dossiers import Dossier, Step
from repository.model.ids import show_blob
from repository.model.retention import Retention


class RetentionView(msgspec.Struct, frozen=True, kw_only=True):
    """How long something is kept."""

    years: int | None
    """Null = for ever."""
    trigger: str


class DossierView(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as it is shown."""

    id: str
    url: str
    agency: str
    """Code of the agency whose it is."""
    agency_name: str
    """What it was called when the dossier was opened."""
    year: int
    symbol: str
    fonds: str
    title: str
    retention: RetentionView
    confidentiality: str
    file_list: str
    """From which it was opened, or empty."""
    entry: str
    login: str
    """Of who is in charge, or empty."""
    name: str
    unit: str
    """Short name of the unit, or empty."""
    started: str
    ended: str
    trigger_day: str
    languages: tuple[str, ...]
    keywords: tuple[str, ...]
    note: str
    info_sign: str
    condition: str
    """Of what is on paper: `good`, `normal`, `damaged`, or empty."""
    paper_code: str
    state: str
    form: str
    """`electronic`, `paper` or `mixed`, as found when it was closed; empty before."""
    items: int
    """All that is in it, also what you may not read."""
    documents: int
    pages: int
    contents: str
    """The chain over its items when it was closed, hex; empty before."""
    hand_over_by: str
    keep_until: str
    """The first day on which disposal may be considered; empty = never, or not known yet."""
    due: str
    """When the next thing has to be done with it, or empty."""
    hand_over: str
    """The last one it was in, or empty."""
    reason: str
    opened: datetime
    closed: datetime | None
    archived: datetime | None
    revision: int
    """Counts up with everything that changes it."""


class DossierList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Dossiers, due first comes first."""

    dossiers: tuple[DossierView, ...]
    next: str | UnsetType = UNSET
    """Go on with this as `after`; not there on the last page."""


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that no register has."""

    title: str
    name: str
    blob: str
    size: int
    media_type: str
    url: str
    erased: bool
    """Its content was destroyed; the file answers 410."""


class ItemView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something in a dossier; of what you may not read, its place alone."""

    position: int
    """From 1."""
    id: str | UnsetType = UNSET
    pages: int | UnsetType = UNSET
    """0 = not noted."""
    added: datetime | UnsetType = UNSET
    document: DocumentView | UnsetType = UNSET
    paper: PaperView | UnsetType = UNSET


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done with a dossier."""

    log_sequence: int
    """The event's place in the node's log; `/v1/log/proof?seq=` proves it."""
    at: datetime
    actor: str
    what: str
    """`opened`, an act, `accepted`, `refused`, `withdrawn`, `added`, `removed`, `moved`, `erased`."""
    reason: str
    items: int
    """How many items it was about."""
    dossier: DossierView | None
    """As it stood afterwards; null where only items were concerned."""


def retention_view(retention: Retention) -> RetentionView:
    """A retention as it is shown."""
    return RetentionView(years=retention.years, trigger=retention.trigger.value)


def dossier_view(reading: Reading, one: Dossier) -> DossierView:
    """A dossier as it is shown."""
    agency = present(reading.agency(one.agency))
    person = reading.get(t.PEOPLE, one.person) if one.person else None
    unit = reading.get(t.UNITS, one.unit) if one.unit else None
    return DossierView(
        id=one.id,
        url=f"/v1/dossiers/{one.id}",
        agency=agency.code,
        agency_name=name_at(reading, agency, day_of(wire.moment(one.opened))),
        year=one.year,
        symbol=one.symbol,
        fonds=one.fonds,
        title=one.title,
        retention=retention_view(one.retention),
        confidentiality=one.confidentiality.value,
        file_list=one.file_list,
        entry=one.entry,
        login=person.login if person else "",
        name=person.name if person else "",
        unit=unit.code if unit else "",
        started=one.started,
        ended=one.ended,
        trigger_day=one.trigger_day,
        languages=one.languages,
        keywords=one.keywords,
        note=one.note,
        info_sign=one.info_sign,
        condition=one.condition.value if one.condition else "",
        paper_code=one.paper_code,
        state=one.state.value,
        form=one.form.value if one.form and one.closed else "",
        items=one.items,
        documents=one.documents,
        pages=one.pages,
        contents=one.contents.hex(),
        hand_over_by=one.hand_over_by,
        keep_until=one.keep_until,
        due=one.due,
        hand_over=one.hand_over,
        reason=one.reason,
        opened=wire.moment(one.opened),
        closed=wire.moment(one.closed) if one.closed else None,
        archived=wire.moment(one.archived) if one.archived else None,
        revision=one.revision,
    )


def item_view(reading: Reading, dossier: Dossier, one: ItemShown) -> ItemView:
    """An item as it is shown."""
    item = one.item
    if item is None:
        return ItemView(position=one.position)
    shown = ItemView(
        position=one.position, id=item.id, pages=item.pages, added=wire.moment(item.added)
    )
    if one.document:
        view = document_view(sheet_of(reading, one.document))
        return msgspec.structs.replace(shown, document=view)
    paper = PaperView(
        title=item.title,
        name=item.name,
        blob=show_blob(item.blob),
        size=item.size,
        media_type=item.media_type,
        url=f"/v1/dossiers/{dossier.id}/items/{item.id}/file",
        erased=bool(item.purge),
    )
    return msgspec.structs.replace(shown, paper=paper)


def step_view(reading: Reading, one: Step) -> StepView:
    """A step as it is shown."""
    return StepView(
        log_sequence=one.sequence,
        at=wire.moment(one.at),
        actor=one.actor,
        what=one.what,
        reason=one.reason,
        items=one.items,
        dossier=dossier_view(reading, one.after) if one.after else None,
    )


def send_dossier(
    resp: falcon.Response, reading: Reading, one: Dossier, *, status: int = 200
) -> None:
    """Answer a change with the dossier and its entity tag."""
    wire.send(resp, dossier_view(reading, one), status=status)
    wire.tag(resp, version=str(one.revision))
