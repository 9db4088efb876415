"""`vankho serve`: the store over HTTP."""

import enum
from typing import Annotated, Any

import msgspec
import typer

from tools.exits import Exit
from tools.house import House, end, verb


class Role(enum.Enum):
    """What a node is to its province."""

    STORE = "store"
    OFFICE = "office"


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    cli.command("serve", help="Phục vụ kho qua HTTP / Serve the store over HTTP.")(verb(run))


def run(
    house: House,
    host: Annotated[
        str | None, typer.Option(help="Địa chỉ lắng nghe. / Address to listen on.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Cổng; 0 = tự chọn. / 0 picks one.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Số tiến trình HTTP. / HTTP processes.")
    ] = None,
    role: Annotated[
        Role | None,
        typer.Option(help="Nút kho hoặc nút cơ quan. / Store node or office node."),
    ] = None,
    parent: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Serve until SIGTERM, Ctrl-C or the end of *parent*; print the address when ready."""
    from tools import assembly, logs
    from tools.serving.child import end_with
    from tools.serving.notify import tell_ready
    from tools.serving.orders import Orders
    from tools.serving.server import run_server
    from tools.serving.supervisor import ENDED
    from tools.settings import environment

    given: dict[str, Any] = {
        "host": host,
        "port": port,
        "workers": workers,
        "role": role.value if role else None,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    if house.terminal.quiet:
        chosen["log_level"] = "warning"
    serve = msgspec.structs.replace(house.settings.serve, **chosen)
    settings = msgspec.structs.replace(house.settings, serve=serve)

    assembly.office_of(settings)  # say at once what does not fit

    def announce(orders: Orders) -> None:
        told = {"message_type": "ready", "address": orders.address, "pid": orders.supervisor}
        house.terminal.result(told, orders.address)
        tell_ready(environment())

    log = logs.begin("supervisor", shape=serve.log_format, level=serve.log_level)

    def note(event: str, **facts: object) -> object:
        return (log.warning if event == ENDED else log.info)(event, **facts)

    if parent and not end_with(parent):
        end(Exit.ERROR)
    raise typer.Exit(run_server(settings, announce=announce, note=note))
