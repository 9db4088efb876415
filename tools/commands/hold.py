"""`vankho hold`: keep a file or a document's files from being destroyed."""

from typing import Annotated

import typer

from repository.model.holds import Hold
from repository.model.ids import DocumentId, parse_blob
from tools.house import House, verb
from tools.persons import TokenFile, acting
from tools.shown import hold_shown

Reason = Annotated[str, typer.Option(help="Lý do. / Why.")]


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    text = "Lệnh giữ: không được tiêu hủy / Holds: what may not be destroyed."
    group = typer.Typer(help=text, no_args_is_help=True)
    group.command("add", help="Đặt lệnh giữ / Place a hold.")(verb(place))
    group.command("lift", help="Gỡ lệnh giữ / Lift a hold.")(verb(lift))
    group.command("list", help="Liệt kê / List them.")(verb(show_all))
    cli.add_typer(group, name="hold")


def place(
    house: House,
    name: Annotated[
        str, typer.Argument(help="Mã văn bản hoặc blake3:… / A document's id or blake3:…")
    ],
    reason: Reason,
    token_file: TokenFile = None,
) -> None:
    """Keep what *name* says until the hold is lifted."""
    from api.services.holds import PlaceHold
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        caller = acting(holdings, token_file)
        if name.startswith("blake3:"):
            command = PlaceHold(caller=caller, blob=parse_blob(name), reason=reason)
        else:
            command = PlaceHold(caller=caller, document=DocumentId(name), reason=reason)
        _tell(house, holdings.keeper.submit(command))


def lift(
    house: House,
    hold: Annotated[str, typer.Argument(help="Mã lệnh giữ. / The hold's id.")],
    reason: Reason,
    token_file: TokenFile = None,
) -> None:
    """Let *hold* stand no longer; twice is harmless."""
    from api.services.holds import LiftHold
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        command = LiftHold(caller=acting(holdings, token_file), hold=hold, reason=reason)
        _tell(house, holdings.keeper.submit(command))


def show_all(house: House, token_file: TokenFile = None) -> None:
    """List every hold ever placed, oldest first."""
    from api.services.holds import all_holds
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        found = all_holds(reading, acting(holdings, token_file))
    for hold in found:
        _tell(house, hold)


def _tell(house: House, hold: Hold) -> None:
    told = hold_shown(hold)
    state = house.terminal.choose("đã gỡ", "lifted") if hold.lifted else ""
    text = f"{hold.id}  {told['target']}  {hold.reason}  {state}"
    house.terminal.result(told, text.rstrip())
