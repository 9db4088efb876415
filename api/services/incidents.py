"""State secrets refused, and the incidents that are left for who administers.

A refusal takes no number and keeps no text. What is noted afterwards says who, when, where and
which stored files were named; destroying their content is two persons' act (`vankho purge`).
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import islice

import msgspec

from api.services.access import agency_for, draft_for, given, present, register_for
from api.services.blob_access import may_use_blob
from api.services.fields import MAX_COMPONENTS
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.access import Caller, Hidden, Right, authorize_everywhere
from repository.model.ids import AgencyId, BadIdentifier, BlobId, DocumentId, parse_blob
from repository.model.incidents import Incident, IncidentKind
from repository.model.secrecy import grade_said


class StateSecretRefused(Trouble):
    """The field {path} says that this is a state secret; it may not enter. For files that are stored
    already: `vankho purge request`.
    """

    kind = Kind.FORBIDDEN
    vietnamese = (
        "Trường {path} cho biết đây là bí mật nhà nước, không được đưa vào hệ thống. "
        "Tệp đã lưu phải tiêu hủy bằng `vankho purge request`."
    )


def refuse_secrets(texts: dict[str, str]) -> None:
    """Raise `StateSecretRefused` where one of *texts*, by their paths, says it is a state secret."""
    for path, text in texts.items():
        if text and (grade := grade_said(text)):
            raise StateSecretRefused(path=path, grade=grade)


class NoteRefusal(Command[str], frozen=True, kw_only=True, tag="note-refusal"):
    """Note that a paper which the caller brought was refused; where it was to go is said by one of
    agency and short name, the register's identifier, or the document's.
    """

    grade: str
    agency: str = ""
    register: str = ""
    register_id: str = ""
    document: str = ""
    blobs: tuple[str, ...] = ()
    """The files it named, as it named them."""
    draft: str = ""
    """The draft, where it was one."""
    drafted_in: str = ""
    """Code of the agency in which somebody who works there was about to draft it."""


def decide_note_refusal(change: Change, command: NoteRefusal) -> str:
    """Note the incident; its identifier. Raise `Hidden` or `NotAllowed`."""
    agency, register = _concerned(change, command)
    note = e.IncidentNoted(
        id=change.new_id(),
        kind=IncidentKind.REFUSED,
        agency=agency,
        grade=command.grade,
        register=register,
        blobs=tuple(_stored(change, command.caller, command.blobs[:MAX_COMPONENTS])),
    )
    change.record(note)
    return note.id


def _concerned(change: Change, command: NoteRefusal) -> tuple[AgencyId, str]:
    """The agency and the register where the paper was to go."""
    if command.agency:
        agency = agency_for(change, command.caller, Right.WRITE, command.agency)
        return agency.id, command.register
    if command.draft:
        return draft_for(change, command.caller, command.draft).agency, ""
    if command.drafted_in:
        agency = present(change.agency_by_code(command.drafted_in))
        if agency.id not in command.caller.standing:
            raise Hidden
        return agency.id, ""
    name = command.register_id
    if command.document:
        name = present(change.document(DocumentId(given(command.document)))).register
    book = register_for(change, command.caller, Right.WRITE, name)
    return book.agency, book.code


def _stored(reading: Reading, caller: Caller, blobs: tuple[str, ...]) -> Iterator[BlobId]:
    """Those of *blobs* that are stored and the caller's to use."""
    for name in blobs:
        try:
            blob = parse_blob(name)
        except BadIdentifier:
            continue
        if may_use_blob(reading, caller, blob):
            yield blob


@contextmanager
def noting_refusals(keeper: Keeper, refusal: NoteRefusal) -> Generator[None]:
    """Have *refusal* noted where what is done within is refused as a state secret."""
    try:
        yield
    except StateSecretRefused as refused:
        grade = str(refused.facts.get("grade", ""))
        keeper.submit(msgspec.structs.replace(refusal, grade=grade))
        raise


def incidents_for(
    reading: Reading, caller: Caller, *, after: str, limit: int
) -> tuple[Incident, ...]:
    """Up to *limit* incidents behind the one called *after*, oldest first; raise `NotAllowed`."""
    authorize_everywhere(caller, Right.ADMINISTER)
    found = reading.scan(t.INCIDENTS, start=after or None)
    return tuple(islice((one for _, one in found if one.id > after), limit))
