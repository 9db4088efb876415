"""Office nodes and their store node as separate processes: used, killed, stopped and woken."""

import itertools
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from repository.format import Layout, create_store, identify
from repository.holdings import Holdings
from tests.nodes.province import (
    OfficeAt,
    an_office,
    name,
    patiently,
    settings_of,
)
from tests.nodes.served import StoreNodeAt, a_short_folder, a_store_node
from tests.repository.stores import SMALL, noise, revisions
from tests.tools.command import Vankho
from tests.tools.serving import serving

AGENCIES = {
    "nut-1": ("H20.1", "H20.2", "H20.3"),
    "nut-2": ("H20.4", "H20.5", "H20.6"),
    "nut-3": ("H20.7", "H20.8"),
}
MOST = 1.02


# One province, three office nodes.


def papers() -> list[list[bytes]]:
    """Documents with their revisions: a draft, signed, and sealed by the agency."""
    return [revisions(3, head=90_000, tail=15_000, seed=n) for n in range(8)]


def sent_to_all(offices: dict[str, OfficeAt]) -> None:
    """Each paper comes to one agency in all its revisions, and as the last to all eight."""
    at = {code: node for node, codes in AGENCIES.items() for code in codes}
    for number, paper in enumerate(papers()):
        home = offices[at[f"H20.{number % 8 + 1}"]]
        for draft in paper:
            assert home.brings(draft).status_code == 201
        for code, node in at.items():
            assert offices[node].brings(paper[-1]).status_code in (200, 201)
            key = f"{number}-{code}"
            assert offices[node].registers(code, key, paper[-1]).status_code == 201


def followed(office: OfficeAt) -> bool:
    return any(office.readiness().json()["index_lag"] == 0 for _ in patiently())


def kept_bytes(root: Path) -> tuple[int, int]:
    """Bytes of the packs, and of the log, once sealed; by the blocks of the disk."""
    layout = Layout(root)
    return (_bytes(layout.packs), _bytes(layout.log))


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def sealed(root: Path) -> None:
    with Holdings.open_alone(root, SMALL, rules={}) as holdings:
        holdings.seal()


def test_three_offices_on_one_store_node_keep_what_one_node_would(
    capsys: pytest.CaptureFixture[str],
):
    with a_store_node() as store_node:
        with ExitStack() as stack:
            offices = {
                node: stack.enter_context(an_office(store_node, node, *codes))
                for node, codes in AGENCIES.items()
            }
            sent_to_all(offices)
            assert all(map(followed, offices.values()))
            for office in offices.values():
                for paper in papers():
                    assert office.ask("GET", f"/v1/blobs/{name(paper[-1])}").content == paper[-1]
                assert office.vankho("check").code == 0
            logs = sum(kept_bytes(office.vankho.store)[1] for office in offices.values())
            assert all(kept_bytes(each.vankho.store)[0] == 0 for each in offices.values())
        store_node.running.program.terminate()
        store_node.running.program.wait(60)
        sealed(store_node.vankho.store)
        assert store_node.vankho("check").code == 0
        packs, log = kept_bytes(store_node.vankho.store)
    many = packs + log + logs

    with ExitStack() as stack:
        codes = tuple(code for each in AGENCIES.values() for code in each)
        alone = stack.enter_context(an_office(None, "alone", *codes))
        sent_to_all(dict.fromkeys(AGENCIES, alone))
        assert followed(alone)
        alone.running.program.terminate()
        alone.running.program.wait(60)
        sealed(alone.vankho.store)
        one = kept_bytes(alone.vankho.store)

    with capsys.disabled():
        told = f"packs {packs:,} / {one[0]:,}, logs {log + logs:,} / {one[1]:,}"
        line = f"\nthree offices and a store node / one node: {told}: {many / sum(one):.4f}\n"
        sys.stdout.write(line)
    assert packs <= MOST * one[0]
    assert many <= MOST * sum(one)


# The store node dies.


def test_offices_outlive_their_store_node_and_go_on_when_it_is_back():
    with a_store_node() as store_node, an_office(store_node, "nut-1", "H20.1") as office:
        early = noise(40_000, 1)
        assert office.brings(early).status_code == 201
        assert office.registers("H20.1", "early", early, subject="Kế hoạch mưa bão").is_success
        assert followed(office)

        acknowledged = killed_under_load(store_node, office)

        assert acknowledged
        told_while_away(office, early)
        port = int(store_node.address.rsplit(":", 1)[1])
        with serving(store_node.vankho, "--port", port):
            assert any(office.brings(noise(999, 2)).status_code == 201 for _ in patiently())
            assert any(office.readiness().status_code == 200 for _ in patiently())
            for n in acknowledged:
                got = office.ask("GET", f"/v1/blobs/{name(load(n))}")
                assert (got.status_code, got.content) == (200, load(n))
                assert office.registers("H20.1", f"after-{n}", load(n)).status_code == 201
            assert followed(office)
            assert office.vankho("check").code == 0


def load(n: int) -> bytes:
    return noise(20_000, 1000 + n)


def killed_under_load(store_node: StoreNodeAt, office: OfficeAt) -> list[int]:
    """Kill the store node while four bring files; which of those were acknowledged."""
    acknowledged: list[int] = []
    enough, gone = threading.Event(), threading.Event()

    def bring(first: int) -> None:
        for n in range(first, 4000, 4):
            answer = office.brings(load(n))
            if answer.status_code == 201:
                acknowledged.append(n)
                if len(acknowledged) > 20:
                    enough.set()
            elif gone.is_set():
                assert answer.status_code == 503
                return

    with ThreadPoolExecutor(4) as pool:
        bringing = [pool.submit(bring, first) for first in range(4)]
        assert enough.wait(60)
        processes = store_node.running.processes()
        for pid in (store_node.running.supervisor, processes["keeper"], processes["worker-1"]):
            os.kill(pid, signal.SIGKILL)
        store_node.running.program.wait(60)
        gone.set()
        for each in bringing:
            each.result()
    return acknowledged


def told_while_away(office: OfficeAt, early: bytes) -> None:
    refused = office.brings(noise(50, 3))
    assert refused.status_code == 503
    assert refused.json()["type"] == "/problems/store-node-unreachable"
    assert "Nút kho không trả lời" in refused.json()["detail"]
    assert int(refused.headers["Retry-After"]) > 0
    ready = office.readiness()
    assert ready.status_code == 503
    assert (ready.json()["ready"], ready.json()["degraded"]) == (False, True)
    assert office.ask("GET", "/v1/search", params={"q": "mua bao"}).json()["total"] == 1
    assert office.ask("GET", f"/v1/blobs/{name(early)}").content == early
    assert office.ask("GET", "/v1/agencies/H20.1/registers").status_code == 200
    unknown = office.registers("H20.1", "never-stored", noise(50, 3))
    assert (unknown.status_code, unknown.json()["type"]) == (422, "/problems/unknown-blob")


def test_an_office_starts_while_its_store_node_is_away_and_begins_when_it_is_back():
    with a_store_node() as store_node:
        port = int(store_node.address.rsplit(":", 1)[1])
        with ExitStack() as stack:
            office = stack.enter_context(an_office(store_node, "nut-1", "H20.1"))
            vankho, token = office.vankho, office.token
            number = office.registers("H20.1", "k-1").json()["number"]
            office.running.program.terminate()
            office.running.program.wait(60)
            store_node.running.program.terminate()
            store_node.running.program.wait(60)

            with serving(vankho) as running:
                again = OfficeAt(vankho, running, token)
                stack.callback(again.close)
                assert again.registers("H20.1", "k-2").status_code == 503
                assert again.ask("GET", "/v1/agencies").status_code == 200
                with serving(store_node.vankho, "--port", port):
                    answers = (again.registers("H20.1", "k-2") for _ in patiently())
                    registered = next(each for each in answers if each.status_code == 201)

                    assert registered.json()["number"] == number + 1


# An office is stopped, replaced, and woken.


def a_successor(folder: Path, former: Vankho, store_node: StoreNodeAt, lease: int) -> Vankho:
    """The same node on another machine: the log is on shared storage, all else its own."""
    who = identify(former.store)
    layout = create_store(folder / "kho", store=who.store, office=who.office)
    layout.log.rmdir()
    layout.log.symlink_to(Layout(former.store).log)
    made = Vankho(layout.root)
    settings_of(made, store_node, former.store.parent / "ma", lease=lease)
    return made


class Clerks:
    """Four who register without a pause; every number they are told, with its documents."""

    def __init__(self, office: OfficeAt) -> None:
        self._office = office
        self._pool = ThreadPoolExecutor(4)
        self._done = threading.Event()
        self.numbers: dict[int, list[str]] = {}
        self._at_work = [self._pool.submit(self._work, who) for who in range(4)]

    def noted(self, answer: httpx.Response) -> None:
        if answer.status_code == 201:
            told = answer.json()
            self.numbers.setdefault(told["number"], []).append(told["id"])

    def end(self) -> None:
        self._done.set()
        for each in self._at_work:
            each.result()
        self._pool.shutdown()

    def _work(self, who: int) -> None:
        with suppress(httpx.TransportError):  # in the end their server is gone
            for n in itertools.count():
                if self._done.is_set():
                    return
                self.noted(self._office.registers("H20.1", f"old-{who}-{n}"))


def test_an_office_stopped_past_its_lease_replaced_and_woken_gives_no_number_twice():
    lease = 3
    with a_store_node() as store_node, ExitStack() as stack:
        stopped = stack.enter_context(an_office(store_node, "nut-1", "H20.1", lease=lease))
        clerks = Clerks(stopped)
        stack.callback(clerks.end)
        assert any(len(clerks.numbers) > 30 for _ in patiently())
        pids = stopped.pids()
        stopped.signalled(signal.SIGSTOP)
        try:
            folder = stack.enter_context(a_short_folder())
            vankho = a_successor(folder, stopped.vankho, store_node, lease)
            successor = OfficeAt(vankho, stack.enter_context(serving(vankho)), stopped.token)
            stack.callback(successor.close)
            content = noise(9000, 5)
            assert successor.brings(content).status_code == 201
            for n in range(20):
                registered = successor.registers("H20.1", f"new-{n}", content)
                assert registered.status_code == 201
                clerks.noted(registered)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        code = stopped.running.program.wait(60)
        clerks.end()

        assert code == 11
        assert_all_stand_once(clerks.numbers, successor)
        assert vankho("check").code == 0
        assert vankho("log", "verify").code == 0


def assert_all_stand_once(numbers: dict[int, list[str]], office: OfficeAt) -> None:
    assert {number: ids for number, ids in numbers.items() if len(ids) > 1} == {}
    for number, (document,) in numbers.items():
        kept = office.ask("GET", f"/v1/documents/{document}")
        assert (kept.status_code, kept.json()["number"]) == (200, number)


def test_a_copy_of_an_office_that_lacks_what_was_acknowledged_is_not_let_begin():
    import shutil

    lease = 1
    with a_store_node() as store_node, ExitStack() as stack:
        office = stack.enter_context(an_office(store_node, "nut-1", "H20.1", lease=lease))
        folder = stack.enter_context(a_short_folder())
        shutil.copytree(
            office.vankho.store / "log", folder / "log-before", copy_function=shutil.copy
        )
        assert office.registers("H20.1", "k-1").status_code == 201
        office.running.program.terminate()
        office.running.program.wait(60)

        copy = a_successor(folder, office.vankho, store_node, lease)
        Layout(copy.store).log.unlink()
        (folder / "log-before").rename(Layout(copy.store).log)
        program = copy.started("serve", "--port", "0", "--quiet")

        assert program.wait(60) == 11


def test_a_folder_opened_as_what_it_is_not_is_refused():
    with a_store_node() as store_node, an_office(store_node, "nut-1", "H20.1") as office:
        settings = office.vankho.store / "vankho.toml"
        settings.write_text(
            "".join(
                line + "\n"
                for line in settings.read_text(encoding="utf-8").splitlines()
                if not line.startswith(("remote", "role"))
            ),
            encoding="utf-8",
        )

        assert office.vankho("agency", "list").code == 2
        assert store_node.vankho("serve", "--role", "office").code == 2


def test_the_doctor_and_the_check_of_an_office_ask_its_store_node():
    with a_store_node() as store_node, an_office(store_node, "nut-1", "H20.1") as office:
        assert office.brings(noise(100)).status_code == 201
        healthy = office.vankho("doctor", "--json")
        assert (healthy.code, healthy.lines[-1]["name"]) == (0, "store node")
        assert office.vankho("check").code == 0

        store_node.running.program.terminate()
        store_node.running.program.wait(60)
        assert office.vankho("doctor").code == 4
        away = office.vankho("check", "--json")
        assert away.code == 0
        assert [one["what"] for one in away.lines if "what" in one] == ["store-node-unreachable"]
