"""`vankho doctor`: can this machine keep the store."""

import typer

from tools.exits import Exit
from tools.house import House, end, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Khám máy và kho / Examine the machine and the store."
    cli.command("doctor", help=text)(verb(run))


def run(house: House) -> None:
    """Ask everything; when nothing grave is found, let a stopped store write again.

    Exit 4 when something is not in order.
    """
    from repository.format import identify
    from repository.upkeep.doctor import discharge, examine
    from tools import assembly

    root = house.settings.root
    identify(root)
    terminal = house.terminal
    sick = grave = False
    for probe in examine(root, assembly.options_of(house.settings)):
        sick = sick or not probe.ok
        grave = grave or (probe.grave and not probe.ok)
        word = terminal.choose("tốt", "ok") if probe.ok else terminal.choose("HỎNG", "BAD")
        terminal.result(probe, f"{word:5} {probe.name}: {probe.detail}")
    if not grave:
        discharge(root)
    if sick:
        end(Exit.FINDINGS)
