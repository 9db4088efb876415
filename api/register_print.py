"""`/v1/registers/{register}/print`: a register in its legal form, as a file."""

from typing import Annotated, BinaryIO, ClassVar

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import printed, refusals, wire
from api.operations import Operation
from api.printed import send_printed
from api.services import Services
from api.services.paper import MAX_PERIOD
from api.services.printing import Format, SheetTooLong, SheetWanted, print_register
from api.session import caller
from repository.model.registers import MAX_NUMBER


class PrintWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows, and as what."""

    format: Format = Format.PDF
    period: Annotated[int, Meta(ge=0, le=MAX_PERIOD)] | UnsetType = UNSET
    """The year or term; the present one unless said; 0 for a running series."""
    start: Annotated[int, Meta(ge=0, le=MAX_NUMBER)] = 0
    """From this number on."""
    stop: Annotated[int, Meta(ge=0, le=MAX_NUMBER)] | UnsetType = UNSET
    """Up to this number; to the end unless said."""


class RegisterPrint:
    """`/v1/registers/{register}/print`."""

    operations: ClassVar = {
        "GET": Operation(
            name="print_register",
            told="A register in the form of Decree 30/2020, Annex IV: PDF, XLSX or CSV.",
            query=PrintWanted,
            answers=printed.answers("The register"),
            problems=(*refusals.ACCESS, *refusals.QUERY, SheetTooLong),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response, register: str) -> None:
        wanted = wire.query(req, PrintWanted)
        sheet = SheetWanted(
            register=register,
            period=None if wanted.period is UNSET else wanted.period,
            start=wanted.start,
            stop=None if wanted.stop is UNSET else wanted.stop,
        )
        send_printed(resp, wanted.format, lambda out: self._print(req, sheet, wanted.format, out))

    def _print(
        self, req: falcon.Request, sheet: SheetWanted, format_: Format, out: BinaryIO
    ) -> str:
        services = self._services
        printer = (format_, services.printers[format_])
        return print_register(
            services.holdings, caller(req), sheet, printer, now=services.clock(), out=out
        )
