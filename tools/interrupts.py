"""Ctrl-C in two steps: the first asks to stop at a good place, the second stops at once."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def stopping_gently() -> Generator[threading.Event]:
    """An event that the first SIGINT or SIGTERM sets; the second interrupts."""
    stop = threading.Event()

    def asked(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    watched = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, asked) for number in watched]
    try:
        yield stop
    finally:
        for number, handler in zip(watched, before, strict=True):
            signal.signal(number, handler)
