"""What makes a node an office node: its name, and the store node that keeps its bytes."""

from collections.abc import Callable
from dataclasses import dataclass

from repository.blobs.store_node import StoreNode
from repository.errors import Kind, Trouble
from repository.model.nodes import NodeName

LEASE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Office:
    """An office node as it was set up."""

    name: NodeName
    connect: Callable[[], StoreNode]
    """Makes the way to the store node; each process has its own."""
    cache_bytes: int
    """About so much of what was read is kept on this node's disk."""
    lease_seconds: float = LEASE_SECONDS
    """So long numbers are given without hearing from the store node; a successor waits as long."""


class BytesElsewhere(Trouble):
    """The store in {folder} is that of the office node {node}: say in `store.remote` where its files lie."""

    kind = Kind.INVALID
    vietnamese = (
        "Kho ở {folder} thuộc nút cơ quan {node}: hãy ghi địa chỉ nút kho trong `store.remote`."
    )


class NotAnOffice(Trouble):
    """The store in {folder} keeps its own files; an office node is made with `vankho init --role office`."""

    kind = Kind.INVALID
    vietnamese = (
        "Kho ở {folder} tự giữ tệp; nút cơ quan phải được tạo bằng `vankho init --role office`."
    )


def require_role(folder: object, marked: str, office: Office | None) -> None:
    """Raise unless a store *marked* with an office node's name (or none) is opened as such."""
    if marked and (office is None or office.name != marked):
        raise BytesElsewhere(folder=folder, node=marked)
    if office is not None and not marked:
        raise NotAnOffice(folder=folder)
