"""`vankho stats`: what is kept, what it would take as plain files, and what it takes here."""

import time

import typer

from repository.runs import RunKind, note_run
from repository.upkeep.stats import Statistics
from tools.house import House, verb


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Thống kê dung lượng / Bytes: plain, once each, stored; by agency."
    cli.command("stats", help=text)(verb(run))


def run(house: House) -> None:
    """Count documents, files and bytes; the figures are kept for `/metrics`."""
    from repository.upkeep.stats import statistics
    from tools import assembly

    begun = time.monotonic()
    with (
        assembly.opened(house.settings) as holdings,
        house.terminal.counting("Thống kê", "Counting", None),
    ):
        found = statistics(holdings)
        note_run(
            holdings.keeper,
            RunKind.STATS,
            seconds=time.monotonic() - begun,
            figures=found.figures,
        )
    choose = house.terminal.choose
    for agency in found.agencies:
        text = (
            f"{agency.code}  {agency.files} {choose('tệp', 'files')}  {agency.naive:,} → "
            f"{agency.once:,}"
        )
        house.terminal.result({"message_type": "agency", **_told(agency)}, text)
    told = {"message_type": "summary", **_told(found), "saved": found.saved}
    del told["agencies"]
    house.terminal.result(told, choose(_vi(found), _en(found)))


def _told(value: object) -> dict[str, object]:
    import msgspec

    return msgspec.structs.asdict(value)  # type: ignore[arg-type]


def _vi(found: Statistics) -> str:
    return (
        f"{found.documents} văn bản, {found.files} tệp: {found.naive:,} byte nếu lưu từng tệp, "
        f"{found.once:,} nếu mỗi tệp một lần, {found.live:,} đang lưu "
        f"(văn bản trích {found.texts:,}); trên đĩa: gói {found.packs:,}, nhật ký {found.log:,}, "
        f"danh mục {found.catalogue:,}, chỉ mục {found.index:,}; đã bỏ {found.dead:,}; "
        f"tiết kiệm {found.saved:.1%}"
    )


def _en(found: Statistics) -> str:
    return (
        f"{found.documents} documents, {found.files} files: {found.naive:,} bytes as plain files, "
        f"{found.once:,} each once, {found.live:,} stored (texts {found.texts:,}); on disk: packs "
        f"{found.packs:,}, log {found.log:,}, catalogue {found.catalogue:,}, index "
        f"{found.index:,}; dead {found.dead:,}; saved {found.saved:.1%}"
    )
