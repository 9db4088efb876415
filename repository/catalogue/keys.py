"""Keys made of parts, so that they sort as their parts do.

Text ends with a zero byte (and may not hold one), numbers are eight bytes with the highest
first, digests stand as they are. LMDB keys end at 511 bytes: what is longer is refused.
"""

from typing import NamedTuple

from repository.errors import Kind, Trouble

MAX_KEY_BYTES = 511
_U64 = 8


class KeyTooLong(Trouble):
    """An identifier of {length} bytes is too long for a key (at most 511)."""

    kind = Kind.TOO_LARGE
    vietnamese = "Khóa dài {length} byte, vượt quá 511 byte."


class Part(NamedTuple):
    """One typed part of a key."""

    name: str
    kind: type[str] | type[int] | type[bytes]


def text(name: str) -> Part:
    """A part that is text."""
    return Part(name, str)


def number(name: str) -> Part:
    """A part that is a whole number from 0 to 2**64 - 1."""
    return Part(name, int)


def digest(name: str) -> Part:
    """A part that is a 32-byte digest."""
    return Part(name, bytes)


def pack_key(parts: tuple[object, ...]) -> bytes:
    """The bytes of a key, or of its beginning."""
    key = b"".join(map(_pack_part, parts))
    if len(key) > MAX_KEY_BYTES:
        raise KeyTooLong(length=len(key))
    return key


def _pack_part(part: object) -> bytes:
    if isinstance(part, str):
        return part.replace("\0", "\ufffd").encode() + b"\0"
    if isinstance(part, int):
        return part.to_bytes(_U64, "big")
    if isinstance(part, bytes):
        return part
    raise TypeError(type(part))


def unpack_key(declared: tuple[Part, ...], key: bytes) -> tuple[object, ...]:
    """The parts of *key*, as *declared*."""
    values: list[object] = []
    at = 0
    for part in declared:
        if part.kind is str:
            end = key.index(0, at)
            values.append(key[at:end].decode())
            at = end + 1
        elif part.kind is int:
            values.append(int.from_bytes(key[at : at + _U64], "big"))
            at += _U64
        else:
            values.append(key[at : at + 32])
            at += 32
    return tuple(values)
