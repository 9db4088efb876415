"""How a process of `vankho serve` begins: it dies with its supervisor and stops when asked."""

import ctypes
import os
import signal
import threading

# linux/prctl.h
_PR_SET_PDEATHSIG = 1


def begin(supervisor: int, *, grace: int) -> threading.Event:
    """Prepare this process; the event is set when it has to stop.

    It ends with process *supervisor*, even one killed by force: the kernel then asks it to
    stop. *grace* seconds after it was asked the kernel ends it, whatever it is doing.
    """
    stop = threading.Event()

    def asked(*_: object) -> None:
        signal.alarm(grace)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
    # The supervisor waits for its signals with them blocked, and a child inherits that.
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    if not end_with(supervisor):
        stop.set()
    return stop


def end_with(parent: int) -> bool:
    """Let the kernel send SIGTERM when *parent* ends; say whether it still lives."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    return os.getppid() == parent  # it may have gone before the kernel knew of the wish
