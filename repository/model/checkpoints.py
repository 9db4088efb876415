"""Checkpoints (mốc nhật ký): how long the log is, the root of its tree, when, and who signs that.

The text is that of the C2SP specifications `tlog-checkpoint` and `signed-note`: origin, size, root
in base64, extension lines, an empty line, signature lines. The root is of BLAKE3 (RFC 6962, 2.1, in
everything else), so witnesses that know SHA-256 alone can keep such a note, not judge it. One
extension line tells the time. Nothing here signs; `repository.signing` does.
"""

import base64
import binascii
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from repository.errors import Kind, Trouble

MAX_NOTE_BYTES = 16 * 1024
"""A note of ours has some 300; one with a few witnesses' signatures a few thousand."""
MAX_SIGNATURES = 32
MAX_EXTENSIONS = 16
MAX_SIZE = 2**63 - 1
ROOT_BYTES = 32
PUBLIC_BYTES = 32
ED25519 = b"\x01"
"""The signature type of signed-note, before a public key."""
KEY_ID_BYTES = 4
_TIME = "time "
_DASH = "\u2014 "
_NAME = re.compile(r"[^\s+\x00-\x20\x7f]{1,200}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoteMalformed(Trouble):
    """This is no signed checkpoint: {why}."""

    kind = Kind.MALFORMED
    vietnamese = "Đây không phải mốc nhật ký đã ký: {why}."


class KeyMalformed(Trouble):
    """This is no key of a log: {why}."""

    kind = Kind.MALFORMED
    vietnamese = "Đây không phải khóa của nhật ký: {why}."


class LogKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key by which the log's checkpoints are signed, or were; it stays known."""

    public: bytes
    begun: int
    """Microseconds since 1970-01-01 UTC."""
    ended: int = 0
    """When another took its place; 0 = it signs."""


class KeptCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A signed checkpoint that the log itself has kept."""

    size: int
    root: bytes
    at: int
    """When it was kept, microseconds since 1970-01-01 UTC."""
    note: str
    """As it was signed."""


class PublicKey(NamedTuple):
    """The public half of a log's key, as those who verify keep it."""

    name: str
    """The origin of the log."""
    raw: bytes
    """Ed25519, 32 bytes."""

    @property
    def key_id(self) -> bytes:
        """Which of several keys signed: the first bytes of SHA-256 (signed-note)."""
        told = self.name.encode() + b"\n" + ED25519 + self.raw
        return hashlib.sha256(told).digest()[:KEY_ID_BYTES]

    def told(self) -> str:
        """The key in one line: name, key id in hex, type and key in base64, plus signs between."""
        kept = base64.b64encode(ED25519 + self.raw).decode()
        return f"{self.name}+{self.key_id.hex()}+{kept}"


def parse_public(told: str) -> PublicKey:
    """The key that `PublicKey.told` wrote; raise `KeyMalformed`."""
    name, _, rest = told.strip().partition("+")
    key_id, _, kept = rest.partition("+")
    raw = _base64(kept, KeyMalformed)
    if not _NAME.fullmatch(name) or raw[:1] != ED25519 or len(raw) != 1 + PUBLIC_BYTES:
        raise KeyMalformed(why="name+id+base64")
    key = PublicKey(name, raw[1:])
    if key.key_id.hex() != key_id:
        raise KeyMalformed(why="id")
    return key


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What is signed: that the log had one size and one root."""

    origin: str
    """Which log: `origin_of` the store."""
    size: int
    """Events."""
    root: bytes
    at: int = 0
    """When it was signed, microseconds since 1970-01-01 UTC; 0 = it does not tell."""
    extensions: tuple[str, ...] = ()
    """Lines of whoever wrote it, but the time's."""

    def text(self) -> str:
        """What is signed, with the line end behind its last line."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        if self.at:
            lines.append(_TIME + _moment(self.at))
        return "".join(f"{line}\n" for line in (*lines, *self.extensions))


class Signature(NamedTuple):
    """One line below a note."""

    name: str
    key_id: bytes
    raw: bytes

    def line(self) -> str:
        """The line, with its end."""
        kept = base64.b64encode(self.key_id + self.raw).decode()
        return f"{_DASH}{self.name} {kept}\n"


class SignedNote(NamedTuple):
    """A checkpoint with the signatures below it."""

    text: str
    """Exactly what was signed."""
    statement: Statement
    signatures: tuple[Signature, ...]

    def whole(self) -> str:
        """The note as it is kept and sent."""
        return self.text + "\n" + "".join(each.line() for each in self.signatures)


def origin_of(store: object) -> str:
    """The name of a store's log: it stays through every key, every backup and every move."""
    return f"vankho/{store}"


def parse_note(told: str) -> SignedNote:
    """The checkpoint and its signatures in the text *told*; raise `NoteMalformed`.

    Says nothing of whether a signature is true.
    """
    if len(told.encode()) > MAX_NOTE_BYTES:
        raise NoteMalformed(why=f"> {MAX_NOTE_BYTES} bytes")
    text, parted, below = told.rpartition("\n\n")
    if not parted or not below.endswith("\n") or "\n\n" in text:
        raise NoteMalformed(why="no signatures below an empty line")
    lines = below[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteMalformed(why=f"> {MAX_SIGNATURES} signatures")
    return SignedNote(text + "\n", parse_text(text + "\n"), tuple(map(_signature, lines)))


def parse_text(text: str) -> Statement:
    """The checkpoint in the *text* that is signed; raise `NoteMalformed`."""
    lines = text.split("\n")[:-1]
    if not text.endswith("\n") or not 3 <= len(lines) <= 3 + MAX_EXTENSIONS or "" in lines:
        raise NoteMalformed(why="origin, size and root are its first lines")
    origin, size, root = lines[:3]
    raw = _base64(root, NoteMalformed)
    if not _NAME.fullmatch(origin) or not _SIZE.fullmatch(size) or len(raw) != ROOT_BYTES:
        raise NoteMalformed(why="origin, size or root")
    if int(size) > MAX_SIZE:
        raise NoteMalformed(why="size")
    times = [line for line in lines[3:] if line.startswith(_TIME)]
    found = Statement(
        origin=origin,
        size=int(size),
        root=raw,
        at=_microseconds(times[0].removeprefix(_TIME)) if times else 0,
        extensions=tuple(line for line in lines[3:] if line not in times),
    )
    if len(times) > 1:
        raise NoteMalformed(why="two times")
    return found


def _signature(line: str) -> Signature:
    name, _, kept = line.removeprefix(_DASH).partition(" ")
    raw = _base64(kept, NoteMalformed)
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(raw) <= KEY_ID_BYTES:
        raise NoteMalformed(why="a signature line")
    return Signature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def _base64(told: str, wrong: type[Trouble]) -> bytes:
    try:
        raw = base64.b64decode(told.encode(), validate=True)
    except (binascii.Error, ValueError):
        raise wrong(why="base64") from None
    if base64.b64encode(raw).decode() != told:
        raise wrong(why="base64")
    return raw


def _moment(microseconds: int) -> str:
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _microseconds(told: str) -> int:
    try:
        moment = datetime.strptime(told, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        raise NoteMalformed(why="time") from None
    found = (moment - _EPOCH) // timedelta(microseconds=1)
    if found <= 0 or _moment(found) != told:
        raise NoteMalformed(why="time")
    return found
