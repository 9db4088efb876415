"""`/v1/registers/{register}/closings`: certificates of closed periods (biên bản khóa sổ)."""

from datetime import datetime
from typing import Annotated, ClassVar

import falcon
import msgspec
from msgspec import Meta

from api import headers as h
from api import refusals, wire
from api.operations import Answered, Body, Operation
from api.services import Services, closing
from api.services.access import register_for
from api.services.closing import NumbersStillReserved, PeriodNotOver, RowsChanged
from api.services.paper import MAX_PERIOD
from api.session import caller
from repository.model.access import Right
from repository.model.closings import ClosingCertificate


class ClosingGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be closed."""

    period: Annotated[int, Meta(ge=0, le=MAX_PERIOD)] | None = None
    """A year or term that is over; null = the register, with all its periods, for good."""
    for_good: bool = False
    """MUST be true where no period is said: a slip of the pen closes no register."""


class CertificateView(msgspec.Struct, frozen=True, kw_only=True):
    """A closing certificate as it is shown."""

    period: int
    first: int
    """Its first number; 0 = it has none."""
    last: int
    count: int
    voided: tuple[int, ...]
    bound: tuple[int, ...]
    """Those that had been reserved before."""
    digest: str
    """The chain over its rows, `blake3:…`; a printed register ends with it."""
    for_good: bool
    closed: datetime
    closed_by: str
    log_sequence: int
    """What `/v1/log/proof` takes."""


class CertificateList(msgspec.Struct, frozen=True, kw_only=True):
    """The certificates of a register, by period."""

    closings: tuple[CertificateView, ...]


class Closings:
    """`/v1/registers/{register}/closings`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_closings",
            told="The closing certificates of a register.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The certificates.", CertificateList),
            problems=refusals.ACCESS,
        ),
        "POST": Operation(
            name="close_register",
            told="Close a period that is over, or the register for good; takes `administer`.",
            body=Body(shape=ClosingGiven),
            answers=(Answered(told="Closed, now or before.", status=201, shape=CertificateList),),
            problems=(
                *refusals.JSON_BODY,
                *refusals.FIELDS,
                *refusals.KEEPER,
                *refusals.ACCESS,
                PeriodNotOver,
                NumbersStillReserved,
                RowsChanged,
            ),
        ),
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        with self._services.holdings.reading() as reading:
            book = register_for(reading, caller(req), Right.READ, register)
            found = closing.certificates_of(reading, book.id)
        wire.send_tagged(req, resp, _list(found))

    def on_post(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        given = wire.read(req, ClosingGiven, limit=self._services.limits.max_json)
        period = closing.period_meant(given.period, for_good=given.for_good)
        made = closing.close(self._services.holdings, caller(req), register, period)
        wire.send(resp, _list(made), status=201)


def _list(found: "list[ClosingCertificate] | tuple[ClosingCertificate, ...]") -> CertificateList:
    return CertificateList(closings=tuple(map(certificate_view, found)))


def certificate_view(certificate: ClosingCertificate) -> CertificateView:
    """*certificate* as it is shown."""
    return CertificateView(
        period=certificate.period,
        first=certificate.first,
        last=certificate.last,
        count=certificate.count,
        voided=certificate.voided,
        bound=certificate.bound,
        digest=f"blake3:{certificate.digest.hex()}",
        for_good=certificate.for_good,
        closed=wire.moment(certificate.closed),
        closed_by=certificate.closed_by,
        log_sequence=certificate.sequence,
    )
