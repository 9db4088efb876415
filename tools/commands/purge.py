"""`vankho purge`: content destroyed at once, by two persons, with a reason."""

from typing import Annotated

import typer

from api.services.purges import ConfirmPurge, RequestPurge, WithdrawPurge, all_purges
from repository.holdings import Holdings
from repository.maintenance import require_own_files
from repository.model.ids import PurgeId, parse_blob, show_blob
from repository.model.purges import Purge, PurgeState
from repository.upkeep.kin import Kin, Relation
from tools.house import House, verb
from tools.persons import TokenFile, acting
from tools.shown import purge_shown

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
    group.command("list", help="Liệt kê / List them.")(verb(show_all))
    cli.add_typer(group, name="purge")


def request(
    house: House,
    name: Annotated[str, typer.Argument(help="Tệp cần tiêu hủy: blake3:… / The file.")],
    reason: Annotated[str, typer.Option(help="Lý do, căn cứ. / Why, by what order.")],
    token_file: TokenFile = None,
) -> None:
    """Ask for the content of a file to be destroyed; nothing happens until another confirms."""
    from tools import assembly

    blob = parse_blob(name)
    with assembly.opened(house.settings) as holdings:
        require_own_files(holdings.shelves.layout)
        caller = acting(holdings, token_file)
        purge = holdings.keeper.submit(RequestPurge(caller=caller, blob=blob, reason=reason))
        _tell_reach(house, holdings, purge)
    _tell(house, purge)


def confirm(
    house: House,
    purge: PurgeName,
    really: Annotated[
        bool, typer.Option("--really", help="Làm thật; không có thì chỉ kể. / Else only tell.")
    ] = False,
    token_file: TokenFile = None,
) -> None:
    """Tell what goes and what stays; with --really destroy it, at once and for good."""
    from repository.upkeep.purge import finish
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        require_own_files(holdings.shelves.layout)
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
            done = finish(holdings, PurgeId(confirmed.id))
    _tell(house, done.purge)
    _tell_what_is_left(house, done.purge, done.left)


def withdraw(house: House, purge: PurgeName, token_file: TokenFile = None) -> None:
    """Give up a purge that nobody has confirmed; twice is harmless."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        command = WithdrawPurge(caller=acting(holdings, token_file), purge=purge)
        _tell(house, holdings.keeper.submit(command))


def show_all(house: House, token_file: TokenFile = None) -> None:
    """List every purge ever asked for, oldest first."""
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        found = all_purges(reading, acting(holdings, token_file))
    for purge in found:
        _tell(house, purge)


def _horizon(holdings: Holdings) -> int:
    """What was brought since may be about to be registered."""
    from repository.upkeep.gc import GRACE

    return round((holdings.shelves.clock() - GRACE).timestamp() * 1_000_000)


def _written(holdings: Holdings, purge: Purge) -> int:
    from repository.blobs.copies import record_at

    with holdings.reading() as reading:
        row = reading.row(purge.blob)
    record = record_at(holdings.shelves.packs, row) if row else None
    return record.at if record else 0


_RELATIONS = {
    Relation.BASE: ("giữ một phần byte của tệp", "holds bytes of it"),
    Relation.DERIVED: ("phiên bản sau, chứa tệp này", "a later revision, with it inside"),
    Relation.TEXT: ("văn bản trích", "its text"),
}


def _tell_reach(house: House, holdings: Holdings, purge: Purge) -> tuple[Kin, ...]:
    """Say what shares content with the blob, and which documents lose a file."""
    from repository.upkeep.kin import kin_of

    kin = kin_of(holdings, purge.blob, brought_before=_horizon(holdings))
    choose = house.terminal.choose
    with holdings.reading() as reading:
        documents = [document for document, _ in reading.documents_holding(purge.blob)]
    for document in documents:
        told = {"message_type": "document", "document": document}
        house.terminal.result(told, choose(f"mất tệp: {document}", f"loses it: {document}"))
    for each in kin:
        fate = choose("bị tiêu hủy cùng", "goes with it") if each.goes else choose("CÒN", "STAYS")
        told = {
            "message_type": "kin",
            "blob": show_blob(each.blob),
            "relation": each.relation.value,
            "goes": each.goes,
        }
        text = f"{fate}: {show_blob(each.blob)} ({choose(*_RELATIONS[each.relation])})"
        house.terminal.result(told, text)
    return kin


def _tell(house: House, purge: Purge) -> None:
    text = f"{purge.id}  {purge.state.value}  {show_blob(purge.blob)}  {purge.reason}"
    house.terminal.result({"message_type": "purge", **purge_shown(purge)}, text)


def _tell_what_is_left(house: House, purge: Purge, left: tuple[int, ...]) -> None:
    """What this store cannot reach: copies of it, and words in closed files of the index."""
    if purge.state is not PurgeState.COMPLETED:
        return
    packs = ", ".join(f"{pack:012x}" for pack in purge.packs) or "-"
    since = purge_shown(purge)["written"] or "?"
    house.terminal.say(
        f"Bản sao lưu làm từ {since} đến nay còn giữ nội dung, trong các gói: {packs}; `vankho "
        f"backup list --holding {show_blob(purge.blob)}` cho biết những bản nào.",
        f"Backups made between {since} and now hold the content still, in the packs: {packs}; "
        f"`vankho backup list --holding {show_blob(purge.blob)}` tells which.",
    )
    house.terminal.say(
        "Chỉ mục có thể còn giữ từ ngữ trong tệp cũ tới khi gộp: `vankho rebuild index` xóa ngay.",
        "Closed files of the index may hold its words until they are merged: `vankho rebuild "
        "index` is rid of them at once.",
    )
    if left:
        shown = ", ".join(f"{pack:012x}" for pack in left)
        house.terminal.say(
            f"Gói có bản ghi khác bị hỏng, chưa viết lại được: {shown}. Hãy chạy `vankho check`.",
            f"Packs with other, damaged records could not be rewritten: {shown}. Run `vankho "
            "check`.",
        )
