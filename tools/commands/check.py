"""`vankho check`: is everything kept still what it says; it never repairs."""

import re
import time
from typing import Annotated

import typer

from repository.blobs.remote import RemoteStore
from repository.holdings import Holdings
from repository.model.ids import system_clock
from repository.runs import RunKind, note_run
from repository.upkeep.check import Finding, Severity, check_structure, count_blobs
from repository.upkeep.held import check_held
from repository.upkeep.scrub import check_packs, packs_due
from tools.durations import span
from tools.exits import Exit
from tools.house import House, end, verb

_SUBSET = re.compile(r"([1-9][0-9]{0,4})/([1-9][0-9]{0,4})")


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Kiểm tra kho, không sửa gì / Check the store; repairs nothing."
    cli.command("check", help=text)(verb(run))


def run(
    house: House,
    structure: Annotated[
        bool, typer.Option("--structure", help="Chỉ cấu trúc. / Only what refers to what.")
    ] = False,
    subset: Annotated[
        str, typer.Option(help="Phần n/t các gói, ví dụ 1/30. / Part n/t of the packs.")
    ] = "1/1",
    since: Annotated[
        str,
        typer.Option(help="Chỉ gói chưa soát trong, ví dụ 30d. / Only those not checked within."),
    ] = "",
) -> None:
    """Tell what is damaged; exit 4 when something is."""
    from tools import assembly

    part, of = _parts(subset)
    within = _moment_before(since) if since else None
    damaged = found = 0
    begun = time.monotonic()
    with assembly.opened(house.settings) as holdings:
        for finding in check_structure(holdings):
            damaged += _tell(house, finding)
            found += 1
        office = isinstance(holdings.blobs, RemoteStore)
        packs = [] if structure or office else packs_due(holdings, part=part, of=of, since=within)
        if isinstance(holdings.blobs, RemoteStore) and not structure:
            for finding in check_held(holdings, holdings.blobs, part=part, of=of):
                damaged += _tell(house, finding)
                found += 1
        title = ("Đọc lại các gói", "Reading packs")
        with house.terminal.counting(*title, len(packs)) as counting:
            for pack in packs:
                for finding in check_packs(holdings, [pack]):
                    damaged += _tell(house, finding)
                    found += 1
                counting.advance()
        told = _summary(holdings, found=found, damaged=damaged, packs=len(packs))
        figures = {"findings": found, "damaged": damaged, "packs": len(packs)}
        seconds = time.monotonic() - begun
        note_run(holdings.keeper, RunKind.CHECK, seconds=seconds, figures=figures)
    text = house.terminal.choose(
        f"{told['blobs']} tệp, {told['events']} sự kiện, đọc {told['packs']} gói: "
        f"{found} phát hiện, {damaged} hư hỏng",
        f"{told['blobs']} blobs, {told['events']} events, {told['packs']} packs read: "
        f"{found} findings, {damaged} damaged",
    )
    house.terminal.result(told, text)
    if damaged:
        end(Exit.FINDINGS)


def _moment_before(since: str) -> int:
    """Microseconds since 1970-01-01 UTC."""
    return round((system_clock() - span(since, "--since")).timestamp() * 1_000_000)


def _parts(subset: str) -> tuple[int, int]:
    match = _SUBSET.fullmatch(subset)
    if not match or int(match[1]) > int(match[2]):
        raise typer.BadParameter("n/t, 1 ≤ n ≤ t", param_hint="--subset")
    return int(match[1]), int(match[2])


def _tell(house: House, finding: Finding) -> bool:
    text = f"{finding.severity.value}: {finding.what} {finding.where} {finding.detail}"
    house.terminal.result(finding, text.rstrip())
    return finding.severity is Severity.DAMAGED


def _summary(holdings: Holdings, *, found: int, damaged: int, packs: int) -> dict[str, object]:
    return {
        "message_type": "summary",
        "packs": packs,
        "blobs": count_blobs(holdings),
        "events": holdings.checkpoint().size,
        "findings": found,
        "damaged": damaged,
    }
