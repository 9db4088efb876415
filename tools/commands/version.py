"""`vankho version`: which vankho, which Python, which formats."""

import importlib.metadata
import platform

import typer

from tools.house import House, verb

_TOLD = ("lmdb", "blake3", "zstandard", "tantivy", "whoosh-reloaded", "pypdfium2", "pyhanko")


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    cli.command("version", help="Phiên bản / The version.")(verb(run))


def run(house: House) -> None:
    """Tell the versions of vankho, of its formats and of what it stands on."""
    from repository.catalogue.tables import SCHEMA
    from repository.format import FORMAT

    ours = importlib.metadata.version("vankho")
    told = {
        "vankho": ours,
        "python": platform.python_version(),
        "store_format": FORMAT,
        "catalogue_schema": SCHEMA,
        "packages": {name: importlib.metadata.version(name) for name in _TOLD},
    }
    house.terminal.result(told, f"vankho {ours} (Python {platform.python_version()})")
