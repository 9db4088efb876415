"""`/openapi.json`: OpenAPI 3.1, drawn from the routes and from the types that they name.

Nothing about an address is said here: methods, parameters, bodies and refusals stand beside
the resources (`api.operations`), fields and their meaning in the types themselves.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import falcon
import msgspec

from api import headers as h
from api import problems, refusals, wire
from api.operations import Answered, Body, Operation, Resource, is_for_nodes, is_open
from api.problems import RangeNotSatisfiable
from api.schemas import Schemas
from repository.errors import Trouble
from repository.model.registers import MAX_NUMBER

T = TypeVar("T")
_PLACE = re.compile(r"\{(?P<name>\w+)(:int)?\}")
_IDENTIFIER = {"type": "string", "pattern": "^[0-9a-f]{32}$"}

PLACES: dict[str, dict[str, Any]] = {
    "code": {
        "description": "Code of an agency, such as `H20.14`.",
        "schema": {"type": "string", "pattern": r"^[A-Z][0-9]{2}(\.[0-9A-Z]{1,10})*$"},
    },
    "act": {"description": "An act of reorganisation.", "schema": _IDENTIFIER},
    "blob": {
        "description": "Name of a file.",
        "schema": {"type": "string", "pattern": "^blake3:[0-9a-f]{64}$"},
    },
    "authority": {"description": "A written authority to sign.", "schema": _IDENTIFIER},
    "delegation": {"description": "A delegation.", "schema": _IDENTIFIER},
    "dispatch": {"description": "A line of a document's recipients.", "schema": _IDENTIFIER},
    "document": {"description": "A registered document.", "schema": _IDENTIFIER},
    "draft": {"description": "A draft.", "schema": _IDENTIFIER},
    "version": {
        "description": "A version of a draft, from 1.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 500},
    },
    "dossier": {"description": "A dossier.", "schema": _IDENTIFIER},
    "item": {"description": "An item of the dossier.", "schema": _IDENTIFIER},
    "file_list": {"description": "A file list.", "schema": _IDENTIFIER},
    "hand_over": {"description": "A hand-over.", "schema": _IDENTIFIER},
    "place": {
        "description": "Which file of the document, from 0.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 499},
    },
    "job": {"description": "A job.", "schema": _IDENTIFIER},
    "post": {"description": "A post that somebody holds.", "schema": _IDENTIFIER},
    "purge": {"description": "A purge.", "schema": _IDENTIFIER},
    "receipt": {"description": "A recipient line.", "schema": _IDENTIFIER},
    "relation": {"description": "A relation of a document.", "schema": _IDENTIFIER},
    "register": {"description": "A register.", "schema": _IDENTIFIER},
    "number": {
        "description": "A number of the register.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_NUMBER},
    },
    "slug": {
        "description": "The last part of a problem's type.",
        "schema": {"type": "string", "pattern": "^[a-z0-9-]+$"},
    },
    "upload": {"description": "An upload in chunks.", "schema": _IDENTIFIER},
    "token": {"description": "The public half of a token.", "schema": _IDENTIFIER},
}
"""What stands in an address between braces."""

ABOUT = """\
Kho văn bản. A document repository and exchange for Vietnamese administrations.

Names of files are `blake3:<64 hex>`; times are RFC 3339 with `+07:00`; refusals are RFC 9457
problems. Unknown fields of a body are refused, unknown fields of an answer are to be passed over:
answers only ever grow within `/v1`. Every request may bring `X-Request-Id`, `traceparent`,
`Accept-Language`, `Want-Content-Digest` and `Want-Repr-Digest`."""


class OpenApi:
    """`/openapi.json` and `/v1/openapi.json`."""

    open_to_all = True
    operations: ClassVar = {
        "GET": Operation(
            name="describe",
            told="This document.",
            headers=(h.IF_NONE_MATCH,),
            answers=wire.tagged("OpenAPI 3.1.", dict[str, Any]),
        )
    }

    def __init__(self, routes: Mapping[str, Resource]) -> None:
        """*routes* may go on growing until the first request."""
        self._routes = routes

    @cached_property
    def _document(self) -> msgspec.Raw:
        return msgspec.Raw(msgspec.json.encode(document(self._routes)))

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        wire.send_tagged(req, resp, self._document)


def document(routes: Mapping[str, Resource]) -> dict[str, Any]:
    """The whole document for *routes*."""
    stated = [one for each in routes.values() for one in each.operations.values()]
    schemas = Schemas(
        queries=[one.query for one in stated if one.query],
        bodies=[one.body.shape for one in stated if one.body],
        answers=[problems.Problem, *(a.shape for one in stated for a in one.answers if a.shape)],
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "vankho", "version": "v1", "description": ABOUT},
        "security": [{"bearer": []}],
        "paths": {
            _PLACE.sub(r"{\g<name>}", path): _path(path, resource, schemas)
            for path, resource in routes.items()
        },
        "components": {
            "schemas": schemas.components,
            "headers": _headers(routes.values()),
            "securitySchemes": _schemes(routes.values()),
        },
    }


def methods(resource: Resource) -> dict[str, Operation]:
    """The operations of *resource*; whatever may be got may be headed (RFC 9110, 9.1)."""
    stated = dict(resource.operations)
    if "GET" in stated:
        stated.setdefault("HEAD", _headed(stated["GET"]))
    return stated


def _headed(got: Operation) -> Operation:
    # RFC 9110, 14.2: a range is for GET alone.
    return msgspec.structs.replace(
        got,
        name=f"{got.name}_head",
        told=f"{got.told} Without the body.",
        headers=tuple(each for each in got.headers if each not in (h.RANGE, h.IF_RANGE)),
        answers=tuple(
            msgspec.structs.replace(answer, shape=None)
            for answer in got.answers
            if answer.status != 206
        ),
        problems=tuple(each for each in got.problems if each is not RangeNotSatisfiable),
    )


def _path(path: str, resource: Resource, schemas: Schemas) -> dict[str, Any]:
    places = [
        {"name": match["name"], "in": "path", "required": True, **PLACES[match["name"]]}
        for match in _PLACE.finditer(path)
    ]
    described = {
        method.lower(): _operation(
            path, operation, schemas, asks=_asks(resource), bare=method == "HEAD"
        )
        for method, operation in methods(resource).items()
    }
    return ({"parameters": places} if places else {}) | described


def _operation(
    path: str, operation: Operation, schemas: Schemas, *, asks: str, bare: bool
) -> dict[str, Any]:
    answers = _answers(operation, schemas)
    told: dict[str, Any] = {
        "operationId": _unique(operation.name, path),
        "summary": operation.told,
        "tags": [_tag(path)],
        "parameters": [*schemas.query(operation.query), *map(_parameter, operation.headers)],
        "responses": answers | _refused(operation, schemas, asks=asks, bare=bare),
    }
    if operation.body:
        told["requestBody"] = {
            "required": operation.body.required,
            "content": _content(operation.body, schemas),
        }
    if asks != "bearer":
        told["security"] = [{asks: []}] if asks else []
    return told


def _asks(resource: Resource) -> str:
    """By which scheme *resource* asks who is there; empty = it does not."""
    if is_for_nodes(resource):
        return "node"
    return "" if is_open(resource) else "bearer"


def _schemes(resources: Iterable[Resource]) -> dict[str, Any]:
    forms = {"bearer": "vk_<id>_<secret>", "node": "vn_<name>_<secret>"}
    asked = {"bearer", *map(_asks, resources)}
    return {
        name: {"type": "http", "scheme": "bearer", "bearerFormat": form}
        for name, form in forms.items()
        if name in asked
    }


def _unique(name: str, path: str) -> str:
    """What stands at two addresses is called by two names."""
    return f"{name}_v1" if path.startswith("/v1/openapi") else name


def _tag(path: str) -> str:
    parts = [part for part in path.split("/") if part and part != "v1"]
    return parts[0].partition(":")[0] if parts else "node"


def _answers(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    """By status; what is told in several media types stands under one."""
    told: dict[str, Any] = {}
    for one in operation.answers:
        drawn = _answer(one, schemas)
        known = told.setdefault(str(one.status), drawn)
        if known is not drawn and "content" in drawn:
            known["content"] = known.get("content", {}) | drawn["content"]
    return told


def _answer(answer: Answered, schemas: Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": answer.told,
        "headers": _fields((h.REQUEST_ID, *answer.headers)),
    }
    if answer.shape is not None:
        told["content"] = _content(answer, schemas)
    return told


def _content(content: Body | Answered, schemas: Schemas) -> dict[str, Any]:
    one = schemas.of(content.shape)
    # Lines as OpenAPI 3.2 models sequential media types: the schema is that of all of them.
    return {
        content.media_type: {"schema": {"type": "array", "items": one} if content.lines else one}
    }


def _refused(operation: Operation, schemas: Schemas, *, asks: str, bare: bool) -> dict[str, Any]:
    asked = refusals.ASKED[asks]
    queried = refusals.QUERY if operation.query else ()
    every = {*refusals.ALWAYS, *asked, *queried, *operation.problems}
    by_status: dict[int, list[type[Trouble]]] = {}
    for trouble in every:
        by_status.setdefault(problems.status_of(trouble), []).append(trouble)
    return {
        str(status): _refusal(status, by_status[status], schemas, bare=bare)
        for status in sorted(by_status)
    }


def _refusal(
    status: int, troubles: list[type[Trouble]], schemas: Schemas, *, bare: bool
) -> dict[str, Any]:
    types = sorted(f"/problems/{trouble.slug()}" for trouble in troubles)
    told: dict[str, Any] = {
        "description": ", ".join(f"`{name.rpartition('/')[2]}`" for name in types),
        "headers": _fields((h.REQUEST_ID, *_OF_STATUS.get(status, ()))),
    }
    if not bare:
        narrowed = {"properties": {"type": {"enum": types}, "status": {"const": status}}}
        schema = {"allOf": [schemas.of(problems.Problem), narrowed]}
        told["content"] = {problems.MEDIA_TYPE: {"schema": schema}}
    return told


_OF_STATUS: dict[int, tuple[h.Header, ...]] = {
    401: (h.AUTHENTICATE,),
    429: (h.always(h.RETRY_AFTER), h.RATE, h.RATE_POLICY),
    503: (h.always(h.RETRY_AFTER),),
}


def _fields(headers: Iterable[h.Header]) -> dict[str, Any]:
    return {
        header.name: {"$ref": f"#/components/headers/{_component(header)}"} for header in headers
    }


def _component(header: h.Header) -> str:
    return header.name if header.required else f"{header.name}.optional"


def _headers(resources: Iterable[Resource]) -> dict[str, Any]:
    """The fields of all answers, each once."""
    stated = (one for each in resources for one in each.operations.values())
    ours = (header for one in stated for answer in one.answers for header in answer.headers)
    every = {h.REQUEST_ID, *ours, *(header for some in _OF_STATUS.values() for header in some)}
    return {
        _component(header): {
            "description": header.told,
            "required": header.required,
            "schema": _grammar(header),
        }
        for header in sorted(every, key=_component)
    }


def _parameter(header: h.Header) -> dict[str, Any]:
    return {
        "name": header.name,
        "in": "header",
        "description": header.told,
        "required": header.required,
        "schema": _grammar(header),
    }


def _grammar(header: h.Header) -> dict[str, Any]:
    if header.whole_number:
        return {"type": "integer", "minimum": 0}
    return {"type": "string"} | ({"pattern": header.pattern} if header.pattern else {})
