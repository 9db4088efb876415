"""`vankho restore`: a backup made a store again, in an empty folder; what it lacks, how long it took."""

import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from repository.holdings import Checkpoint
from repository.upkeep.backups import Backup, Backups, Fault
from repository.upkeep.restore import Restored, opened_restored, require_room_in, restore
from tools.commands.backup import At, From
from tools.exits import Exit
from tools.house import House, end, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Phục hồi kho vào thư mục trống / Restore a store into an empty folder."
    cli.command("restore", help=text)(verb(run))


def run(
    house: House,
    source: From,
    to: Annotated[Path, typer.Option("--to", help="Thư mục trống. / An empty folder.")],
    at: At = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ đọc và so. / Read and compare, write nothing.")
    ] = False,
) -> None:
    """Restore, compare, and tell RPO (events that are younger) and RTO (seconds until it answers)."""
    from repository.blobs.placement import open_existing
    from tools import assembly

    begun = time.monotonic()
    options = assembly.options_of(house.settings)
    with closing(open_existing(source)) as medium:
        backups = Backups(medium)
        for fault in () if at else backups.broken():
            house.terminal.say(
                f"Không đọc được bản kê {fault.file}; có thể có bản mới hơn bản được chọn",
                f"The manifest {fault.file} cannot be read; it may be newer than what is chosen",
            )
        chosen = backups.chosen(at)
        if dry_run:
            _try(house, backups, chosen, to)
            return
        with house.terminal.counting("Phục hồi", "Restoring", None) as counting:
            restored = restore(
                medium,
                chosen.id,
                to,
                options,
                clock=assembly.system_clock,
                told=lambda size: counting.advance(0, size),
            )
    with opened_restored(to, options) as holdings:
        head = holdings.checkpoint()
    seconds = time.monotonic() - begun
    _tell(house, restored, head, younger=_younger(house, chosen, to), seconds=seconds)
    if chosen.manifest.office:
        house.terminal.say(
            f"Nút cơ quan {chosen.manifest.office}: tệp nằm ở nút kho. Đặt lại tệp mã nêu ở "
            "store.remote_token_file; `vankho serve` xin nhiệm kỳ mới và thay tiến trình cũ.",
            f"Office node {chosen.manifest.office}: its files lie at the store node. Put the token "
            "back where store.remote_token_file says; `vankho serve` takes the next epoch and "
            "takes the old process's place.",
        )


def _try(house: House, backups: Backups, chosen: Backup, to: Path) -> None:
    require_room_in(to, chosen)
    with house.terminal.counting("Đọc bản sao lưu", "Reading the backup", None) as counting:
        faults: list[Fault] = []
        for fault in backups.faults([chosen], lambda size: counting.advance(1, size)):
            house.terminal.result(
                fault, f"{fault.what}: {fault.file} ({fault.kept_as}) {fault.detail}".rstrip()
            )
            faults.append(fault)
    manifest = chosen.manifest
    size = sum(file.size for file in (*manifest.packs, *manifest.segments))
    told = {
        "message_type": "summary",
        "backup": chosen.id,
        "events": manifest.events,
        "root": manifest.root,
        "bytes": size,
        "faults": len(faults),
    }
    text = house.terminal.choose(
        f"{chosen.id}: {manifest.events} sự kiện, {size:,} byte, {len(faults)} lỗi; chưa ghi gì",
        f"{chosen.id}: {manifest.events} events, {size:,} bytes, {len(faults)} faults; "
        "nothing written",
    )
    house.terminal.result(told, text)
    if faults:
        end(Exit.FINDINGS)


def _younger(house: House, backup: Backup, to: Path) -> int | None:
    """How many events the original has that the backup lacks; None where it cannot be asked."""
    from repository.format import identify
    from tools import assembly

    root = house.settings.root
    try:
        if root.resolve() == to.resolve() or identify(root).store != backup.manifest.store:
            return None
        with assembly.opened_beside(house.settings, "-", writes=False) as original:
            return original.checkpoint().size - backup.manifest.events
    except Exception:  # noqa: BLE001 - it may be in any state: that is why there are backups
        return None


def _tell(
    house: House, restored: Restored, head: Checkpoint, *, younger: int | None, seconds: float
) -> None:
    note = restored.note
    told = {
        "backup": note.backup,
        "store": str(note.store),
        "events": head.size,
        "root": head.root.hex(),
        "files": restored.files,
        "bytes": restored.size,
        "rpo_events": younger,
        "rto_seconds": round(seconds, 3),
    }
    lost = "?" if younger is None else younger
    text = house.terminal.choose(
        f"Đã phục hồi {note.backup}: {head.size} sự kiện, gốc {head.root.hex()}. "
        f"RPO: {lost} sự kiện mới hơn bản sao. RTO: {seconds:.1f} giây",
        f"Restored {note.backup}: {head.size} events, root {head.root.hex()}. "
        f"RPO: {lost} events are younger than the backup. RTO: {seconds:.1f} s",
    )
    house.terminal.result(told, text)
