"""`/v1/dossiers`, `/v1/dossiers/{dossier}`: dossiers, what is noted of them, and what was done."""

from itertools import islice
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import printed, refusals, wire
from api.documents import MERGE_PATCH
from api.dossier_views import (
    DossierList,
    DossierView,
    StepView,
    dossier_view,
    send_dossier,
    step_view,
)
from api.operations import Answered, Body, Operation
from api.printed import send_printed
from api.services import Services, dossiers
from api.services.dossier_access import dossier_for
from api.services.dossier_amendment import AmendDossier, DossierAmendment
from api.services.dossier_finding import DossiersSought, dossiers_for, dossiers_holding
from api.services.dossier_print import Printing, print_dossiers
from api.services.dossier_rules import DossierChanged, DossierSymbolTaken
from api.services.dossiers import DossierGiven, OpenDossier
from api.services.fields import AgencyCodeText, DayText
from api.services.giving import NotOfOneAgency
from api.services.incidents import StateSecretRefused
from api.services.organisation import UnknownPerson, UnknownUnit
from api.services.printing import Format, SheetTooLong
from api.services.work import NoSuchPlace
from api.session import caller
from api.wire import ConditionMissing
from repository.catalogue.dossier_steps import steps_of
from repository.model.agencies import AgencyEnded, AgencyNotYetFounded
from repository.model.days import Day, day_of
from repository.model.dossiers import DossierActNotOpen, DossierState

MAX_DOSSIERS = 200
"""Dossiers of one page."""
MAX_STEPS = 200
"""Steps of one page."""
_PLACE = r"^(([0-9]{4}-[0-9]{2}-[0-9]{2})?\.[0-9a-f]{32})?$"
DECIDED = (*refusals.JSON_BODY, *refusals.FIELDS, *refusals.KEEPER, *refusals.ACCESS)
IN_CHARGE = (UnknownPerson, UnknownUnit, NotOfOneAgency)


class DossiersWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which dossiers."""

    agency: AgencyCodeText
    """Code of the agency."""
    state: DossierState = DossierState.OPEN
    due: DayText = ""
    """Only those on which something is due by this day: of closed ones the hand-over, of offered ones
    the archive's answer, of archived ones the end of their retention."""
    mine: bool = False
    """Only those of which you, or a unit that you head, are in charge."""
    after: Annotated[str, Meta(extra_json_schema={"pattern": _PLACE})] = ""
    """`next` of the page before."""
    limit: Annotated[int, Meta(ge=1, le=MAX_DOSSIERS)] = 50


class ListPrintWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which dossiers are printed, and as what."""

    agency: AgencyCodeText
    """Code of the agency."""
    state: DossierState = DossierState.OPEN
    due: DayText = ""
    """Only those on which something is due by this day."""
    mine: bool = False
    """Only those of which you, or a unit that you head, are in charge."""
    format: Format = Format.PDF


class StepsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which steps of a dossier's history."""

    start: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 0
    """From this event of the log on."""
    limit: Annotated[int, Meta(ge=1, le=MAX_STEPS)] = 50


class StepPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done with a dossier, the first thing first."""

    dossier: str
    steps: tuple[StepView, ...]
    next: int | UnsetType = UNSET
    """Go on with this as `start`; not there on the last page."""


class Dossiers:
    """`/v1/dossiers`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_dossiers",
            told="The dossiers of an agency that you may see, in one state, due first.",
            query=DossiersWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The dossiers.", DossierList),
            problems=(*refusals.QUERY, *refusals.ACCESS, *refusals.FIELDS, NoSuchPlace),
        ),
        "POST": Operation(
            name="open_dossier",
            told="Open a dossier; whoever works in the agency, for themselves or their unit.",
            body=Body(shape=DossierGiven),
            answers=(
                Answered(
                    told="Opened.", status=201, shape=DossierView, headers=(h.LOCATION, h.ETAG)
                ),
            ),
            problems=(
                *DECIDED,
                *IN_CHARGE,
                AgencyEnded,
                AgencyNotYetFounded,
                DossierSymbolTaken,
                dossiers.NoSuchEntry,
                dossiers.NoSuchFonds,
                StateSecretRefused,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, DossiersWanted)
        sought = DossiersSought(
            agency=wanted.agency,
            state=wanted.state,
            due=wanted.due,
            mine=wanted.mine,
            after=wanted.after,
            limit=wanted.limit,
        )
        with self._services.holdings.reading() as reading:
            page = dossiers_for(reading, caller(req), sought, today(self._services))
            views = tuple(dossier_view(reading, one) for one in page.dossiers)
        wire.send_tagged(req, resp, DossierList(dossiers=views, next=page.next or UNSET))

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = wire.read(req, DossierGiven, limit=self._services.limits.max_json)
        opened = self._services.holdings.keeper.submit(OpenDossier(caller=caller(req), given=given))
        with self._services.holdings.reading() as reading:
            send_dossier(resp, reading, opened, status=201)
        resp.location = f"/v1/dossiers/{opened.id}"


class DossierListPrint:
    """`/v1/dossiers:print`."""

    operations: ClassVar = {
        "GET": Operation(
            name="print_dossiers",
            told="The dossiers of an agency that you may see, in one state: PDF, XLSX or CSV.",
            query=ListPrintWanted,
            answers=printed.answers("The list"),
            problems=(*refusals.QUERY, *refusals.ACCESS, *refusals.FIELDS, SheetTooLong),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        services, wanted = self._services, wire.query(req, ListPrintWanted)
        sought = DossiersSought(
            agency=wanted.agency,
            state=wanted.state,
            due=wanted.due,
            mine=wanted.mine,
            limit=MAX_DOSSIERS,
        )
        asked = Printing(caller=caller(req), now=services.clock(), format=wanted.format)
        printer = services.printers[asked.format]
        send_printed(
            resp,
            asked.format,
            lambda out: print_dossiers(services.holdings, asked, sought, printer, out),
        )


class DossierResource:
    """`/v1/dossiers/{dossier}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_dossier",
            told="A dossier; what is in it stands at `items`.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The dossier.", DossierView),
            problems=refusals.ACCESS,
        ),
        "PATCH": Operation(
            name="amend_dossier",
            told="Say otherwise what is noted of an open dossier; correct one in the archive.",
            headers=(h.IF_MATCH, h.CONTENT_DIGEST),
            body=Body(shape=DossierAmendment, media_type=MERGE_PATCH),
            answers=(Answered(told="Amended.", shape=DossierView, headers=(h.ETAG,)),),
            problems=(
                *DECIDED,
                ConditionMissing,
                DossierChanged,
                DossierActNotOpen,
                DossierSymbolTaken,
                StateSecretRefused,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, dossier: str) -> None:
        with self._services.holdings.reading() as reading:
            found, _ = dossier_for(reading, caller(req), dossier, today(self._services))
            view = dossier_view(reading, found)
        wire.send_tagged(req, resp, view, version=str(found.revision))

    def on_patch(self, req: falcon.Request, resp: falcon.Response, dossier: str) -> None:
        resp.set_header(h.ACCEPT_PATCH.name, MERGE_PATCH)
        command = AmendDossier(
            caller=caller(req),
            dossier=dossier,
            seen=wire.revisions_seen(req),
            amendment=wire.read(
                req,
                DossierAmendment,
                limit=self._services.limits.max_json,
                media_type=MERGE_PATCH,
            ),
        )
        amended = self._services.holdings.keeper.submit(command)
        with self._services.holdings.reading() as reading:
            send_dossier(resp, reading, amended)


class DossierHistory:
    """`/v1/dossiers/{dossier}/history`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_dossier_history",
            told="What was done with a dossier, by whom, when, and why.",
            query=StepsWanted,
            answers=(Answered(told="A page.", shape=StepPage),),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, dossier: str) -> None:
        wanted = wire.query(req, StepsWanted)
        with self._services.holdings.reading() as reading:
            found, _ = dossier_for(reading, caller(req), dossier, today(self._services))
            steps = tuple(islice(steps_of(reading, found.id, start=wanted.start), wanted.limit + 1))
            views = tuple(step_view(reading, one) for one in steps[: wanted.limit])
        more = steps[-1].sequence if len(steps) > wanted.limit else UNSET
        wire.send(resp, StepPage(dossier=dossier, steps=views, next=more))


class DocumentDossiers:
    """`/v1/documents/{document}/dossiers`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_dossiers_of_document",
            told="The dossiers that hold a document, as far as you may see them.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The dossiers.", DossierList),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        with self._services.holdings.reading() as reading:
            found = dossiers_holding(reading, caller(req), document, today(self._services))
            views = tuple(dossier_view(reading, one) for one in found)
        wire.send_tagged(req, resp, DossierList(dossiers=views))


def today(services: Services) -> Day:
    """The day in Vietnam."""
    return day_of(services.clock())
