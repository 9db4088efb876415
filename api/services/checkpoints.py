"""Checkpoints (mốc nhật ký): signed, kept once a day, shown, and proved to continue one another.

Who signs has the private half in a file of its own (`KeySource`); the keeper enters what was signed and
never waits for it. Any caller may see them: they tell how busy a node is, and nothing else.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from api.services.access import present
from api.services.proofs import leaves_around
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.proving import all_keys, current_key, newest_checkpoint
from repository.catalogue.tree import Proof
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.keeper import Command
from repository.model import events as e
from repository.model import merkle
from repository.model.access import OPERATOR, Right, authorize_everywhere
from repository.model.checkpoints import (
    PUBLIC_BYTES,
    KeptCheckpoint,
    KeyMalformed,
    LogKey,
    PublicKey,
    Statement,
    origin_of,
    parse_note,
)
from repository.model.ids import Clock
from repository.model.registers import day_in_vietnam
from repository.signing import PrivateKey, SignatureMissing, signer_of

KeySource = Callable[[], PrivateKey | None]
"""Gives the private half as it is now, or None where this process has none that it may use."""


class LogKeyEnded(Trouble):
    """The key {key} signed this log before and was replaced; a key does not come back."""

    kind = Kind.CONFLICT
    vietnamese = "Khóa {key} đã từng ký nhật ký này và đã được thay; khóa cũ không dùng lại."


class LogKeyAway(Trouble):
    """The private half of the log's key {key} is not at hand: nothing is signed."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Không có phần bí mật của khóa nhật ký {key}: không ký được."


class CheckpointUnsigned(Trouble):
    """This node signs no checkpoints: it has no key, see `vankho log key`."""

    kind = Kind.MISSING
    vietnamese = "Nút này không ký mốc nhật ký: chưa có khóa, xem `vankho log key`."


class CheckpointOutOfOrder(Trouble):
    """A checkpoint of {size} events does not come next: {kept} is kept, the log has {events}."""

    kind = Kind.CONFLICT
    vietnamese = "Mốc {size} sự kiện không phải mốc kế tiếp: đã lưu {kept}, nhật ký có {events}."


class BeginLogKey(Command[LogKey], frozen=True, kw_only=True, tag="begin-log-key"):
    """Let checkpoints be signed by this key from now on."""

    public: bytes


class KeepCheckpoint(Command[KeptCheckpoint], frozen=True, kw_only=True, tag="keep-checkpoint"):
    """Keep a checkpoint that was signed."""

    origin: str
    note: str


def decide_begin_log_key(change: Change, command: BeginLogKey) -> LogKey:
    """Let the key sign; that of now is harmless. Raise `NotAllowed`, `LogKeyEnded`, `KeyMalformed`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    if len(command.public) != PUBLIC_BYTES:
        raise KeyMalformed(why="length")
    known = change.get(t.LOG_KEYS, command.public)
    if known and known.ended:
        raise LogKeyEnded(key=command.public.hex())
    if known is None:
        change.record(e.LogKeyBegun(command.public))
    return present(change.get(t.LOG_KEYS, command.public))


def decide_keep_checkpoint(change: Change, command: KeepCheckpoint) -> KeptCheckpoint:
    """Keep what the present key signed of a log no longer than this one.

    Raise `NotAllowed`, `CheckpointOutOfOrder`, `CheckpointUnsigned`, `NoteMalformed` or of `signing`.
    """
    authorize_everywhere(command.caller, Right.ADMINISTER)
    note, key = parse_note(command.note), current_key(change)
    if key is None:
        raise CheckpointUnsigned
    signer_of(note, (PublicKey(command.origin, key.public),))
    told, newest = note.statement, newest_checkpoint(change)
    kept, events = newest.size if newest else 0, change.watermark().sequence
    if not kept < told.size <= events:
        raise CheckpointOutOfOrder(size=told.size, kept=kept, events=events)
    change.record(e.CheckpointKept(told.size, told.root, command.note))
    return present(change.get(t.CHECKPOINTS, told.size))


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The log now, signed where this process can."""

    origin: str
    size: int
    root: bytes
    at: int
    note: str
    """Empty = not signed."""
    key: str
    """The public half of the key that signed; empty = not signed."""


def head(holdings: Holdings, source: KeySource, clock: Clock) -> Head:
    """The log's size and root now, signed by the present key where *source* has it."""
    with holdings.reading() as now:
        mark, key = now.watermark(), current_key(now)
    statement = Statement(
        origin=origin_of(holdings.store),
        size=mark.sequence,
        root=merkle.root(mark.peaks),
        at=_microseconds(clock()),
    )
    private = source() if key else None
    signs = key and private and private.public == PublicKey(statement.origin, key.public)
    return Head(
        origin=statement.origin,
        size=statement.size,
        root=statement.root,
        at=statement.at,
        note=private.sign(statement).whole() if private and signs else "",
        key=private.public.told() if private and signs else "",
    )


def keep_daily(holdings: Holdings, source: KeySource, clock: Clock) -> int:
    """Sign and keep the first checkpoint of the day, when something happened; say how many.

    Raise `LogKeyAway` where there is a key but not its private half, or of the keeper.
    """
    with holdings.reading() as now:
        due = current_key(now) is not None and _due(now, clock())
    if not due:
        return 0
    try:
        keep(holdings, source, clock)
    except (CheckpointOutOfOrder, SignatureMissing):
        return 0  # somebody kept one by hand meanwhile, or replaced the key: the next look sees it
    return 1


def keep(holdings: Holdings, source: KeySource, clock: Clock) -> KeptCheckpoint:
    """Sign and keep the log as it is; raise `CheckpointUnsigned`, `LogKeyAway` or of the keeper."""
    with holdings.reading() as now:
        key = present_key(now)
    signed = head(holdings, source, clock)
    if not signed.note:
        raise LogKeyAway(key=PublicKey(signed.origin, key.public).key_id.hex())
    command = KeepCheckpoint(caller=OPERATOR, origin=signed.origin, note=signed.note)
    return holdings.keeper.submit(command)


def present_key(reading: Reading) -> LogKey:
    """The key that signs now; raise `CheckpointUnsigned`."""
    key = current_key(reading)
    if key is None:
        raise CheckpointUnsigned
    return key


def _due(now: Reading, moment: datetime) -> bool:
    newest, size = newest_checkpoint(now), now.watermark().sequence
    if newest is None:
        return size > 0
    # What was kept last is itself an event: a quiet node signs nothing anew.
    kept = datetime.fromtimestamp(newest.at / 1_000_000, UTC)
    return day_in_vietnam(kept) < day_in_vietnam(moment) and size > newest.size + 1


def kept_checkpoints(reading: Reading, *, after: int, limit: int) -> tuple[KeptCheckpoint, ...]:
    """Up to *limit* kept checkpoints of more than *after* events, in order."""
    found: list[KeptCheckpoint] = []
    for _, kept in reading.scan(t.CHECKPOINTS, start=after + 1):
        if len(found) == limit:
            break
        found.append(kept)
    return tuple(found)


def log_keys(reading: Reading) -> tuple[LogKey, ...]:
    """Every key that signs or signed, oldest first."""
    return all_keys(reading)


class Continued(msgspec.Struct, frozen=True, kw_only=True):
    """That the log of one size continues that of a smaller one."""

    earlier: int
    earlier_root: bytes
    size: int
    root: bytes
    path: tuple[bytes, ...]


def continuation(holdings: Holdings, earlier: int, size: int | None) -> Continued:
    """Show that the log of *size* events (None = all) begins with the *earlier* first ones.

    RFC 6962, 2.1.2. Raise `Hidden` for sizes that the log does not have.
    """
    known = holdings.last_event()
    upto = known if size is None else size
    present(upto if 1 <= earlier <= upto <= known else None)
    now_leaves = leaves_around(holdings, upto, (earlier - 1, upto - 1))
    then_leaves = leaves_around(holdings, earlier, (earlier - 1,))
    with holdings.reading() as now:
        after, before = Proof(now, upto, now_leaves), Proof(now, earlier, then_leaves)
        return Continued(
            earlier=earlier,
            earlier_root=before.root(),
            size=upto,
            root=after.root(),
            path=after.consistency(earlier),
        )


def peaks_at(holdings: Holdings, size: int) -> merkle.Peaks:
    """The peaks of the log's tree when it had *size* events."""
    if size == 0:
        return ()
    leaves = leaves_around(holdings, size, (size - 1,))
    with holdings.reading() as now:
        return Proof(now, size, leaves).peaks()


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


RULES = {BeginLogKey: decide_begin_log_key, KeepCheckpoint: decide_keep_checkpoint}
