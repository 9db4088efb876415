"""Incidents (sự cố): what somebody who administers has to look at, told without the content.

State secrets do not enter (Law on the protection of state secrets; decision 22 of the project):
what says of itself that it is one is refused, or, where it is in already, told here.
"""

import enum

import msgspec

from repository.model.ids import AgencyId, BlobId


class IncidentKind(enum.Enum):
    """What happened."""

    REFUSED = "state-secret-refused"
    """A registration said that it is a state secret; nothing of it was kept."""
    SEEN = "state-secret-seen"
    """The first page of a stored file bears the banner of one."""


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident; it repeats no text of what it is about."""

    id: str
    kind: IncidentKind
    agency: AgencyId
    """Empty where a file has no agency yet."""
    grade: str
    """`mat`, `toi-mat` or `tuyet-mat`."""
    register: str
    """Short name, of what was refused."""
    blobs: tuple[BlobId, ...]
    """The files that are stored: `vankho purge request` destroys their content."""
    at: int
    """Microseconds since 1970-01-01 UTC."""
    actor: str
