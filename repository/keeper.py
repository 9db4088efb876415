"""The keeper (thủ kho): the only writer of a node's catalogue and log.

Commands are values; a rule decides one of them against the state, in a child of the batch's
transaction, so that a refusal leaves the others. Order of a batch (decision 5): decided →
events appended and synced → catalogue committed → answered. What must be slow (hashing,
files, PDF, network, index) never happens here.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import msgspec

from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.model.access import Caller

R = TypeVar("R")


class Command(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """Something to be decided; `R` is what the answer is."""

    patient: ClassVar[bool] = True
    """Wait for a keeper that is starting again; a mere question does not."""
    caller: Caller
    on_behalf_of: str = ""


Rule = Callable[[Change, Any], Any]
"""`decide(change, command) -> answer`: looks, records events, or raises a `Trouble`."""
Rules = Mapping[type[Command[Any]], Rule]


class KeeperStopped(Trouble):
    """Writing has stopped after a disk failure; run `vankho doctor`, then start again."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Việc ghi đã dừng do lỗi đĩa; hãy chạy `vankho doctor` rồi khởi động lại."


class OutcomeUnknown(Trouble):
    """The keeper went away before it answered; ask again with the same idempotency key."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Chưa biết kết quả; hãy gửi lại yêu cầu với cùng khóa Idempotency-Key."


class Keeper(Protocol):
    """Where commands go."""

    def submit(self, command: Command[R]) -> R:
        """Decide *command*, durably, and return the answer.

        MUST NOT return before the events are on disk and visible to readers. MUST raise the
        `Trouble` with which the rule refused; a refusal changes nothing. MUST raise
        `KeeperStopped` when nothing was or will be written, `OutcomeUnknown` when it may have.
        """
        ...

    def close(self) -> None:
        """Stop taking commands; those already taken are finished."""
        ...
