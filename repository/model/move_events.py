"""Events of agencies that move between office nodes (ADR 29), at the offices and at the store node.

Fields are only ever added at the end, each with a default (see `repository.model.events`).
"""

from repository.model.body import Body
from repository.model.ids import AgencyCode, AgencyId, BlobId, PersonId
from repository.model.moves import Act, MoveId
from repository.model.nodes import NodeName

# At the node that the agency leaves; the agency's own events, of which the last is not brought along.


class AgencyLeaving(Body, frozen=True, array_like=True, tag="agency-leaving"):
    """Nothing is entered in an agency any more: it is offered to another node."""

    id: AgencyId
    move: MoveId
    to: NodeName
    hop: int
    """How often it has set out, this time included."""
    term: int
    """The number of the store node's term."""


class AgencyStayed(Body, frozen=True, array_like=True, tag="agency-stayed"):
    """It stays after all: the offer was withdrawn."""

    id: AgencyId
    move: MoveId


class AgencyLeft(Body, frozen=True, array_like=True, tag="agency-left"):
    """It is at home at another node now; what is here stays to be read."""

    id: AgencyId
    move: MoveId
    to: NodeName
    hop: int
    address: str
    """At which people reach that node, where it was told."""


# At the node where it arrives.


class AgencyArriving(Body, frozen=True, array_like=True, tag="agency-arriving"):
    """A node has claimed an agency and begins to take in what it brings; the node's own event."""

    move: MoveId
    agency: AgencyId
    code: AgencyCode
    name: str
    source: NodeName
    hop: int
    store: bytes
    """UUID of the source's log, 16 bytes."""
    size: int
    """Events of that log when the bundle was made."""
    root: bytes
    """Of its tree at that size."""
    note: str
    """The signed checkpoint of that size, where the source's log has a key."""
    bundle: BlobId
    items: int
    """Events in the bundle."""


class EventsTakenOver(Body, frozen=True, array_like=True, tag="events-taken-over"):
    """The events of this command before this one were decided at another node; the node's own event.

    They stand here as there, but for their place in the log, and for people whom this node knows
    by another identifier.
    """

    agency: AgencyId
    move: MoveId
    first: int
    """Which item of the bundle was the first of them, from 0."""
    items: int
    """So many items; what this node had already has no event."""
    events: int
    """So many events before this one."""
    people: tuple[tuple[PersonId, PersonId], ...]
    """Who is whom here: the identifier there, the identifier here."""
    codes: tuple[tuple[AgencyCode, AgencyId], ...]
    """Codes that the agency bore once and that another one bears now: they stay the other's."""


class AgencyArrived(Body, frozen=True, array_like=True, tag="agency-arrived"):
    """An agency is at home here; the agency's own event, in the place of `agency-left` there."""

    id: AgencyId
    move: MoveId
    source: NodeName


class ArrivalRefused(Body, frozen=True, array_like=True, tag="arrival-refused"):
    """This node has said no to this move, and tells the store node; the node's own event."""

    agency: AgencyId
    move: MoveId


# At the store node.


class MoveOffered(Body, frozen=True, array_like=True, tag="move-offered"):
    """An office node has offered an agency to another, or says that the offer stands."""

    move: MoveId
    agency: AgencyId
    code: AgencyCode
    source: NodeName
    target: NodeName
    bundle: BlobId
    hop: int
    began: int
    term: int
    """The number of the store node's term."""


class MoveTurned(Body, frozen=True, array_like=True, tag="move-turned"):
    """An offer was withdrawn, refused or claimed."""

    move: MoveId
    act: Act
    address: str
    """Of the target, where it claims and tells it."""
