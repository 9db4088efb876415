"""Files read behind walls: a few spawned processes with limits, replaced when they fall."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from indexer.extract.channel import MAX_FRAME, Limits, Request
from indexer.extract.formats import essence
from indexer.extract.reading import unreadable
from indexer.text import MAX_SOURCE, MIB, ExtractedText, ExtractorDown, Outcome, Reason, Unreadable
from repository.walls.child import Child, Fall, Fallen
from repository.walls.frames import packed
from repository.walls.places import Places

MAX_TASKS = 2000
"""Files one process reads before a fresh one takes its place."""
FORMATS = "indexer.extract.formats:READERS"
_REASONS = {
    Fall.TOO_SLOW: Reason.TOO_SLOW,
    Fall.TOO_LARGE: Reason.TOO_LARGE,
    Fall.CRASHED: Reason.CRASHED,
}


class ExtractionPool:
    """An `Extractor` over *workers* processes; a caller waits for a free one.

    *spool* is a private directory where streams wait as files; *readers* names the table of
    readers (`module:NAME`) that each process loads.
    """

    def __init__(
        self,
        *,
        spool: Path,
        workers: int = 1,
        limits: Limits | None = None,
        readers: str = FORMATS,
    ) -> None:
        self._spool = spool
        self._limits = limits or Limits()
        self._readers = readers
        self._places = Places(workers, self._begun)

    def extract(self, source: BinaryIO | Path, media_type: str) -> Outcome:
        """Give the text of *source*, or say why not; raises `ExtractorDown`."""
        with self._as_file(source) as path:
            if path.stat().st_size > MAX_SOURCE:
                return unreadable(Reason.TOO_LARGE, "size")
            return self._asked(Request(path=str(path.resolve()), media_type=essence(media_type)))

    def close(self) -> None:
        """End all processes, each after the file in its hands."""
        self._places.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _as_file(self, source: BinaryIO | Path) -> Generator[Path]:
        """Give a file with the bytes of *source*, no more than one over `MAX_SOURCE`."""
        if isinstance(source, Path):
            yield source
            return
        with tempfile.NamedTemporaryFile(dir=self._spool, prefix="extract-") as waiting:
            left = MAX_SOURCE + 1
            while chunk := source.read(min(MIB, left)):
                waiting.write(chunk)
                left -= len(chunk)
            waiting.flush()
            yield Path(waiting.name)

    def _begun(self) -> Child:
        limits = msgspec.json.encode(self._limits).decode()
        module = ("indexer.extract.worker", self._readers, limits)
        try:
            return Child(module, self._limits, tasks=MAX_TASKS, largest=MAX_FRAME)
        except Fallen as fallen:
            raise ExtractorDown(cause=fallen.detail) from fallen

    def _asked(self, request: Request) -> Outcome:
        if self._places.closed:
            raise ExtractorDown(cause="closed")
        with self._places.lent() as child:
            try:
                outcome: Outcome = child.ask(packed(request), ExtractedText | Unreadable)
            except Fallen as fallen:
                return unreadable(_REASONS[fallen.fall], fallen.detail)
            if isinstance(outcome, Unreadable) and outcome.reason is Reason.CRASHED:
                child.end()  # it said that its memory is used up, and leaves by itself a moment later
            return outcome
