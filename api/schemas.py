"""JSON Schemas of the types that cross the wire: msgspec draws them, their docstrings tell.

The docstring below a field becomes its description, so that a field is explained in one place.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec import inspect as types

_TEMPLATE = "#/components/schemas/{name}"
_PLAIN: dict[Any, dict[str, Any]] = {bytes: {}, str: {"type": "string"}}
"""What is not JSON: bytes and text as they are."""


class Schemas:
    """The schemas of some types, with the components they refer to."""

    def __init__(
        self, *, queries: Iterable[Any], bodies: Iterable[Any], answers: Iterable[Any]
    ) -> None:
        """*queries* and *bodies* are decoded, *answers* are encoded."""
        sent = dict.fromkeys(shape for shape in answers if shape not in _PLAIN)
        taken = dict.fromkeys(shape for shape in bodies if shape not in _PLAIN)
        asked = dict.fromkeys(queries)
        every = (*sent, *taken, *asked)
        drawn, self.components = msgspec.json.schema_components(every, ref_template=_TEMPLATE)
        self._drawn = dict(zip(every, drawn, strict=True))
        always = {each for shape in sent for each in structs_in(shape) if _whole(each)}
        for each in {found for shape in every for found in structs_in(shape)}:
            _explain(self.components[each.__name__], each, whole=each in always)
        self._queries = {shape: self.components.pop(shape.__name__) for shape in asked}

    def of(self, shape: Any) -> dict[str, Any]:
        """The schema of *shape*."""
        return _PLAIN[shape] if shape in _PLAIN else self._drawn[shape]

    def query(self, shape: Any) -> Iterator[dict[str, Any]]:
        """The parameters that a query decoded as *shape* may have."""
        if shape is None:
            return
        drawn = self._queries[shape]
        for name, schema in drawn["properties"].items():
            plain = {key: value for key, value in schema.items() if key != "description"}
            yield {
                "name": name,
                "in": "query",
                "required": name in drawn["required"],
                "description": schema.get("description", ""),
                "schema": plain,
            }


def structs_in(shape: Any) -> Iterator[type[msgspec.Struct]]:
    """Every struct that *shape* consists of, itself included."""
    seen: set[Any] = set()
    waiting: list[Any] = [types.type_info(shape)]
    while waiting:
        found = waiting.pop()
        if isinstance(found, types.StructType):
            if found.cls in seen:
                continue
            seen.add(found.cls)
            yield found.cls
            waiting += [field.type for field in found.fields]
        waiting += _within(found)


def _within(found: Any) -> list[Any]:
    """The types that a container or a union consists of."""
    one = [getattr(found, name, None) for name in ("type", "item_type", "value_type")]
    several = [*getattr(found, "types", ()), *getattr(found, "item_types", ())]
    return [each for each in (*one, *several) if isinstance(each, types.Type)]


def _whole(shape: type[msgspec.Struct]) -> bool:
    """Say whether every field of *shape* is sent, whatever it holds."""
    return not shape.__struct_config__.omit_defaults


def _explain(schema: dict[str, Any], shape: type[msgspec.Struct], *, whole: bool) -> None:
    for name, told in field_docs(shape).items():
        field = schema["properties"].get(name)
        if field is not None:
            field.setdefault("description", told)
    if whole:
        left_out = {f.encode_name for f in msgspec.structs.fields(shape) if f.default is UNSET}
        schema["required"] = [name for name in schema["properties"] if name not in left_out]


def field_docs(shape: type[msgspec.Struct]) -> dict[str, str]:
    """The docstrings below the fields of *shape*, and of what it is made from."""
    found: dict[str, str] = {}
    for one in reversed(shape.__mro__):
        if issubclass(one, msgspec.Struct) and one is not msgspec.Struct:
            found |= _docs_within(one)
    return found


def _docs_within(shape: type[msgspec.Struct]) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(shape)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found: dict[str, str] = {}
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            told = _text(below)
            if told:
                found[field.target.id] = told
    return found


def _text(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return inspect.cleandoc(str(statement.value.value)).replace("\n", " ")
    return ""
