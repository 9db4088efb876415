"""`vankho node`: at a store node, the office nodes that may keep their bytes there."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from repository.model.access import OPERATOR
from repository.model.nodes import Node, NodeLog, parse_node
from repository.model.registers import VIETNAM_TIME
from tools.house import House, verb
from tools.tokens import write_private


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    text = "Nút cơ quan dùng nút kho này / Office nodes of this store node."
    group = typer.Typer(help=text, no_args_is_help=True)
    group.command("admit", help="Nhận nút, cấp mã / Admit a node, issue its token.")(verb(admit))
    group.command("dismiss", help="Thôi nhận nút / Dismiss a node.")(verb(dismiss))
    group.command("list", help="Liệt kê nút / List the nodes.")(verb(show_all))
    cli.add_typer(group, name="node")


def admit(
    house: House,
    name: Annotated[str, typer.Argument(help="Tên nút: a-z 0-9 -. / The node's name.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Ghi mã vào tệp chỉ chủ đọc được. / Write it to a private new file."),
    ] = None,
    standby: Annotated[
        bool,
        typer.Option("--standby", help="Nút dự phòng, đọc được tất cả. / A standby: reads all."),
    ] = False,
) -> None:
    """Admit *name*; its token is shown, or written to *out*, this once. Again: a new token."""
    from api.services import nodes
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        issued = nodes.admit(holdings.keeper, OPERATOR, name, entropy=os.urandom, standby=standby)
    shown = issued.bearer
    if out:
        write_private(out, issued.bearer)
        shown = str(out)
    house.terminal.result({"node": name} | ({"file": shown} if out else {"bearer": shown}), shown)


def dismiss(
    house: House, name: Annotated[str, typer.Argument(help="Tên nút. / The node's name.")]
) -> None:
    """Let *name* keep and read nothing more here, and forget how long its log was."""
    from api.services.nodes import DismissNode
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        holdings.keeper.submit(DismissNode(caller=OPERATOR, node=parse_node(name)))
    terminal = house.terminal
    text = terminal.choose(f"Đã thôi nhận {name}", f"Dismissed {name}")
    terminal.result({"node": name, "dismissed": True}, text)


def show_all(house: House) -> None:
    """List every node ever admitted, with its epoch and what it last told of its log."""
    from api.services.nodes import all_nodes
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        for node, log in all_nodes(reading):
            told = _told(node, log)
            house.terminal.result(told, "  ".join(str(value) for value in told.values()))


def _told(node: Node, log: NodeLog | None) -> dict[str, object]:
    """*node* for outside: the digest of its secret is nobody's business."""
    heard = datetime.fromtimestamp(log.at / 1_000_000, UTC).astimezone(VIETNAM_TIME) if log else ""
    return {
        "node": node.name,
        "epoch": node.epoch,
        "events": log.size if log else 0,
        "heard": str(heard),
        "dismissed": node.dismissed,
        "standby": node.standby,
    }
