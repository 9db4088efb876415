"""`vankho init`: a new, empty store."""

import uuid

import typer

from tools.house import House, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    cli.command("init", help="Tạo kho mới / Make a new store.")(verb(run))


def run(house: House) -> None:
    """Make a store; refuses a folder that is not empty."""
    from repository.format import create_store, identify
    from tools import assembly

    root = house.settings.root
    create_store(root, store=uuid.uuid4())
    with assembly.opened_alone(house.settings):
        store = str(identify(root).store)
    terminal = house.terminal
    terminal.result(
        {"store": store, "root": str(root)},
        terminal.choose(f"Đã tạo kho {store} tại {root}", f"Made store {store} in {root}"),
    )
