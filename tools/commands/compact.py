"""`vankho compact`: packs of which much is dead are rewritten with what is alive."""

import time
from typing import Annotated

import msgspec
import typer

from repository.blobs.pack import PackBroken
from repository.holdings import Holdings
from repository.runs import RunKind, note_run
from tools.house import House, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Nén lại gói, trả chỗ trống / Rewrite packs that are partly dead."
    cli.command("compact", help=text)(verb(run))


def run(
    house: House,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ kể gói nào. / Only tell which.")
    ] = False,
    dead: Annotated[
        int,
        typer.Option(min=0, max=100, help="Từ bao nhiêu phần trăm bỏ. / From how many percent."),
    ] = 30,
) -> None:
    """Rewrite sealed packs of which more than --dead percent is dead.

    A pack with a damaged record is left as it is; exit 4 then.
    """
    from tools import assembly

    broken: PackBroken | None = None
    begun = time.monotonic()
    with assembly.opened(house.settings) as holdings:
        if dry_run:
            told = _planned(house, holdings, dead)
        else:
            holdings.seal()
            told, broken = _done(house, holdings, dead)
            figures = told | {"broken": int(broken is not None)}
            seconds = time.monotonic() - begun
            note_run(holdings.keeper, RunKind.COMPACT, seconds=seconds, figures=figures)
    text = house.terminal.choose(
        f"{told['packs']} gói, {told['freed']:,} byte trả lại",
        f"{told['packs']} packs, {told['freed']:,} bytes given back",
    )
    house.terminal.result({"message_type": "summary", **told, "dry_run": dry_run}, text)
    if broken:
        raise broken


def _planned(house: House, holdings: Holdings, dead: int) -> dict[str, int]:
    from repository.upkeep.compaction import worth_compacting

    found = worth_compacting(holdings, share=dead / 100)
    for use in found:
        share = f"{use.dead / use.size:.0%} {house.terminal.choose('bỏ', 'dead')}"
        text = f"{use.pack:012x}  {use.size:,}  {share}"
        house.terminal.result(msgspec.structs.asdict(use), text)
    return {"packs": len(found), "freed": sum(use.dead for use in found)}


def _done(house: House, holdings: Holdings, dead: int) -> tuple[dict[str, int], PackBroken | None]:
    from repository.upkeep.compaction import compact

    told = {"packs": 0, "freed": 0}
    with house.terminal.counting("Nén lại gói", "Compacting", None) as counting:
        try:
            for done in compact(holdings, share=dead / 100):
                counting.advance(1, done.before)
                told["packs"] += 1
                told["freed"] += done.before - done.after
        except PackBroken as broken:
            return told, broken
    return told, None
