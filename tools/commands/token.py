"""`vankho token`: bearer tokens for the API."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from repository.model.access import OPERATOR, Right, Token
from repository.model.registers import VIETNAM_TIME
from tools.house import House, verb
from tools.tokens import write_private


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    group = typer.Typer(help="Mã truy cập API / Tokens for the API.", no_args_is_help=True)
    group.command("issue", help="Cấp mã mới / Issue a token.")(verb(issue))
    group.command("revoke", help="Thu hồi mã / Revoke a token.")(verb(revoke))
    group.command("list", help="Liệt kê mã / List tokens.")(verb(show_all))
    cli.add_typer(group, name="token")


def issue(
    house: House,
    *,
    label: Annotated[str, typer.Option(help="Ai dùng, để làm gì. / Who uses it, for what.")],
    right: Annotated[
        list[Right] | None, typer.Option(help="Quyền; lặp lại được. / May be repeated.")
    ] = None,
    agency: Annotated[
        list[str] | None, typer.Option(help="Mã cơ quan; lặp lại được. / May be repeated.")
    ] = None,
    every_agency: Annotated[
        bool, typer.Option("--every-agency", help="Mọi cơ quan. / All agencies.")
    ] = False,
    cleared: Annotated[
        bool, typer.Option("--cleared", help="Cả văn bản hạn chế. / Restricted papers too.")
    ] = False,
    person: Annotated[
        str, typer.Option(help="Của người này, theo vị trí của họ. / Somebody's, by their posts.")
    ] = "",
    expires: Annotated[
        datetime | None, typer.Option(help="Hết hạn (giờ Việt Nam). / Expiry, Vietnam time.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Ghi mã vào tệp chỉ chủ đọc được. / Write it to a private new file."),
    ] = None,
) -> None:
    """Issue a token; its secret is shown, or written to *out*, this once."""
    from api.services import tokens
    from tools import assembly

    asked = tokens.TokenAsked(
        label=label,
        rights=tuple(right or ()),
        agencies=tuple(agency or ()),
        every_agency=every_agency,
        person=person,
        cleared=cleared,
        expires=expires.replace(tzinfo=VIETNAM_TIME) if expires else None,
    )
    with assembly.opened(house.settings) as holdings:
        issued = tokens.issue(holdings.keeper, OPERATOR, asked, entropy=os.urandom)
    shown = issued.bearer
    if out:
        write_private(out, issued.bearer)
        shown = str(out)
    told = _told(issued.token) | ({"file": shown} if out else {"bearer": shown})
    house.terminal.result(told, shown)


def revoke(
    house: House,
    token: Annotated[str, typer.Argument(help="Phần công khai của mã. / Its public half.")],
) -> None:
    """Let *token* hold no longer; twice is harmless."""
    from api.services.tokens import RevokeToken
    from tools import assembly

    with assembly.opened(house.settings) as holdings:
        holdings.keeper.submit(RevokeToken(caller=OPERATOR, token=token))
    terminal = house.terminal
    terminal.result(
        {"id": token, "revoked": True},
        terminal.choose(f"Đã thu hồi {token}", f"Revoked {token}"),
    )


def show_all(house: House) -> None:
    """List every token ever issued, oldest first, without secrets."""
    from api.services.tokens import all_tokens
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        issued = all_tokens(reading, OPERATOR)
    for token in issued:
        rights = ",".join(right.value for right in token.rights)
        state = house.terminal.choose("đã thu hồi", "revoked") if token.revoked else ""
        house.terminal.result(
            _told(token), f"{token.id}  {rights}  {token.label}  {state}".rstrip()
        )


def _told(token: Token) -> dict[str, object]:
    """*token* for outside: the digest of its secret is nobody's business."""
    told = msgspec.structs.asdict(token)
    del told["digest"]
    return told
