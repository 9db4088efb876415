"""`vankho gc`: what nobody refers to is condemned, and swept after a grace."""

import time
from contextlib import suppress
from typing import Annotated

import msgspec
import typer

from repository.runs import RunKind, note_run
from repository.upkeep.gc import Collected
from tools.durations import span
from tools.house import House, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Dọn tệp không ai dùng / Condemn and sweep what nobody refers to."
    cli.command("gc", help=text)(verb(run))


def run(
    house: House,
    really: Annotated[
        bool, typer.Option("--really", help="Làm thật; không có thì chỉ kể. / Else only tell.")
    ] = False,
    grace: Annotated[
        str, typer.Option(help="Thời gian chờ, ví dụ 30d, 12h. / How long to wait.")
    ] = "30d",
) -> None:
    """Tell what nobody refers to; with --really condemn it, and sweep what has waited."""
    from repository.blobs.store_node import StoreNodeUnreachable
    from repository.upkeep.gc import collect
    from repository.upkeep.release import release
    from tools import assembly

    waiting = span(grace, "--grace")
    begun = time.monotonic()
    with (
        assembly.opened(house.settings) as holdings,
        house.terminal.counting("Tìm tệp không ai dùng", "Looking for garbage", None),
    ):
        found = collect(holdings, grace=waiting, really=really)
        if really:
            seconds = time.monotonic() - begun
            figures = msgspec.structs.asdict(found)
            note_run(holdings.keeper, RunKind.GC, seconds=seconds, figures=figures)
            with suppress(StoreNodeUnreachable):  # the server's follower tries again
                release(holdings)
    told = {**msgspec.structs.asdict(found), "really": really}
    house.terminal.result(told, house.terminal.choose(_vi(found), _en(found)))
    if not really:
        house.terminal.say(
            "Chưa làm gì; thêm --really để thực hiện.", "Nothing was done; add --really to do it."
        )
    elif found.swept:
        house.terminal.say(
            "`vankho compact` trả lại chỗ trống.", "`vankho compact` gives the room back."
        )


def _vi(found: Collected) -> str:
    return (
        f"{found.condemned} tệp không ai dùng ({found.condemned_bytes:,} byte), "
        f"{found.swept} đã chờ đủ và bị bỏ ({found.swept_bytes:,} byte), "
        f"{found.waiting} còn chờ, {found.revived} được dùng lại"
    )


def _en(found: Collected) -> str:
    return (
        f"{found.condemned} that nobody needs ({found.condemned_bytes:,} bytes), "
        f"{found.swept} that have waited and go ({found.swept_bytes:,} bytes), "
        f"{found.waiting} waiting, {found.revived} needed again"
    )
