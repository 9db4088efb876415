"""What every way to a store node promises: bytes kept for a node, epochs, and nothing told of others."""

import uuid
from collections.abc import Sequence

import pytest

from repository.blobs.port import DigestMismatch
from repository.blobs.store_node import HeldBlob, LogTold, StoreNode
from repository.model.blobs import BlobMissing
from repository.model.ids import BlobId, PurgeId
from repository.model.nodes import LogBehind, NodeSuperseded
from repository.model.purge_orders import Lacking, OrderUnknown, OrderWanted
from tests.contracts.blob_store import name_of
from tests.repository.stores import noise

HERE, THERE = "a" * 32, "b" * 32
"""Two instances of a node."""
EMPTY = LogTold(0, b"\0" * 32)


class StoreNodeContract:
    """Subclass it as `Test…` and say how two nodes of one new store node are reached."""

    @pytest.fixture
    def nodes(self) -> tuple[StoreNode, StoreNode]:
        raise NotImplementedError

    @pytest.mark.parametrize("size", [0, 1, 65_537, 2_000_000])
    def test_what_was_put_comes_back(self, nodes: tuple[StoreNode, StoreNode], size: int):
        node, content = nodes[0], noise(size, size)

        held = sent(node, content)

        assert (held.id, held.size, held.known) == (name_of(content), size, False)
        assert fetched(node, held.id) == content
        assert sent(node, content).known
        assert [one.sha256 for one in node.held([held.id, name_of(b"?")])] == [held.sha256]

    def test_bytes_of_another_name_are_not_kept(self, nodes: tuple[StoreNode, StoreNode]):
        node, epoch = nodes[0], begun(nodes[0])

        with pytest.raises(DigestMismatch):
            node.put(name_of(b"right"), 5, [b"wrong"], epoch=epoch)

        assert not node.held([name_of(b"right"), name_of(b"wrong")])

    def test_a_node_is_told_nothing_of_what_others_brought(
        self, nodes: tuple[StoreNode, StoreNode]
    ):
        one, other = nodes
        content = noise(4000, 44)
        sent(one, content)

        assert other.held([name_of(content)]) == []
        with pytest.raises(BlobMissing):
            fetched(other, name_of(content))
        assert not sent(other, content).known

    def test_an_older_epoch_keeps_nothing_and_renews_nothing(
        self, nodes: tuple[StoreNode, StoreNode]
    ):
        node = nodes[0]
        old = begun(node)
        new = node.take_epoch(HERE, 30).epoch

        assert new > old
        with pytest.raises(NodeSuperseded):
            node.put(name_of(b"late"), 4, [b"late"], epoch=old)
        with pytest.raises(NodeSuperseded):
            node.renew(old, EMPTY)
        assert not node.held([name_of(b"late")])
        node.renew(new, EMPTY)

    def test_epochs_of_one_node_are_nothing_to_another(self, nodes: tuple[StoreNode, StoreNode]):
        one, other = nodes
        epoch = begun(one)
        other.take_epoch(THERE, 30)
        other.take_epoch(THERE, 30)

        one.renew(epoch, EMPTY)

    def test_a_successor_waits_for_the_lease_of_whoever_was_before(
        self, nodes: tuple[StoreNode, StoreNode]
    ):
        node = nodes[0]
        first = node.take_epoch(HERE, 30)
        node.renew(first.epoch, EMPTY)

        successor = node.take_epoch(THERE, 5)
        asked_again = node.take_epoch(THERE, 5)

        assert (first.wait, successor.wait, asked_again.wait) == (0, 30, 30)
        node.renew(asked_again.epoch, EMPTY)
        assert node.take_epoch(THERE, 5).wait == 0

    def test_nobody_waits_for_one_that_resigned(self, nodes: tuple[StoreNode, StoreNode]):
        node = nodes[0]
        epoch = begun(node)
        node.renew(epoch, EMPTY, resigning=True)

        assert node.take_epoch(THERE, 5).wait == 0

    def test_a_log_that_has_become_shorter_or_another_is_refused(
        self, nodes: tuple[StoreNode, StoreNode]
    ):
        node = nodes[0]
        epoch = begun(node)
        node.renew(epoch, LogTold(10, b"\1" * 32))

        for older in (LogTold(9, b"\1" * 32), LogTold(10, b"\2" * 32)):
            with pytest.raises(LogBehind):
                node.renew(epoch, older)
        node.renew(epoch, LogTold(11, b"\2" * 32))

    def test_what_is_let_go_of_is_kept_no_longer_unless_it_was_brought_again(
        self, nodes: tuple[StoreNode, StoreNode]
    ):
        node = nodes[0]
        once, twice = (sent(node, noise(3000, seed)) for seed in (81, 82))
        again = sent(node, noise(3000, 82))
        epoch = begun(node)

        assert again.stamp > twice.stamp
        for _ in range(2):
            node.release([(once.id, once.stamp), (twice.id, twice.stamp)], epoch=epoch)
        assert [one.id for one in node.held([once.id, twice.id])] == [twice.id]
        with pytest.raises(NodeSuperseded):
            node.release([(twice.id, again.stamp)], epoch=epoch - 1)
        node.release([(twice.id, again.stamp)], epoch=epoch)
        assert node.held([twice.id]) == []

    def test_an_epoch_is_later_than_that_of_the_nodes_own_log(
        self, nodes: tuple[StoreNode, StoreNode]
    ):
        node = nodes[0]
        epoch = begun(node)

        later = node.take_epoch(HERE, 30, above=epoch + 40)

        assert (later.epoch, later.wait) == (epoch + 41, 30)
        node.renew(later.epoch, EMPTY)

    def test_an_order_to_all_is_told_to_all_and_done_once_all_have_answered(
        self, nodes: tuple[StoreNode, StoreNode]
    ):
        one, other = nodes
        epochs = begun(one), begun(other)
        held = one.put(name_of(b"mat"), 3, [b"mat"], epoch=epochs[0])
        wanted = an_order(held.id)

        placed, again = (one.place(wanted, epoch=epochs[0]) for _ in range(2))

        assert placed == again
        assert (placed.done, placed.everywhere) == (False, True)
        assert wanted.id in [order.id for order in other.orders(placed.place - 1)]
        assert wanted.id not in [order.id for order in other.orders(placed.place)]
        with pytest.raises(NodeSuperseded):
            other.answer(wanted.id, held=False, blobs=[], epoch=epochs[1] - 1)
        for says in (True, False, False):
            told = other.answer(wanted.id, held=says, blobs=[held.id], epoch=epochs[1])
            found = {lacking.why for lacking in told.outstanding}
            assert (Lacking.HELD in found) is says
        assert other.order(wanted.id).outstanding

    def test_an_order_of_what_is_not_kept_for_the_node_is_told_to_nobody(
        self, nodes: tuple[StoreNode, StoreNode]
    ):
        one, other = nodes
        epoch = begun(one)
        begun(other)
        wanted = an_order(name_of(b"never brought"))

        placed = one.place(wanted, epoch=epoch)

        assert not placed.everywhere
        assert wanted.id not in [order.id for order in other.orders(0)]
        for asked in (wanted.id, PurgeId(uuid.uuid4().hex)):
            with pytest.raises(OrderUnknown):
                other.order(asked)

    def test_it_says_whether_it_answers(self, nodes: tuple[StoreNode, StoreNode]):
        assert nodes[0].reachable()


def an_order(blob: BlobId) -> OrderWanted:
    """Two persons want *blob* to be nowhere."""
    return OrderWanted(
        id=PurgeId(uuid.uuid4().hex), blob=blob, everywhere=True, reason="nhầm", by=("a", "b")
    )


def begun(node: StoreNode) -> int:
    """A new epoch of *node*, at work."""
    epoch = node.take_epoch(HERE, 30).epoch
    node.renew(epoch, EMPTY)
    return epoch


def sent(node: StoreNode, content: bytes) -> HeldBlob:
    pieces: Sequence[bytes] = [content[at : at + 65_536] for at in range(0, len(content), 65_536)]
    return node.put(name_of(content), len(content), pieces, epoch=node.take_epoch(HERE, 30).epoch)


def fetched(node: StoreNode, blob: BlobId) -> bytes:
    with node.fetch(blob) as coming:
        content = b"".join(coming.pieces)
    assert len(content) == coming.size
    return content
