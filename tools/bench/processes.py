"""The processes of a running server: which there are, what each one is, and their end by force."""

import contextlib
import os
import signal
from pathlib import Path

PROC = Path("/proc")


def tree(root: int) -> list[int]:
    """Process *root* and everything below it; who ends meanwhile may be missing."""
    parents: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                parents.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    waiting = [root]
    while waiting:
        found.append(waiting.pop())
        waiting += parents.get(found[-1], [])
    return found


def killed(root: int) -> int:
    """Kill process *root* and all below it at once (SIGKILL); how many they were."""
    all_of_them = tree(root)
    for process in all_of_them:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return len(all_of_them)


def role_of(process: int) -> str:
    """Which of the server's processes it is, from its command; empty = it has ended."""
    words: list[str] = []
    with contextlib.suppress(OSError):
        words = (PROC / str(process) / "cmdline").read_bytes().decode().split("\0")
    for word in words:
        if word in ("_keeper", "_follower"):
            return word.strip("_")
        if word.startswith("worker-"):
            return word
        if word == "indexer.extract.worker":
            return "reader"
        if word == "serve":
            return "supervisor"
    return ""
