"""Signing checkpoints with Ed25519 (RFC 8032): the only place that knows the primitive.

The private half in text is that of signed-note, `PRIVATE+KEY+<name>+<id>+<base64>`, one line; who keeps
the file it stands in is `tools.log_keys`.
"""

import base64
import binascii
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from repository.errors import Kind, Trouble
from repository.model.checkpoints import (
    ED25519,
    KeyMalformed,
    PublicKey,
    Signature,
    SignedNote,
    Statement,
)

SEED_BYTES = 32
_PRIVATE = "PRIVATE+KEY+"


class SignatureMissing(Trouble):
    """None of the keys that are known has signed the checkpoint of {size} events."""

    kind = Kind.DAMAGED
    vietnamese = "Không khóa nào đã biết ký mốc nhật ký {size} sự kiện."


class SignatureFalse(Trouble):
    """The signature of key {key} under the checkpoint of {size} events is false."""

    kind = Kind.DAMAGED
    vietnamese = "Chữ ký của khóa {key} dưới mốc nhật ký {size} sự kiện là sai."


class PrivateKey(NamedTuple):
    """The private half of a log's key."""

    public: PublicKey
    seed: bytes

    def __repr__(self) -> str:
        """Never the seed: reprs end in logs."""
        return f"PrivateKey({self.public.told()})"

    def sign(self, statement: Statement) -> SignedNote:
        """*statement* with this key's signature below it."""
        text = statement.text()
        raw = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        signature = Signature(self.public.name, self.public.key_id, raw)
        return SignedNote(text, statement, (signature,))

    def told(self) -> str:
        """The key in one line."""
        kept = base64.b64encode(ED25519 + self.seed).decode()
        return f"{_PRIVATE}{self.public.name}+{self.public.key_id.hex()}+{kept}"


def private_key(name: str, seed: bytes) -> PrivateKey:
    """The key that follows from 32 unpredictable bytes, for the log called *name*."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return PrivateKey(PublicKey(name, public.public_bytes_raw()), seed)


def parse_private(told: str) -> PrivateKey:
    """The key that `PrivateKey.told` wrote; raise `KeyMalformed`, which tells nothing of it."""
    name, _, rest = told.strip().removeprefix(_PRIVATE).partition("+")
    key_id, _, kept = rest.partition("+")
    try:
        raw = base64.b64decode(kept.encode(), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not told.startswith(_PRIVATE) or raw[:1] != ED25519 or len(raw) != 1 + SEED_BYTES:
        raise KeyMalformed(why="PRIVATE+KEY+name+id+base64")
    key = private_key(name, raw[1:])
    if key.public.key_id.hex() != key_id:
        raise KeyMalformed(why="id")
    return key


def signer_of(note: SignedNote, keys: tuple[PublicKey, ...]) -> PublicKey:
    """Which of *keys* signed *note*, all of whose signatures by known keys are true.

    A key speaks for its own log alone. Raise `SignatureMissing` or `SignatureFalse`.
    """
    found: PublicKey | None = None
    for key in keys:
        for signature in note.signatures:
            if (signature.name, signature.key_id) != (key.name, key.key_id):
                continue
            if not is_true(signature, note.text, key):
                raise SignatureFalse(key=key.key_id.hex(), size=note.statement.size)
            found = found or key
    if found is None or found.name != note.statement.origin:
        raise SignatureMissing(size=note.statement.size)
    return found


def is_true(signature: Signature, text: str, key: PublicKey) -> bool:
    """Say whether *key* made *signature* over *text*."""
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature.raw, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
