"""Files looked at behind walls: a few spawned processes with limits, replaced when they fall.

What a file does to its process never reaches the caller, who gets a remark: too slow, crashed.
"""

from pathlib import Path
from typing import Self

from interop.signatures.channel import (
    MAX_FRAME,
    Answer,
    Exhausted,
    Limits,
    Refused,
    Request,
    Setup,
)
from interop.signatures.dimensions import Remark
from interop.signatures.port import MAX_FILE, Allowance, Question, Trusted, VerifierDown
from interop.signatures.verdicts import FileFacts
from repository.walls.child import Child, Fall, Fallen
from repository.walls.frames import packed
from repository.walls.places import Places

MAX_TASKS = 2000
"""Files one process looks at before a fresh one takes its place."""
_REMARKS = {
    Fall.TOO_SLOW: Remark.TOO_SLOW,
    Fall.TOO_LARGE: Remark.CRASHED,
    Fall.CRASHED: Remark.CRASHED,
}


class VerificationPool:
    """A `Verifier` over *workers* processes; a caller waits for a free one."""

    def __init__(
        self,
        trusted: Trusted,
        allowance: Allowance | None = None,
        *,
        workers: int = 1,
        limits: Limits | None = None,
    ) -> None:
        self._setup = Setup(
            trusted=trusted, allowance=allowance or Allowance(), limits=limits or Limits()
        )
        self._places = Places(workers, self._begun)

    def look(self, path: Path, question: Question) -> FileFacts:
        size = path.stat().st_size
        if not path.is_file():
            raise IsADirectoryError(21, "not a file", str(path))
        if size > MAX_FILE:
            return _unjudged(size, Remark.TOO_LARGE)
        answer = self._asked(Request(path=str(path.resolve()), question=question), size)
        if isinstance(answer, Refused):
            raise OSError(answer.number, answer.reason, str(path))
        return answer

    def close(self) -> None:
        """End all processes, each after the file in its hands."""
        self._places.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begun(self) -> Child:
        module, limits = ("interop.signatures.worker",), self._setup.limits
        first = packed(self._setup)
        try:
            return Child(module, limits, tasks=MAX_TASKS, largest=MAX_FRAME, first=first)
        except Fallen as fallen:
            raise VerifierDown(cause=fallen.detail) from fallen

    def _asked(self, request: Request, size: int) -> FileFacts | Refused:
        if self._places.closed:
            raise VerifierDown(cause="closed")
        with self._places.lent() as child:
            try:
                answer: Answer = child.ask(packed(request), Answer)
            except Fallen as fallen:
                return _unjudged(size, _REMARKS[fallen.fall], fallen.detail)
            if isinstance(answer, Exhausted):
                child.end()
                return _unjudged(size, Remark.CRASHED, "memory")
            return answer


def _unjudged(size: int, remark: Remark, detail: str = "") -> FileFacts:
    return FileFacts(size=size, sha256="", remarks=(remark,), detail=detail)
