"""`vankho agency merge|split|…`: agencies through time, entered by whoever holds the machine."""

from collections.abc import Callable
from typing import Annotated

import typer

from repository.model.access import OPERATOR
from repository.model.agencies import Scheme
from repository.model.successions import Reorganisation
from tools.house import House, verb

TOLD = {
    Reorganisation.MERGE: "Sáp nhập vào cơ quan đang có / Merge into one that lives on.",
    Reorganisation.CONSOLIDATE: "Hợp nhất thành cơ quan mới / Consolidate into a new one.",
    Reorganisation.SPLIT: "Chia thành nhiều cơ quan mới / Split into new ones.",
    Reorganisation.SEPARATE: "Tách ra cơ quan mới / Let new ones leave it.",
    Reorganisation.DISSOLVE: "Giải thể, --to giữ hồ sơ / Dissolve; --to keeps the records.",
    Reorganisation.TRANSFER: "Chuyển nhiệm vụ / Move a task.",
}

Code = Annotated[str, typer.Argument(help="Mã định danh. / Its code.")]
Since = Annotated[str, typer.Option(help="Từ ngày YYYY-MM-DD. / From this day on.")]
Decision = Annotated[str, typer.Option(help="Căn cứ: số quyết định. / The act, as cited.")]


def add(group: typer.Typer) -> None:
    """Give the group `agency` its verbs of change."""
    for kind, told in TOLD.items():
        group.command(kind.value, help=told)(verb(_reorganising(kind)))
    group.command("withdraw", help="Rút quyết định chưa đến ngày / Take an act back.")(
        verb(withdraw)
    )
    group.command("rename", help="Đổi tên / Let it bear another name.")(verb(rename))
    group.command("code", help="Cấp mã / Let it bear another code.")(verb(code))
    group.command("fonds", help="Mở phông / Let its papers form a fonds.")(verb(fonds))
    group.command("show", help="Xem qua các thời kỳ / Show it through time.")(verb(show))


def _reorganising(kind: Reorganisation) -> Callable[..., None]:
    def run(
        house: House,
        *,
        former: Annotated[
            list[str], typer.Option("--from", help="Mã được kế thừa. / Codes that are followed.")
        ],
        to: Annotated[list[str], typer.Option(help="Mã kế thừa. / Codes that follow.")],
        effective: Annotated[str, typer.Option(help="Ngày hiệu lực YYYY-MM-DD. / The first day.")],
        decision: Decision,
        dry_run: Annotated[
            bool, typer.Option(help="Chỉ cho biết sẽ ra sao. / Only tell what would be.")
        ] = False,
    ) -> None:
        """Let agencies follow others."""
        from api.services.reorganisation import Reorganise
        from tools import assembly

        command = Reorganise(
            caller=OPERATOR,
            kind=kind,
            sources=tuple(former),
            targets=tuple(to),
            effective=effective,
            decision=decision,
            rehearsal=dry_run,
        )
        with assembly.opened(house.settings) as holdings:
            act = holdings.keeper.submit(command)
        told = f"{act.kind.value}  {', '.join(former)} → {', '.join(to)}  {act.effective}"
        house.terminal.result(act, told if dry_run else f"{act.id}  {told}")

    return run


def withdraw(
    house: House,
    act: Annotated[str, typer.Argument(help="Mã của quyết định. / The act's identifier.")],
) -> None:
    """Take an act back whose day has not come."""
    from api.services.reorganisation import WithdrawReorganisation
    from tools import assembly

    command = WithdrawReorganisation(caller=OPERATOR, succession=act)
    with assembly.opened(house.settings) as holdings:
        taken = holdings.keeper.submit(command)
    house.terminal.result(taken, f"{taken.id}  withdrawn")


def rename(
    house: House,
    agency: Code,
    name: Annotated[str, typer.Argument(help="Tên mới, đầy đủ. / The new name in full.")],
    *,
    since: Since,
    decision: Decision = "",
) -> None:
    """Let an agency bear another name."""
    from api.services.reorganisation import RenameAgency
    from tools import assembly

    command = RenameAgency(
        caller=OPERATOR, agency=agency, name=name, since=since, decision=decision
    )
    with assembly.opened(house.settings) as holdings:
        renamed = holdings.keeper.submit(command)
    house.terminal.result(renamed, f"{renamed.code}  {renamed.name}")


def code(
    house: House,
    agency: Code,
    value: Annotated[str, typer.Argument(help="Mã được cấp. / The code that is given.")],
    *,
    since: Since,
    scheme: Annotated[
        Scheme, typer.Option(help="Theo quy tắc nào. / By which rules.")
    ] = Scheme.QD20,
    decision: Decision = "",
) -> None:
    """Let an agency bear another code."""
    from api.services.reorganisation import GiveIdentifier
    from tools import assembly

    command = GiveIdentifier(
        caller=OPERATOR,
        agency=agency,
        scheme=scheme,
        value=value,
        since=since,
        decision=decision,
    )
    with assembly.opened(house.settings) as holdings:
        borne = holdings.keeper.submit(command)
    house.terminal.result(borne, f"{borne.value}  {borne.scheme.value}  {borne.since} –")


def fonds(
    house: House,
    agency: Code,
    name: Annotated[str, typer.Argument(help="Mã phông. / The fonds' code.")],
    *,
    since: Annotated[str, typer.Option(help="Từ ngày YYYY-MM-DD. / Its first day.")] = "",
) -> None:
    """Let the papers of an agency form a fonds."""
    from api.services.reorganisation import OpenFonds
    from tools import assembly

    command = OpenFonds(caller=OPERATOR, agency=agency, code=name, since=since)
    with assembly.opened(house.settings) as holdings:
        opened = holdings.keeper.submit(command)
    house.terminal.result(opened, f"{opened.code}  {agency}")


def show(
    house: House,
    agency: Annotated[str, typer.Argument(help="Mã bất kỳ của cơ quan. / Any of its codes.")],
    *,
    on: Annotated[
        str, typer.Option(help="Ai mang mã vào ngày này. / Who bears the code on this day.")
    ] = "",
) -> None:
    """Show an agency through time."""
    from api.services import fields
    from api.services.identities import identity
    from repository.model.days import day_of
    from repository.model.ids import system_clock
    from tools import assembly

    day = fields.some_day("--on", on) or None
    with assembly.opened(house.settings) as holdings, holdings.reading() as reading:
        found = identity(reading, OPERATOR, agency, day, day_of(system_clock()))
    lines = [f"{found.agency.code}  {found.name}"]
    lines += [f"  {one.since or '…'} –  {one.name}  {one.decision}" for one in found.names]
    lines += [
        f"  {one.since or '…'} – {one.until or '…'}  {one.scheme.value}  {one.value}"
        for one in found.identifiers
    ]
    lines += [f"  {one.effective}  {one.kind.value}  {one.decision}" for one in found.follows]
    lines += [f"  {one.effective}  {one.kind.value}  {one.decision}" for one in found.followed]
    house.terminal.result(found, "\n".join(lines))
