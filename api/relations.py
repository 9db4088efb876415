"""`/v1/documents/{document}/relations`, `/v1/relations/{relation}`: what documents are to others."""

import re
from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services
from api.services.fields import DayText, Line
from api.services.relations import (
    OutsideGiven,
    Related,
    RelationChanged,
    RelationStands,
    StateRelation,
    UnknownDocument,
    WithdrawRelation,
    as_seen,
    relation_for,
    relations_for,
)
from api.session import caller
from api.wire import ConditionMissing
from repository.catalogue.views import Reading
from repository.model.documents import Document
from repository.model.relations import (
    Outside,
    Relation,
    RelationKind,
    RelationNotAllowed,
    RelationToItself,
    TooManyRelations,
)

MAX_RELATIONS_A_PAGE = 200
_VERSION = re.compile(r"[12]")


class RelationGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What the document is to another; the other end as `target`, as `outside`, or as both."""

    kind: RelationKind
    target: str = ""
    """A stored document that you may read."""
    outside: OutsideGiven = OutsideGiven()
    """How the other end is named to whoever may not read it."""
    since: DayText = ""
    """From which day on; empty = the day of the document itself."""


class RelationsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which relations of a document."""

    after: Annotated[str, Meta(pattern="^([0-9a-f]{32})?$")] = ""
    """The last one that you have; empty = from the first."""
    limit: Annotated[int, Meta(ge=1, le=MAX_RELATIONS_A_PAGE)] = 50


class Withdrawing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a relation is withdrawn."""

    reason: Line
    """At most 500 characters."""


class OutsideView(msgspec.Struct, frozen=True, kw_only=True):
    """A paper as whoever stated the relation named it."""

    issuer: str
    symbol: str
    issued: str


class RelatedView(msgspec.Struct, frozen=True, kw_only=True):
    """A stored document at one end of a relation."""

    id: str
    url: str
    agency: str
    """Code of the agency that registered it."""
    direction: str
    symbol: str
    issued: str
    issuer: str
    kind: str
    subject: str


class RelationView(msgspec.Struct, frozen=True, kw_only=True):
    """A relation as it is shown."""

    id: str
    url: str
    kind: str
    source: RelatedView
    """The document that speaks."""
    target: RelatedView | UnsetType = UNSET
    """The other end, where it is stored and yours to read."""
    outside: OutsideView | UnsetType = UNSET
    """The other end as it was named."""
    since: str
    stated: datetime
    stated_by: str
    """Who stated it: `token:<id>`, a person or `operator`."""
    withdrawn: datetime | UnsetType = UNSET
    """Not there while it stands."""
    withdrawn_by: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    """Why it was withdrawn."""


class RelationList(msgspec.Struct, frozen=True, kw_only=True):
    """Both directions: where `source` is the document itself, it speaks; otherwise others do."""

    relations: tuple[RelationView, ...]
    next: str | UnsetType = UNSET
    """Go on with this as `after`; not there on the last page."""


class DocumentRelations:
    """`/v1/documents/{document}/relations`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_relations",
            told="What a document is to others, and others to it.",
            query=RelationsWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("A page.", RelationList),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="state_relation",
            told="State what a document is to another; takes `write` where it is registered.",
            headers=(h.CONTENT_DIGEST,),
            body=Body(shape=RelationGiven),
            answers=(
                Answered(
                    told="Stated, now or before.",
                    status=201,
                    shape=RelationView,
                    headers=(h.LOCATION, h.ETAG),
                ),
            ),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *refusals.ACCESS,
                UnknownDocument,
                RelationNotAllowed,
                RelationToItself,
                RelationStands,
                TooManyRelations,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        wanted = wire.query(req, RelationsWanted)
        after, limit = wanted.after, wanted.limit
        with self._services.holdings.reading() as reading:
            found = relations_for(reading, caller(req), document, after=after, limit=limit + 1)
            views = tuple(relation_view(reading, one) for one in found[:limit])
        following = views[-1].id if len(found) > limit else UNSET
        wire.send_tagged(req, resp, RelationList(relations=views, next=following))

    def on_post(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        given = wire.read(req, RelationGiven, limit=self._services.limits.max_json)
        command = StateRelation(
            caller=caller(req),
            document=document,
            kind=given.kind,
            target=given.target,
            outside=given.outside,
            since=given.since,
        )
        stated = self._services.holdings.keeper.submit(command)
        resp.location = f"/v1/relations/{stated.id}"
        _send(self._services, req, resp, stated, status=201)


class RelationResource:
    """`/v1/relations/{relation}`."""

    operations: ClassVar = {
        "GET": Operation(
            name="show_relation",
            told="A relation, for whoever may read the document that states it.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The relation.", RelationView),
            problems=refusals.ACCESS,
        ),
        "DELETE": Operation(
            name="withdraw_relation",
            told="Withdraw a relation, with a reason; it stays on record, its mark goes.",
            headers=(h.IF_MATCH, h.CONTENT_DIGEST),
            body=Body(shape=Withdrawing),
            answers=(Answered(told="Withdrawn.", shape=RelationView, headers=(h.ETAG,)),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *refusals.ACCESS,
                ConditionMissing,
                RelationChanged,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, relation: str) -> None:
        with self._services.holdings.reading() as reading:
            found = relation_for(reading, caller(req), relation)
            view = relation_view(reading, found)
        wire.send_tagged(req, resp, view, version=str(found.relation.version))

    def on_delete(self, req: falcon.Request, resp: falcon.Response, relation: str) -> None:
        seen = _versions(wire.condition(req))
        given = wire.read(req, Withdrawing, limit=self._services.limits.max_json)
        command = WithdrawRelation(
            caller=caller(req), relation=relation, reason=given.reason, seen=seen
        )
        withdrawn = self._services.holdings.keeper.submit(command)
        _send(self._services, req, resp, withdrawn)


def _versions(tags: tuple[str, ...] | None) -> tuple[int, ...] | None:
    if tags is None:
        return None
    versions = (tag.partition(".")[0] for tag in tags)
    return tuple(int(each) for each in versions if _VERSION.fullmatch(each))


def _send(
    services: Services,
    req: falcon.Request,
    resp: falcon.Response,
    relation: Relation,
    *,
    status: int = 200,
) -> None:
    with services.holdings.reading() as reading:
        view = relation_view(reading, as_seen(reading, caller(req), relation))
    wire.send(resp, view, status=status)
    wire.tag(resp, version=str(relation.version))


def relation_view(reading: Reading, found: Related) -> RelationView:
    """A relation as it is shown."""
    one = found.relation
    return RelationView(
        id=one.id,
        url=f"/v1/relations/{one.id}",
        kind=one.kind.value,
        source=_end(reading, found.source),
        target=_end(reading, found.target) if found.target else UNSET,
        outside=_outside(one.outside),
        since=one.since,
        stated=wire.moment(one.stated),
        stated_by=one.stated_by,
        withdrawn=wire.moment(one.withdrawn) if one.withdrawn else UNSET,
        withdrawn_by=one.withdrawn_by or UNSET,
        reason=one.reason or UNSET,
    )


def _end(reading: Reading, document: Document) -> RelatedView:
    agency = reading.agency(document.agency)
    return RelatedView(
        id=document.id,
        url=f"/v1/documents/{document.id}",
        agency=agency.code if agency else "",
        direction=document.direction.value,
        symbol=document.symbol,
        issued=document.issued,
        issuer=document.issuer,
        kind=document.kind,
        subject=document.subject,
    )


def _outside(outside: Outside) -> OutsideView | UnsetType:
    if outside == Outside():
        return UNSET
    return OutsideView(issuer=outside.issuer, symbol=outside.symbol, issued=outside.issued)
