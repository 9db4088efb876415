"""Which blobs an event makes needed: the one place where a new kind of reference is declared.

Garbage collection believes this: what an event refers to here is revived where it was condemned.
"""

from collections.abc import Callable
from typing import Any

from repository.model import events as e
from repository.model.ids import BlobId

_WITH_COMPONENTS = (
    e.DocumentRegistered,
    e.DraftOpened,
    e.DraftActed,
    e.DraftSigned,
    e.DraftNumbered,
)


def blobs_needed(body: e.AnyBody) -> tuple[BlobId, ...]:
    """The blobs that must be kept because *body* happened."""
    found = _NEEDED.get(type(body))
    return found(body) if found else ()


def files_named(body: e.AnyBody) -> tuple[e.ComponentHeld, ...]:
    """The files that become a document's or a draft's because *body* happened."""
    if isinstance(body, _WITH_COMPONENTS):
        return body.components
    return tuple(held for _, held in body.files) if isinstance(body, e.FilesChanged) else ()


def _components(body: e.AnyBody) -> tuple[BlobId, ...]:
    return tuple(component.blob for component in files_named(body))


def _text(body: e.TextDerived) -> tuple[BlobId, ...]:
    return (body.text,)


def _in_custody(body: e.CustodyTaken) -> tuple[BlobId, ...]:
    return body.blobs


def _held(body: e.HoldPlaced) -> tuple[BlobId, ...]:
    return (body.blob,) if body.blob else ()


def _papers(body: e.ItemsAdded) -> tuple[BlobId, ...]:
    return tuple(item.blob for item in body.items if item.blob)


_NEEDED: dict[type[e.Body], Callable[[Any], tuple[BlobId, ...]]] = {
    e.DocumentRegistered: _components,
    e.FilesChanged: _components,
    e.TextDerived: _text,
    e.HoldPlaced: _held,
    e.CustodyTaken: _in_custody,
    e.DraftOpened: _components,
    e.DraftActed: _components,
    e.DraftSigned: _components,
    e.DraftNumbered: _components,
    e.ItemsAdded: _papers,
}
