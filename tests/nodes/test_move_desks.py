"""Moves at a store node in memory and in this process: one contract; served: in test_store_nodes.py."""

import os
from collections.abc import Iterator

import pytest

from api.services import RULES, nodes
from repository.holdings import Holdings
from repository.model.access import OPERATOR
from repository.model.nodes import NodeName, parse_node
from repository.nodes.memory_moves import MemoryMoves, SharedMoves
from repository.nodes.memory_store_node import MemoryStoreNode, SharedMemory
from tests.contracts.move_desk import MoveDeskContract, Parties, Party, an_agency
from tests.nodes.beside import Beside
from tests.nodes.moving import DeskBeside, Scissors
from tests.repository.stores import SMALL


class TestMemoryMoves(MoveDeskContract):
    @pytest.fixture
    def parties(self) -> Parties:
        shared, agency = SharedMemory(), an_agency()
        moves = SharedMoves(shared)
        one, two, three = (
            Party(NodeName(name), MemoryStoreNode(NodeName(name), shared), desk, agency)
            for name in ("a", "b", "c")
            for desk in (MemoryMoves(NodeName(name), moves),)
        )
        return one, two, three


class TestMovesInThisProcess(MoveDeskContract):
    @pytest.fixture
    def parties(self) -> Iterator[Parties]:
        agency = an_agency()
        with Holdings.in_memory(rules=RULES, options=SMALL) as store:
            names = [parse_node(name) for name in ("a", "b", "c")]
            for name in names:
                nodes.admit(store.keeper, OPERATOR, name, entropy=os.urandom)
            one, two, three = (
                Party(
                    name, Beside(lambda: store, name), DeskBeside(store, name, Scissors()), agency
                )
                for name in names
            )
            yield one, two, three
