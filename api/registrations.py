"""`/v1/registrations`: documents get their number."""

from typing import ClassVar, Literal

import falcon
import msgspec

from api import headers as h
from api import refusals, wire
from api.documents import DocumentView, send_document
from api.operations import Answered, Body, Operation
from api.services import Services
from api.services.agencies import UnknownAgency
from api.services.documents import Sheet
from api.services.duplicates import DuplicateFile, kin_of
from api.services.incidents import StateSecretRefused
from api.services.numbering import NumberNotReserved, ReservationLapsed
from api.services.paper import (
    IdempotencyKeyUnfit,
    Registration,
    SecondMainFile,
    UnknownBlob,
    check_key,
)
from api.services.registration import (
    ClearanceNeeded,
    DuplicateDocument,
    IdempotencyKeyReused,
    NotSuccessor,
    Registered,
    UnknownRegister,
    WrongDirection,
    register,
)
from api.session import caller
from repository.model.agencies import AgencyEnded, AgencyNotYetFounded
from repository.model.grammar import SymbolUnfit
from repository.model.registers import DateNotInPeriod

REFUSED: refusals.Refusals = (
    *refusals.ACCESS,
    *refusals.FIELDS,
    *refusals.KEEPER,
    IdempotencyKeyUnfit,
    IdempotencyKeyReused,
    UnknownRegister,
    WrongDirection,
    UnknownBlob,
    DuplicateDocument,
    DateNotInPeriod,
    SecondMainFile,
    AgencyEnded,
    AgencyNotYetFounded,
    UnknownAgency,
    NotSuccessor,
    *refusals.NUMBERS,
    NumberNotReserved,
    ReservationLapsed,
    SymbolUnfit,
    StateSecretRefused,
    ClearanceNeeded,
)
"""Why a document is not registered."""


class RegistrationWanted(msgspec.Struct, frozen=True, kw_only=True):
    """How a document is registered."""

    duplicates: Literal["", "refuse"] = ""
    """`refuse`: also where the agency has the same file, or another revision of it, already."""


class Registrations:
    """`/v1/registrations`."""

    operations: ClassVar = {
        "POST": Operation(
            name="register_document",
            told="Give a document the next number of its register.",
            query=RegistrationWanted,
            headers=(h.IDEMPOTENCY_KEY, h.CONTENT_DIGEST),
            body=Body(shape=Registration),
            answers=(
                Answered(
                    told="Registered, now or by the same request before.",
                    status=201,
                    shape=DocumentView,
                    headers=(h.LOCATION, h.ETAG, h.REPLAYED),
                ),
            ),
            problems=(*refusals.JSON_BODY, *REFUSED, DuplicateFile, *refusals.BYTES_OUT),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, RegistrationWanted)
        given = wire.read(req, Registration, limit=self._services.limits.max_json)
        key = req.get_header(h.IDEMPOTENCY_KEY.name) or ""
        check_key(key)
        holdings, who = self._services.holdings, caller(req)
        kin = kin_of(holdings, who, given) if wanted.duplicates == "refuse" else ()
        answer = register(holdings.keeper, who, given, key=key, kin=kin)
        sheet = sheet_of(answer)
        resp.location = f"/v1/documents/{sheet.document.id}"
        if answer.replayed:
            resp.set_header(h.REPLAYED.name, "true")
        send_document(resp, sheet, status=201)


def sheet_of(answer: Registered) -> Sheet:
    """What was registered, as it is shown; nothing is read of its files yet."""
    return Sheet(
        document=answer.document,
        agency=answer.agency,
        register=answer.register,
        addressed_to=answer.addressed_to,
        marks=answer.marks,
    )
