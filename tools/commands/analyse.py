"""`vankho analyse`: which PDF files carry earlier revisions, and what storing them once saves."""

from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from repository.blobs.lineage import RevisionSeen, revisions_within
from repository.model.ids import show_blob
from tools.exits import Exit
from tools.house import House, end, verb
from tools.ingest.folder import NotAFile, files_below, open_within

PDF = b"%PDF-"
HEAD_BYTES = 1024
"""Within which a reader looks for `%PDF-` (ISO 32000, implementation notes)."""
PERCENT = 100


class Analysed(msgspec.Struct, frozen=True, kw_only=True):
    """One file, looked into."""

    path: str
    blob: str
    size: int
    pdf: bool
    appends: bool
    """It holds the bytes of at least one earlier revision."""
    revisions: tuple[int, ...]
    """Lengths of the earlier revisions, shortest first."""
    tails: tuple[int, ...]
    """Bytes that each next revision added."""
    saved: int
    """Bytes that are not stored again when every revision is kept."""


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """All files together."""

    files: int = 0
    pdfs: int = 0
    appending: int = 0
    size: int = 0
    """Of the files as they are, each distinct content once."""
    whole: int = 0
    """Bytes when every revision is stored whole."""
    saved: int = 0
    unreadable: int = 0


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Tệp PDF nào giữ các bản trước / Which PDF files append revisions."
    cli.command("analyse", help=text)(verb(run))


def run(
    house: House,
    paths: Annotated[list[Path], typer.Argument(help="Tệp hoặc thư mục. / Files or folders.")],
) -> None:
    """Look into each file; needs no store and changes nothing."""
    seen: set[str] = set()
    total = Total()
    with house.terminal.counting("Phân tích", "Analysing", None) as counting:
        for folder, name in _files(paths):
            try:
                with open_within(folder, str(name)) as stream:
                    found = _analysed(stream, folder / name)
            except NotAFile as unreadable:
                house.terminal.say(unreadable.sentence_vi, unreadable.sentence)
                total = msgspec.structs.replace(total, unreadable=total.unreadable + 1)
                continue
            counting.advance(1, found.size)
            house.terminal.result(found, _line(found))
            if found.blob not in seen:
                seen.add(found.blob)
                total = _added(total, found)
    _conclude(house, total)


def _files(paths: list[Path]) -> list[tuple[Path, Path]]:
    found: list[tuple[Path, Path]] = []
    for path in paths:
        if path.is_dir():
            found += [(path, name) for name in files_below(path)]
        else:
            found.append((path.parent, Path(path.name)))
    return found


def _analysed(stream: BinaryIO, path: Path) -> Analysed:
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    address, revisions = revisions_within(stream)
    is_pdf = PDF in head
    kept: tuple[RevisionSeen, ...] = revisions if is_pdf else ()
    return Analysed(
        path=str(path),
        blob=show_blob(address.blob),
        size=address.size,
        pdf=is_pdf,
        appends=bool(kept),
        revisions=tuple(one.length for one in kept),
        tails=tuple(one.tail for one in kept),
        saved=sum(one.length for one in kept),
    )


def _added(total: Total, found: Analysed) -> Total:
    return Total(
        files=total.files + 1,
        pdfs=total.pdfs + found.pdf,
        appending=total.appending + found.appends,
        size=total.size + found.size,
        whole=total.whole + found.size + found.saved,
        saved=total.saved + found.saved,
        unreadable=total.unreadable,
    )


def _line(found: Analysed) -> str:
    if not found.appends:
        return f"{found.path}: {found.size} B"
    tails = " + ".join(f"{tail}" for tail in found.tails)
    return f"{found.path}: {found.revisions[0]} + {tails} B"


def _conclude(house: House, total: Total) -> None:
    share = PERCENT * total.saved / total.whole if total.whole else 0
    text = house.terminal.choose(
        f"{total.files} tệp khác nhau, {total.pdfs} PDF, {total.appending} tệp giữ bản trước; "
        f"lưu mọi bản theo đoạn tiết kiệm {total.saved} byte ({share:.0f} %)",
        f"{total.files} distinct files, {total.pdfs} PDF, {total.appending} append revisions; "
        f"keeping every revision by segments saves {total.saved} bytes ({share:.0f} %)",
    )
    house.terminal.result({"message_type": "summary", **msgspec.structs.asdict(total)}, text)
    if total.unreadable:
        end(Exit.PARTIAL)
