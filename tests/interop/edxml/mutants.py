"""Messages spoilt at random, from a seed: by bytes, by tokens, by elements, and inside their files."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from random import Random

from tests.interop.edxml.building import (
    PDF,
    SAMPLES,
    a_document,
    a_status,
    an_attachment,
    with_payload,
    written,
    zipped,
)

TOKENS = [
    b"<",
    b">",
    b"/",
    b"&",
    b"&amp;",
    b"&#0;",
    b"&#xD800;",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"<?x y?>",
    b"<!DOCTYPE x>",
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\r\n",
    b" ",
    b"=",
    b"==",
    b"\xc4\x90",
    b"99999999999",
    b"-1",
    b"0",
    b"cid:",
    b"cid:cid:",
    b"null",
    b"13",
    b"edXML:",
    b"xmlns='urn:x'",
    b"PK\x03\x04",
    b"2026/02/30",
    b"9999/12/31 23:59:60",
    b"x" * 600,
]
_ELEMENT = re.compile(rb"<(?:edXML:|x:)?([A-Za-z]+)[^>]*>[^<]*</[^>]*>")
_PAYLOAD = re.compile(rb"(<(?:edXML:|x:)?ContentTransferEncoded[^>]*>)([^<]*)(<)")

Mutation = Callable[[Random, bytes], bytes]


def seeds() -> list[bytes]:
    """Whole messages to begin with."""
    kept = [path.read_bytes() for path in sorted(SAMPLES.glob("*.edxml"))]
    made = [
        written(a_document(an_attachment(), an_attachment(PDF * 40, 2)), PDF, PDF * 40),
        written(a_status()),
        with_payload(zipped(("a.pdf", PDF * 40))),
        with_payload(zipped(("a", b"x"), ("b", b"y")), "b.docx"),
    ]
    return kept + made


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """*count* spoilt messages, the same for the same *seed*."""
    drawn, whole = Random(seed), seeds()
    for _ in range(count):
        message = drawn.choice(whole)
        for _ in range(drawn.choice((1, 1, 1, 2, 3, 6))):
            message = drawn.choice(MUTATIONS)(drawn, message)
        yield message


def _flip(drawn: Random, message: bytes) -> bytes:
    spoilt = bytearray(message)
    for _ in range(drawn.randint(1, 4)):
        if spoilt:
            spoilt[drawn.randrange(len(spoilt))] = drawn.randrange(256)
    return bytes(spoilt)


def _cut(drawn: Random, message: bytes) -> bytes:
    begin, end = sorted(drawn.randint(0, len(message)) for _ in range(2))
    return message[:begin] if drawn.random() < 0.2 else message[:begin] + message[end:]


def _nibble(drawn: Random, message: bytes) -> bytes:
    begin = drawn.randint(0, len(message))
    return message[:begin] + message[begin + drawn.randint(1, 12) :]


def _repeat(drawn: Random, message: bytes) -> bytes:
    begin, end = sorted(drawn.randint(0, len(message)) for _ in range(2))
    return message[:end] + message[begin:end] * drawn.randint(1, 3) + message[end:]


def _insert(drawn: Random, message: bytes) -> bytes:
    at = drawn.randint(0, len(message))
    return message[:at] + drawn.choice(TOKENS) + message[at:]


def _elements(message: bytes) -> list[re.Match[bytes]]:
    return list(_ELEMENT.finditer(message))


def _text(drawn: Random, message: bytes) -> bytes:
    """Another text in an element."""
    if not (found := _elements(message)):
        return message
    one = drawn.choice(found)
    begin, end = message.index(b">", one.start()) + 1, message.index(b"</", one.start())
    text = drawn.choice((b"", drawn.choice(TOKENS), message[begin:end] * drawn.randint(2, 40)))
    return message[:begin] + text + message[end:]


def _swap(drawn: Random, message: bytes) -> bytes:
    """An element in another's place, dropped, or standing twice."""
    if len(found := _elements(message)) < 2:
        return message
    one, other = drawn.choice(found), drawn.choice(found)
    put = drawn.choice((b"", other[0], one[0] * 2))
    return message[: one.start()] + put + message[one.end() :]


def _name(drawn: Random, message: bytes) -> bytes:
    """An element that goes by another's name, wherever it stands."""
    if len(found := _elements(message)) < 2:
        return message
    return message.replace(drawn.choice(found)[1], drawn.choice(found)[1])


def _inside(drawn: Random, message: bytes) -> bytes:
    """The bytes of a file spoilt, under Base64 that is whole."""
    found = _PAYLOAD.search(message)
    if found is None:
        return message
    try:
        raw = b64decode(found[2])
    except ValueError:
        return message
    spoilt = drawn.choice((_flip, _cut, _nibble, _repeat, _insert))(drawn, raw)
    return message[: found.start(2)] + b64encode(spoilt) + message[found.end(2) :]


MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _cut, _nibble, _repeat, _insert, _text, _text, _swap, _swap, _name, _inside, _inside),
)
