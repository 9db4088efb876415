"""`/v1/dossiers/{dossier}/actions`, `/check`: what may be done with a dossier, and whether it is ready."""

from typing import ClassVar

import falcon
import msgspec

from api import headers as h
from api import refusals, wire
from api.dossier_views import DossierView, send_dossier
from api.dossiers import DECIDED, IN_CHARGE, today
from api.operations import Answered, Body, Operation
from api.services import Services, dossier_acts, hand_overs
from api.services.access import present
from api.services.dossier_access import dossier_for, parties_to, reads_papers
from api.services.dossier_acts import ActOnDossier, close_dossier
from api.services.dossier_amendment import AssignDossier
from api.services.dossier_checks import Examined, Inspector, examine
from api.services.fields import DayText
from api.services.hand_overs import AskHandOver
from api.session import caller
from repository.catalogue import tables as t
from repository.model.access import Caller, Hidden
from repository.model.days import UNBOUNDED
from repository.model.dossiers import Dossier, DossierAct, DossierActNotOpen, after, allowed


class DossierDoing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done with a dossier; what an act does not need stays away."""

    act: DossierAct
    """`close`, `reopen`, `cancel`, `assign`, `offer` or `give-back`; the others have addresses of their own:
    `amend` and `correct` are PATCH, `file` is `items`."""
    reason: str = ""
    """`reopen`, `cancel` and `give-back` need one; `close` where something is let stand. With `offer` a
    note for the archive."""
    ended: DayText = ""
    """`close`: the day on which the work ended; empty = as noted, else that of the last document."""
    login: str = ""
    """`assign`: who is in charge from now on."""
    unit: str = ""
    """`assign`: short name; empty = where they work."""


class DossierActs(msgspec.Struct, frozen=True, kw_only=True):
    """What you may do with a dossier now."""

    state: str
    actions: tuple[str, ...]


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was found."""

    check: str
    severity: str
    """`error`: to be mended; `warning`: may be let stand with a reason."""
    positions: tuple[int, ...]
    """Of the items it is about, from 1."""


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """What would be found if the dossier were closed now."""

    ready: bool
    """Nothing has to be mended."""
    findings: tuple[FindingView, ...]
    ended: str
    """The day on which the work would have ended."""
    form: str
    documents: int
    pages: int
    contents: str
    """The chain over its items, hex."""


class DossierActions:
    """`/v1/dossiers/{dossier}/actions`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_dossier_actions",
            told="What you may do with a dossier now.",
            answers=(Answered(told="The acts.", shape=DossierActs),),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="act_on_dossier",
            told="Do something with a dossier.",
            body=Body(shape=DossierDoing),
            answers=(Answered(told="Done.", shape=DossierView, headers=(h.ETAG,)),),
            problems=(
                *DECIDED,
                *IN_CHARGE,
                DossierActNotOpen,
                dossier_acts.NotReadyToClose,
                dossier_acts.DossierBusy,
                dossier_acts.NotEmpty,
                hand_overs.HandOverRefused,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, dossier: str) -> None:
        who = caller(req)
        with self._services.holdings.reading() as reading:
            found, seat = dossier_for(reading, who, dossier, today(self._services))
            acts = allowed(found, parties_to(who, seat, found))
        actions = tuple(act.value for act in acts)
        wire.send(resp, DossierActs(state=found.state.value, actions=actions))

    def on_post(self, req: falcon.Request, resp: falcon.Response, dossier: str) -> None:
        given = wire.read(req, DossierDoing, limit=self._services.limits.max_json)
        done = self._done(caller(req), dossier, given)
        with self._services.holdings.reading() as reading:
            send_dossier(resp, reading, done)

    def _done(self, who: Caller, dossier: str, given: DossierDoing) -> Dossier:
        holdings = self._services.holdings
        if given.act is DossierAct.CLOSE:
            day = today(self._services)
            return close_dossier(
                holdings, who, dossier, ended=given.ended, reason=given.reason, today=day
            )
        if given.act is DossierAct.ASSIGN:
            return holdings.keeper.submit(
                AssignDossier(caller=who, dossier=dossier, login=given.login, unit=given.unit)
            )
        if given.act is DossierAct.OFFER:
            return self._offered(who, dossier, given)
        return holdings.keeper.submit(
            ActOnDossier(caller=who, dossier=dossier, act=given.act, reason=given.reason)
        )

    def _offered(self, who: Caller, dossier: str, given: DossierDoing) -> Dossier:
        """A hand-over of one dossier."""
        holdings = self._services.holdings
        with holdings.reading() as reading:
            found, seat = dossier_for(reading, who, dossier, today(self._services))
            after(found, DossierAct.OFFER, parties_to(who, seat, found))
            agency = present(reading.agency(found.agency))
        holdings.keeper.submit(
            AskHandOver(caller=who, agency=agency.code, dossiers=(found.id,), note=given.reason)
        )
        with holdings.reading() as reading:
            return present(reading.get(t.DOSSIERS, found.id))


class DossierCheck:
    """`/v1/dossiers/{dossier}/check`."""

    operations: ClassVar = {
        "GET": Operation(
            name="check_dossier",
            told="What would be found if the dossier were closed now; for those who read its papers.",
            answers=(Answered(told="The findings.", shape=Readiness),),
            problems=refusals.ACCESS,
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, dossier: str) -> None:
        who, day = caller(req), today(self._services)
        with self._services.holdings.reading() as reading:
            found, seat = dossier_for(reading, who, dossier, day)
            if not reads_papers(who, seat, found):
                raise Hidden
            examined = examine(reading, Inspector(who, seat, day), found, UNBOUNDED)
        wire.send(resp, _readiness(examined))


def _readiness(examined: Examined) -> Readiness:
    return Readiness(
        ready=not examined.errors,
        findings=tuple(
            FindingView(
                check=one.check.value,
                severity="error" if one.is_error else "warning",
                positions=one.positions,
            )
            for one in examined.findings
        ),
        ended=examined.ended,
        form=examined.form.value,
        documents=examined.documents,
        pages=examined.pages,
        contents=examined.contents.hex(),
    )
