"""A small province: office nodes with agencies, each a real `vankho serve`, asked over HTTP."""

import os
import signal
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from blake3 import blake3

from tests.nodes.served import SETTINGS, StoreNodeAt, a_short_folder
from tests.tools.command import Vankho
from tests.tools.serving import PATIENCE_SECONDS, Running, serving

RIGHTS = ("--right", "read", "--right", "write", "--right", "administer")


class OfficeAt:
    """A served node with agencies, and a token for all of them."""

    def __init__(self, vankho: Vankho, running: Running, token: str) -> None:
        self.vankho = vankho
        self.running = running
        self.token = token
        self._http = httpx.Client(
            base_url=running.address,
            headers={"Authorization": f"Bearer {token}"},
            timeout=PATIENCE_SECONDS,
        )

    def ask(self, method: str, path: str, **rest: Any) -> httpx.Response:
        return self._http.request(method, path, **rest)

    def brings(self, content: bytes) -> httpx.Response:
        return self.ask("PUT", f"/v1/blobs/{name(content)}", content=content)

    def registers(self, agency: str, key: str, *contents: bytes, **said: str) -> httpx.Response:
        roles = ["main"] + ["annex"] * len(contents)
        body = {
            "agency": agency,
            "register": "den",
            "direction": "incoming",
            "subject": f"Việc {key}",
            "components": [
                {"role": role, "blob": name(content), "name": f"{role}.pdf"}
                for role, content in zip(roles, contents, strict=False)
            ],
        }
        return self.ask(
            "POST", "/v1/registrations", json=body | said, headers={"Idempotency-Key": key}
        )

    def readiness(self) -> httpx.Response:
        return self.ask("GET", "/readyz")

    def pids(self) -> list[int]:
        return [self.running.supervisor, *self.running.processes().values()]

    def signalled(self, number: signal.Signals) -> None:
        """Send *number* to all its processes."""
        for pid in self.pids():
            os.kill(pid, number)

    def close(self) -> None:
        self._http.close()


def name(content: bytes) -> str:
    return f"blake3:{blake3(content).hexdigest()}"


@contextmanager
def an_office_folder(
    store_node: StoreNodeAt | None, node: str, *, lease: int = 30
) -> Generator[Vankho]:
    """A new folder of an office node, or of a node that stands alone."""
    with a_short_folder() as folder:
        vankho = Vankho(folder / "kho")
        given: tuple[object, ...] = ()
        if store_node:
            (folder / "ma").write_text(store_node.admits(node), encoding="ascii")
            given = ("--role", "office", "--node", node, "--remote", store_node.address)
            given += ("--remote-token-file", folder / "ma")
        assert vankho("init", *given).code == 0
        settings_of(vankho, store_node, folder / "ma", lease=lease)
        yield vankho


def settings_of(vankho: Vankho, store_node: StoreNodeAt | None, token: Path, *, lease: int) -> None:
    """Small settings, with what `vankho init` would have written."""
    role = "office" if store_node else ""
    text = SETTINGS.format(role=role, workers=1, lease=lease)
    if store_node:
        text += f'remote = "{store_node.address}"\nremote_token_file = "{token}"\n'
        text += 'cache = "64 MiB"\n'
    (vankho.store / "vankho.toml").write_text(text, encoding="utf-8")


def with_agencies(vankho: Vankho, agencies: tuple[str, ...]) -> str:
    """Declare *agencies*, each with a register for arrivals; a token for all of them."""
    for code in agencies:
        assert vankho("agency", "add", code, f"Xã {code}").code == 0
        book = ("agency", "book", code, "den", "--direction", "incoming", "--title", "Sổ đến")
        assert vankho(*book).code == 0
    issue = ("token", "issue", "--label", "test", *RIGHTS, "--every-agency", "--json")
    return vankho(*issue).lines[0]["bearer"]


@contextmanager
def an_office(
    store_node: StoreNodeAt | None, node: str, *agencies: str, lease: int = 30
) -> Generator[OfficeAt]:
    """An office node with *agencies*, served."""
    with ExitStack() as stack:
        vankho = stack.enter_context(an_office_folder(store_node, node, lease=lease))
        token = with_agencies(vankho, agencies)
        running = stack.enter_context(serving(vankho))
        office = OfficeAt(vankho, running, token)
        stack.callback(office.close)
        yield office


def patiently(tries: int = 1200) -> Iterator[int]:
    """Count up to *tries*, a twentieth of a second apart: waiting within bounds for a change."""
    import threading

    pause = threading.Event()
    for n in range(tries):
        yield n
        pause.wait(0.05)
