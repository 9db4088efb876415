"""What every way to a store node promises about moves: one home, told by the store node alone."""

import uuid

import pytest
from msgspec import structs

from repository.blobs.store_node import LogTold, StoreNode
from repository.errors import Trouble
from repository.model.access import Hidden
from repository.model.ids import AgencyCode, AgencyId, BlobId
from repository.model.moves import (
    Act,
    AgencyElsewhere,
    Move,
    MoveId,
    MoveOver,
    MoveUnderWay,
    NodeUnfit,
    OfferState,
)
from repository.model.nodes import NodeName, NodeSuperseded
from repository.nodes.moves import MoveDesk
from tests.contracts.blob_store import name_of

BUNDLE, FILE = b"what it brings", b"a paper of the agency"


class Party:
    """A node at the desk, in its epoch."""

    def __init__(self, name: NodeName, files: StoreNode, desk: MoveDesk, agency: AgencyId) -> None:
        """*agency* is the same for all parties, and nobody else's."""
        self.name = name
        self.agency = agency
        self.files = files
        self.desk = desk
        self.epoch = files.take_epoch("a" * 32, 30).epoch
        files.renew(self.epoch, LogTold(0, b"\0" * 32))

    def brings(self, content: bytes) -> BlobId:
        return self.files.put(name_of(content), len(content), [content], epoch=self.epoch).id

    def turns(self, act: Act, move: Move) -> OfferState:
        return self.desk.turn(act, move, epoch=self.epoch).state

    def takes(self, move: Move, *blobs: BlobId) -> tuple[BlobId, ...]:
        return self.desk.take(move.id, blobs, epoch=self.epoch)


Parties = tuple[Party, Party, Party]


def an_agency() -> AgencyId:
    """One that was never moved."""
    return AgencyId(uuid.uuid4().hex)


class MoveDeskContract:
    """Subclass it as `Test…` and say how three nodes of one new store node are reached."""

    @pytest.fixture
    def parties(self) -> Parties:
        raise NotImplementedError

    def test_what_is_offered_is_claimed_once_and_both_see_it(self, parties: Parties):
        source, target, third = parties
        move = a_move(source, target)

        assert source.turns(Act.OFFER, move) is OfferState.OFFERED
        assert source.turns(Act.OFFER, move) is OfferState.OFFERED
        assert seen(target, move) == seen(source, move) == [OfferState.OFFERED]
        for _ in range(2):
            assert target.turns(Act.CLAIM, move) is OfferState.CLAIMED
        reached = structs.replace(move, address="https://nut-2.example.vn")
        target.turns(Act.CLAIM, reached)
        target.turns(Act.CLAIM, move)
        (told,) = (one for one in source.desk.overview().moves if one.id == move.id)
        assert told.address == reached.address
        assert source.turns(Act.OFFER, move) is OfferState.CLAIMED
        assert seen(target, move) == seen(source, move) == [OfferState.CLAIMED]
        assert seen(third, move) == []
        for party, act in ((source, Act.WITHDRAW), (target, Act.REFUSE)):
            with pytest.raises(MoveOver):
                party.turns(act, move)

    def test_what_was_withdrawn_is_not_claimed_and_not_offered_any_more(self, parties: Parties):
        source, target, _ = parties
        move = a_move(source, target)
        source.turns(Act.OFFER, move)

        for _ in range(2):
            assert source.turns(Act.WITHDRAW, move) is OfferState.WITHDRAWN
        for party, act in ((target, Act.CLAIM), (target, Act.REFUSE), (source, Act.OFFER)):
            with pytest.raises(MoveOver):
                party.turns(act, move)

    def test_a_withdrawal_that_comes_before_the_offer_holds(self, parties: Parties):
        source, target, _ = parties
        move = a_move(source, target)

        assert source.turns(Act.WITHDRAW, move) is OfferState.WITHDRAWN
        with pytest.raises(MoveOver):
            source.turns(Act.OFFER, move)

    def test_what_was_refused_is_not_claimed_and_may_be_withdrawn(self, parties: Parties):
        source, target, _ = parties
        move = a_move(source, target)
        source.turns(Act.OFFER, move)

        assert target.turns(Act.REFUSE, move) is OfferState.REFUSED
        assert source.turns(Act.OFFER, move) is OfferState.REFUSED
        with pytest.raises(MoveOver):
            target.turns(Act.CLAIM, move)
        assert source.turns(Act.WITHDRAW, move) is OfferState.WITHDRAWN

    def test_nobody_but_source_and_target_has_a_part_in_it(self, parties: Parties):
        source, target, third = parties
        move = a_move(source, target)
        refused: tuple[type[Trouble], ...] = (Hidden,)
        with pytest.raises(refused):
            target.turns(Act.CLAIM, move)
        source.turns(Act.OFFER, move)

        for party, act in (
            (third, Act.CLAIM),
            (third, Act.OFFER),
            (target, Act.OFFER),
            (source, Act.CLAIM),
        ):
            with pytest.raises(refused):
                party.turns(act, move)
        for party in (target, third):
            with pytest.raises(refused):
                party.takes(move, move.bundle)

    def test_files_are_kept_for_the_target_once_it_has_claimed(self, parties: Parties):
        source, target, third = parties
        paper, secret = source.brings(FILE), third.brings(b"somebody else's")
        move = a_move(source, target)
        source.turns(Act.OFFER, move)
        assert target.files.held([paper, move.bundle])[0].id == move.bundle
        target.turns(Act.CLAIM, move)

        assert target.takes(move, paper, secret) == (paper,)
        assert [one.id for one in target.files.held([paper, secret])] == [paper]
        assert [one.id for one in source.files.held([paper])] == [paper]

    def test_an_agency_goes_from_where_it_is_and_one_way_at_a_time(self, parties: Parties):
        source, target, third = parties
        move = a_move(source, target)
        source.turns(Act.OFFER, move)
        with pytest.raises(MoveUnderWay):
            source.turns(Act.OFFER, a_move(source, third, number=2))
        target.turns(Act.CLAIM, move)
        with pytest.raises(AgencyElsewhere):
            source.turns(Act.OFFER, a_move(source, third, number=3))

        onward = a_move(target, third, number=4, hop=2)
        assert target.turns(Act.OFFER, onward) is OfferState.OFFERED

    def test_an_offer_needs_another_node_and_a_bundle(self, parties: Parties):
        source, target, _ = parties
        for nowhere in (NodeName("nut-99"), source.name):
            move = structs.replace(a_move(source, target), target=nowhere)
            with pytest.raises(NodeUnfit):
                source.turns(Act.OFFER, move)
        with pytest.raises(Hidden):
            source.turns(Act.OFFER, a_move(source, target, bundle=name_of(b"never brought")))

    def test_an_older_epoch_does_nothing(self, parties: Parties):
        source, target, _ = parties
        move = a_move(source, target)
        source.files.take_epoch("b" * 32, 30)

        with pytest.raises(NodeSuperseded):
            source.turns(Act.OFFER, move)
        assert seen(target, move) == []

    def test_it_says_who_there_is(self, parties: Parties):
        names = {party.name for party in parties}

        assert names <= set(parties[0].desk.overview().offices)


def a_move(
    source: Party,
    target: Party,
    *,
    number: int = 1,
    hop: int = 1,
    bundle: BlobId | None = None,
) -> Move:
    """A move of an agency that only these two nodes know."""
    return Move(
        id=MoveId(f"{number:02x}{source.agency[2:]}"),
        agency=source.agency,
        code=AgencyCode("H20.14"),
        source=source.name,
        target=target.name,
        bundle=bundle or source.brings(BUNDLE),
        hop=hop,
        began=0,
    )


def seen(party: Party, move: Move) -> list[OfferState]:
    """What *party* is told of *move*."""
    return [one.state for one in party.desk.overview().moves if one.id == move.id]
