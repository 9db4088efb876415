"""Uploads before a real server: a stock client on a bad line, killed processes, flat memory."""

import random
import re
import sys
import threading
from pathlib import Path
from typing import IO, NamedTuple

import httpx
import pytest
from blake3 import blake3
from tusclient.client import TusClient

from tests.tools.command import Vankho
from tests.tools.cutting import cut_line, evenly
from tests.tools.serving import (
    PATIENCE_SECONDS,
    Running,
    await_listeners,
    kill_and_await,
    serving,
    successor,
)

MiB = 1024 * 1024
CHUNK = 8 * MiB
ROOM = 48 * MiB
"""What a process may need more for a large file than for one of two chunks."""
PROCESSES = ("worker-1", "worker-2", "keeper", "follower")


class Size(NamedTuple):
    """How large a file, and how bad a line."""

    size: int
    cuts: int


@pytest.fixture
def size(request: pytest.FixtureRequest) -> Size:
    long = request.config.getoption("--long", default=False)
    return Size(2_000_000_000, 20) if long else Size(64 * MiB, 5)


@pytest.fixture
def token(vankho: Vankho) -> str:
    rights = ("--right", "read", "--right", "write")
    issue = ("token", "issue", "--label", "test", *rights, "--agency", "H20.14", "--json")
    return vankho(*issue).lines[0]["bearer"]


class Drawn(NamedTuple):
    """A file of noise and its name."""

    path: Path
    blob: str


def a_large_file(folder: Path, size: int, seed: int) -> Drawn:
    chance, named = random.Random(seed), blake3()
    path = folder / f"noise-{seed}"
    with path.open("wb") as file:
        for at in range(0, size, MiB):
            piece = chance.randbytes(min(MiB, size - at))
            named.update(piece)
            file.write(piece)
    return Drawn(path, f"blake3:{named.hexdigest()}")


def highest(running: Running) -> dict[str, int]:
    """The most memory each process has had so far, in bytes."""
    return {name: _high_water(pid) for name, pid in running.processes().items()}


def _high_water(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found
    return int(found[1]) * 1024


def uploaded(url: str, token: str, stream: IO[bytes]) -> str:
    """Send all with the stock client, as its documentation says; the upload's address."""
    client = TusClient(f"{url}/v1/uploads", headers={"Authorization": f"Bearer {token}"})
    uploader = client.uploader(
        file_stream=stream,
        chunk_size=CHUNK,
        retries=20,
        retry_delay=0,
        metadata={"filename": "bản quét.pdf"},
        upload_checksum=True,
    )
    uploader.upload()
    assert uploader.url
    return uploader.url


def committed(upload: str, token: str, blob: str) -> httpx.Response:
    return httpx.post(
        f"{upload}/commit",
        json={"blob": blob},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10 * PATIENCE_SECONDS,
    )


def stored_under(address: str, token: str, blob: str) -> str:
    """The name of what the server gives for *blob*."""
    named = blake3()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.stream("GET", f"{address}/v1/blobs/{blob}", headers=headers) as answer:
        for piece in answer.iter_bytes():
            named.update(piece)
    return f"blake3:{named.hexdigest()}"


def test_a_stock_client_finishes_on_a_line_that_is_cut_and_memory_stays_flat(
    vankho: Vankho, token: str, tmp_path: Path, size: Size
):
    small, large = a_large_file(tmp_path, 2 * CHUNK, 1), a_large_file(tmp_path, size.size, 2)
    with serving(vankho) as running:
        await_listeners(running, 2)
        with small.path.open("rb") as stream:
            upload = uploaded(running.address, token, stream)
        assert committed(upload, token, small.blob).status_code == 201
        assert stored_under(running.address, token, small.blob) == small.blob
        before = highest(running)

        with (
            cut_line(running.address, evenly(size.size, size.cuts)) as line,
            large.path.open("rb") as stream,
        ):
            upload = uploaded(line.address, token, stream)
        answer = committed(upload.replace(line.address, running.address), token, large.blob)
        assert stored_under(running.address, token, large.blob) == large.blob
        await_sealed(running, vankho.store / "packs", size.size)
        after = highest(running)

    assert line.made == size.cuts
    assert (answer.status_code, answer.json()["size"]) == (201, size.size)
    grown = {name: after[name] - before[name] for name in PROCESSES}
    told = [f"{name} {before[name] // MiB} MiB, then {after[name] // MiB}" for name in PROCESSES]
    sys.stdout.write("; ".join(told) + "\n")
    assert max(grown.values()) < ROOM, grown


def await_sealed(running: Running, packs: Path, size: int) -> None:
    """Wait until a sealed pack has so many bytes; the server has to live that long."""
    pause = threading.Event()
    while not any(path.stat().st_size >= size for path in packs.glob("*.pack")):
        assert running.program.poll() is None
        pause.wait(0.1)


class Sender:
    """Sends chunks by hand, so that something can happen between two of them."""

    def __init__(self, address: str, token: str, content: bytes) -> None:
        self.address = address
        self.content = content
        self._headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}
        begun = self._asked("POST", "/v1/uploads", {"Upload-Length": str(len(content))})
        assert begun.status_code == 201
        self.upload = begun.headers["Location"]

    def sends(self, offset: int, length: int) -> int:
        told = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        answer = self._asked("PATCH", self.upload, told, self.content[offset : offset + length])
        assert answer.status_code == 204, answer.text
        return int(answer.headers["Upload-Offset"])

    def offset(self) -> int:
        return int(self._asked("HEAD", self.upload, {}).headers["Upload-Offset"])

    def _asked(
        self, method: str, path: str, headers: dict[str, str], content: bytes = b""
    ) -> httpx.Response:
        return httpx.request(
            method,
            self.address + path,
            headers=self._headers | headers,
            content=content,
            timeout=PATIENCE_SECONDS,
        )


def test_processes_killed_between_chunks_lose_nothing_that_was_acknowledged(
    vankho: Vankho, token: str
):
    content = random.Random(3).randbytes(7 * MiB + 77)
    blob = f"blake3:{blake3(content).hexdigest()}"
    with serving(vankho) as running:
        await_listeners(running, 2)
        sender = Sender(running.address, token, content)
        offset = 0
        for victim in PROCESSES:
            offset = sender.sends(offset, MiB)
            former = running.processes()[victim]
            kill_and_await(former)
            successor(running, victim, former)
            await_listeners(running, 2)
            assert sender.offset() == offset

    with serving(vankho) as running:
        sender.address = running.address
        assert sender.offset() == offset
        assert sender.sends(offset, len(content)) == len(content)
        answer = committed(running.address + sender.upload, token, blob)
        assert answer.status_code == 201
        assert stored_under(running.address, token, blob) == blob


def test_what_is_no_upload_any_more_is_swept_by_a_running_server(vankho: Vankho, token: str):
    from tests.tools.command import a_settings_file
    from tests.tools.conftest import SETTINGS

    a_settings_file(vankho.store, SETTINGS)
    folder = vankho.store / "local" / "uploads"
    with serving(vankho, "--workers", 1) as running:
        Sender(running.address, token, b"abc")
        (file,) = folder.glob("*/*.open")
        file.write_bytes(b"no upload at all")

    with serving(vankho, "--workers", 1) as running:
        while list(folder.glob("*/*.open")):
            assert running.program.poll() is None
