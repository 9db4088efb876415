"""A store node dies, its standby takes its place: real processes, from the offices' side."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

from falcon.testing import TestClient

from api.app import create_app
from api.services import RULES
from repository.catalogue.nodes import term_of as term_of_node
from repository.holdings import Holdings
from tests.api.conftest import SMALL, MovableClock, Node
from tests.nodes.province import OfficeAt, an_office, name, patiently
from tests.nodes.served import SETTINGS, StoreNodeAt, a_short_folder, a_store_node
from tests.repository.stores import noise
from tests.tools.command import Vankho
from tests.tools.serving import PATIENCE_SECONDS, serving

LEASE = 2


@contextmanager
def a_standby(store_node: StoreNodeAt) -> Generator[tuple[Vankho, "subprocess.Popen[bytes]"]]:
    """`vankho standby`, following."""
    with a_short_folder() as folder:
        vankho = Vankho(folder / "kho")
        token = store_node.vankho("node", "admit", "du-phong", "--standby", "--json")
        (folder / "ma").write_text(token.lines[0]["bearer"], encoding="ascii")
        asked = ("--from", store_node.address, "--token-file", folder / "ma", "--every", "0.1")
        with vankho.started("standby", *asked, "--json", stdout=subprocess.PIPE) as program:
            assert program.stdout is not None
            try:
                assert program.stdout.readline()
                yield vankho, program
            finally:
                program.kill()
                program.wait(PATIENCE_SECONDS)


def has_followed(standby: Vankho, store_node: StoreNodeAt) -> bool:
    head = store_node.vankho("log", "checkpoint", "--json").lines[0]["size"]
    note = standby.store / "standby" / "followed.json"
    return any(f'"events":{head},' in note.read_text() for _ in patiently())


def numbered(office: OfficeAt, key: str, content: bytes) -> int:
    for _ in patiently():
        answer = office.registers("H20.1", key, content)
        if answer.status_code == 201:
            return int(answer.json()["number"])
        assert answer.status_code == 503, answer.text
    raise AssertionError("no number was given")


def test_offices_go_on_at_the_standby_and_are_told_what_it_lacks():
    with (
        a_store_node() as former,
        an_office(former, "nut-1", "H20.1", lease=LEASE) as office,
        a_standby(former) as (standby, program),
    ):
        early, cached, lost = (noise(40_000, n) for n in range(3))
        assert office.brings(early).status_code == 201
        numbers = [numbered(office, "early", early)]
        assert has_followed(standby, former)
        program.send_signal(signal.SIGSTOP)
        for n, content in enumerate((cached, lost)):
            assert office.brings(content).status_code == 201
            numbers.append(numbered(office, f"late-{n}", content))
        cache = office.vankho.store / "local" / "cache"
        for path in cache.rglob(name(lost).removeprefix("blake3:")):
            path.unlink()
        stopped(former)
        program.kill()
        program.wait(PATIENCE_SECONDS)

        done = standby("promote", "--json")
        assert done.code == 0, done.err
        told = done.lines[0]
        assert (told["term"], told["rpo_seconds"] > 0) == (1, True)
        (standby.store / "vankho.toml").write_text(
            SETTINGS.format(role="store", workers=1, lease=30), encoding="utf-8"
        )
        with serving(standby, "--port", former.address.rsplit(":", 1)[1]):
            assert any(office.brings(noise(99, 9)).status_code == 201 for _ in patiently())
            numbers.append(numbered(office, "after", early))
            assert numbers == [1, 2, 3, 4]
            assert any(is_told(office, lost) for _ in patiently(100))
            assert office.ask("GET", f"/v1/blobs/{name(cached)}").content == cached
            assert office.brings(lost).status_code in (200, 201)
            assert office.vankho("check").code == 0
            token = (office.vankho.store.parent / "ma").read_text()
            term = term_of(standby)
        shown = {"Authorization": f"Bearer {token}", "X-Store-Term": term}
        unaware = shown | {"X-Store-Term": ""}
        # Nobody has told it yet; then somebody does, and it answers nobody any more.
        assert woken(former.vankho, unaware, shown, unaware) == [200, 503, 503]
        ended = former.vankho("doctor", "--json")
        assert ended.code == 4
        assert any("ended by term 1" in line["detail"] for line in ended.lines if "detail" in line)


def term_of(vankho: Vankho) -> str:
    with (
        Holdings.open_beside(
            vankho.store, SMALL, rules=RULES, worker="-", writes=False
        ) as holdings,
        holdings.reading() as now,
    ):
        return str(term_of_node(now))


def woken(former: Vankho, *asked: dict[str, str]) -> list[int]:
    """What the former store node, opened again, answers to these headers."""
    with Holdings.open_alone(former.store, SMALL, rules=RULES) as holdings:
        app = create_app(Node(holdings, MovableClock()).services, for_nodes=True)
        client = TestClient(app)
        answers = [
            client.simulate_post("/v1/node/held", json={"blobs": []}, headers=headers)
            for headers in asked
        ]
        return [answer.status_code for answer in answers]


def is_told(office: OfficeAt, lost: bytes) -> bool:
    """The one file that is neither there nor in the cache is told, with its document."""
    told = office.vankho("check", "--json")
    missing = [line for line in told.lines if line.get("what") == "blob-missing"]
    return (
        told.code == 4
        and [line["where"] for line in missing] == [name(lost)]
        and "documents: " in missing[0]["detail"]
    )


def stopped(store_node: StoreNodeAt) -> None:
    """Kill it, with all its processes."""
    for pid in (store_node.running.supervisor, *store_node.running.processes().values()):
        os.kill(pid, signal.SIGKILL)
    store_node.running.program.wait(PATIENCE_SECONDS)
