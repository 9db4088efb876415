"""`vankho init`: a new, empty store."""

import json
import uuid
from pathlib import Path
from typing import Annotated

import typer

from tools.commands.serve import Role
from tools.house import House, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    cli.command("init", help="Tạo kho mới / Make a new store.")(verb(run))


def run(
    house: House,
    role: Annotated[
        Role | None,
        typer.Option(help="Nút kho hoặc nút cơ quan. / Store node or office node."),
    ] = None,
    node: Annotated[
        str, typer.Option(help="Tên nút cơ quan: a-z 0-9 -. / The office node's name.")
    ] = "",
    remote: Annotated[str, typer.Option(help="Địa chỉ nút kho. / The store node's address.")] = "",
    remote_token_file: Annotated[
        Path | None, typer.Option(help="Tệp chứa mã của nút. / The file with the node's token.")
    ] = None,
) -> None:
    """Make a store; refuses a folder that is not empty."""
    from repository.format import create_store, identify
    from repository.model.nodes import parse_node
    from tools import assembly
    from tools.settings import CONFIG_NAME

    office = role is Role.OFFICE
    if office is not bool(node and remote and remote_token_file):
        raise typer.BadParameter("--role office ⇔ --node, --remote, --remote-token-file")
    root = house.settings.root
    create_store(root, store=uuid.uuid4(), office=parse_node(node) if office else "")
    if role:
        text = _settings(role, remote, remote_token_file)
        (root / CONFIG_NAME).write_text(text, encoding="utf-8")
    if not office:  # that of an office is made when it first speaks with its store node
        with assembly.opened_alone(house.settings):
            pass
    store = str(identify(root).store)
    terminal = house.terminal
    terminal.result(
        {"store": store, "root": str(root)} | ({"node": node} if office else {}),
        terminal.choose(f"Đã tạo kho {store} tại {root}", f"Made store {store} in {root}"),
    )


def settings_of_a_store_node() -> str:
    """What `vankho.toml` says of a store node."""
    return _settings(Role.STORE, "", None)


def _settings(role: Role, remote: str, token: Path | None) -> str:
    """What `vankho.toml` says of a node with a role."""
    lines = ["[serve]", f'role = "{role.value}"']
    if token:
        # A JSON string is a TOML basic string.
        lines += ["", "[store]", f"remote = {json.dumps(remote)}"]
        lines += [f"remote_token_file = {json.dumps(str(token.absolute()))}"]
    return "\n".join(lines) + "\n"
