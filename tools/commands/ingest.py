"""`vankho ingest`: many documents at once, from a folder or a JSON-lines file."""

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer

from repository.model.access import OPERATOR
from repository.model.registers import Direction
from tools.exits import Exit
from tools.house import House, end, verb
from tools.ingest.folder import files_below
from tools.ingest.intake import HttpIntake, Intake, StoreIntake
from tools.ingest.rows import (
    MANIFEST_NAME,
    ManifestMissing,
    Mistake,
    Numbered,
    Row,
    rows_for,
    rows_in,
)
from tools.ingest.run import Import, Result, Summary
from tools.interrupts import stopping_gently
from tools.tokens import read_token

MiB = 1024 * 1024
Rows = Iterator[Numbered | Mistake] | Iterator[Numbered]


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    cli.command("ingest", help="Nhập hàng loạt văn bản / Take many documents in.")(verb(run))


def run(
    house: House,
    path: Annotated[
        Path, typer.Argument(help="Thư mục hoặc tệp .jsonl. / A folder or a JSON-lines file.")
    ],
    *,
    create: Annotated[
        bool, typer.Option("--create", help="Tạo cơ quan và sổ còn thiếu. / Make what is missing.")
    ] = False,
    agency: Annotated[
        str, typer.Option(help="Thư mục không có danh sách: cơ quan. / Without a manifest: agency.")
    ] = "",
    register: Annotated[
        str, typer.Option(help="… sổ; trống = chỉ lưu tệp. / … register; none = store only.")
    ] = "",
    direction: Annotated[
        Direction, typer.Option(help="… chiều văn bản. / … direction.")
    ] = Direction.INCOMING,
    url: Annotated[
        str, typer.Option(help="Qua HTTP tới máy chủ này. / Over HTTP, to this server.")
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option(help="Tệp chứa mã truy cập. / File with the bearer token.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="Tệp kết quả từng dòng. / Where each row's result goes.")
    ] = None,
) -> None:
    """Take *path* in; may be interrupted and run again at any time."""
    template = Row(agency=agency, register=register, direction=direction, subject="")
    with ExitStack() as stack:
        intake = stack.enter_context(_intake(house, url, token_file))
        source = stack.enter_context(_source(path, template))
        told = stack.enter_context((results or source.results).open("wb", buffering=0))
        counting = stack.enter_context(
            house.terminal.counting("Nhập văn bản", "Taking in", source.total)
        )
        stop = stack.enter_context(stopping_gently())
        work = Import(
            intake,
            source.folder,
            batch=house.settings.ingest.batch,
            max_blob=int(house.settings.store.max_blob),
            create=create,
            tell=_writing(told),
            counting=counting,
        )
        summary = work.run(source.rows, stop)
    _conclude(house, summary, results or source.results)


class _Source(NamedTuple):
    """Where rows come from."""

    rows: Rows
    folder: Path
    results: Path
    total: int | None


@contextmanager
def _source(path: Path, template: Row) -> Generator[_Source]:
    manifest = path / MANIFEST_NAME if path.is_dir() else path
    if manifest.is_file():
        with manifest.open("rb") as counted:
            total = sum(1 for _ in counted)
        results = manifest.with_name(manifest.name + ".results.jsonl")
        with manifest.open("rb") as stream:
            yield _Source(rows_in(stream), manifest.parent, results, total)
    elif path.is_dir():
        results = path.absolute().with_name(path.absolute().name + ".results.jsonl")
        yield _Source(rows_for(files_below(path), template), path, results, None)
    else:
        raise ManifestMissing(path=path)


@contextmanager
def _intake(house: House, url: str, token_file: Path | None) -> Generator[Intake]:
    if url:
        from tools.http import client

        with client(url, read_token(token_file, sys.stdin)) as asked:
            yield HttpIntake(asked)
        return
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        yield StoreIntake(holdings, OPERATOR, batch=house.settings.ingest.batch)


def _writing(file: FileIO) -> Callable[[Result], None]:
    def tell(result: Result) -> None:
        file.write(msgspec.json.encode(result) + b"\n")

    return tell


def _conclude(house: House, summary: Summary, results: Path) -> None:
    told = {"message_type": "summary", **msgspec.structs.asdict(summary), "results": str(results)}
    text_vi = (
        f"{summary.rows} dòng: {summary.registered} đã vào sổ, {summary.known} đã có, "
        f"{summary.stored} chỉ lưu tệp, {summary.failed} lỗi; {summary.files} tệp, "
        f"{summary.size / MiB:.1f} MiB trong {summary.seconds:.1f} giây. Chi tiết: {results}"
    )
    text_en = (
        f"{summary.rows} rows: {summary.registered} registered, {summary.known} known, "
        f"{summary.stored} stored only, {summary.failed} failed; {summary.files} files, "
        f"{summary.size / MiB:.1f} MiB in {summary.seconds:.1f} s. Details: {results}"
    )
    house.terminal.result(told, house.terminal.choose(text_vi, text_en))
    if summary.interrupted:
        end(Exit.INTERRUPTED)
    if summary.failed:
        end(Exit.PARTIAL)
