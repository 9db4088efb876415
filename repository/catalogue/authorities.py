"""What the events about signing authorities and drafting rules do to the catalogue; the looks."""

from collections.abc import Callable

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.views import Reading, Writing
from repository.model import events as e
from repository.model.ids import AgencyId
from repository.model.signing import DraftingRule, SigningAuthority

# Looks.


def authorities_of(reading: Reading, agency: AgencyId) -> tuple[SigningAuthority, ...]:
    """All signing authorities that *agency* has had, in the order in which they were given."""
    keys = (key for _, key in reading.scan(t.AGENCY_AUTHORITIES, agency))
    found = (reading.get(t.AUTHORITIES, key) for key in keys)
    return tuple(one for one in found if one)


# Effects.


def _given(rows: Writing, event: e.Event, body: e.AuthorityGiven, kept: bytes) -> None:
    told = e.decode_authority(kept) if kept else None
    authority = SigningAuthority(
        id=body.id,
        agency=AgencyId(event.agency),
        granter=body.granter,
        holder=body.holder,
        document=told.document if told else e.ERASED,
        matter=told.matter if told else e.ERASED,
        since=body.since,
        until=body.until,
        given=event.at,
    )
    rows.put(t.AUTHORITIES, (body.id,), authority)
    rows.put(t.AGENCY_AUTHORITIES, (authority.agency, body.id), body.id)


def _withdrawn(rows: Writing, event: e.Event, body: e.AuthorityWithdrawn, _: bytes) -> None:
    before = rows.get(t.AUTHORITIES, body.id)
    if before:
        gone = msgspec.structs.replace(before, withdrawn=event.at)
        rows.put(t.AUTHORITIES, (body.id,), gone)


def _ruled(rows: Writing, _event: e.Event, body: e.DraftingRuled, _: bytes) -> None:
    rule = DraftingRule(agency=body.id, initials=body.initials, checker=body.checker)
    rows.put(t.DRAFTING_RULES, (body.id,), rule)


EFFECTS: dict[type[e.Body], Callable[..., None]] = {
    e.AuthorityGiven: _given,
    e.AuthorityWithdrawn: _withdrawn,
    e.DraftingRuled: _ruled,
}
