"""A small tree of elements: all of a message except what its files are made of."""

from collections.abc import Iterator

import msgspec

from interop.edxml.codes import URI, XMLDSIG


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One element with all that is in it."""

    name: str
    """The local name."""
    uri: str = URI
    attributes: tuple[tuple[str, str], ...] = ()
    """Names as `uri name`, or `name` alone where there is no namespace; in order of names."""
    parts: "tuple[Node | str, ...]" = ()
    """Text and elements as they follow each other."""
    line: int = 0
    """Where it began in the file; 0 = nowhere."""
    hole: int | None = None
    """Which payload was taken out of it, from 0; None = none."""

    @property
    def text(self) -> str:
        """Its own text, that of elements within it left out."""
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def nodes(self) -> Iterator["Node"]:
        """The elements directly within it."""
        return (part for part in self.parts if isinstance(part, Node))

    @property
    def word(self) -> str:
        """The name it is looked up by, mended spelling undone; empty for foreign elements.

        The standard spells `Bussiness`; some write `Business`. The signature is found in the
        namespace of XML signatures too.
        """
        if self.uri == XMLDSIG and self.name == "Signature":
            return self.name
        if self.uri != URI:
            return ""
        if self.name == "DigitalSignature":
            return "Signature"
        return "Bussiness" + self.name[8:] if self.name.startswith("Business") else self.name

    def named(self, word: str) -> "list[Node]":
        """The elements directly within it that go by *word*."""
        return [node for node in self.nodes if node.word == word]


def placeless(node: Node) -> Node:
    """*node* without its lines: a value that equals whatever reads the same."""
    parts = tuple(placeless(part) if isinstance(part, Node) else part for part in node.parts)
    return msgspec.structs.replace(node, parts=parts, line=0)
