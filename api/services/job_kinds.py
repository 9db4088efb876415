"""The kinds of long work that there are: printing a register of any length, checking the store.

A further kind is a class here, or beside its use case, and a line in `KINDS`.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from typing import Annotated, BinaryIO, cast

import msgspec
from msgspec import Meta

from api.services import Services, printing
from api.services.jobs import Kinds
from api.services.paper import MAX_PERIOD
from api.services.printing import MAX_ROWS, Format, Line, SheetWanted
from repository.blobs.remote import RemoteStore
from repository.holdings import Holdings
from repository.jobs.port import JobError, Work
from repository.model.access import Caller, Right, authorize_everywhere
from repository.model.registers import MAX_NUMBER
from repository.runs import RunKind, note_run
from repository.upkeep.check import Finding, Severity, check_structure
from repository.upkeep.held import check_held
from repository.upkeep.scrub import check_packs, packs_due

LINES = "application/x-ndjson"
ZIP = "application/zip"
IN_MEMORY_BYTES = 1024 * 1024
MAX_PART = 366
"""Into so many parts a check is cut at most: one for each day of a year."""


class PrintAsked(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="kind",
    tag="register-print",
    forbid_unknown_fields=True,
):
    """A register, or a stretch of it, in the form of Decree 30/2020, Annex IV, in volumes."""

    register: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z", max_length=32)]
    format: Format = Format.PDF
    period: Annotated[int, Meta(ge=0, le=MAX_PERIOD)] | None = None
    """The year or term; the present one unless said."""
    start: Annotated[int, Meta(ge=0, le=MAX_NUMBER)] = 0
    """From this number on."""
    stop: Annotated[int, Meta(ge=0, le=MAX_NUMBER)] | None = None
    """Up to this number; to the end unless said."""


class CheckAsked(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="kind",
    tag="check",
    forbid_unknown_fields=True,
):
    """What `vankho check` does: what refers to what, and the bytes of part *part* of *of* of the packs."""

    structure_only: bool = False
    part: Annotated[int, Meta(ge=1, le=MAX_PART)] = 1
    of: Annotated[int, Meta(ge=1, le=MAX_PART)] = 1


class PrintRegister:
    """Prints a register of any length: volumes of as many rows as a file may hold, in a ZIP."""

    name = "register-print"
    shape = PrintAsked

    def admit(self, services: Services, caller: Caller, asked: PrintAsked) -> None:
        """Whoever reads the register may have it printed."""
        printing.open_book(services.holdings, caller, _sheet(asked), now=services.clock())

    def run(self, services: Services, caller: Caller, asked: PrintAsked, work: Work) -> None:
        """Volume after volume; each carries the chain on."""
        holdings, wanted = services.holdings, _sheet(asked)
        opened = printing.open_book(holdings, caller, wanted, now=services.clock())
        work.call(f"{opened.stem}.zip", ZIP)
        total = printing.count_wanted(holdings, opened, wanted)
        lines = _told(printing.lines_wanted(holdings, caller, opened, wanted), work, total)
        with zipfile.ZipFile(work.out, "w") as archive:
            for number, volume in enumerate(_volumes(lines, MAX_ROWS[asked.format.value]), 1):
                name = f"{opened.stem}-{number:03d}.{asked.format.value}"
                with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as spool:
                    out = cast("BinaryIO", spool)
                    services.printers[asked.format](opened.sheet, volume, out)
                    _enter(archive, name, out)


def _sheet(asked: PrintAsked) -> SheetWanted:
    return SheetWanted(
        register=asked.register, period=asked.period, start=asked.start, stop=asked.stop
    )


def _told(lines: Iterator[Line], work: Work, total: int) -> Iterator[Line]:
    """*lines*, each told as it is come to."""
    for done, line in enumerate(lines, 1):
        work.advance(done, max(done, total))
        yield line


def _volumes(lines: Iterator[Line], most: int) -> Iterator[Iterator[Line]]:
    """*lines* in stretches of *most*; one without any where there are none."""
    first = next(lines, None)
    if first is None:
        yield iter(())
    while first is not None:
        yield chain([first], islice(lines, most - 1))
        first = next(lines, None)


def _enter(archive: zipfile.ZipFile, name: str, content: BinaryIO) -> None:
    """Let what was written to *content* stand in *archive*, its time no one's."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    content.seek(0)
    with archive.open(entry, "w", force_zip64=True) as out:
        shutil.copyfileobj(content, out)


class CheckStore:
    """Checks the store, or a part of it; each finding is a line of the result, damage an error."""

    name = "check"
    shape = CheckAsked

    def admit(self, services: Services, caller: Caller, asked: CheckAsked) -> None:
        """Whoever administers every agency."""
        del services, asked
        authorize_everywhere(caller, Right.ADMINISTER)

    def run(self, services: Services, caller: Caller, asked: CheckAsked, work: Work) -> None:
        """What refers to what, then the packs one by one, or what the store node keeps."""
        del caller
        holdings, begun = services.holdings, services.clock()
        work.call("check.ndjson", LINES)
        packs: list[int] = []
        own = holdings.on_disk and not isinstance(holdings.blobs, RemoteStore)
        if own and not asked.structure_only:
            packs = packs_due(holdings, part=asked.part, of=asked.of)
        found = damaged = 0
        for finding in _findings(holdings, asked, packs, work):
            work.out.write(msgspec.json.encode(finding) + b"\n")
            found += 1
            if finding.severity is Severity.DAMAGED:
                damaged += 1
                detail = f"{finding.where} {finding.detail}".strip()
                work.found(JobError(type=finding.what, detail=detail))
        figures = {"findings": found, "damaged": damaged, "packs": len(packs)}
        seconds = (services.clock() - begun).total_seconds()
        note_run(holdings.keeper, RunKind.CHECK, seconds=seconds, figures=figures)


def _findings(
    holdings: Holdings, asked: CheckAsked, packs: list[int], work: Work
) -> Iterator[Finding]:
    steps = 1 + len(packs)
    work.advance(0, steps)
    if holdings.on_disk:
        yield from check_structure(holdings)
    if isinstance(holdings.blobs, RemoteStore) and not asked.structure_only:
        yield from check_held(holdings, holdings.blobs, part=asked.part, of=asked.of)
    for done, pack in enumerate(packs, 1):
        work.advance(done, steps)
        yield from check_packs(holdings, [pack])
    work.advance(steps, steps)


KINDS: Kinds = {kind.name: kind for kind in (PrintRegister(), CheckStore())}
"""Every kind that can be asked for."""
