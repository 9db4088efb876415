"""Judging an exported log, and proofs, by checkpoints and public keys alone: no store is opened."""

import base64
import binascii
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from repository.errors import Kind, Trouble
from repository.log.audit import Audit, Wrong
from repository.log.export import Header, read_frames, read_header
from repository.model import merkle
from repository.model.checkpoints import (
    MAX_NOTE_BYTES,
    PublicKey,
    SignedNote,
    origin_of,
    parse_note,
    parse_public,
)
from repository.signing import signer_of

MAX_KEYS_BYTES = 64 * 1024
MAX_PROOF_BYTES = 16 * 1024 * 1024
MAX_PATH = 128
"""Hashes of a proof that are looked at, one more is of another shape; a tree of 2**63 leaves has paths of 63, and 64 between two sizes."""


class NotReadable(Trouble):
    """{path} cannot be read as {what}: {reason}."""

    kind = Kind.MALFORMED
    vietnamese = "Không đọc được {path} như {what}: {reason}."


class KeysMissing(Trouble):
    """Give the log's public key with --key: without it a checkpoint vouches for nothing."""

    kind = Kind.INVALID
    vietnamese = "Cần khóa công khai của nhật ký (--key): thiếu nó, mốc không chứng minh gì."


class Given(NamedTuple):
    """A checkpoint that somebody kept."""

    name: str
    """Of its file."""
    note: SignedNote


class Verdict(NamedTuple):
    """What came of judging an export."""

    header: Header
    size: int
    """Up to which event."""
    root: bytes
    fitting: int
    """Checkpoints that were given and fit."""
    kept_fitting: int
    """Checkpoints that stand in the log and fit."""
    missing: int
    """Particulars that are not there."""


def checkpoint_in(path: Path) -> Given:
    """The checkpoint in the file at *path*; raise `NotReadable`."""
    try:
        told = _bounded(path, MAX_NOTE_BYTES).decode()
        return Given(str(path), parse_note(told))
    except (OSError, ValueError, Trouble) as error:
        raise NotReadable(path=path, what="checkpoint", reason=error) from error


def keys_in(told: str) -> tuple[PublicKey, ...]:
    """The public keys that *told* is, or that stand in the file it names, one a line."""
    path = Path(told)
    try:
        text = _bounded(path, MAX_KEYS_BYTES).decode() if path.is_file() else told
        return tuple(parse_public(line) for line in text.splitlines() if line.strip())
    except (OSError, ValueError, Trouble) as error:
        raise NotReadable(path=told, what="key", reason=error) from error


def _bounded(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        kept = file.read(limit + 1)
    if len(kept) > limit:
        raise ValueError(f"> {limit} bytes")
    return kept


class ExportJudge:
    """One walk through an export."""

    def __init__(
        self, file: BinaryIO, checkpoints: tuple[Given, ...], keys: tuple[PublicKey, ...]
    ) -> None:
        """Raise `ExportUnreadable`, `ExportUnknown`."""
        self._file = file
        self._checkpoints = checkpoints
        self._keys = keys
        self.header = read_header(file)
        self._fitting = 0
        self._audit = Audit(
            origin_of(self.header.store),
            first=self.header.first,
            peaks=self.header.peaks,
            keys=keys,
            sizes=frozenset(each.note.statement.size for each in checkpoints),
        )

    def wrongs(self, each_event: Callable[[int], None]) -> Iterator[Wrong]:
        """Everything that is wrong; *each_event* hears of each event, with its length."""
        audit = self._audit
        for frame in read_frames(self._file):
            each_event(len(frame.canonical) + len(frame.particulars))
            if frame.sequence != audit.size + 1:
                break  # whatever follows belongs elsewhere
            if not frame.intact:
                yield Wrong(frame.sequence, "frame-broken", "its bytes do not fit its check")
            yield from audit.take(frame.sequence, frame.canonical, frame.particulars)
        if audit.size < self.header.last:
            yield Wrong(audit.size + 1, "events-missing", f"to {self.header.last}")
        elif audit.size > self.header.last:
            yield Wrong(self.header.last + 1, "events-beyond", f"to {audit.size}")
        ordered = sorted(self._checkpoints, key=lambda each: each.note.statement.size)
        for given in ordered:
            yield from self._judged(given)

    def _judged(self, given: Given) -> Iterator[Wrong]:
        wrongs = list(signature_wrongs(given, self._keys)) or list(self._audit.judge(given.note))
        self._fitting += not wrongs
        yield from (each._replace(detail=f"{given.name}: {each.detail}") for each in wrongs)

    @property
    def verdict(self) -> Verdict:
        """What came of it, once all has been read."""
        audit = self._audit
        kept = sum(each.fits for each in audit.judged) - self._fitting
        return Verdict(self.header, audit.size, audit.root, self._fitting, kept, audit.missing)


def signature_wrongs(given: Given, keys: tuple[PublicKey, ...]) -> Iterator[Wrong]:
    """What is wrong with the signatures under a checkpoint; its detail is the sentence."""
    try:
        signer_of(given.note, keys)
    except Trouble as trouble:
        yield Wrong(0, trouble.slug(), trouble.sentence)


def proof_wrongs(
    path: Path, checkpoints: tuple[Given, ...], keys: tuple[PublicKey, ...]
) -> Iterator[Wrong]:
    """What is wrong with a proof as the API gives it, against checkpoints of its sizes.

    Of an event one checkpoint is enough, between two sizes it takes both. Raise `NotReadable`.
    """
    told = _proof_in(path)
    for given in checkpoints:
        for wrong in signature_wrongs(given, keys):
            yield wrong._replace(detail=f"{given.name}: {wrong.detail}")
    by_size = {each.note.statement.size: each.note.statement for each in checkpoints}
    if len({each.origin for each in by_size.values()}) > 1:
        yield Wrong(0, "another-log", "checkpoints of different logs")
    sizes = [told.size] if told.event else [told.earlier, told.size]
    lacking = [size for size in sizes if size not in by_size]
    if lacking:
        yield Wrong(0, "checkpoint-missing", f"of {', '.join(map(str, lacking))} events")
        return
    root = by_size[told.size].root
    if told.event:
        leaf = merkle.leaf(told.event)
        if merkle.led_to(told.sequence - 1, told.size, leaf, told.path) != root:
            yield Wrong(told.sequence, "proof-false", "the event does not lead to the root")
    else:
        roots = by_size[told.earlier].root, root
        if not merkle.continues(told.earlier, told.size, told.path, roots):
            yield Wrong(0, "proof-false", f"{told.size} events do not continue {told.earlier}")


class _Proof(NamedTuple):
    """A proof in a file: of an event, or of one size continuing another."""

    event: bytes
    """Empty = of two sizes."""
    sequence: int
    earlier: int
    size: int
    path: tuple[bytes, ...]


def _proof_in(path: Path) -> _Proof:
    try:
        told: dict[str, Any] = msgspec.json.decode(
            _bounded(path, MAX_PROOF_BYTES), type=dict[str, Any]
        )
        return _Proof(
            event=base64.b64decode(told.get("event", ""), validate=True),
            sequence=int(told.get("sequence", 0)),
            earlier=int(told.get("earlier", 0)),
            size=int(told["size"]),
            path=tuple(bytes.fromhex(each) for each in told["path"][: MAX_PATH + 1]),
        )
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        binascii.Error,
        msgspec.MsgspecError,
    ) as error:
        raise NotReadable(path=path, what="proof", reason=error) from error
