"""Events of relations between documents; what people typed stands beside the event."""

import msgspec

from repository.model.body import Body
from repository.model.days import Day
from repository.model.ids import DocumentId, RelationId
from repository.model.relations import Mark, RelationKind


class RelationStated(Body, frozen=True, array_like=True, tag="relation-stated"):
    """A document is something to another; told in the feed of the agency whose document speaks."""

    id: RelationId
    document: DocumentId
    """The one that speaks."""
    kind: RelationKind
    target: DocumentId
    """Empty = a paper outside, as it was named beside the event."""
    since: Day


class RelationWithdrawn(Body, frozen=True, array_like=True, tag="relation-withdrawn"):
    """It is not so, or no longer; it stays on record with the reason beside the event."""

    id: RelationId
    document: DocumentId


class DocumentMarked(Body, frozen=True, array_like=True, tag="document-marked"):
    """The other end is marked; told in the feed of the agency whose it is."""

    document: DocumentId
    """The one that is marked."""
    relation: RelationId
    mark: Mark
    since: Day


class DocumentUnmarked(Body, frozen=True, array_like=True, tag="document-unmarked"):
    """The relation that marked it was withdrawn."""

    document: DocumentId
    relation: RelationId


class OutsideNamed(msgspec.Struct, frozen=True, array_like=True):
    """Particulars of a relation: the other end as it was named."""

    salt: bytes
    """16 random bytes, so that the digest in the event tells nothing about short texts."""
    issuer: str
    symbol: str
    issued: str
