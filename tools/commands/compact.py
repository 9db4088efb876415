"""`vankho compact`: packs of which much is dead are rewritten with what is alive."""

from typing import Annotated

import msgspec
import typer

from repository.holdings import Holdings
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
    """Rewrite sealed packs of which more than --dead percent is dead."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        if not dry_run:
            holdings.seal()
        told = _planned(house, holdings, dead) if dry_run else _done(house, holdings, dead)
    text = house.terminal.choose(
        f"{told['packs']} gói, {told['freed']:,} byte trả lại",
        f"{told['packs']} packs, {told['freed']:,} bytes given back",
    )
    house.terminal.result({"message_type": "summary", **told, "dry_run": dry_run}, text)


def _planned(house: House, holdings: Holdings, dead: int) -> dict[str, int]:
    from repository.upkeep.compaction import worth_compacting

    found = worth_compacting(holdings, share=dead / 100)
    for use in found:
        text = f"{use.pack:012x}  {use.size:,}  {use.dead:,} †"
        house.terminal.result(msgspec.structs.asdict(use), text)
    return {"packs": len(found), "freed": sum(use.dead for use in found)}


def _done(house: House, holdings: Holdings, dead: int) -> dict[str, int]:
    from repository.upkeep.compaction import compact

    packs = freed = 0
    with house.terminal.counting("Nén lại gói", "Compacting", None) as counting:
        for done in compact(holdings, share=dead / 100):
            counting.advance(1, done.before)
            packs, freed = packs + 1, freed + done.before - done.after
    return {"packs": packs, "freed": freed}
