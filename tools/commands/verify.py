"""`vankho verify`: what the signatures of files are worth, one line a file; needs no store."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from interop.signatures.context import Context, context_of
from interop.signatures.dimensions import Final, Remark
from interop.signatures.folding import worst
from interop.signatures.judging import judged
from interop.signatures.pool import VerificationPool
from interop.signatures.port import Question, Verifier
from interop.signatures.report import line_of, lines_for_people
from interop.signatures.trust_folder import trust_in
from interop.signatures.verdicts import FileFacts, FileVerdict
from repository.errors import Trouble
from tools.exits import Exit
from tools.house import House, end, verb

_ENDS = {
    Final.VALID: Exit.OK,
    Final.WARNINGS: Exit.OK,
    Final.INDETERMINATE: Exit.INDETERMINATE,
    Final.INVALID: Exit.NOT_VALID,
    Final.UNREADABLE: Exit.NOT_VALID,
}


class NotAMoment(Trouble):
    """{given} is no time with a zone, as ISO 8601 writes it."""

    vietnamese = "{given} không phải thời điểm ISO 8601 có múi giờ."


def add(cli: typer.Typer) -> None:
    """Give *cli* the verb."""
    text = "Kiểm tra chữ ký số của tệp PDF / Verify the signatures of PDF files."
    cli.command("verify", help=text)(verb(run))


def run(
    house: House,
    paths: Annotated[list[Path], typer.Argument(help="Tệp PDF. / PDF files.")],
    trust: Annotated[
        Path, typer.Option(help="Kho tin cậy: root*.crt, *.crt, *.crl. / The trust store.")
    ],
    at: Annotated[
        str | None, typer.Option(help="Thời điểm xét, ISO 8601. / For which moment; else now.")
    ] = None,
    context: Annotated[
        Path | None, typer.Option(help="Bối cảnh văn bản, JSON. / What is known of the document.")
    ] = None,
) -> None:
    """Verify each file; exit 20 when one is invalid or unreadable, else 21 when one is open."""
    moment = _moment(at)
    known = context_of(context.read_bytes()) if context is not None else None
    finals: list[Final] = []
    with VerificationPool(trust_in(trust)) as pool:
        for path, verdict in _verdicts(pool, paths, moment, known):
            text = "\n".join(
                house.terminal.choose(line.vi, line.en) for line in lines_for_people(path, verdict)
            )
            house.terminal.result(line_of(path, verdict), text)
            finals.append(verdict.final)
    code = _ENDS[worst(finals)]
    if code is not Exit.OK:
        end(code)


def _verdicts(
    verifier: Verifier, paths: list[Path], moment: datetime, known: Context | None
) -> Iterator[tuple[str, FileVerdict]]:
    for path in paths:
        revisions: Any = known.file(path.name).revisions if known is not None else ()
        try:
            facts = verifier.look(path, Question(at=moment, revisions=revisions))
        except OSError as refused:
            detail = refused.strerror or ""
            facts = FileFacts(size=0, sha256="", remarks=(Remark.NOT_OPENED,), detail=detail)
        yield str(path), judged(facts, moment, known, path.name)


def _moment(given: str | None) -> datetime:
    if given is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise NotAMoment(given=given) from None
    if moment.tzinfo is None:
        raise NotAMoment(given=given)
    return moment.astimezone(UTC)
