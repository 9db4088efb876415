"""The store node in memory and a served one: one contract; then what only a wire can do wrong."""

import itertools
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

from repository.blobs.store_node import StoreNode, StoreNodeRefuses, StoreNodeUnreachable
from repository.model.nodes import NodeName
from repository.nodes.http_exchange import StoreAddressUnfit
from repository.nodes.http_moves import HttpMoves
from repository.nodes.http_store_node import HttpStoreNode
from repository.nodes.memory_store_node import MemoryStoreNode, SharedMemory
from repository.nodes.outage import Outage
from tests.contracts.blob_store import name_of
from tests.contracts.move_desk import MoveDeskContract, Parties, Party, an_agency
from tests.contracts.store_node import StoreNodeContract, fetched, sent
from tests.nodes.served import StoreNodeAt, a_store_node

_NAMES = (f"huyen-{n}" for n in itertools.count(1))


@pytest.fixture(scope="module")
def store_node() -> Iterator[StoreNodeAt]:
    with a_store_node() as served:
        yield served


class TestMemoryStoreNode(StoreNodeContract):
    @pytest.fixture
    def nodes(self) -> tuple[StoreNode, StoreNode]:
        shared = SharedMemory()
        one, other = (MemoryStoreNode(NodeName(name), shared) for name in ("a", "b"))
        return one, other


class TestServedStoreNode(StoreNodeContract):
    @pytest.fixture
    def nodes(self, store_node: StoreNodeAt) -> Iterator[tuple[StoreNode, StoreNode]]:
        one, other = (store_node.an_office(next(_NAMES)).connect() for _ in range(2))
        with closing(one), closing(other):
            yield one, other


class TestServedMoves(MoveDeskContract):
    @pytest.fixture
    def parties(self, store_node: StoreNodeAt) -> Iterator[Parties]:
        agency = an_agency()
        with ExitStack() as stack:

            def party() -> Party:
                name = next(_NAMES)
                token = store_node.admits(name)
                files = stack.enter_context(closing(HttpStoreNode(store_node.address, token)))
                desk = stack.enter_context(closing(HttpMoves(store_node.address, token)))
                return Party(NodeName(name), files, desk, agency)

            yield party(), party(), party()


def test_a_wrong_or_dismissed_token_is_refused(store_node: StoreNodeAt):
    name = next(_NAMES)
    token = store_node.admits(name)
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")

    assert not admitted(store_node, wrong)
    assert admitted(store_node, token)
    newer = store_node.admits(name)
    assert (admitted(store_node, token), admitted(store_node, newer)) == (False, True)
    assert store_node.vankho("node", "dismiss", name).code == 0
    assert not admitted(store_node, newer)


def admitted(store_node: StoreNodeAt, token: str) -> bool:
    with closing(HttpStoreNode(store_node.address, token)) as node:
        try:
            return node.held(()) == []
        except StoreNodeRefuses:
            return False


def test_peoples_addresses_are_not_there_at_a_store_node(store_node: StoreNodeAt):
    import httpx

    for path in ("/v1/blobs/" + "blake3:" + 64 * "0", "/v1/search", "/v1/agencies"):
        assert httpx.get(store_node.address + path).status_code == 404


def test_a_connection_closed_while_it_lay_idle_is_replaced(store_node: StoreNodeAt):
    token = store_node.admits(next(_NAMES))
    with closing(HttpStoreNode(store_node.address, token)) as node:
        sent(node, b"first")
        for kept in node._idle:
            assert kept.sock is not None
            kept.sock.shutdown(socket.SHUT_RDWR)

        assert fetched(node, name_of(b"first")) == b"first"


def test_an_address_that_is_none_is_refused():
    for address in ("kho.example.vn", "ftp://kho.example.vn", "http://"):
        with pytest.raises(StoreAddressUnfit):
            HttpStoreNode(address, "vn_x")


class Wire:
    """A server that answers each connection with *answer* and hangs up."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            with peer:
                asked = b""
                while not (asked.endswith(b"}") or asked.startswith(b"GET ")):
                    asked += peer.recv(65_536)
                peer.sendall(self.answer)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


@contextmanager
def a_wire(answer: bytes) -> Generator[Wire]:
    wire = Wire(answer)
    try:
        yield wire
    finally:
        wire.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{",
    ],
)
def test_whatever_is_no_answer_of_a_store_node_is_unreachable(answer: bytes):
    with a_wire(answer) as wire, closing(HttpStoreNode(wire.address, "vn_x")) as node:
        with pytest.raises(StoreNodeUnreachable):
            node.held([name_of(b"x")])
        assert not node.reachable()


def test_a_body_cut_short_is_no_blob():
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nten bytes."
    with (
        a_wire(answer) as wire,
        closing(HttpStoreNode(wire.address, "vn_x")) as node,
        pytest.raises(StoreNodeUnreachable),
    ):
        fetched(node, name_of(b"x"))


def test_after_a_failure_nobody_waits_for_the_same_silence_until_a_pause_is_over():
    now = 0.0
    with a_wire(b"") as wire:
        node = HttpStoreNode(wire.address, "vn_x", outage=Outage(lambda: now))

        def asked() -> int:
            with pytest.raises(StoreNodeUnreachable):
                node.held(())
            return wire.connections

        assert [asked(), asked(), asked()] == [1, 1, 1]
        now += 0.3
        assert [asked(), asked()] == [2, 2]
        now += 0.3
        assert asked() == 2
        now += 0.3
        assert asked() == 3
