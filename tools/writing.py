"""Printing to a new file, in the format that its ending says."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import typer

from api.services.dossier_print import Printing
from api.services.printing import Format, Printer
from repository.model.access import OPERATOR
from repository.model.ids import system_clock
from tools.house import House
from tools.printing import PRINTERS


def write_printed(
    house: House, out: Path, write: Callable[[Printing, Printer, BinaryIO], object]
) -> None:
    """Let *write* fill the new file *out*; where it fails there is none."""
    try:
        format_ = Format(out.suffix.lower().removeprefix("."))
    except ValueError as error:
        known = ", ".join(f".{one.value}" for one in Format)
        raise typer.BadParameter(known, param_hint="--out") from error
    asked = Printing(caller=OPERATOR, now=system_clock(), format=format_)
    with out.open("xb") as file:
        try:
            write(asked, PRINTERS[format_], file)
        except BaseException:
            out.unlink()
            raise
    house.terminal.result({"file": str(out), "format": format_.value}, str(out))
