"""`vankho log export`: the log, or a part of it, as a file that can be judged without the store."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from repository.errors import Kind, Trouble
from repository.log.frame import Read
from tools.house import House
from tools.progress import Counting


class ExportThere(Trouble):
    """{path} is there already; an export is written to a new file."""

    kind = Kind.CONFLICT
    vietnamese = "Đã có {path}; bản xuất được ghi vào tệp mới."


class RangeNotThere(Trouble):
    """The log has {events} events; {first} to {last} is no part of it."""

    vietnamese = "Nhật ký có {events} sự kiện; không có đoạn {first} đến {last}."


def run(
    house: House,
    file: Annotated[Path, typer.Argument(help="Tệp mới. / The new file.")],
    first: Annotated[int, typer.Option(min=1, help="Từ sự kiện. / From this event.")] = 1,
    last: Annotated[
        int | None, typer.Option(min=0, help="Đến sự kiện. / To this event; else to the end.")
    ] = None,
    without_particulars: Annotated[
        bool,
        typer.Option(
            "--without-particulars",
            help="Bỏ tên, trích yếu, lý do. / Leave out names, subjects, reasons.",
        ),
    ] = False,
) -> None:
    """Write canonical events, as they stand in the log, with or without their particulars."""
    from api.services.checkpoints import peaks_at
    from repository.log.export import Header, write_export
    from tools import assembly

    with assembly.opened_for_reading(house.settings) as holdings:
        known = holdings.last_event()
        upto = known if last is None else last
        if not first <= upto + 1 <= known + 1:
            raise RangeNotThere(events=known, first=first, last=upto)
        peaks = peaks_at(holdings, first - 1)
        header = Header(holdings.store, first, upto, not without_particulars, peaks)
        count = upto - first + 1
        with house.terminal.counting("Xuất nhật ký", "Exporting the log", count) as counting:
            events = _counted(islice(holdings.events(first - 1), count), counting)
            try:
                with _new(file) as out:
                    written = write_export(out, header, events)
                    out.flush()
                    os.fsync(out.fileno())
            except FileExistsError:
                raise ExportThere(path=file) from None
    told = {"file": str(file), "first": first, "last": upto, "bytes": written}
    house.terminal.result(told, f"{first}-{upto}  {written}  {file}")


def _new(path: Path) -> BinaryIO:
    """The new file *path*, its owner's alone: names and subjects stand in it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def _counted(events: Iterator[Read], counting: Counting) -> Iterator[Read]:
    for read in events:
        yield read
        counting.advance(1, read.length)
