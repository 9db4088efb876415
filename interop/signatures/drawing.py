"""Drawing operators of a content stream, one after the other (ISO 32000-2, 7.8.2).

A small lexer of its own: pyHanko's takes the operators `f`, `n` and `t…` for words of another kind
and stops there. It never fails: what is no token is passed over, an unended string ends with its stream.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_OPERANDS = 4_096
Operand = float | str | bytes | list["Operand"]
"""A number, a name with its slash, a string's bytes, an array."""
_TOKEN = re.compile(
    rb"""
    (?P<space>[\x00\t\n\x0c\r\ ]+|%[^\r\n]*)
    |(?P<dictionary><<|>>)
    |(?P<hex><[0-9A-Fa-f\x00\t\n\x0c\r\ ]*>)
    |(?P<text>\()
    |(?P<open>\[)|(?P<close>\])
    |(?P<name>/[^\x00\t\n\x0c\r\ ()<>\[\]{}/%]*)
    |(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?=[\x00\t\n\x0c\r\ ()<>\[\]{}/%]|$))
    |(?P<operator>[^\x00\t\n\x0c\r\ ()<>\[\]{}/%]+)
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TEXT_PART = re.compile(rb"[^()\\]+|\\([0-7]{1,3}|\r\n|.)|[()]", re.DOTALL)
_IMAGE_END = re.compile(rb"[\x00\t\n\x0c\r ]EI(?=[\x00\t\n\x0c\r ]|$)")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Operator(NamedTuple):
    """One operator with what stood before it."""

    name: str
    operands: list[Operand]


def operators(content: bytes) -> Iterator[Operator]:
    """All operators of *content* in their order."""
    given: list[Operand] = []
    arrays: list[list[Operand]] = []
    at = 0
    while (found := _TOKEN.match(content, at)) is not None:
        at, kind, word = found.end(), found.lastgroup, found[0]
        into = arrays[-1] if arrays else given
        if kind == "operator":
            yield Operator(word.decode("latin-1"), given)
            given, arrays = [], []
            if word == b"ID":
                at = _behind_image(content, at)
        elif kind == "open":
            arrays.append([])
        elif kind == "close" and arrays:
            whole = arrays.pop()
            (arrays[-1] if arrays else given).append(whole)
        elif kind == "text":
            text, at = _text(content, at)
            into.append(text)
        elif (operand := _operand(kind, word)) is not None and len(into) < MAX_OPERANDS:
            into.append(operand)


def _operand(kind: str | None, word: bytes) -> Operand | None:
    if kind == "number":
        return float(word)
    if kind == "name":
        return word.decode("latin-1")
    if kind == "hex":
        digits = word[1:-1].translate(None, b"\x00\t\n\x0c\r ")
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    return None


def _text(content: bytes, at: int) -> tuple[bytes, int]:
    """The string whose first sign stands at *at*, and where it ends."""
    parts, depth = list[bytes](), 1
    while (found := _TEXT_PART.match(content, at)) is not None:
        at, part = found.end(), found[0]
        depth += (part == b"(") - (part == b")")
        if not depth:
            break
        parts.append(part if found[1] is None else _unescaped(found[1]))
    return b"".join(parts), at


def _unescaped(sign: bytes) -> bytes:
    if sign.isdigit() and max(sign) < ord("8"):
        return bytes([int(sign, 8) & 0xFF])
    return b"" if sign in {b"\n", b"\r", b"\r\n"} else _ESCAPES.get(sign, sign)


def _behind_image(content: bytes, at: int) -> int:
    found = _IMAGE_END.search(content, at)
    return found.end() if found else len(content)
