"""`vankho demo`: a small province, made, taken in, searched and served."""

import contextlib
import tempfile
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from repository.model.registers import VIETNAM_TIME
from tools.exits import Exit
from tools.house import House, end, verb
from tools.terminal import Terminal

DOCUMENTS = 300
DOCUMENTS_ONCE = 40
SEED = 2030


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Tỉnh mẫu: tạo, nhập, tìm, phục vụ / A small province, made and served."
    cli.command("demo", help=text)(verb(run))


def run(
    house: House,
    once: Annotated[
        bool, typer.Option("--once", help="Tự kiểm tra rồi dừng. / Check itself, then stop.")
    ] = False,
    documents: Annotated[
        int | None, typer.Option(min=1, help="Số văn bản phát hành. / Documents issued.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Giữ tỉnh mẫu ở đây. / Keep the province here.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Cổng. / Port.")] = 0,
    seed: Annotated[int, typer.Option(help="Hạt giống ngẫu nhiên. / Seed.")] = SEED,
) -> None:
    """Make a province and serve it on 127.0.0.1 until Ctrl-C; with --once check and stop."""
    from tools.demo.story import Story

    count = documents or (DOCUMENTS_ONCE if once else DOCUMENTS)
    with _place(folder) as place:
        today = datetime.now(VIETNAM_TIME).date()
        story = Story(place, house, documents=count, seed=seed, today=today, port=port)
        with story.served() as outcome:
            terminal = house.terminal
            terminal.result(outcome, outcome.told(terminal.choose))
            if not once:
                _wait(terminal)
    if not outcome.ok:
        end(Exit.ERROR)


@contextlib.contextmanager
def _place(folder: Path | None) -> Generator[Path]:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="vankho-demo-") as made:
        yield Path(made)


def _wait(terminal: Terminal) -> None:
    from tools.interrupts import stopping_gently

    terminal.say("Ctrl-C để dừng.", "Ctrl-C to stop.")
    with stopping_gently() as stop:
        stop.wait()
