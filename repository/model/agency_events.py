"""Events of agencies: declared, renamed, coded, reorganised.

Fields are only ever added at the end, each with a default (see `repository.model.events`).
"""

from repository.model.agencies import Scheme
from repository.model.body import Body
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import AgencyCode, AgencyId, SuccessionId
from repository.model.successions import Reorganisation, Scope


class AgencyOpened(Body, frozen=True, array_like=True, tag="agency-opened"):
    """An agency was declared."""

    id: AgencyId
    code: AgencyCode
    name: str
    founded: Day = UNBOUNDED


class AgencyRenamed(Body, frozen=True, array_like=True, tag="agency-renamed"):
    """An agency bears another name from a day on; it remains the same legal entity."""

    id: AgencyId
    name: str
    since: Day
    decision: str


class IdentifierGiven(Body, frozen=True, array_like=True, tag="identifier-given"):
    """An agency bears a code from a day on; one of QĐ 20/2020 takes the place of the one before."""

    id: AgencyId
    scheme: Scheme
    value: str
    since: Day
    decision: str


class IdentifierWithdrawn(Body, frozen=True, array_like=True, tag="identifier-withdrawn"):
    """A code is borne no more from a day on (mã bị đóng)."""

    id: AgencyId
    scheme: Scheme
    value: str
    until: Day
    decision: str


class FondsOpened(Body, frozen=True, array_like=True, tag="fonds-opened"):
    """The papers of an agency form a fonds under a code."""

    id: AgencyId
    code: str
    since: Day


class SuccessionDecided(Body, frozen=True, array_like=True, tag="succession-decided"):
    """Agencies follow others from a day on."""

    id: SuccessionId
    kind: Reorganisation
    sources: tuple[AgencyId, ...]
    targets: tuple[AgencyId, ...]
    effective: Day
    decision: str
    scopes: tuple[Scope, ...]


class SuccessionWithdrawn(Body, frozen=True, array_like=True, tag="succession-withdrawn"):
    """An act was taken back before its day."""

    id: SuccessionId


class AgencyConcerned(Body, frozen=True, array_like=True, tag="agency-concerned"):
    """An act of reorganisation concerns this agency; for its feed."""

    id: AgencyId
    succession: SuccessionId
    ended: Day
    """The first day on which it is no more, or empty where it lives on."""
