"""`vankho agency move` and `vankho agency arrive`: an agency goes to another office node (ADR 29)."""

from typing import Annotated

import typer

from repository.model.nodes import parse_node
from repository.upkeep.arriving import Arrival
from repository.upkeep.leaving import Departure
from tools.exits import Exit
from tools.house import House, verb

Code = Annotated[str, typer.Argument(help="Mã định danh. / Its code.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Chỉ cho biết sẽ ra sao. / Only tell what would be.")
]


def add(group: typer.Typer) -> None:
    """Give the group `agency` its verbs of moving."""
    group.command("move", help="Chuyển sang nút khác / Move it to another node.")(verb(move))
    group.command("arrive", help="Nhận cơ quan chuyển đến / Take in one that moves here.")(
        verb(arrive)
    )


def move(
    house: House,
    agency: Code,
    *,
    to: Annotated[str, typer.Option(help="Tên nút nhận. / The node it goes to.")] = "",
    dry_run: DryRun = False,
    abort: Annotated[
        bool, typer.Option("--abort", help="Thôi chuyển, ghi tiếp tại đây. / Let it stay here.")
    ] = False,
) -> None:
    """Stop *agency* here and offer it to the node *to*; again: go on, or tell how it stands."""
    from repository.upkeep import leaving
    from tools import assembly

    if abort is bool(to):
        raise typer.BadParameter("--to NODE | --abort")
    with (
        assembly.opened(house.settings) as holdings,
        assembly.move_desk(house.settings, holdings) as desk,
    ):
        if abort:
            home = leaving.stay(holdings, desk, agency)
            text = house.terminal.choose("ở lại nút này", "stays at this node")
            told = {"agency": agency, "move": home.move, "state": home.state.value}
            house.terminal.result(told, f"{agency}  {text}")
            return
        node = parse_node(to)
        if dry_run:
            _tell_departure(house, leaving.rehearse(holdings, desk, agency, node))
            return
        head = assembly.signed_head(house.settings, holdings)
        _tell_departure(house, leaving.leave(holdings, desk, agency, node, head=head))


def arrive(
    house: House,
    agency: Code,
    *,
    address: Annotated[
        str, typer.Option(help="Địa chỉ HTTPS của nút này. / At which people reach this node.")
    ] = "",
    dry_run: DryRun = False,
    refuse: Annotated[
        bool, typer.Option("--refuse", help="Không nhận; nút kia giữ lại. / Never take it in.")
    ] = False,
) -> None:
    """Take in *agency*, which another node offers to this one; again: go on where it was cut."""
    from repository.upkeep import arriving
    from tools import assembly

    if address and not address.startswith(("http://", "https://")):
        raise typer.BadParameter("--address https://…")
    with (
        assembly.opened(house.settings) as holdings,
        assembly.move_desk(house.settings, holdings) as desk,
    ):
        if refuse:
            turned = arriving.refuse(holdings, desk, agency)
            text = house.terminal.choose("không nhận", "refused")
            told = {"agency": agency, "move": turned.id, "state": turned.state.value}
            house.terminal.result(told, f"{agency}  {text}")
            return
        arrival = arriving.arrive(holdings, desk, agency, address=address, rehearsal=dry_run)
    _tell_arrival(house, arrival)
    if arrival.missing:
        raise typer.Exit(Exit.PARTIAL)


def _tell_departure(house: House, found: Departure) -> None:
    choose = house.terminal.choose
    states = {
        "here": ("chưa chuyển", "not moved"),
        "leaving": ("đã dừng ghi, chờ nút nhận", "stopped, waits for that node"),
        "elsewhere": ("đã chuyển", "has moved"),
    }
    state = choose(*states[found.state])
    lines = [
        f"{found.agency} → {found.to}: {state}",
        choose(
            f"  sự kiện {found.events}, sổ {found.registers}, người {found.people}, "
            f"mã truy cập đi theo {found.tokens}",
            f"  {found.events} events, {found.registers} registers, {found.people} people, "
            f"{found.tokens} tokens go with it",
        ),
    ]
    if found.shared_tokens:
        labels = ", ".join(found.shared_tokens)
        lines.append(choose(f"  mã dùng chung, ở lại: {labels}", f"  shared tokens stay: {labels}"))
    if found.kin:
        codes = ", ".join(found.kin)
        lines.append(choose(f"  cơ quan liên quan, ở lại: {codes}", f"  kin that stay: {codes}"))
    if found.state == "leaving":
        lines.append(
            choose(
                f"  tiếp theo, tại nút {found.to}: vankho agency arrive {found.agency}",
                f"  next, at the node {found.to}: vankho agency arrive {found.agency}",
            )
        )
    if found.offer == "refused":
        lines.append(choose("  nút kia từ chối: --abort", "  that node refused: --abort"))
    house.terminal.result(found, "\n".join(lines))


def _tell_arrival(house: House, found: Arrival) -> None:
    choose = house.terminal.choose
    states = {
        "offered": ("nhận được, chưa nhận", "can be taken in; nothing was done"),
        "arriving": ("đang nhận dở", "half taken in; nothing was done now"),
        "here": ("đã thuộc nút này", "is at home here"),
    }
    lines = [
        f"{found.agency} ← {found.source}: {choose(*states[found.state])}",
        choose(
            f"  sự kiện {found.events}, gói {found.items} mục, {found.size:,} byte",
            f"  {found.events} events, a bundle of {found.items} items, {found.size:,} bytes",
        ),
    ]
    if found.people_known:
        logins = ", ".join(found.people_known)
        lines.append(choose(f"  người đã có ở đây: {logins}", f"  people known here: {logins}"))
    lines += [choose(f"  thiếu tệp {one}", f"  missing file {one}") for one in found.missing]
    lines += [
        choose(f"  bỏ qua {count} × {tag}", f"  passed over {count} × {tag}")
        for tag, count in found.passed_over.items()
    ]
    house.terminal.result(found, "\n".join(lines))
