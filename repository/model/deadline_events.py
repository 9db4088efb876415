"""Events of calendars and delegations; those of lines stand in `receipt_events`."""

from repository.model.body import Body
from repository.model.calendars import CalendarDay
from repository.model.ids import AgencyId, DelegationId, PersonId, PostId


class CalendarEntered(Body, frozen=True, array_like=True, tag="calendar-entered"):
    """Days off, or worked instead, were entered for all agencies here."""

    days: tuple[CalendarDay, ...]
    years: tuple[int, ...]
    """Years of which all is known now."""
    decision: str


class DelegationGiven(Body, frozen=True, array_like=True, tag="delegation-given"):
    """Somebody may do in another's place what that one's posts are there for, for a time."""

    id: DelegationId
    agency: AgencyId
    principal: PersonId
    delegate: PersonId
    posts: tuple[PostId, ...]
    since: int
    until: int


class DelegationWithdrawn(Body, frozen=True, array_like=True, tag="delegation-withdrawn"):
    """A delegation was taken back before its end."""

    id: DelegationId
