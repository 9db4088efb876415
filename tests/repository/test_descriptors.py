"""What fails or ends lets go of what it had open: a node lives for months on one limit of files."""

from concurrent.futures import ThreadPoolExecutor

from repository.model.access import OPERATOR
from tests.contracts.keeper import Ask
from tests.descriptors import open_descriptors
from tests.repository.keeper_beside import beside_a_keeper


def test_threads_that_come_and_go_share_their_connections_to_the_keeper():
    with beside_a_keeper() as holdings:

        def ask(_: int) -> None:
            holdings.keeper.submit(Ask(caller=OPERATOR, code="H20"))

        before = open_descriptors().total()
        for _ in range(12):
            with ThreadPoolExecutor(2) as threads:
                list(threads.map(ask, range(4)))

        assert open_descriptors().total() - before <= 2
