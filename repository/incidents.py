"""What the reader of files tells those who administer: a stored file bears a secret's banner.

Nothing is destroyed by itself: a person looks, and two persons purge (`vankho purge`).
"""

from collections.abc import Iterator

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Right, authorize_everywhere
from repository.model.ids import AgencyId, BlobId
from repository.model.incidents import Incident, IncidentKind


class TellOfBanner(Command[bool], frozen=True, kw_only=True, tag="tell-of-banner"):
    """The first page of *blob* is stamped with *grade*; the answer says whether that was news."""

    blob: BlobId
    grade: str


def decide_tell_of_banner(change: Change, command: TellOfBanner) -> bool:
    """Note the incident once for each file; raise `NotAllowed`."""
    authorize_everywhere(command.caller, Right.WRITE)
    if any(command.blob in told.blobs for told in _seen(change)):
        return False
    holders = sorted({agency for _, agency in change.documents_holding(command.blob)})
    holders += sorted({str(key[1]) for key, _ in change.scan(t.DRAFT_FILES, command.blob)})
    note = e.IncidentNoted(
        id=change.new_id(),
        kind=IncidentKind.SEEN,
        agency=AgencyId(holders[0]) if holders else AgencyId(""),
        grade=command.grade,
        register="",
        blobs=(command.blob,),
    )
    change.record(note)
    return True


def _seen(change: Change) -> Iterator[Incident]:
    """The banners that were told of before; a reader that begins anew tells of them again."""
    return (told for _, told in change.scan(t.INCIDENTS) if told.kind is IncidentKind.SEEN)


RULES = {TellOfBanner: decide_tell_of_banner}
