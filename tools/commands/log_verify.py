"""`vankho log verify`: this store's log, or an export of one without any store."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from repository.errors import Kind, Trouble
from tools.exits import Exit
from tools.house import House, end

if TYPE_CHECKING:
    from repository.holdings import Holdings
    from repository.log.audit import Audit, Wrong
    from repository.model.checkpoints import PublicKey
    from tools.verifying import Given


class LogDiffers(Trouble):
    """The log's {size} events give the root {found}, the catalogue holds {kept}."""

    kind = Kind.DAMAGED
    vietnamese = "{size} sự kiện của nhật ký cho gốc {found}, danh mục lại giữ {kept}."


def run(
    house: House,
    log: Annotated[
        Path | None,
        typer.Option("--log", help="Bản xuất; không cần kho. / An export; needs no store."),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="Mốc đã ký, đã giữ riêng. / A checkpoint kept elsewhere; repeatable."),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="Khóa công khai, hoặc tệp. / A public key, or a file of them."),
    ] = None,
    proof: Annotated[
        Path | None,
        typer.Option(help="Chứng minh lấy từ API. / A proof from the API; needs no store."),
    ] = None,
) -> None:
    """Hash every event anew and compare; exit 4 when something is not as it was signed."""
    from tools.verifying import KeysMissing, checkpoint_in, keys_in

    given = tuple(map(checkpoint_in, checkpoint or ()))
    keys = tuple(found for told in key or () for found in keys_in(told))
    if (log or proof) and given and not keys:
        raise KeysMissing
    if proof:
        _proof(house, proof, given, keys)
    elif log:
        _export(house, log, given, keys)
    else:
        _store(house, given, keys)


def _proof(
    house: House, proof: Path, given: "tuple[Given, ...]", keys: "tuple[PublicKey, ...]"
) -> None:
    from tools.verifying import proof_wrongs

    found = _tell(house, proof_wrongs(proof, given, keys))
    if found:
        end(Exit.FINDINGS)
    text = house.terminal.choose("Chứng minh đúng.", "The proof holds.")
    house.terminal.result({"message_type": "summary", "findings": 0}, text)


def _export(
    house: House, log: Path, given: "tuple[Given, ...]", keys: "tuple[PublicKey, ...]"
) -> None:
    from tools.verifying import ExportJudge

    with log.open("rb") as file:
        judge = ExportJudge(file, given, keys)
        header = judge.header
        count = header.last - header.first + 1
        title = ("Kiểm tra bản xuất", "Checking the export")
        with house.terminal.counting(*title, count) as counting:
            found = _tell(house, judge.wrongs(lambda size: counting.advance(1, size)))
        verdict = judge.verdict
    told = {
        "message_type": "summary",
        "first": header.first,
        "size": verdict.size,
        "root": verdict.root.hex(),
        "checkpoints": verdict.fitting,
        "kept_checkpoints": verdict.kept_fitting,
        "particulars_missing": verdict.missing,
        "findings": found,
    }
    text = house.terminal.choose(
        f"Sự kiện {header.first} đến {verdict.size}, gốc {verdict.root.hex()}: "
        f"{verdict.fitting} mốc khớp, {verdict.kept_fitting} mốc trong nhật ký khớp, "
        f"{verdict.missing} phần riêng không có, {found} phát hiện",
        f"Events {header.first} to {verdict.size}, root {verdict.root.hex()}: "
        f"{verdict.fitting} checkpoints fit, {verdict.kept_fitting} in the log fit, "
        f"{verdict.missing} particulars not there, {found} findings",
    )
    house.terminal.result(told, text)
    if not given:
        house.terminal.say(
            "Không có mốc nào: chỉ biết bản xuất khớp với chính nó.",
            "No checkpoint was given: all that is known is that the export fits itself.",
        )
    if found:
        end(Exit.FINDINGS)


def _store(house: House, given: "tuple[Given, ...]", keys: "tuple[PublicKey, ...]") -> None:
    from tools import assembly
    from tools.verifying import signature_wrongs

    with assembly.opened_for_reading(house.settings) as holdings:
        kept = holdings.checkpoint()
        known = keys or _own_keys(holdings)
        audit = _audit(holdings, given, known)
        found = 0
        with house.terminal.counting("Kiểm tra nhật ký", "Checking the log", kept.size) as counting:
            for read in islice(holdings.events(0), kept.size):
                beside = read.particulars
                found += _tell(house, audit.take(read.sequence, read.canonical, beside))
                counting.advance(1, len(read.canonical))
    for each in given:
        wrongs = list(signature_wrongs(each, known)) or list(audit.judge(each.note))
        named = (one._replace(detail=f"{each.name}: {one.detail}") for one in wrongs)
        found += _tell(house, named)
    if (audit.size, audit.root) != (kept.size, kept.root):
        raise LogDiffers(size=audit.size, found=audit.root.hex(), kept=kept.root.hex())
    told = {"size": kept.size, "root": kept.root.hex()}
    house.terminal.result(told, f"{kept.size}  {kept.root.hex()}")
    if found:
        end(Exit.FINDINGS)


def _own_keys(holdings: "Holdings") -> "tuple[PublicKey, ...]":
    from api.services.checkpoints import log_keys
    from repository.model.checkpoints import PublicKey, origin_of

    with holdings.reading() as now:
        found = log_keys(now)
    return tuple(PublicKey(origin_of(holdings.store), each.public) for each in found)


def _audit(
    holdings: "Holdings", given: "tuple[Given, ...]", keys: "tuple[PublicKey, ...]"
) -> "Audit":
    """A walk that also compares the blocks of which the catalogue has the roots."""
    from repository.catalogue import tables as t
    from repository.log.audit import Audit
    from repository.model import merkle
    from repository.model.checkpoints import origin_of

    def block(number: int) -> bytes | None:
        with holdings.reading() as now:
            return now.get(t.TREE, merkle.BLOCK_LEVEL, number)

    sizes = frozenset(each.note.statement.size for each in given)
    return Audit(origin_of(holdings.store), keys=keys, sizes=sizes, block=block)


def _tell(house: House, wrongs: "Iterable[Wrong]") -> int:
    count = 0
    for wrong in wrongs:
        count += 1
        told = {"message_type": "finding", **wrong._asdict()}
        place = f"event {wrong.event}: " if wrong.event else ""
        house.terminal.result(told, f"{place}{wrong.what} {wrong.detail}".rstrip())
    return count
