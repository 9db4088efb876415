"""The HTTP bench measures a real server, keeps to its timetable, and calls an error an error."""

import socket
import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tools.bench.frame import Measure
from tools.bench.http import Options, run
from tools.bench.http_line import Answered, Line, LineBroken
from tools.bench.http_load import Due, answers_in, kept_to
from tools.bench.http_measures import CLIENTS, PER_SECOND, timetable_of


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Measure]:
    # Not deep: the name of a Unix socket may have 107 bytes only.
    scratch = tmp_path_factory.getbasetemp()
    measures: list[Measure] = []
    run(Options(scratch=scratch).quick(), measures.append)
    assert not (scratch / "http").exists(), "the bench leaves nothing on the measured disk"
    return measures


def test_every_promise_has_its_figure(told: list[Measure]):
    names = [measure.measure for measure in told]

    assert len(names) == len(set(names))
    assert {m.measure for m in told if m.bar} == {"get_40_kb", "office.errors"}
    assert {f"register.{n}_clients.p{share}" for n in CLIENTS for share in (50, 95, 99)} <= {*names}
    assert {f"office.{kind}.p99" for kind in PER_SECOND} <= {*names}
    assert all(measure.value > 0 for measure in told if measure.measure != "office.errors")


def test_an_office_meets_no_error(told: list[Measure]):
    (errors,) = [measure for measure in told if measure.measure == "office.errors"]

    assert errors.value == 0
    assert errors.holds


def test_a_timetable_is_in_order_and_has_every_kind_at_its_rate():
    due = list(timetable_of(200.0, seed=1))

    assert all(one.at <= other.at for one, other in pairwise(due))
    for kind, rate in PER_SECOND.items():
        assert sum(one.kind == kind for one in due) == pytest.approx(200 * rate, rel=0.15)
    assert due == list(timetable_of(200.0, seed=1))


@pytest.fixture
def refusing() -> Iterator[str]:
    """A server that answers 503 once a connection, then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 503 Not now\r\nContent-Length: 2\r\n\r\nno")

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def ask(line: Line, _: int) -> Answered:
    return line.ask(b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n")


def test_a_refusal_counts_as_an_error(refusing: str):
    due = iter([Due(0.0, "read", 0)])

    tallies = kept_to(due, 1, lambda: Line(refusing), {"read": ask}, lambda a: a.status == 200)

    assert tallies["read"].errors == ["503: b'no'"]


def test_a_line_that_breaks_ends_the_measurement(refusing: str):
    with Line(refusing) as line, pytest.raises((LineBroken, OSError)):
        answers_in([line], 5.0, ask, lambda a: True)
