"""Readers that do what a hostile file would make a weak library do; loaded by real workers."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def echo(source: BinaryIO) -> Iterator[str]:
    yield source.read().decode()


def loop(source: BinaryIO) -> Iterator[str]:
    while True:
        pass
    yield ""


def hang(source: BinaryIO) -> Iterator[str]:
    time.sleep(3600)
    yield ""


def hog(source: BinaryIO) -> Iterator[str]:
    kept = [bytearray(64 << 20)]
    while True:
        kept.append(bytearray(64 << 20))
    yield ""


def crash(source: BinaryIO) -> Iterator[str]:
    os.kill(os.getpid(), signal.SIGSEGV)
    yield ""


def leave(source: BinaryIO) -> Iterator[str]:
    os._exit(3)
    yield ""


def flood(source: BinaryIO) -> Iterator[str]:
    while True:
        yield "chữ " * 1000


def write(source: BinaryIO) -> Iterator[str]:
    Path(source.read().decode()).write_bytes(b"x" * 10_000)
    yield "written"


def chatter(source: BinaryIO) -> Iterator[str]:
    os.write(1, b"noise from a library\n")
    yield "đọc được"


def secrets(source: BinaryIO) -> Iterator[str]:
    yield Path("/proc/self/environ").read_text(encoding="utf-8")


READERS = {
    f"test/{reader.__name__}": reader
    for reader in (echo, loop, hang, hog, crash, leave, flood, write, chatter, secrets)
}
