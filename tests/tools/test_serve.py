"""`vankho serve` as it really runs: started, asked, hurt, stopped."""

import json
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.descriptors import nothing_stays_open
from tests.tools.command import Vankho
from tests.tools.serving import (
    PATIENCE_SECONDS,
    Running,
    all_end,
    await_listeners,
    kill_and_await,
    serving,
    successor,
    watched,
)
from tools.http import Client
from tools.ingest.intake import HttpIntake
from tools.serving.worker import listening

PAPER = {
    "agency": "H20.14",
    "register": "den",
    "direction": "incoming",
    "subject": "Kế hoạch chuyển đổi số",
}


@pytest.fixture
def token(vankho: Vankho) -> str:
    rights = [word for right in ("read", "write", "administer") for word in ("--right", right)]
    issue = ("token", "issue", "--label", "test", *rights, "--every-agency", "--json")
    return vankho(*issue).lines[0]["bearer"]


def registered(running: Running, token: str, key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    url = f"{running.address}/v1/registrations"
    return httpx.post(url, json=PAPER, headers=headers, timeout=PATIENCE_SECONDS)


def test_it_prints_its_address_when_it_is_ready_and_stops_when_asked(vankho: Vankho):
    with serving(vankho) as running:
        assert httpx.get(f"{running.address}/readyz").json()["ready"] is True
        assert sorted(running.processes()) == ["follower", "keeper", "worker-1", "worker-2"]

        with watched(list(running.processes().values())) as handles:
            running.program.terminate()

            assert all_end(handles)
        assert running.program.wait(PATIENCE_SECONDS) == 0
    assert not (vankho.store / "local" / "serve.json").exists()


def test_an_address_that_is_taken_is_refused_and_nothing_stays_open():
    with socket.create_server(("127.0.0.1", 0)) as taken, nothing_stays_open():
        with pytest.raises(OSError, match="in use") as refused:
            listening(*taken.getsockname())
        assert refused.value  # whoever keeps it keeps all that it passed through


def test_ctrl_c_stops_it_too(vankho: Vankho):
    with serving(vankho, "--workers", 1) as running:
        running.program.send_signal(signal.SIGINT)

        assert running.program.wait(PATIENCE_SECONDS) == 0


def test_killed_by_force_it_leaves_no_orphan(vankho: Vankho):
    with serving(vankho) as running, watched(list(running.processes().values())) as handles:
        running.program.kill()

        assert all_end(handles)
    assert vankho("check").code == 0


def test_a_worker_that_dies_is_replaced_while_others_answer(vankho: Vankho):
    with serving(vankho) as running:
        await_listeners(running, 2)
        former = running.processes()["worker-1"]
        kill_and_await(former)

        assert httpx.get(f"{running.address}/healthz").status_code == 200
        assert successor(running, "worker-1", former) != former


def test_a_keeper_that_dies_is_replaced_and_numbers_go_on(vankho: Vankho, token: str):
    with serving(vankho) as running:
        first = registered(running, token, "k-1")
        kill_and_await(running.processes()["keeper"])

        second = registered(running, token, "k-2")
        again = registered(running, token, "k-1")

    assert [first.json()["number"], second.json()["number"]] == [1, 2]
    assert again.json()["id"] == first.json()["id"]


def test_a_second_server_on_the_same_store_is_refused(vankho: Vankho):
    with serving(vankho), vankho.started("serve", "--port", "0", "--quiet") as second:
        assert second.wait(PATIENCE_SECONDS) == 11


def test_commands_work_beside_a_running_server(vankho: Vankho, token: str):
    with serving(vankho) as running:
        number = registered(running, token, "k-1").json()["number"]

        assert vankho("agency", "add", "H20.15", "Sở Tài chính").code == 0
        beside = vankho("register", *paper_options(), "--json").lines[0]
        assert beside["number"] == number + 1
        assert vankho("log", "verify").code == 0
        assert vankho("rebuild", "index").code == 11

        agencies = httpx.get(
            f"{running.address}/v1/agencies", headers={"Authorization": f"Bearer {token}"}
        ).json()["agencies"]
    assert [one["code"] for one in agencies] == ["H20.14", "H20.15"]


def paper_options() -> list[str]:
    return [word for name, value in PAPER.items() for word in (f"--{name}", value)]


def test_what_is_registered_over_http_is_soon_found(vankho: Vankho, token: str):
    with serving(vankho) as running:
        number = registered(running, token, "k-1").json()["number"]
        with Client(running.address, token) as client:
            while client.get("/readyz", dict[str, Any])["index_lag"]:
                pass
            page = client.get("/v1/search", dict[str, Any], q="chuyen doi so")

    assert (number, page["total"]) == (1, 1)


def test_an_upload_under_way_is_finished_before_the_worker_ends(vankho: Vankho, token: str):
    with serving(vankho, "--workers", 1) as running:
        worker = running.processes()["worker-1"]
        gone = watched([worker])

        def slowly():
            yield b"a" * 1000
            os.kill(worker, signal.SIGTERM)
            yield b"b" * 1000

        with gone as handles:
            answer = httpx.post(
                f"{running.address}/v1/blobs",
                content=slowly(),
                headers={"Authorization": f"Bearer {token}", "Content-Length": "2000"},
                timeout=PATIENCE_SECONDS,
            )
            assert all_end(handles)

    assert (answer.status_code, answer.json()["size"]) == (201, 2000)


def changes(running: Running, token: str, after: int) -> httpx.Response:
    """What happened after an event, waited for as long as a server allows."""
    return httpx.get(
        f"{running.address}/v1/changes",
        params={"agency": "H20.14", "after": after, "wait": 30},
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE_SECONDS,
    )


def test_who_waits_for_an_event_hears_of_what_another_process_decided(vankho: Vankho, token: str):
    with serving(vankho) as running, ThreadPoolExecutor(1) as pool:
        before = changes(running, token, 0).json()["last"]
        waiting = pool.submit(changes, running, token, before)
        number = vankho("register", *paper_options(), "--json").lines[0]["number"]

        told = waiting.result(PATIENCE_SECONDS).json()

    assert [change["document"]["number"] for change in told["changes"]] == [number]


def test_who_waits_when_the_server_stops_gets_an_answer(vankho: Vankho, token: str):
    with serving(vankho, "--workers", 1) as running, ThreadPoolExecutor(1) as pool:
        before = changes(running, token, 0).json()["last"]
        waiting = pool.submit(changes, running, token, before)
        while figure(running, token, 'vankho_waiting{worker="worker-1"}') == 0:
            pass
        running.program.terminate()

        told = waiting.result(PATIENCE_SECONDS)
        assert running.program.wait(PATIENCE_SECONDS) == 0

    assert (told.status_code, told.json()["changes"]) == (200, [])


def figure(running: Running, token: str, name: str) -> float:
    headers = {"Authorization": f"Bearer {token}"}
    lines = httpx.get(f"{running.address}/metrics", headers=headers).text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(name + " "))


def test_every_process_writes_lines_of_one_shape(vankho: Vankho, token: str, tmp_path: Path):
    with (tmp_path / "log").open("wb") as log, serving(vankho, "--workers", 1, log=log) as running:
        answer = registered(running, token, "k-1")
        kill_and_await(running.processes()["worker-1"])
        await_listeners(running, 1)

    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert all(list(line)[:5] == ["time", "level", "process", "pid", "event"] for line in lines)
    processes = {line["process"] for line in lines}
    assert processes == {"supervisor", "keeper", "follower", "worker-1"}
    (request,) = [line for line in lines if line.get("request") == answer.headers["X-Request-Id"]]
    assert (request["route"], request["status"]) == ("/v1/registrations", 201)
    (ended,) = [line for line in lines if line["event"] == "process-ended"]
    assert (ended["role"], ended["code"], ended["level"]) == ("worker-1", -9, "warning")
    assert not any("Kế hoạch" in str(line) for line in lines)


def test_quiet_it_writes_nothing_where_nothing_is_wrong(vankho: Vankho, token: str, tmp_path: Path):
    with (tmp_path / "log").open("wb") as log, serving(vankho, "--quiet", log=log) as running:
        registered(running, token, "k-1")

    assert (tmp_path / "log").read_text() == ""


def test_without_a_store_nothing_is_served(tmp_path: Path):
    with Vankho(tmp_path / "nothing").started("serve", "--port", "0", "--quiet") as program:
        assert program.wait(PATIENCE_SECONDS) == 10


def test_a_store_that_somebody_holds_open_ends_the_server_with_11(vankho: Vankho):
    from repository.format import StoreOptions
    from repository.holdings import Holdings

    options = StoreOptions(map_size=64 * 1024 * 1024)
    with Holdings.open_alone(vankho.store, options, rules={}):
        program = vankho.started("serve", "--port", "0", "--quiet")
        assert program.wait(PATIENCE_SECONDS) == 11


def test_ingest_over_http_is_the_same_as_into_the_store(vankho: Vankho, token: str, tmp_path: Path):
    (tmp_path / "a.txt").write_text("nội dung")
    manifest = tmp_path / "manifest.jsonl"
    rows = [PAPER | {"subject": f"Việc {n}", "files": ["a.txt"]} for n in range(10)]
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "token").write_text(token)

    with serving(vankho) as running:
        over_http = ("--url", running.address, "--token-file", tmp_path / "token", "--json")
        first = vankho("ingest", manifest, *over_http)
        second = vankho("ingest", manifest, *over_http)
        with Client(running.address, token) as client:
            HttpIntake(client).declare("H20.14", "den", PAPER["direction"])  # type: ignore[arg-type]

    assert (first.code, first.lines[-1]["registered"]) == (0, 10)
    numbers = [
        json.loads(line)["number"]
        for line in (tmp_path / "manifest.jsonl.results.jsonl").read_text().splitlines()
    ]
    assert (second.code, numbers) == (0, list(range(1, 11)))


def test_a_token_that_does_not_hold_is_12(vankho: Vankho, token: str, tmp_path: Path):
    (tmp_path / "manifest.jsonl").write_text(json.dumps(PAPER) + "\n")
    (tmp_path / "token").write_text(token[:-1] + ("a" if token[-1] != "a" else "b"))

    with serving(vankho, "--workers", 1) as running:
        ended = vankho(
            "ingest", tmp_path, "--url", running.address, "--token-file", tmp_path / "token"
        )

    assert ended.code == 12
