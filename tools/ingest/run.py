"""The import itself: rows in batches, their files stored together, then registered in order.

Killed at any moment and run again it does nothing twice and loses nothing: files are named by
their content, rows carry keys, and what was answered is asked again only under the same key.
"""

import io
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import msgspec

from api.services.paper import ComponentGiven
from repository.blobs.port import BlobTooLarge
from repository.errors import Trouble
from repository.model.documents import ComponentRole
from tools.ingest.folder import open_within
from tools.ingest.intake import Intake, is_fatal
from tools.ingest.rows import TEXT_NAME, Mistake, Numbered, registration_of, roles_of
from tools.progress import Counting

_COUNTED = ("registered", "known", "stored", "failed", "files", "size")


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one row; a line of the results file."""

    line: int
    status: str
    """`registered`, `known` (registered before), `stored` (files only) or `failed`."""
    key: str = ""
    document: str = ""
    number: int = 0
    symbol: str = ""
    blobs: tuple[str, ...] = ()
    reason: str = ""
    """Of a failure: the trouble's stable name and its sentence."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did."""

    rows: int = 0
    registered: int = 0
    known: int = 0
    stored: int = 0
    """Rows of which only files were stored."""
    failed: int = 0
    files: int = 0
    size: int = 0
    """Bytes read from files and texts."""
    seconds: float = 0.0
    interrupted: bool = False


class _Open(msgspec.Struct, kw_only=True):
    """A row whose files are open."""

    numbered: Numbered
    streams: list[BinaryIO]
    names: list[str]
    roles: list[ComponentRole]
    size: int


class Import:
    """One run of an import into *intake*, of files below *folder*."""

    def __init__(
        self,
        intake: Intake,
        folder: Path,
        *,
        batch: int,
        max_blob: int,
        create: bool,
        tell: Callable[[Result], None],
        counting: Counting,
    ) -> None:
        self._intake = intake
        self._folder = folder
        self._batch = batch
        self._max_blob = max_blob
        self._create = create
        self._tell = tell
        self._counting = counting
        self._declared: set[tuple[str, str]] = set()
        self._sums: dict[str, int] = dict.fromkeys(_COUNTED, 0)

    def run(self, rows: Iterable[Numbered | Mistake], stop: threading.Event) -> Summary:
        """Take *rows* in until they end or *stop* is set; a batch begun is finished."""
        begun = time.monotonic()
        done = 0
        for batch in self._batches(rows):
            done += len(batch)
            self._take(batch)
            if stop.is_set():
                break
        return Summary(
            rows=done,
            **self._sums,
            seconds=round(time.monotonic() - begun, 3),
            interrupted=stop.is_set(),
        )

    def _batches(self, rows: Iterable[Numbered | Mistake]) -> Iterator[list[Numbered | Mistake]]:
        """Rows with about as many files as are made durable together."""
        gathered: list[Numbered | Mistake] = []
        files = 0
        for one in rows:
            gathered.append(one)
            files += max(1, len(one.row.files)) if isinstance(one, Numbered) else 1
            if files >= self._batch:
                yield gathered
                gathered, files = [], 0
        if gathered:
            yield gathered

    def _take(self, batch: list[Numbered | Mistake]) -> None:
        with ExitStack() as stack:
            opened = [self._open(one, stack) for one in batch]
            ready = [one for one in opened if isinstance(one, _Open)]
            names = iter(self._stored(ready))
            for one in opened:
                if isinstance(one, _Open):
                    blobs = tuple(next(names) for _ in one.streams)
                    self._finish(self._entered(one, blobs), one.size)
                else:
                    self._finish(one, 0)

    def _open(self, one: Numbered | Mistake, stack: ExitStack) -> _Open | Result:
        if isinstance(one, Mistake):
            return Result(line=one.line, status="failed", reason=f"malformed-row: {one.reason}")
        before = self._intake.known(one.key) if one.row.register else None
        if before:
            return Result(
                line=one.line,
                status="known",
                key=one.key,
                document=before.document,
                number=before.number,
                symbol=before.symbol,
            )
        try:
            return self._with_files(one, stack)
        except Trouble as trouble:
            return _failed(one, trouble)

    def _with_files(self, one: Numbered, stack: ExitStack) -> _Open:
        given = roles_of(one.row)
        streams = [stack.enter_context(open_within(self._folder, file.path)) for file in given]
        names = [Path(file.path).name for file in given]
        roles = [file.role for file in given]
        if one.row.text:
            streams.append(io.BytesIO(one.row.text.encode()))
            names.append(TEXT_NAME)
            roles.append(ComponentRole.MAIN)
        sizes = [stream.seek(0, os.SEEK_END) for stream in streams]
        if max(sizes, default=0) > self._max_blob:
            raise BlobTooLarge(limit=self._max_blob)
        for stream in streams:
            stream.seek(0)
        return _Open(numbered=one, streams=streams, names=names, roles=roles, size=sum(sizes))

    def _stored(self, ready: list[_Open]) -> list[str]:
        streams = [stream for one in ready for stream in one.streams]
        self._sums["files"] += len(streams)
        return self._intake.store(streams) if streams else []

    def _entered(self, one: _Open, blobs: tuple[str, ...]) -> Result:
        numbered = one.numbered
        if not numbered.row.register:
            return Result(line=numbered.line, status="stored", blobs=blobs)
        components = tuple(
            ComponentGiven(role=role, blob=blob, name=name)
            for role, blob, name in zip(one.roles, blobs, one.names, strict=True)
        )
        try:
            self._declare(numbered)
            entered = self._intake.register(registration_of(numbered.row, components), numbered.key)
        except Trouble as trouble:
            if is_fatal(trouble):
                raise
            return _failed(numbered, trouble)
        return Result(
            line=numbered.line,
            status="known" if entered.known else "registered",
            key=numbered.key,
            document=entered.document,
            number=entered.number,
            symbol=entered.symbol,
            blobs=blobs,
        )

    def _declare(self, numbered: Numbered) -> None:
        row = numbered.row
        if self._create and (row.agency, row.register) not in self._declared:
            self._intake.declare(row.agency, row.register, row.direction)
            self._declared.add((row.agency, row.register))

    def _finish(self, result: Result, size: int) -> None:
        self._sums[result.status] += 1
        self._sums["size"] += size
        self._tell(result)
        self._counting.advance(1, size)


def _failed(one: Numbered, trouble: Trouble) -> Result:
    reason = f"{trouble.slug()}: {trouble.sentence}"
    return Result(line=one.line, status="failed", key=one.key, reason=reason)
