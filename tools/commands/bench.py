"""`vankho bench`: measured, against the bars the project has set itself."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer

from tools.bench.frame import Emit
from tools.exits import Exit
from tools.house import House, end, verb


class Asked(NamedTuple):
    """How a bench is to be run."""

    folder: Path
    rounds: int | None
    quick: bool
    full: bool
    minutes: int


class Bench(NamedTuple):
    """A bench made ready: whose versions count, and how it is run."""

    distributions: tuple[str, ...]
    run: Callable[[Emit], None]


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Đo hiệu năng so với mức cam kết / Measure against the bars."
    cli.command("bench", help=text)(verb(run))


def run(
    house: House,
    name: Annotated[
        str,
        typer.Argument(
            help="storage | http | register | existence | year | directory | lists | signatures | edxml"
        ),
    ],
    rounds: Annotated[int | None, typer.Option(min=1, help="Số vòng đo. / Rounds.")] = None,
    folder: Annotated[
        Path, typer.Option(help="Ổ đĩa được đo; giữ tập tệp mẫu. / The disk that is measured.")
    ] = Path(".bench"),
    quick: Annotated[
        bool, typer.Option("--quick", help="Bản rút gọn, chỉ để thử. / Short, for trials only.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Bản dài: một giờ, cả năm. / With its long parts.")
    ] = False,
    minutes: Annotated[
        int, typer.Option(min=0, help="year: ngừng nạp sau đó. / End the load after so long.")
    ] = 0,
) -> None:
    """Run bench *name*: one JSON line a measure; exit 4 when a bar does not hold."""
    from tools.bench.frame import present

    if name not in BENCHES:
        raise typer.BadParameter(name)
    bench = BENCHES[name](Asked(folder, rounds, quick, full, minutes))

    def line(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    with house.terminal.counting("Đo", "Measuring", None):
        held = present(name, bench.distributions, bench.run, line)
    if not held:
        end(Exit.FINDINGS)


def _storage(asked: Asked) -> Bench:
    from tools.bench import storage

    options = storage.Options(corpus=asked.folder / "corpus", scratch=asked.folder / "scratch")
    options = options.quick() if asked.quick else options
    options = msgspec.structs.replace(options, rounds=asked.rounds or options.rounds)
    return Bench(storage.DISTRIBUTIONS, partial(storage.run, options))


def _http(asked: Asked) -> Bench:
    from tools.bench import http

    options = http.Options(scratch=asked.folder / "scratch")
    options = options.quick() if asked.quick else options.full() if asked.full else options
    options = msgspec.structs.replace(options, rounds=asked.rounds or options.rounds)
    return Bench(http.DISTRIBUTIONS, partial(http.run, options))


def _register(asked: Asked) -> Bench:
    from tools.bench import register

    options = register.Options(scratch=asked.folder / "scratch")
    options = options.quick() if asked.quick else options.full() if asked.full else options
    options = msgspec.structs.replace(options, rounds=asked.rounds or options.rounds)
    return Bench(register.DISTRIBUTIONS, partial(register.run, options))


def _year(asked: Asked) -> Bench:
    from tools.bench import year

    options = year.Options(scratch=asked.folder / "scratch")
    options = options.quick() if asked.quick else options.full() if asked.full else options
    options = msgspec.structs.replace(options, load_seconds=asked.minutes * 60.0)
    return Bench(year.DISTRIBUTIONS, partial(year.run, options))


def _existence(asked: Asked) -> Bench:
    from tools.bench import existence

    options = existence.Options(scratch=asked.folder / "scratch")
    options = options.quick() if asked.quick else options.full() if asked.full else options
    if asked.rounds:
        options = msgspec.structs.replace(options, pairs=asked.rounds * existence.ROUND)
    return Bench(existence.DISTRIBUTIONS, partial(existence.run, options))


def _directory(asked: Asked) -> Bench:
    from tools.bench import directory

    options = directory.Options(kept=asked.folder, scratch=asked.folder / "scratch")
    options = options.quick() if asked.quick else options
    options = msgspec.structs.replace(options, rounds=asked.rounds or options.rounds)
    return Bench(directory.DISTRIBUTIONS, partial(directory.run, options))


def _lists(asked: Asked) -> Bench:
    from tools.bench import lists

    options = lists.Options(scratch=asked.folder / "scratch")
    options = options.quick() if asked.quick else options.full() if asked.full else options
    options = msgspec.structs.replace(options, rounds=asked.rounds or options.rounds)
    return Bench(lists.DISTRIBUTIONS, partial(lists.run, options))


def _signatures(asked: Asked) -> Bench:
    from tools.bench import signatures

    options = signatures.Options(scratch=asked.folder / "scratch" / "signatures")
    options = options.quick() if asked.quick else options
    options = msgspec.structs.replace(options, rounds=asked.rounds or options.rounds)
    return Bench(signatures.DISTRIBUTIONS, partial(signatures.run, options))


def _edxml(asked: Asked) -> Bench:
    from tools.bench import edxml

    options = edxml.Options(scratch=asked.folder / "scratch")
    options = options.quick() if asked.quick else options
    options = msgspec.structs.replace(options, rounds=asked.rounds or options.rounds)
    return Bench(edxml.DISTRIBUTIONS, partial(edxml.run, options))


BENCHES: dict[str, Callable[[Asked], Bench]] = {
    "storage": _storage,
    "http": _http,
    "register": _register,
    "year": _year,
    "existence": _existence,
    "directory": _directory,
    "lists": _lists,
    "signatures": _signatures,
    "edxml": _edxml,
}
