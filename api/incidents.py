"""`/v1/incidents`: what somebody who administers has to look at."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import refusals, wire
from api.operations import Answered, Operation
from api.services import Services, incidents
from api.session import caller
from repository.catalogue.views import Reading
from repository.model.access import NotAllowed
from repository.model.ids import show_blob
from repository.model.incidents import Incident, IncidentKind

MAX_INCIDENTS = 200
"""Incidents of one page."""


class IncidentsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which incidents."""

    after: Annotated[str, Meta(pattern="^([0-9a-f]{32})?$")] = ""
    """Those behind this one."""
    limit: Annotated[int, Meta(ge=1, le=MAX_INCIDENTS)] = 50


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as it is shown: nothing of what it is about."""

    id: str
    kind: IncidentKind
    grade: str
    """`mat`, `toi-mat`, `tuyet-mat`."""
    agency: str
    """Its code; empty = it concerns a file only."""
    register: str
    blobs: tuple[str, ...]
    """Stored files that are concerned: `vankho purge request` for each."""
    at: datetime
    actor: str


class IncidentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Incidents, oldest first."""

    incidents: tuple[IncidentView, ...]
    next: str | UnsetType = UNSET
    """Go on with this as `after`; not there on the last page."""


class Incidents:
    """`/v1/incidents`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_incidents",
            told="What an administrator has to look at; takes `administer` in all agencies.",
            query=IncidentsWanted,
            answers=(Answered(told="A page.", shape=IncidentPage),),
            problems=(*refusals.QUERY, NotAllowed),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, IncidentsWanted)
        with self._services.holdings.reading() as reading:
            found = incidents.incidents_for(
                reading, caller(req), after=wanted.after, limit=wanted.limit + 1
            )
            shown = tuple(incident_view(reading, one) for one in found[: wanted.limit])
        more = shown[-1].id if len(found) > wanted.limit else UNSET
        wire.send(resp, IncidentPage(incidents=shown, next=more))


def incident_view(reading: Reading, incident: Incident) -> IncidentView:
    """*incident* as it is shown."""
    agency = reading.agency(incident.agency) if incident.agency else None
    return IncidentView(
        id=incident.id,
        kind=incident.kind,
        grade=incident.grade,
        agency=agency.code if agency else "",
        register=incident.register,
        blobs=tuple(map(show_blob, incident.blobs)),
        at=wire.moment(incident.at),
        actor=incident.actor,
    )
