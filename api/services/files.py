"""Files of a registered document: added later, put in the place of others, made from paper.

Each change is a revision of the document, decided on one that somebody saw; what stood before is
kept and stays readable at its revision.
"""

from api.services import fields, paper
from api.services.access import present, writable
from api.services.amendment import DocumentChanged
from api.services.documents import Sheet, sheet_of
from api.services.incidents import NoteRefusal, noting_refusals, refuse_secrets
from api.services.registration import held_file
from indexer.vietnamese import nfc
from repository.catalogue.change import Change
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.access import Hidden
from repository.model.documents import ComponentRole, Document
from repository.model.ids import show_blob


class AddFiles(Command[Sheet], frozen=True, kw_only=True, tag="add-files"):
    """Add *files* behind those that the document has."""

    document: str
    files: tuple[paper.ComponentGiven, ...]
    reason: str = ""
    seen: tuple[int, ...] | None = None
    """The revisions that were seen; None = whatever it stands at."""


class ReplaceFile(Command[Sheet], frozen=True, kw_only=True, tag="replace-file"):
    """Let *file* stand at *place*; the one before stays readable at its revision."""

    document: str
    place: int
    file: paper.ComponentGiven
    reason: str
    seen: tuple[int, ...] | None = None


class FileThere(Trouble):
    """The document has the file at {path} already, at place {place}."""

    kind = Kind.CONFLICT
    vietnamese = "Văn bản đã có tệp nêu tại {path}, ở vị trí {place}."


def add_files(keeper: Keeper, command: AddFiles) -> Sheet:
    """Add files; raise as `decide_add_files`, and leave an incident of a state secret."""
    return _submitted(keeper, command, command.files)


def replace_file(keeper: Keeper, command: ReplaceFile) -> Sheet:
    """Replace a file; raise as `decide_replace_file`, and leave an incident of a state secret."""
    return _submitted(keeper, command, (command.file,))


def _submitted(
    keeper: Keeper, command: AddFiles | ReplaceFile, files: tuple[paper.ComponentGiven, ...]
) -> Sheet:
    blobs = tuple(one.blob for one in files)
    refusal = NoteRefusal(caller=command.caller, grade="", document=command.document, blobs=blobs)
    with noting_refusals(keeper, refusal):
        return keeper.submit(command)


def decide_add_files(change: Change, command: AddFiles) -> Sheet:
    """Let files be added; what is all there already is told as done.

    Raise `Hidden`, `NotAllowed`, `DocumentChanged`, `UnknownBlob`, `SecondMainFile`, `FileThere`,
    `StateSecretRefused` or of `fields`.
    """
    document = writable(change, command.caller, command.document)
    if not command.files:
        raise fields.FieldMissing(path="$.files")
    first = len(document.components)
    coming = {first + n: one for n, one in enumerate(command.files)}
    there = [_place_of(document, one) for one in command.files]
    if None not in there:
        return sheet_of(change, document)
    _require_seen(document, command.seen)
    reason = fields.line("$.reason", command.reason, limit=fields.MAX_REASON)
    return _change(change, command, document, coming, reason)


def decide_replace_file(change: Change, command: ReplaceFile) -> Sheet:
    """Let a file stand in another's place; where it does already, that is told.

    Raise `Hidden`, `NotAllowed`, `DocumentChanged`, `UnknownBlob`, `SecondMainFile`, `FileThere`,
    `StateSecretRefused` or of `fields`.
    """
    document = writable(change, command.caller, command.document)
    if not 0 <= command.place < len(document.components):
        raise Hidden
    if _place_of(document, command.file) == command.place:
        return sheet_of(change, document)
    _require_seen(document, command.seen)
    reason = fields.line("$.reason", command.reason, limit=fields.MAX_REASON, required=True)
    return _change(change, command, document, {command.place: command.file}, reason)


def _change(
    change: Change,
    command: AddFiles | ReplaceFile,
    document: Document,
    coming: dict[int, paper.ComponentGiven],
    reason: str,
) -> Sheet:
    """Let the files *coming* stand at their places."""
    given = tuple(coming.values())
    names = paper.names_of("$.files", given)
    refuse_secrets({f"$.files[{n}].name": name for n, name in enumerate(names)})
    _require_fit(document, coming)
    held = [held_file(change, command.caller, f"$.files[{n}]", one) for n, one in enumerate(given)]
    told = e.FilesTold(
        salt=change.entropy(e.SALT_BYTES),
        names=names,
        digitisers=paper.digitisers_of("$.files", given),
        reason=reason,
    )
    body = e.FilesChanged(
        id=document.id,
        revision=document.revision + 1,
        files=tuple(zip(coming, held, strict=True)),
    )
    change.record(body, agency=document.agency, particulars=told)
    return sheet_of(change, present(change.document(document.id)))


def _require_fit(document: Document, coming: dict[int, paper.ComponentGiven]) -> None:
    """Raise where a file is there already, where there would be too many, or a second main one."""
    staying = {n: one for n, one in enumerate(document.components) if n not in coming}
    for n, one in enumerate(coming.values()):
        place = _place_of(document, one)
        if place is not None:
            raise FileThere(path=f"$.files[{n}]", place=place)
    if len(staying) + len(coming) > fields.MAX_COMPONENTS:
        raise fields.FieldUnfit(path="$.files", expected=f"0–{fields.MAX_COMPONENTS}")
    mains = any(one.role is ComponentRole.MAIN for one in staying.values())
    for n, one in enumerate(coming.values()):
        if one.role is ComponentRole.MAIN and mains:
            raise paper.SecondMainFile(path=f"$.files[{n}]")
        mains = mains or one.role is ComponentRole.MAIN


def _place_of(document: Document, given: paper.ComponentGiven) -> int | None:
    """Where *document* has just that file, in that role, under that name."""
    wanted = (given.role, given.blob, nfc(given.name), given.number)
    have = [(one.role, show_blob(one.blob), one.name, one.number) for one in document.components]
    return have.index(wanted) if wanted in have else None


def _require_seen(document: Document, seen: tuple[int, ...] | None) -> None:
    if seen is not None and document.revision not in seen:
        raise DocumentChanged(revision=document.revision)
