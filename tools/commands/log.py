"""`vankho log`: the event log, shown, checked against its tree, and its head."""

from itertools import islice
from typing import Annotated

import msgspec
import typer

from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.log.frame import Read
from repository.model import merkle
from tools.house import House, verb
from tools.progress import Counting
from tools.shown import moment


class LogDiffers(Trouble):
    """The log's {size} events give the root {found}, the catalogue holds {kept}."""

    kind = Kind.DAMAGED
    vietnamese = "{size} sự kiện của nhật ký cho gốc {found}, danh mục lại giữ {kept}."


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    group = typer.Typer(help="Nhật ký sự kiện / The event log.", no_args_is_help=True)
    group.command("show", help="Xem sự kiện / Show events.")(verb(show))
    group.command("verify", help="Kiểm tra toàn bộ / Check it against its tree.")(verb(verify))
    group.command("checkpoint", help="Số sự kiện và gốc / Its size and root.")(verb(checkpoint))
    cli.add_typer(group, name="log")


def show(
    house: House,
    after: Annotated[int, typer.Option(min=0, help="Sau sự kiện này. / After this event.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="Bao nhiêu. / How many.")] = 100,
) -> None:
    """Show events in order, without the particulars that may have to be erased."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        for read in islice(holdings.events(after), limit):
            event = read.event
            at = moment(event.at).isoformat(timespec="milliseconds")
            what = event.body.__struct_config__.tag
            text = f"{event.sequence}  {at}  {event.actor}  {what}  {event.agency}"
            house.terminal.result(_told(read), text.rstrip())


def verify(house: House) -> None:
    """Read every event again and build the tree anew; exit 4 when its root differs."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        kept = holdings.checkpoint()
        with house.terminal.counting("Kiểm tra nhật ký", "Checking the log", kept.size) as counting:
            size, found = _root(holdings, kept.size, counting)
    if (size, found) != (kept.size, kept.root):
        raise LogDiffers(size=size, found=found.hex(), kept=kept.root.hex())
    _head(house, size, found)


def checkpoint(house: House) -> None:
    """Tell how long the log is and the root of its tree (RFC 6962, BLAKE3)."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        head = holdings.checkpoint()
    _head(house, head.size, head.root)


def _root(holdings: Holdings, upto: int, counting: Counting) -> tuple[int, bytes]:
    size, peaks = 0, ()
    for read in islice(holdings.events(0), upto):
        peaks = merkle.appended(size, peaks, merkle.leaf(read.canonical))
        size += 1
        counting.advance(1, len(read.canonical))
    return size, merkle.root(peaks)


def _head(house: House, size: int, root: bytes) -> None:
    house.terminal.result({"size": size, "root": root.hex()}, f"{size}  {root.hex()}")


def _told(read: Read) -> dict[str, object]:
    event = read.event
    body = {
        "type": event.body.__struct_config__.tag,
        **msgspec.structs.asdict(event.body),
    }
    return {
        "sequence": event.sequence,
        "agency_sequence": event.agency_sequence,
        "at": moment(event.at),
        "actor": event.actor,
        "agency": event.agency,
        "body": msgspec.to_builtins(body, enc_hook=bytes.hex),
    }
