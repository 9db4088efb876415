"""From elements to values and back, as the tables of `shapes` say."""

from collections import Counter
from typing import Any

import msgspec

from interop.edxml.plain import EXPECTED, text_of, tidy, value_of
from interop.edxml.shapes import Field, Shape, Sort, shown
from interop.edxml.tree import Node, placeless
from interop.edxml.troubles import ElementMalformed, Level, MessageFault

MAX_UNKNOWN = 100
"""So many places of unknown elements are told."""


class Interpreted(msgspec.Struct, frozen=True, kw_only=True):
    """A value and what was met on the way to it."""

    value: Any
    faults: tuple[MessageFault, ...]
    lines: dict[str, int]
    """Where each place stands in the file."""
    unknown: tuple[str, ...]
    """Places of elements that no table names; their bytes stay in the skeleton."""
    holes: tuple[int | None, ...]
    """The payload of each attachment, in order; None where it has none."""


def interpret(root: Node, shape: Shape) -> Interpreted:
    """Read *root* as *shape*, in any order; what cannot be read is a fault and None."""
    reading = _Reading()
    value = reading.value(root, shape, "")
    return Interpreted(
        value=value,
        faults=tuple(reading.faults),
        lines=reading.lines,
        unknown=tuple(reading.unknown[:MAX_UNKNOWN]),
        holes=tuple(reading.holes),
    )


def code_of(letter: str, place: str) -> str:
    """The stable code for *place*: without positions, with dots.

    >>> code_of("N", "MessageHeader/To[2]/OrganId")
    'N.MessageHeader.To.OrganId'
    """
    names = (step.partition("[")[0] for step in shown(place).split("/"))
    return ".".join((letter, *names))


class _Reading:
    """One message on its way to a value."""

    def __init__(self) -> None:
        self.faults: list[MessageFault] = []
        self.lines: dict[str, int] = {}
        self.unknown: list[str] = []
        self.holes: list[int | None] = []

    def value(self, node: Node, shape: Shape, place: str) -> Any:
        found = {field.name: self._field(node, field, place) for field in shape.fields}
        self._look_for_unknown(node, [field.steps for field in shape.fields], place)
        return shape.of(**{name: value for name, value in found.items() if value is not None})

    def _field(self, node: Node, field: Field, place: str) -> Any:
        nodes = self._found(node, field, place)
        if field.many:
            values = [self._one(node, field, where) for where, node in nodes]
            return tuple(value for value in values if value is not None)
        return self._one(nodes[0][1], field, nodes[0][0]) if nodes else None

    def _found(self, node: Node, field: Field, place: str) -> list[tuple[str, Node]]:
        """The elements of *field*, each with its place; one too many is a fault."""
        for step in field.steps[:-1]:
            place = f"{place}/{step}".lstrip("/")
            inside = node.named(step)
            if not inside:
                return []
            self._repeated(inside, place)
            node = inside[0]
        nodes = node.named(field.steps[-1])
        place = f"{place}/{field.steps[-1]}".lstrip("/")
        if field.many:
            return [(f"{place}[{n}]", each) for n, each in enumerate(nodes, 1)]
        self._repeated(nodes, place)
        return [(place, each) for each in nodes[:1]]

    def _one(self, node: Node, field: Field, place: str) -> Any:
        self.lines[place] = node.line
        if field.shape is not None:
            return self._inner(node, field.shape, place)
        if field.sort is Sort.OPAQUE:
            return placeless(node)
        text = tidy(node.text)
        if not text:
            return None
        value = value_of(field.sort, text)
        if value is None:
            self._malformed(text, EXPECTED[field.sort], place, node.line, field.fault)
        return value

    def _inner(self, node: Node, shape: Shape, place: str) -> Any:
        """The value of an element with words; one with nothing in it counts as not there."""
        if not any(True for _ in node.nodes):
            return None
        if place.startswith("AttachmentEncoded"):
            self.holes.append(next((n.hole for n in node.nodes if n.hole is not None), None))
        return self.value(node, shape, place)

    def _repeated(self, nodes: list[Node], place: str) -> None:
        if len(nodes) > 1 and place not in self.lines:
            self.lines[place] = nodes[0].line
            found = f"{len(nodes)} elements"
            self._malformed(found, "one", place, nodes[1].line, Level.ERROR)

    def _malformed(self, found: str, expected: str, place: str, line: int, level: Level) -> None:
        self.faults.append(
            ElementMalformed(
                code=code_of("M", place),
                place=shown(place),
                line=line,
                level=level,
                found=repr(found[:80]),
                expected=expected,
            )
        )

    def _look_for_unknown(self, node: Node, paths: list[tuple[str, ...]], place: str) -> None:
        """Note elements that none of *paths* goes through."""
        for inner in node.nodes:
            rest = [path[1:] for path in paths if path and path[0] == inner.word]
            where = f"{place}/{inner.name}".lstrip("/")
            if rest and () not in rest:
                self._look_for_unknown(inner, rest, where)
            elif not rest and inner.hole is None and len(self.unknown) < MAX_UNKNOWN:
                self.unknown.append(shown(where))


class _Branch:
    """An element that is still being put together."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parts: list[_Branch | Node | str] = []

    def branch(self, step: str) -> "_Branch":
        """The element *step* in it, the same for all fields that share it."""
        for part in self.parts:
            if isinstance(part, _Branch) and part.name == step:
                return part
        self.parts.append(made := _Branch(step))
        return made

    def node(self) -> Node:
        parts = tuple(p.node() if isinstance(p, _Branch) else p for p in self.parts)
        return Node(name=self.name, parts=parts)


def compose(value: Any, shape: Shape, name: str = "edXML") -> Node:
    """*value* as an element *name*: every word that says something, in the order of *shape*."""
    root = _Branch(name)
    for field in shape.fields:
        given = getattr(value, field.name)
        for number, one in enumerate(given if field.many else (given,)):
            if (made := composed(one, field, number)) is not None:
                _within(root, field.steps[:-1]).parts.append(made)
    return root.node()


def composed(value: Any, field: Field, number: int) -> Node | None:
    """The element for one *value* of *field*; None when it says nothing."""
    if value is None or value == "":
        return None
    if field.sort is Sort.OPAQUE:
        return value
    if field.shape is None:
        text = text_of(field.sort, value)
        return Node(name=field.steps[-1], parts=(text,)) if text else None
    node = compose(value, field.shape, field.steps[-1])
    if field.name == "attachments":
        return _with_hole(node, number)
    return node if node.parts else None


def _with_hole(node: Node, number: int) -> Node:
    hole = Node(name="ContentTransferEncoded", hole=number)
    return msgspec.structs.replace(node, parts=(*node.parts, hole))


def _within(branch: _Branch, steps: tuple[str, ...]) -> _Branch:
    for step in steps:
        branch = branch.branch(step)
    return branch


def twice(texts: list[str]) -> list[str]:
    """Those of *texts* that stand there more than once.

    >>> twice(["a", "b", "a"])
    ['a']
    """
    return [text for text, times in Counter(texts).items() if times > 1]
