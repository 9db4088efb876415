"""What may be asked at an address, said once, as values beside the resource that answers.

The types named here are those that decode requests and encode answers; `api.openapi` draws the
document from nothing else, and `api.app` routes nothing that is not said here.
"""

from typing import Any, ClassVar, Protocol

import msgspec

from api import headers as h
from repository.errors import Trouble

JSON = "application/json"


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What a request carries."""

    shape: Any
    """The type it is decoded as; `bytes` = taken as it comes."""
    media_type: str = JSON
    lines: bool = False
    """One *shape* a line (NDJSON), not one in all."""
    required: bool = True
    """An empty file is a file: it has no body."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which a request succeeds."""

    told: str
    status: int = 200
    shape: Any = None
    """The type that was encoded; `bytes` or `str` = as it is; None = no body."""
    media_type: str = JSON
    lines: bool = False
    headers: tuple[h.Header, ...] = ()


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method at one address."""

    name: str
    """Unique; what generated clients call it."""
    told: str
    """One line."""
    answers: tuple[Answered, ...]
    query: Any = None
    """The struct from which `wire.query` reads the parameters."""
    headers: tuple[h.Header, ...] = ()
    """Fields of the request that matter here."""
    body: Body | None = None
    problems: tuple[type[Trouble], ...] = ()
    """Every refusal, but for what any request may meet (`api.refusals.ALWAYS`)."""


class Resource(Protocol):
    """What stands at an address: a method `on_<verb>` for each of its operations."""

    operations: ClassVar[dict[str, Operation]]
    """By method, in upper case."""


def is_open(resource: object) -> bool:
    """Say whether *resource* answers strangers; closed unless it says otherwise."""
    return bool(getattr(resource, "open_to_all", False))


def is_for_nodes(resource: object) -> bool:
    """Say whether *resource* answers office nodes alone, and looks at their tokens itself."""
    return bool(getattr(resource, "for_nodes", False))
