"""`/v1/drafts`: outgoing documents on their way (dự thảo)."""

import re
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import downloads, refusals, wire
from api import headers as h
from api.draft_views import (
    ActList,
    DeedPage,
    DraftView,
    VersionList,
    deed_view,
    draft_view,
    version_view,
)
from api.operations import Answered, Body, Operation
from api.problems import NoSuchAddress
from api.services import Services, draft_looks, fields
from api.services.access import draft_for
from api.services.agencies import UnknownAgency
from api.services.draft_command import (
    Asked,
    DraftChanged,
    DraftDoing,
    NoMainFile,
    TooManyVersions,
    act_on_draft,
    draft_acts_open,
)
from api.services.draft_files import FilesDiffer, FilesMoved, NotContinued
from api.services.drafting import (
    Drafted,
    NotToAnswer,
    OpenDraft,
    PersonNeeded,
    RelationDrafted,
    UnitNotYours,
    open_draft,
)
from api.services.incidents import StateSecretRefused
from api.services.issuing import NamedTwice
from api.services.numbering import NumberNotReserved, ReservationLapsed
from api.services.organisation import UnknownPerson, UnknownUnit
from api.services.paper import IdempotencyKeyUnfit, SecondMainFile, UnknownBlob
from api.services.registration import (
    IdempotencyKeyReused,
    UnknownRegister,
    WrongDirection,
)
from api.services.relations import RelationStands, UnknownDocument
from api.services.signatories import WorksNotHere
from api.services.work import NoSuchPlace
from api.session import caller
from repository.catalogue.drafts import deeds_of, versions_of
from repository.model.agencies import AgencyEnded, AgencyNotYetFounded
from repository.model.drafts import Draft, DraftActNotOpen, InitialledAlready, NotAnEarlierStep
from repository.model.grammar import SymbolUnfit
from repository.model.ids import time_ordered_ids
from repository.model.registers import DateNotInPeriod
from repository.model.relations import RelationNotAllowed, RelationToItself, TooManyRelations
from repository.model.signing import AuthorityDoesNotHold, InitialsMissing, MayNotSignSo

MAX_DRAFTS = 200
"""Drafts, or deeds, of one page."""
_REVISION = re.compile(r"[1-9][0-9]{0,9}")


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft to be opened."""

    agency: fields.AgencyCodeText
    """Code of the agency in which the drafter works."""
    drafted: Drafted
    unit: str = ""
    """Short name of the drafting unit; empty = that in which the drafter works."""
    receipt: str = ""
    """The recipient line, in the drafter's hand, that it answers."""
    relations: tuple[RelationDrafted, ...] = ()
    """What it will be to other documents: replaces, corrects, recalls …; at most 20."""


class DraftsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which drafts."""

    before: Annotated[str, Meta(extra_json_schema={"pattern": "^([0-9a-f]{32})?$"})] = ""
    """`next` of the page before."""
    limit: Annotated[int, Meta(ge=1, le=MAX_DRAFTS)] = 50


class DraftList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Drafts that you may see, the newest first."""

    drafts: tuple[DraftView, ...]
    next: str | UnsetType = UNSET
    """Where the next page goes on; absent on the last one."""


class DeedsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of what was done."""

    start: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 2
    limit: Annotated[int, Meta(ge=1, le=MAX_DRAFTS)] = 50


_OPENING = (
    PersonNeeded,
    UnknownUnit,
    UnitNotYours,
    NotToAnswer,
    UnknownDocument,
    RelationNotAllowed,
    AgencyEnded,
    AgencyNotYetFounded,
)
_FILES = (UnknownBlob, SecondMainFile, StateSecretRefused)
_ACTING = (
    DraftActNotOpen,
    NotAnEarlierStep,
    DraftChanged,
    PersonNeeded,
    InitialledAlready,
    NoMainFile,
    TooManyVersions,
    UnknownPerson,
    WorksNotHere,
    InitialsMissing,
    MayNotSignSo,
    AuthorityDoesNotHold,
    FilesDiffer,
    FilesMoved,
    NotContinued,
    IdempotencyKeyUnfit,
    IdempotencyKeyReused,
    UnknownRegister,
    WrongDirection,
    UnknownAgency,
    NamedTwice,
    AgencyEnded,
    AgencyNotYetFounded,
    DateNotInPeriod,
    NumberNotReserved,
    ReservationLapsed,
    SymbolUnfit,
    RelationNotAllowed,
    RelationStands,
    RelationToItself,
    TooManyRelations,
)
_DECIDED = (*refusals.JSON_BODY, *refusals.FIELDS, *refusals.KEEPER, *refusals.ACCESS)
_LOOKED = tuple(one for one in refusals.BYTES_OUT if one.slug() != "range-not-satisfiable")
"""Files are read to see whether they continue others."""


class Drafts:
    """`/v1/drafts`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_drafts",
            told="Drafts that you may see.",
            query=DraftsWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The drafts.", DraftList),
            problems=(*refusals.QUERY, NoSuchPlace),
        ),
        "POST": Operation(
            name="open_draft",
            told="Begin to draft an outgoing document; for people.",
            headers=(h.CONTENT_DIGEST,),
            body=Body(shape=Opening),
            answers=(
                Answered(told="Opened.", status=201, shape=DraftView, headers=(h.LOCATION, h.ETAG)),
            ),
            problems=(*_DECIDED, *_OPENING, *_FILES),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services
        self._new_id = time_ordered_ids(services.clock, services.entropy)

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, DraftsWanted)
        with self._services.holdings.reading() as reading:
            page = draft_looks.seen_by_me(
                reading, caller(req), before=wanted.before, limit=wanted.limit
            )
            views = tuple(draft_view(reading, one) for one in page.drafts)
        wire.send_tagged(req, resp, DraftList(drafts=views, next=page.next or UNSET))

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = wire.read(req, Opening, limit=self._services.limits.max_json)
        command = OpenDraft(
            caller=caller(req),
            id=self._new_id(),
            agency=given.agency,
            drafted=given.drafted,
            unit=given.unit,
            receipt=given.receipt,
            relations=given.relations,
        )
        draft = open_draft(self._services.holdings.keeper, command)
        resp.location = f"/v1/drafts/{draft.id}"
        _send(resp, self._services, draft, status=201)


class DraftResource:
    """`/v1/drafts/{draft}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_draft",
            told="A draft.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The draft.", DraftView),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, draft: str) -> None:
        with self._services.holdings.reading() as reading:
            found = draft_for(reading, caller(req), draft)
            view = draft_view(reading, found)
        wire.send_tagged(req, resp, view, version=str(found.revision))


class DraftActions:
    """`/v1/drafts/{draft}/actions`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_draft_actions",
            told="What you may do with a draft now.",
            answers=(Answered(told="The acts.", shape=ActList),),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="act_on_draft",
            told="Do something with a draft; `number` needs an Idempotency-Key.",
            headers=(h.IF_MATCH, h.OPTIONAL_KEY, h.CONTENT_DIGEST),
            body=Body(shape=DraftDoing),
            answers=(Answered(told="Done.", shape=DraftView, headers=(h.ETAG,)),),
            problems=(
                *_DECIDED,
                *_FILES,
                *_LOOKED,
                *_ACTING,
                *refusals.NUMBERS,
                wire.ConditionMissing,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, draft: str) -> None:
        with self._services.holdings.reading() as reading:
            found = draft_for(reading, caller(req), draft)
        actions = tuple(act.value for act in draft_acts_open(caller(req), found))
        wire.send(resp, ActList(state=found.state.value, actions=actions))

    def on_post(self, req: falcon.Request, resp: falcon.Response, draft: str) -> None:
        asked = Asked(
            draft=draft,
            seen=revisions_seen(req),
            doing=wire.read(req, DraftDoing, limit=self._services.limits.max_json),
            key=req.get_header(h.OPTIONAL_KEY.name) or "",
        )
        done = act_on_draft(self._services.holdings, caller(req), asked)
        _send(resp, self._services, done)


class DraftVersions:
    """`/v1/drafts/{draft}/versions`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_draft_versions",
            told="The versions of a draft, the first one first.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The versions.", VersionList),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, draft: str) -> None:
        with self._services.holdings.reading() as reading:
            found = draft_for(reading, caller(req), draft)
            views = tuple(version_view(found, one) for one in versions_of(reading, found))
        wire.send_tagged(req, resp, VersionList(versions=views))


class DraftFile:
    """`/v1/drafts/{draft}/versions/{version}/files/{place}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="read_draft_file",
            told="A file of a draft's version under the name it came with.",
            headers=(h.RANGE, h.IF_RANGE, h.IF_NONE_MATCH),
            answers=downloads.ANSWERS,
            problems=(*refusals.BYTES_OUT, *refusals.ACCESS, NoSuchAddress),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, draft: str, version: int, place: int
    ) -> None:
        holdings = self._services.holdings
        with holdings.reading() as reading:
            component = draft_looks.draft_file(reading, caller(req), draft, version, place)
        stat = holdings.blobs.stat(component.blob)
        downloads.send_file(req, resp, self._services, stat, name=component.name)


class DraftHistory:
    """`/v1/drafts/{draft}/history`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_draft_history",
            told="What was done with a draft, by whom, and when.",
            query=DeedsWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("A page.", DeedPage),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, draft: str) -> None:
        wanted = wire.query(req, DeedsWanted)
        with self._services.holdings.reading() as reading:
            found = draft_for(reading, caller(req), draft)
            deeds = deeds_of(reading, found, start=wanted.start, limit=wanted.limit + 1)
        shown = deeds[: wanted.limit]
        more = wanted.start + wanted.limit if len(deeds) > wanted.limit else UNSET
        views = tuple(deed_view(max(wanted.start, 2) + n, one) for n, one in enumerate(shown))
        wire.send_tagged(req, resp, DeedPage(deeds=views, next=more))


def _send(resp: falcon.Response, services: Services, draft: Draft, *, status: int = 200) -> None:
    with services.holdings.reading() as reading:
        view = draft_view(reading, draft)
    wire.send(resp, view, status=status)
    wire.tag(resp, version=str(draft.revision))


def revisions_seen(req: falcon.Request) -> tuple[int, ...] | None:
    """The revisions that If-Match names, before the dot of each tag; None = `*`."""
    tags = wire.condition(req)
    if tags is None:
        return None
    versions = (tag.partition(".")[0] for tag in tags)
    return tuple(int(each) for each in versions if _REVISION.fullmatch(each))
