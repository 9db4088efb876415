"""`vankho rebuild`: the views, made anew from packs and log."""

import time
from typing import Annotated

import typer

from tools.house import House, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    text = "Dựng lại danh mục, chỉ mục / Make catalogue or index anew."
    group = typer.Typer(help=text, no_args_is_help=True)
    group.command("catalogue", help="Danh mục, từ gói và nhật ký / From packs and log.")(
        verb(catalogue)
    )
    group.command("index", help="Chỉ mục tìm kiếm, từ nhật ký / From the log.")(verb(index))
    cli.add_typer(group, name="rebuild")


def catalogue(
    house: House,
    walk: Annotated[
        bool, typer.Option("--walk", help="Đọc từng bản ghi, bỏ qua mục lục gói. / Ignore footers.")
    ] = False,
) -> None:
    """Make the catalogue anew; the old one stays until the new one is whole."""
    from repository.rebuild import rebuild_catalogue
    from tools import assembly

    root, options = house.settings.root, assembly.options_of(house.settings)
    with house.terminal.counting("Dựng lại danh mục", "Rebuilding the catalogue", None):
        report = rebuild_catalogue(root, options, walk=walk)
    seconds = report.pack_seconds + report.event_seconds
    text = house.terminal.choose(
        f"{report.records} bản ghi, {report.events} sự kiện trong {seconds:.1f} giây",
        f"{report.records} records, {report.events} events in {seconds:.1f} s",
    )
    house.terminal.result(report._asdict(), text)


def index(
    house: House,
    if_needed: Annotated[
        bool,
        typer.Option("--if-needed", help="Chỉ bổ sung phần còn thiếu. / Only what is missing."),
    ] = False,
) -> None:
    """Read the texts of all files and index all documents; no server may run meanwhile."""
    from tools import assembly

    begun = time.monotonic()
    settings = house.settings
    with assembly.opened_alone(settings) as holdings:
        if not if_needed:
            assembly.discard_index(settings)
        with (
            assembly.following(settings, holdings) as following,
            house.terminal.counting("Lập chỉ mục", "Indexing", None) as counting,
        ):
            while done := following.read_texts() + following.keep_index():
                counting.advance(done)
        with assembly.index_reader(settings) as reader:
            told = {
                "documents": reader.count(),
                "position": reader.position(),
                "seconds": round(time.monotonic() - begun, 3),
            }
    text = house.terminal.choose(
        f"{told['documents']} văn bản trong {told['seconds']} giây",
        f"{told['documents']} documents in {told['seconds']} s",
    )
    house.terminal.result(told, text)
