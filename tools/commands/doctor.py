"""`vankho doctor`: can this machine keep the store."""

from collections.abc import Iterator

import typer

from repository.upkeep.doctor import Probe
from tools.exits import Exit
from tools.house import House, end, verb
from tools.settings import Settings


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Khám máy và kho / Examine the machine and the store."
    cli.command("doctor", help=text)(verb(run))


def run(house: House) -> None:
    """Ask everything; when nothing grave is found, let a stopped store write again.

    Exit 4 when something is not in order.
    """
    from repository.format import identify
    from repository.upkeep.doctor import discharge

    root = house.settings.root
    identify(root)  # `StoreMissing` before anything is asked
    terminal = house.terminal
    sick = grave = False
    for probe in _probes(house.settings):
        sick = sick or not probe.ok
        grave = grave or (probe.grave and not probe.ok)
        word = terminal.choose("tốt", "ok") if probe.ok else terminal.choose("HỎNG", "BAD")
        terminal.result(probe, f"{word:5} {probe.name}: {probe.detail}")
    if not grave:
        discharge(root)
    if sick:
        end(Exit.FINDINGS)


def _probes(settings: Settings) -> Iterator[Probe]:
    """What is asked of every machine, and at an office node, whether its store node admits it."""
    from repository.upkeep.doctor import examine, examine_store_node
    from tools import assembly

    yield from examine(settings.root, assembly.options_of(settings))
    office = assembly.office_of(settings)
    if office:
        yield examine_store_node(office)
