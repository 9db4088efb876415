"""`vankho check`: is everything kept still what it says; it never repairs."""

import re
from collections.abc import Iterator
from typing import Annotated

import typer

from repository.blobs.remote import RemoteStore
from repository.holdings import Holdings
from repository.upkeep.check import (
    Finding,
    Severity,
    check_data,
    check_structure,
    count_blobs,
)
from repository.upkeep.held import check_held
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
        str, typer.Option(help="Phần n/t của nội dung, ví dụ 1/30. / Part n/t of the bytes.")
    ] = "1/1",
) -> None:
    """Tell what is damaged; exit 4 when something is."""
    from tools import assembly

    part, of = _parts(subset)
    damaged = found = 0
    with assembly.opened(house.settings) as holdings:
        for finding in check_structure(holdings):
            damaged += _tell(house, finding)
            found += 1
        if not structure:
            with house.terminal.counting("Đọc lại nội dung", "Reading everything", None):
                for finding in _data(holdings, part, of):
                    damaged += _tell(house, finding)
                    found += 1
        told = _summary(holdings, found=found, damaged=damaged)
    text = house.terminal.choose(
        f"{told['blobs']} tệp, {told['events']} sự kiện: {found} phát hiện, {damaged} hư hỏng",
        f"{told['blobs']} blobs, {told['events']} events: {found} findings, {damaged} damaged",
    )
    house.terminal.result(told, text)
    if damaged:
        end(Exit.FINDINGS)


def _data(holdings: Holdings, part: int, of: int) -> Iterator[Finding]:
    """Every byte; at an office node, whether the store node keeps what the catalogue names."""
    if isinstance(holdings.blobs, RemoteStore):
        return check_held(holdings, holdings.blobs, part=part, of=of)
    return check_data(holdings, part=part, of=of)


def _parts(subset: str) -> tuple[int, int]:
    match = _SUBSET.fullmatch(subset)
    if not match or int(match[1]) > int(match[2]):
        raise typer.BadParameter("n/t, 1 ≤ n ≤ t", param_hint="--subset")
    return int(match[1]), int(match[2])


def _tell(house: House, finding: Finding) -> bool:
    text = f"{finding.severity.value}: {finding.what} {finding.where} {finding.detail}"
    house.terminal.result(finding, text.rstrip())
    return finding.severity is Severity.DAMAGED


def _summary(holdings: Holdings, *, found: int, damaged: int) -> dict[str, object]:
    return {
        "message_type": "summary",
        "blobs": count_blobs(holdings),
        "events": holdings.checkpoint().size,
        "findings": found,
        "damaged": damaged,
    }
