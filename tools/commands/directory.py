"""`vankho directory`: can the Active Directory be asked, and does it tell what is needed."""

from collections.abc import Callable, Iterator
from typing import Annotated, NamedTuple

import typer

from api.services.signing_in import NoDirectory
from interop.directory.port import ControllerHealth, Directory
from repository.errors import Trouble
from tools.exits import Exit
from tools.house import House, end, verb
from tools.settings import Settings

MAX_SKEW = 60.0
"""Seconds that a controller's clock may differ; Kerberos stops at 300."""


class Finding(NamedTuple):
    """What one question came to."""

    name: str
    ok: bool
    detail: str


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Danh bạ Active Directory / The Active Directory."
    group = typer.Typer(help=text, no_args_is_help=True)
    text = "Thử kết nối, TLS, tài khoản dịch vụ, đếm người / Try it, count its people."
    group.command("check", help=text)(verb(check))
    text = "Đồng bộ người dùng ngay / Note everybody as the directory has them, now."
    group.command("sync", help=text)(verb(sync))
    cli.add_typer(group, name="directory")


def check(house: House) -> None:
    """Ask everything that the server will ask; exit 4 when something is not in order."""
    terminal = house.terminal
    sick = False
    for found in _findings(house.settings):
        sick = sick or not found.ok
        word = terminal.choose("tốt", "ok") if found.ok else terminal.choose("HỎNG", "BAD")
        terminal.result(found._asdict(), f"{word:5} {found.name}: {found.detail}")
    if sick:
        end(Exit.FINDINGS)


def sync(
    house: House,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ báo trước. / Only tell what would be.")
    ] = False,
    really: Annotated[
        bool,
        typer.Option("--really", help="Dù thiếu rất nhiều người. / However many are missing."),
    ] = False,
) -> None:
    """Read everybody and note them; exit 3 when somebody could not be noted."""
    from tools import assembly

    terminal = house.terminal
    with assembly.opened(house.settings) as holdings, assembly.entrance(house.settings) as (way, _):
        if way is None:
            raise NoDirectory
        with terminal.counting("Đồng bộ", "Synchronising", None):
            noted = assembly.directory_sync(holdings, way).whole(rehearsal=dry_run, really=really)
    for one in noted.refused:
        detail = terminal.choose(one.detail_vi, one.detail)
        terminal.result({"login": one.login, "problem": one.problem}, f"{one.login}: {detail}")
    figures = {"entered": noted.entered, "changed": noted.changed, "ended": noted.ended}
    figures |= {"unchanged": noted.unchanged, "refused": len(noted.refused)}
    text = terminal.choose(
        "{entered} người mới, {changed} thay đổi, {ended} thôi dùng, {unchanged} như cũ, "
        "{refused} không nhận được",
        "{entered} new, {changed} changed, {ended} let in no more, {unchanged} as before, "
        "{refused} refused",
    )
    terminal.result({**figures, "dry_run": dry_run}, text.format(**figures))
    if noted.refused:
        end(Exit.PARTIAL)


def _findings(settings: Settings) -> Iterator[Finding]:
    from tools import assembly

    directory = assembly.directory_of(settings)
    if directory is None:
        yield Finding("directory", ok=False, detail="directory.urls: -")
        return
    try:
        for one in directory.health():
            yield _controller(one)
        yield _asked("users", lambda: len(directory.users()))
        yield _deletions(directory)
    finally:
        directory.close()
    if settings.directory.keytab:
        keytab = settings.directory.keytab
        yield _asked("kerberos", lambda: assembly.negotiation_of(settings) and keytab)


def _controller(one: ControllerHealth) -> Finding:
    if not one.reachable:
        return Finding(one.url, ok=False, detail=one.trouble)
    told = f"{one.tls}, {one.domain}, {one.seconds * 1000:.0f} ms, {one.skew:+.0f} s"
    return Finding(one.url, ok=abs(one.skew) <= MAX_SKEW, detail=told)


def _deletions(directory: Directory) -> Finding:
    """None to be seen is a finding: it cannot be told from a right that lacks."""
    found = _asked("deleted", directory.deleted)
    return found._replace(ok=found.ok and found.detail != "0")


def _asked(name: str, question: Callable[[], object]) -> Finding:
    try:
        return Finding(name, ok=True, detail=str(question()))
    except Trouble as trouble:
        return Finding(name, ok=False, detail=trouble.sentence)
