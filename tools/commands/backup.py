"""`vankho backup`: a store copied elsewhere while it works; its backups told, read again, found."""

import time
from contextlib import closing
from typing import Annotated

import typer

from repository.runs import RunKind, note_run
from repository.upkeep.backup import Taken, back_up
from repository.upkeep.backups import Backup, Backups, Fault
from tools.exits import Exit
from tools.house import House, end, verb
from tools.shown import moment

From = Annotated[
    str,
    typer.Option("--from", help="Thư mục hoặc URL có bản sao lưu. / Folder or URL of the backups."),
]
At = Annotated[
    str | None, typer.Option("--at", help="Bản nào; mặc định: mới nhất. / Which; default: newest.")
]

_FLEETING = ("mem://", "temp://")


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    text = "Sao lưu kho, cả khi đang chạy / Back the store up, also while it is served."
    group = typer.Typer(help=text, invoke_without_command=True)
    group.callback()(verb(run))
    group.command("list", help="Các bản sao lưu / The backups there are.")(verb(listed))
    group.command("verify", help="Đọc lại toàn bộ / Read everything again.")(verb(verify))
    cli.add_typer(group, name="backup")


def run(
    house: House,
    ctx: typer.Context,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Thư mục hoặc URL PyFilesystem2. / A folder or an fs URL."),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=1, help="Chỉ giữ chừng này bản mới nhất. / Keep the newest N."),
    ] = None,
) -> None:
    """Copy what is not there yet, read it back, and write the manifest last."""
    if ctx.invoked_subcommand:
        return
    if not to:
        raise typer.BadParameter("DIR | URL", param_hint="--to")
    from repository.blobs.placement import archive_at, open_existing, written_medium
    from tools import assembly

    if to.startswith(_FLEETING):
        house.terminal.say(
            f"{to} mất đi khi lệnh kết thúc: chỉ để thử",
            f"{to} is gone when the command ends: good for a trial only",
        )
    begun = time.monotonic()
    with (
        assembly.opened_for_reading(house.settings) as holdings,
        house.terminal.counting("Sao lưu", "Backing up", None) as counting,
    ):
        with written_medium(to) as medium:
            taken = back_up(
                house.settings.root,
                holdings,
                medium,
                clock=assembly.system_clock,
                keep=keep,
                told=lambda size: counting.advance(0, size),
            )
        later = holdings.checkpoint().size - taken.backup.manifest.events
        figures = {
            "events": taken.backup.manifest.events,
            "copied_files": taken.files,
            "copied_bytes": taken.size,
        }
        # Where no server runs there is no keeper, and nobody who reads figures.
        seconds = time.monotonic() - begun
        note_run(holdings.keeper, RunKind.BACKUP, seconds=seconds, figures=figures)
    _tell(house, taken, later=later, seconds=time.monotonic() - begun)
    if archive_at(to):  # what was read back before lay beside the archive, not in it
        with closing(open_existing(to)) as medium:
            faults = Backups(medium).faults([taken.backup], _mute)
            damaged = [_tell_fault(house, one) for one in faults]
        if damaged:
            end(Exit.FINDINGS)


def listed(
    house: House,
    source: From,
    holding: Annotated[
        str | None,
        typer.Option(help="Chỉ những bản chứa tệp blake3:… này. / Only those that hold this blob."),
    ] = None,
) -> None:
    """Tell the backups, oldest first; exit 4 when a manifest cannot be read."""
    from repository.blobs.placement import open_existing
    from repository.model.ids import parse_blob

    with closing(open_existing(source)) as medium:
        backups = Backups(medium)
        for backup in backups.holding(parse_blob(holding)) if holding else backups.all():
            told = _shown(backup)
            text = f"{backup.id}  {told['events']}  {told['root']}  {told['bytes']:,} bytes"
            house.terminal.result(told, text)
        broken = [_tell_fault(house, one) for one in backups.broken()]
    if broken:
        end(Exit.FINDINGS)


def verify(house: House, source: From, at: At = None) -> None:
    """Read every file of all backups, or of one, and compare it with its digest; exit 4 on damage."""
    from repository.blobs.placement import open_existing

    with (
        closing(open_existing(source)) as medium,
        house.terminal.counting("Đọc lại bản sao lưu", "Reading backups", None) as counting,
    ):
        backups = Backups(medium)
        broken = [] if at else backups.broken()
        chosen = backups.all() if broken else [backups.chosen(at)] if at else _some(backups)
        found = backups.faults(chosen, lambda size: counting.advance(1, size))
        faults = sum(1 for fault in (*broken, *found) if _tell_fault(house, fault))
    told = {"message_type": "summary", "backups": len(chosen), "faults": faults}
    text = house.terminal.choose(
        f"{len(chosen)} bản sao lưu, {faults} lỗi", f"{len(chosen)} backups, {faults} faults"
    )
    house.terminal.result(told, text)
    if faults:
        end(Exit.FINDINGS)


def _some(backups: Backups) -> list[Backup]:
    """All backups there; raise `BackupMissing` when there is none."""
    backups.chosen(None)
    return backups.all()


def _mute(_: int) -> None:
    """Nobody watches."""


def _tell(house: House, taken: Taken, *, later: int, seconds: float) -> None:
    told = _shown(taken.backup) | {
        "copied_files": taken.files,
        "copied_bytes": taken.size,
        "events_meanwhile": later,
        "removed": taken.removed,
        "seconds": round(seconds, 3),
    }
    backup, size = taken.backup, f"{taken.size:,}"
    text = house.terminal.choose(
        f"{backup.id}: {told['events']} sự kiện, gốc {told['root']}; chép {taken.files} tệp, "
        f"{size} byte, {seconds:.1f} giây; {later} sự kiện mới hơn bản sao",
        f"{backup.id}: {told['events']} events, root {told['root']}; copied {taken.files} files, "
        f"{size} bytes, {seconds:.1f} s; {later} events are younger than the backup",
    )
    house.terminal.result(told, text)
    if taken.first:
        house.terminal.say(
            "Đây là bản sao lưu đầu tiên ở đó; nếu không phải vậy, hãy xem phương tiện đã gắn chưa",
            "This is the first backup there; if it should not be, see whether the medium is mounted",
        )


def _shown(backup: Backup) -> dict[str, object]:
    manifest = backup.manifest
    sizes = [file.size for file in (*manifest.packs, *manifest.segments)]
    return {
        "backup": backup.id,
        "store": str(manifest.store),
        "at": moment(manifest.at),
        "events": manifest.events,
        "root": manifest.root,
        "packs": len(manifest.packs),
        "bytes": sum(sizes),
    }


def _tell_fault(house: House, fault: Fault) -> Fault:
    house.terminal.result(
        fault, f"{fault.what}: {fault.file} ({fault.kept_as}) {fault.detail}".rstrip()
    )
    return fault
