"""Moving an agency (chuyển nút) from one office node to another: at any moment one home, or none.

Two tables of states. A node knows of each agency whether its numbers are given here; the store node
knows what became of each offer. The one step that cannot be undone is the *claim* at the store node:
before it the agency's former home has stopped, after it nobody but the new one may begin (ADR 29).
"""

import enum
from typing import NewType

import msgspec

from repository.errors import Kind, Trouble
from repository.model.ids import AgencyCode, AgencyId, BlobId
from repository.model.nodes import NodeName

MoveId = NewType("MoveId", str)
"""A move (lần chuyển) of an agency."""
NO_BUNDLE = BlobId(b"")
MAX_ADDRESS = 200
"""Characters of the address at which people reach a node."""
MOST_HOPS = 2**31


class HomeState(enum.Enum):
    """How an agency stands to one office node."""

    HERE = "here"
    """Its numbers are given here, and nowhere else."""
    LEAVING = "leaving"
    """Nothing is entered any more; it may still stay."""
    ELSEWHERE = "elsewhere"
    """It is at home at another node, or was never known here; what is here is read."""
    ARRIVING = "arriving"
    """This node has claimed it and takes in what it brings; nothing is entered yet."""


class Step(enum.Enum):
    """What happens to an agency at one office node."""

    LEAVE = "leave"
    STAY = "stay"
    GO = "go"
    BEGIN = "begin"
    ARRIVE = "arrive"


HOMES: dict[tuple[HomeState, Step], HomeState] = {
    (HomeState.HERE, Step.LEAVE): HomeState.LEAVING,
    (HomeState.LEAVING, Step.STAY): HomeState.HERE,
    (HomeState.LEAVING, Step.GO): HomeState.ELSEWHERE,
    # An older copy of this node's log, which is told by the store node.
    (HomeState.HERE, Step.GO): HomeState.ELSEWHERE,
    (HomeState.ELSEWHERE, Step.BEGIN): HomeState.ARRIVING,
    # It went, and comes back before this node has heard that it went.
    (HomeState.LEAVING, Step.BEGIN): HomeState.ARRIVING,
    (HomeState.ARRIVING, Step.ARRIVE): HomeState.HERE,
}
"""The steps there are; every other is refused."""


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """Where an agency is at home, as one office node knows it; no row: it was never moved."""

    state: HomeState
    move: MoveId
    """The latest."""
    hop: int
    """How often it has set out; a later hop knows more than an earlier one."""
    node: NodeName
    """The other node: to which it goes or went, from which it comes or came."""
    address: str = ""
    """At which people reach that node, where it was told."""
    term: int = 0
    """The number of the store node's term in which it set out."""
    bundle: BlobId = NO_BUNDLE
    """While it arrives: what it brings."""
    items: int = 0
    """What it brings, as the bundle counts."""
    taken: int = 0
    """So many of these have been taken in."""


class OfferState(enum.Enum):
    """What became of an offer at the store node."""

    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    """The source keeps the agency."""
    REFUSED = "refused"
    """The target will never claim it; the source may withdraw."""
    CLAIMED = "claimed"
    """The target is its home; nothing undoes that but another move."""


class Act(enum.Enum):
    """What an office node does with an offer."""

    OFFER = "offer"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"
    CLAIM = "claim"


OFFERS: dict[tuple[OfferState | None, Act], OfferState] = {
    (None, Act.OFFER): OfferState.OFFERED,
    # So that an offer which is still on its way comes too late.
    (None, Act.WITHDRAW): OfferState.WITHDRAWN,
    (OfferState.OFFERED, Act.OFFER): OfferState.OFFERED,
    (OfferState.OFFERED, Act.WITHDRAW): OfferState.WITHDRAWN,
    (OfferState.OFFERED, Act.REFUSE): OfferState.REFUSED,
    (OfferState.OFFERED, Act.CLAIM): OfferState.CLAIMED,
    (OfferState.REFUSED, Act.WITHDRAW): OfferState.WITHDRAWN,
    (OfferState.REFUSED, Act.OFFER): OfferState.REFUSED,
    (OfferState.REFUSED, Act.REFUSE): OfferState.REFUSED,
    (OfferState.WITHDRAWN, Act.WITHDRAW): OfferState.WITHDRAWN,
    (OfferState.CLAIMED, Act.CLAIM): OfferState.CLAIMED,
    # The source asks again, and learns that it went.
    (OfferState.CLAIMED, Act.OFFER): OfferState.CLAIMED,
}
"""The acts there are; every other is refused."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A move of an agency, as the store node keeps it."""

    id: MoveId
    agency: AgencyId
    code: AgencyCode
    source: NodeName
    target: NodeName
    bundle: BlobId
    """What the agency brings: a blob that the source brought."""
    hop: int
    began: int
    """The number of the store node's term in which the agency stopped at the source."""
    confirmed: int = 0
    """The number of the term in which the source last said that the offer stands."""
    state: OfferState = OfferState.OFFERED
    address: str = ""
    """At which people reach the target, where it told so."""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """The store node's last word on where an agency is at home."""

    node: NodeName
    move: MoveId
    hop: int
    address: str = ""


class Away(msgspec.Struct, frozen=True, kw_only=True):
    """What a store node tells an office node that takes an epoch: an agency is not at home there."""

    agency: str
    move: str
    hop: int
    node: str
    """Where it is, or to which it is offered."""
    claimed: bool
    """False: it is offered, and may still stay; until then nothing is entered."""
    began: int = 0
    address: str = ""


class AgencyElsewhere(Trouble):
    """The agency {agency} is at home at the node {node} ({address}): ask there.

    What it had entered here until it went is still read here.
    """

    kind = Kind.MISDIRECTED
    vietnamese = "Cơ quan {agency} nay thuộc nút {node} ({address}): hãy gửi yêu cầu tới nút đó."


class AgencyMoving(Trouble):
    """The agency {agency} is on its way between this node and {node}; until then nothing is entered."""

    kind = Kind.BUSY
    vietnamese = "Cơ quan {agency} đang được chuyển giữa nút này và {node}; tạm ngừng ghi."


class AgencyAtHome(Trouble):
    """The agency {agency} is at home at this node already."""

    kind = Kind.CONFLICT
    vietnamese = "Cơ quan {agency} đã thuộc nút này."


class AgencyUnknownHere(Trouble):
    """There is no agency {agency} at this node."""

    kind = Kind.MISSING
    vietnamese = "Nút này không có cơ quan {agency}."


class AgencyStaysHere(Trouble):
    """The agency {agency} is not about to leave this node."""

    kind = Kind.CONFLICT
    vietnamese = "Cơ quan {agency} không có lần chuyển nào đang dở."


class MoveOver(Trouble):
    """The move {move} is {state}; this can no longer be done."""

    kind = Kind.CONFLICT
    vietnamese = "Lần chuyển {move} đang ở trạng thái {state}; không làm được việc này nữa."


class MoveAdrift(Trouble):
    """The store node was replaced since the move {move} began, and may have forgotten a claim of {node}.

    Offer it once more, and let that node accept or refuse it.
    """

    kind = Kind.CONFLICT
    vietnamese = (
        "Nút kho đã được thay kể từ khi bắt đầu lần chuyển {move}, có thể đã quên việc {node} nhận; "
        "hãy chào lại, rồi để nút đó nhận hoặc từ chối."
    )


class OfferOutdated(Trouble):
    """The store node was replaced since the move {move} was offered: let {node} offer it once more.

    It may have been withdrawn meanwhile.
    """

    kind = Kind.CONFLICT
    vietnamese = (
        "Nút kho đã được thay kể từ khi chào lần chuyển {move}: hãy để nút {node} chào lại."
    )


class MoveUnderWay(Trouble):
    """Another move of the agency {agency} is under way: {move}."""

    kind = Kind.CONFLICT
    vietnamese = "Cơ quan {agency} đang có lần chuyển khác: {move}."


class NothingOffered(Trouble):
    """No agency {agency} is offered to this node."""

    kind = Kind.MISSING
    vietnamese = "Không có cơ quan {agency} nào được chuyển tới nút này."


class NodeUnfit(Trouble):
    """The node {node} is no other office node that the store node admits."""

    kind = Kind.INVALID
    vietnamese = "{node} không phải một nút cơ quan khác được nút kho nhận."


class ArrivalClashes(Trouble):
    """{what} {value} of the arriving agency is somebody else's at this node."""

    kind = Kind.CONFLICT
    vietnamese = "{what} {value} của cơ quan chuyển đến đã là của đối tượng khác tại nút này."


class BundleUnfit(Trouble):
    """What the agency brings is not what it should be: {why}."""

    kind = Kind.INVALID
    vietnamese = "Gói bàn giao của cơ quan không đúng: {why}."


def stepped(state: HomeState, step: Step) -> HomeState | None:
    """Where *step* leads from *state*; None where it does not exist.

    >>> stepped(HomeState.LEAVING, Step.GO).value, stepped(HomeState.ELSEWHERE, Step.LEAVE)
    ('elsewhere', None)
    """
    return HOMES.get((state, step))


def turned(kept: Move | None, act: Act, told: Move, term: int) -> OfferState:
    """What becomes of a move, *kept* so far, by *act* in the store node's term number *term*.

    Raise `MoveOver`, `MoveAdrift` or `OfferOutdated`. A promoted store node may have missed the last
    acts of the term before. If that was a claim, the source must not stay: it cannot withdraw in a
    later term than the one in which it stopped, unless the target has refused. If it was a
    withdrawal, the target must not claim: the source, which knows, has to offer again.
    """
    before = kept.state if kept else None
    after = OFFERS.get((before, act))
    if after is None:
        raise MoveOver(move=told.id, state=before.value if before else "unknown")
    if after is before:
        return after
    if act is Act.WITHDRAW and before is not OfferState.REFUSED and told.began != term:
        raise MoveAdrift(move=told.id, node=told.target)
    if act is Act.CLAIM and kept is not None and kept.confirmed != term:
        raise OfferOutdated(move=told.id, node=told.source)
    return after
