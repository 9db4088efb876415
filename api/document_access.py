"""`/v1/documents/{document}/access`: why somebody may see a document, or may not."""

from typing import ClassVar

import falcon
import msgspec

from api import refusals, wire
from api.operations import Answered, Operation
from api.organisation import LoginText
from api.services import Services
from api.services.explaining import Explained, explain_to
from api.services.fields import FieldUnfit
from api.services.organisation import UnknownPerson
from api.session import caller


class AccessWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Of whom."""

    login: LoginText


class AccessView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a person may see a document today, and by which rule."""

    document: str
    login: str
    allowed: bool
    rule: str
    """`post`, `mandate`, `succession`, `custody`, `line`, `unit`; refused: `grade`, `right`, `nothing`."""
    told_vi: str
    told_en: str


class DocumentAccess:
    """`/v1/documents/{document}/access`."""

    operations: ClassVar = {
        "GET": Operation(
            name="explain_access",
            told="Why somebody may see a document, or may not; takes `administer` in its agency.",
            query=AccessWanted,
            answers=(Answered(told="The decision.", shape=AccessView),),
            problems=(*refusals.ACCESS, *refusals.QUERY, UnknownPerson, FieldUnfit),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, document: str) -> None:
        wanted = wire.query(req, AccessWanted)
        with self._services.holdings.reading() as reading:
            now = self._services.clock()
            found = explain_to(reading, caller(req), wanted.login, document, now)
        resp.set_header("Cache-Control", "no-store")
        wire.send(resp, _view(found))


def _view(found: Explained) -> AccessView:
    return AccessView(
        document=found.document.id,
        login=found.person.login,
        allowed=found.decision.allowed,
        rule=found.decision.rule.value,
        told_vi=found.told.vi,
        told_en=found.told.en,
    )
