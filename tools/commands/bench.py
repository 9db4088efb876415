"""`vankho bench`: measured, against the bars the project has set itself."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tools.exits import Exit
from tools.house import House, end, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Đo hiệu năng so với mức cam kết / Measure against the bars."
    cli.command("bench", help=text)(verb(run))


def run(
    house: House,
    name: Annotated[str, typer.Argument(help="Tên phép đo: storage. / Which: storage.")],
    rounds: Annotated[int | None, typer.Option(min=1, help="Số vòng đo. / Rounds.")] = None,
    folder: Annotated[
        Path, typer.Option(help="Ổ đĩa được đo; giữ tập tệp mẫu. / The disk that is measured.")
    ] = Path(".bench"),
    quick: Annotated[
        bool, typer.Option("--quick", help="Bản rút gọn, chỉ để thử. / Short, for trials only.")
    ] = False,
) -> None:
    """Run bench *name*: one JSON line a measure; exit 4 when a bar does not hold."""
    from tools.bench import storage
    from tools.bench.frame import present

    if name != storage.BENCH:
        raise typer.BadParameter(name)
    options = storage.Options(corpus=folder / "corpus", scratch=folder / "scratch")
    options = options.quick() if quick else options
    options = msgspec.structs.replace(options, rounds=rounds or options.rounds)

    def line(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    with house.terminal.counting("Đo", "Measuring", None):
        held = present(
            storage.BENCH,
            storage.DISTRIBUTIONS,
            lambda emit: storage.run(options, emit),
            line,
        )
    if not held:
        end(Exit.FINDINGS)
