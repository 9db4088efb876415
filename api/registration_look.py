"""`/v1/registrations:look`: what a paper resembles, before it gets a number."""

from typing import ClassVar

import falcon
import msgspec

from api import headers as h
from api import refusals, wire
from api.documents import DocumentView, document_view
from api.operations import Answered, Body, Operation
from api.services import Services
from api.services.documents import sheet_for
from api.services.incidents import StateSecretRefused
from api.services.looking import look
from api.services.paper import Registration, SecondMainFile, UnknownBlob
from api.services.registration import UnknownRegister, WrongDirection
from api.session import caller
from repository.model.days import day_of


class ResemblingView(msgspec.Struct, frozen=True, kw_only=True):
    """A registered document that the paper resembles."""

    why: str
    """`same-paper` (would be refused without a `duplicate_reason`), `same-file`,
    `earlier-revision`, `later-revision` or `same-beginning`."""
    path: str
    """Of the file that is the same, or `$`."""
    document: DocumentView


class Resemblances(msgspec.Struct, frozen=True, kw_only=True):
    """What the paper resembles, of what you may read: the same paper first; at most 20."""

    duplicates: tuple[ResemblingView, ...]


class RegistrationLook:
    """`/v1/registrations:look`."""

    operations: ClassVar = {
        "POST": Operation(
            name="look_before_registering",
            told="What a document resembles that is registered already; nothing is changed.",
            headers=(h.CONTENT_DIGEST,),
            body=Body(shape=Registration),
            answers=(Answered(told="What it resembles.", shape=Resemblances),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.ACCESS,
                *refusals.BYTES_OUT,
                *refusals.KEEPER,
                UnknownRegister,
                WrongDirection,
                UnknownBlob,
                SecondMainFile,
                StateSecretRefused,
            ),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = wire.read(req, Registration, limit=self._services.limits.max_json)
        holdings = self._services.holdings
        found = look(holdings, caller(req), given, today=day_of(self._services.clock()))
        with holdings.reading() as reading:
            told = tuple(
                ResemblingView(
                    why=one.why.value,
                    path=one.path,
                    document=document_view(sheet_for(reading, caller(req), one.document)),
                )
                for one in found
            )
        wire.send(resp, Resemblances(duplicates=told))
