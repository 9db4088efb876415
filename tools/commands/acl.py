"""`vankho acl`: who may see what, and why."""

from typing import Annotated

import typer

from tools.house import House, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    group = typer.Typer(help="Quyền xem văn bản / Who may see what.", no_args_is_help=True)
    text = "Vì sao được xem, hay không / Why somebody may see a document, or may not."
    group.command("explain", help=text)(verb(explain))
    cli.add_typer(group, name="acl")


def explain(
    house: House,
    user: Annotated[str, typer.Argument(help="Tên đăng nhập. / Login.")],
    document: Annotated[str, typer.Argument(help="Định danh văn bản. / Its identifier.")],
) -> None:
    """Tell whether USER may see DOCUMENT today, and by which rule."""
    from api.services.explaining import explain as explained
    from repository.model.ids import system_clock
    from tools import assembly

    with assembly.opened(house.settings) as holdings, holdings.reading() as now:
        found = explained(now, user, document, system_clock())
    told = {
        "login": found.person.login,
        "document": found.document.id,
        "confidentiality": found.document.confidentiality.value,
        "allowed": found.decision.allowed,
        "rule": found.decision.rule.value,
        "told_vi": found.told.vi,
        "told_en": found.told.en,
        "tokens": found.tokens,
    }
    shown = "".join(f"\n  {token}" for token in found.tokens)
    words = f"{found.told.vi}\n{found.told.en}\n[{found.decision.rule.value}]{shown}"
    house.terminal.result(told, words)
