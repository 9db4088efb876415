"""`vankho log`: the event log, shown, signed, given out and judged."""

from itertools import islice
from typing import Annotated

import msgspec
import typer

from repository.log.frame import Read
from tools.commands import log_export, log_recount, log_verify
from tools.house import House, verb
from tools.shown import moment


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    group = typer.Typer(help="Nhật ký sự kiện / The event log.", no_args_is_help=True)
    group.command("show", help="Xem sự kiện / Show events.")(verb(show))
    group.command("verify", help="Kiểm tra nhật ký / Check the log, or an export of it.")(
        verb(log_verify.run)
    )
    group.command("checkpoint", help="Số sự kiện và gốc / Its size and root.")(verb(checkpoint))
    group.command("checkpoints", help="Các mốc đã lưu / The kept checkpoints.")(verb(checkpoints))
    group.command("key", help="Tạo hoặc thay khóa ký / Make or replace the key.")(verb(key))
    group.command("keys", help="Các khóa đã dùng / The keys that sign or signed.")(verb(keys))
    group.command("export", help="Xuất nhật ký ra tệp / Write the log to a file.")(
        verb(log_export.run)
    )
    group.command("recount", help="Đếm lại từ bản xuất / Count anew from an export.")(
        verb(log_recount.run)
    )
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


def checkpoint(
    house: House,
    note: Annotated[
        bool, typer.Option("--note", help="Mốc đã ký, nguyên văn. / The signed text.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Ký và lưu mốc ngay. / Sign and keep it now.")
    ] = False,
) -> None:
    """Tell how long the log is and the root of its tree (RFC 6962, BLAKE3), signed on demand."""
    from api.services.checkpoints import CheckpointUnsigned, head
    from api.services.checkpoints import keep as keep_now
    from repository.model.ids import system_clock
    from tools import assembly

    source = assembly.log_key_file(house.settings).read
    with assembly.opened(house.settings) as holdings:
        if keep:
            kept = keep_now(holdings, source, system_clock)
            size, root, signed = kept.size, kept.root, kept.note
        else:
            found = head(holdings, source, system_clock)
            size, root, signed = found.size, found.root, found.note
    if note and not signed:
        raise CheckpointUnsigned
    told = {"size": size, "root": root.hex()} | ({"note": signed} if signed else {})
    house.terminal.result(told, signed.rstrip("\n") if note else f"{size}  {root.hex()}")


def checkpoints(
    house: House,
    after: Annotated[
        int, typer.Option(min=0, help="Nhiều sự kiện hơn số này. / Of more events than this.")
    ] = 0,
    limit: Annotated[int, typer.Option(min=1, help="Bao nhiêu. / How many.")] = 100,
) -> None:
    """Show the checkpoints that were signed and kept, in order."""
    from api.services.checkpoints import kept_checkpoints
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as now:
        found = kept_checkpoints(now, after=after, limit=limit)
    for kept in found:
        at = moment(kept.at)
        told = {"size": kept.size, "root": kept.root.hex(), "kept": at, "note": kept.note}
        text = f"{kept.size}  {kept.root.hex()}  {at.isoformat(timespec='seconds')}"
        house.terminal.result(told, text)


def key(
    house: House,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Thay khóa đang dùng. / Replace the present key.")
    ] = False,
) -> None:
    """Make the key that signs checkpoints where there is none; tell its public half.

    A file that the log does not know yet (copied here, or left by a crash) is made known.
    """
    from api.services.checkpoints import BeginLogKey
    from repository.model.access import OPERATOR
    from repository.model.checkpoints import origin_of
    from tools import assembly

    file = assembly.log_key_file(house.settings)
    with assembly.opened(house.settings) as holdings:
        origin = origin_of(holdings.store)
        private = None if rotate else file.read()
        if private is None:
            private = file.make(origin)
        public = private.public._replace(name=origin)
        begun = holdings.keeper.submit(BeginLogKey(caller=OPERATOR, public=public.raw))
    told = {"key": public.told(), "file": str(file.path), "begun": moment(begun.begun)}
    house.terminal.result(told, public.told())
    house.terminal.say(
        "Hãy giữ dòng này ở nơi khác kho: nó cho phép kiểm tra các mốc.",
        "Keep this line elsewhere than the store: with it checkpoints are verified.",
    )


def keys(house: House) -> None:
    """Show the public halves of all keys with their dates, oldest first."""
    from api.services.checkpoints import log_keys
    from repository.model.checkpoints import PublicKey, origin_of
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        origin = origin_of(holdings.store)
        with holdings.reading() as now:
            found = log_keys(now)
    for each in found:
        public = PublicKey(origin, each.public).told()
        told = {
            "key": public,
            "begun": moment(each.begun),
            "ended": moment(each.ended) if each.ended else None,
        }
        house.terminal.result(told, public)


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
