"""Events of dispatches and of recall; names and reasons stand beside the event."""

from repository.model.body import Body
from repository.model.dispatches import DispatchAct, DispatchTurn
from repository.model.ids import AgencyId, DispatchId, DocumentId


class DispatchSent(Body, frozen=True, array_like=True, tag="dispatch-sent"):
    """An issued document goes to one of its recipients; told in the feed of who sends."""

    id: DispatchId
    document: DocumentId
    agency: AgencyId
    """The recipient where it is at home here; empty = named in words, beside the event."""
    place: int
    """Among the document's recipients, from 0."""


class DispatchArrived(Body, frozen=True, array_like=True, tag="dispatch-arrived"):
    """The same, told in the feed of who receives."""

    id: DispatchId


class DispatchActed(Body, frozen=True, array_like=True, tag="dispatch-acted"):
    """The recipient did something with it; told in the feed of whose registry did it."""

    id: DispatchId
    act: DispatchAct
    received: DocumentId
    """With `receive`: as what it was registered; or empty."""


class DispatchTurned(Body, frozen=True, array_like=True, tag="dispatch-turned"):
    """A line followed its document; told in the feed of whose registry has to answer."""

    id: DispatchId
    turn: DispatchTurn


class DispatchTold(Body, frozen=True, array_like=True, tag="dispatch-told"):
    """What the other side did with a line; told in the feed of who sent it."""

    id: DispatchId
    act: DispatchAct


class DocumentRecalled(Body, frozen=True, array_like=True, tag="document-recalled"):
    """A document holds no longer (thu hồi): its number and row stay, its files are the registry's."""

    document: DocumentId
