"""`/v1/document-types`: the types of documents (loại văn bản) on a day."""

from typing import ClassVar

import falcon
import msgspec

from api import headers as h
from api import refusals, wire
from api.operations import Operation
from api.services import Services, fields
from api.services.fields import DayText
from repository.model import document_types
from repository.model.registers import day_in_vietnam


class TypesWanted(msgspec.Struct, frozen=True, kw_only=True):
    """On which day."""

    on: DayText = ""
    """`YYYY-MM-DD`; today unless said."""
    family: str = ""
    """Only those of this family; empty = all."""


class TypeView(msgspec.Struct, frozen=True, kw_only=True):
    """A type as it is shown."""

    family: str
    name: str
    abbreviation: str
    """Empty of those that have none: công văn, thư công."""
    archive: str
    """Its code in packages for the archive (Circular 05/2025/TT-BNV), where it has one."""
    valid_from: str
    valid_to: str
    """Empty = it is one still."""


class TypeList(msgspec.Struct, frozen=True, kw_only=True):
    """The types that are ones on a day."""

    on: str
    types: tuple[TypeView, ...]


class DocumentTypes:
    """`/v1/document-types`."""

    operations: ClassVar = {
        "GET": Operation(
            name="list_document_types",
            told="The types of documents on a day, with their abbreviations (Decree 30/2020).",
            query=TypesWanted,
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("The types.", TypeList),
            problems=(*refusals.QUERY, fields.FieldUnfit),
        )
    }

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = wire.query(req, TypesWanted)
        today = day_in_vietnam(self._services.clock())
        day = (fields.day("$.on", wanted.on) if wanted.on else today).isoformat()
        views = tuple(
            TypeView(**msgspec.structs.asdict(one))
            for one in document_types.on(day)
            if not wanted.family or one.family == wanted.family
        )
        wire.send_tagged(req, resp, TypeList(on=day, types=views))
