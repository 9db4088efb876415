"""Jobs of a real server: done by a process of their own, which comes when it is wanted and is replaced."""

import os
import signal
from contextlib import closing

import httpx
import pytest

from tests.nodes.province import patiently
from tests.tools.command import Vankho
from tests.tools.serving import PATIENCE_SECONDS, Running, kill_and_await, serving

CHECK = {"kind": "check"}


@pytest.fixture
def token(vankho: Vankho) -> str:
    rights = [word for right in ("read", "write", "administer") for word in ("--right", right)]
    issue = ("token", "issue", "--label", "test", *rights, "--every-agency", "--json")
    return vankho(*issue).lines[0]["bearer"]


class Desk:
    """Somebody before a server."""

    def __init__(self, running: Running, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(
            base_url=running.address, headers=headers, timeout=PATIENCE_SECONDS
        )

    def asks(self) -> str:
        return self._http.post("/v1/jobs", json=CHECK).raise_for_status().json()["url"]

    def state(self, url: str) -> str:
        return self._http.get(url).raise_for_status().json()["state"]

    def waits_for(self, url: str, state: str) -> bool:
        return any(self.state(url) == state for _ in patiently())

    def close(self) -> None:
        self._http.close()

    def result(self, url: str) -> bytes:
        return self._http.get(f"{url}/result").raise_for_status().content


def test_jobs_outlive_the_process_that_does_them_and_the_server(vankho: Vankho, token: str):
    with serving(vankho, "--workers", 1) as running, closing(Desk(running, token)) as desk:
        assert "jobs" not in running.processes()
        first = desk.asks()
        assert desk.waits_for(first, "done")
        found = desk.result(first)
        doing = running.processes()["jobs"]
        os.kill(doing, signal.SIGSTOP)
        second = desk.asks()
        assert desk.state(second) == "waiting"
        kill_and_await(doing)
        assert desk.waits_for(second, "done")
        third = desk.asks()

    with serving(vankho, "--workers", 1) as running, closing(Desk(running, token)) as desk:
        assert desk.waits_for(third, "done")
        assert desk.result(first) == found
