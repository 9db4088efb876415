"""`vankho purge`: content destroyed at once, by two persons, with a reason."""

from typing import Annotated

import typer

from api.services.access import present
from api.services.purges import ConfirmPurge, RequestPurge, WithdrawPurge, all_purges
from repository.blobs.remote import RemoteStore
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.model.access import Hidden
from repository.model.ids import PurgeId, parse_blob
from repository.model.nodes import ELSEWHERE
from repository.model.purges import UNDER_WAY, UNFINISHED, Purge
from repository.upkeep.kin import Kin
from tools.commands.purge_telling import (
    tell,
    tell_kin,
    tell_outstanding,
    tell_what_is_left,
)
from tools.exits import Exit
from tools.house import House, verb
from tools.persons import TokenFile, acting

PurgeName = Annotated[str, typer.Argument(help="Mã yêu cầu tiêu hủy. / The purge's id.")]


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    text = "Tiêu hủy nội dung, hai người / Destroy content, by two persons."
    group = typer.Typer(help=text, no_args_is_help=True)
    group.command("request", help="Đề nghị tiêu hủy / Ask for it.")(verb(request))
    group.command("confirm", help="Người thứ hai xác nhận / Agree, as another person.")(
        verb(confirm)
    )
    group.command("withdraw", help="Rút đề nghị / Give it up.")(verb(withdraw))
    group.command("status", help="Còn chờ nút nào / Which nodes it still waits for.")(verb(status))
    group.command("list", help="Liệt kê / List them.")(verb(show_all))
    cli.add_typer(group, name="purge")


def request(
    house: House,
    name: Annotated[str, typer.Argument(help="Tệp cần tiêu hủy: blake3:… / The file.")],
    reason: Annotated[str, typer.Option(help="Lý do, căn cứ. / Why, by what order.")],
    everywhere: Annotated[
        bool,
        typer.Option(
            "--everywhere",
            help="Ở mọi nút của tỉnh (bí mật nhà nước); không có thì chỉ nút này. "
            "/ At every node of the province; else only at this one.",
        ),
    ] = False,
    token_file: TokenFile = None,
) -> None:
    """Ask for the content of a file to be destroyed; nothing happens until another confirms."""
    from tools import assembly

    blob = parse_blob(name)
    with assembly.opened(house.settings) as holdings:
        caller = acting(holdings, token_file)
        command = RequestPurge(caller=caller, blob=blob, reason=reason, everywhere=everywhere)
        purge = holdings.keeper.submit(command)
        _tell_reach(house, holdings, purge)
    tell(house, purge)


def confirm(
    house: House,
    purge: PurgeName,
    really: Annotated[
        bool, typer.Option("--really", help="Làm thật; không có thì chỉ kể. / Else only tell.")
    ] = False,
    token_file: TokenFile = None,
) -> None:
    """Tell what goes and what stays; with --really destroy it, at once and for good."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        caller = acting(holdings, token_file)
        with holdings.reading() as reading:
            asked = next((p for p in all_purges(reading, caller) if p.id == purge), None)
        kin = _tell_reach(house, holdings, asked) if asked else ()
        if not really:
            house.terminal.say(
                "Chưa làm gì; thêm --really để tiêu hủy.",
                "Nothing was done; add --really to destroy it.",
            )
            return
        command = ConfirmPurge(
            caller=caller,
            purge=purge,
            with_it=tuple(each.blob for each in kin if each.goes),
            brought_before=_horizon(holdings),
            written=_written(holdings, asked) if asked else 0,
        )
        confirmed = holdings.keeper.submit(command)
        with house.terminal.counting("Tiêu hủy", "Destroying", None):
            done, left = _carried(house, holdings, PurgeId(confirmed.id))
        tell(house, done)
        tell_what_is_left(house, done, left)
        tell_outstanding(house, holdings, done)


def _carried(house: House, holdings: Holdings, purge: PurgeId) -> tuple[Purge, tuple[int, ...]]:
    """Destroy what can be destroyed now; with packs that could not be rewritten."""
    from repository.upkeep.purge import finish
    from tools import assembly

    alone = not isinstance(holdings.blobs, RemoteStore)
    with holdings.reading() as reading:
        found = reading.purge(purge)
    if alone and found and found.state in UNFINISHED:
        done = finish(holdings, purge)
        return done.purge, done.left
    try:
        assembly.reach(house.settings, holdings)
    except Trouble as trouble:
        if trouble.kind is not Kind.UNAVAILABLE:
            raise
        house.terminal.say(f"Máy chủ sẽ làm tiếp: {trouble}", f"The server goes on: {trouble}")
    with holdings.reading() as reading:
        return present(reading.purge(purge)), ()


def status(house: House, purge: PurgeName, token_file: TokenFile = None) -> None:
    """Tell how far a purge is, here and at the other nodes; exit 3 while one has not confirmed."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        caller = acting(holdings, token_file)
        with holdings.reading() as reading:
            found = next((p for p in all_purges(reading, caller) if p.id == purge), None)
        if found is None:
            raise Hidden
        tell(house, found)
        waiting = tell_outstanding(house, holdings, found)
    if not waiting and found.state in UNDER_WAY:
        house.terminal.say(
            "Máy chủ của nút này sẽ ghi nhận trong giây lát; hoặc xác nhận lại.",
            "The server of this node notes it in a moment; or confirm it again.",
        )
    if waiting or found.state in UNDER_WAY:
        raise typer.Exit(Exit.PARTIAL)


def withdraw(house: House, purge: PurgeName, token_file: TokenFile = None) -> None:
    """Give up a purge that nobody has confirmed; twice is harmless."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        command = WithdrawPurge(caller=acting(holdings, token_file), purge=purge)
        tell(house, holdings.keeper.submit(command))


def show_all(house: House, token_file: TokenFile = None) -> None:
    """List every purge ever asked for, oldest first."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        found = all_purges(reading, acting(holdings, token_file))
    for purge in found:
        tell(house, purge)


def _horizon(holdings: Holdings) -> int:
    """What was brought since may be about to be registered."""
    from repository.upkeep.gc import GRACE

    return round((holdings.shelves.clock() - GRACE).timestamp() * 1_000_000)


def _written(holdings: Holdings, purge: Purge) -> int:
    from repository.blobs.copies import record_at

    with holdings.reading() as reading:
        row = reading.row(purge.blob)
    if row is None or row.pack == ELSEWHERE:
        return 0
    record = record_at(holdings.shelves.packs, row)
    return record.at if record else 0


def _tell_reach(house: House, holdings: Holdings, purge: Purge) -> tuple[Kin, ...]:
    """Say what shares content with the blob, and which documents lose a file."""
    from repository.upkeep.kin import kin_of

    kin = kin_of(holdings, purge.blob, brought_before=_horizon(holdings))
    with holdings.reading() as reading:
        documents = [document for document, _ in reading.documents_holding(purge.blob)]
    tell_kin(house, documents, kin)
    return kin
