"""What of a node's own events concerns one of its agencies, and so goes with it to another node."""

from collections.abc import Callable
from typing import Any

from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.model import events as e
from repository.model.access import Token
from repository.model.ids import AgencyId, BlobId, DocumentId


def is_its_own(token: Token, agency: AgencyId) -> bool:
    """Say whether *token* is a program's, of *agency* and no other: then it goes with it."""
    return token.agencies == (agency,) and not token.every_agency and not token.person


def concerns(now: Reading, agency: AgencyId, body: e.AnyBody) -> bool:
    """Say whether *body*, an event of the node itself, concerns *agency*."""
    found = _CONCERNING.get(type(body))
    return found is not None and found(now, agency, body)


def _person(now: Reading, agency: AgencyId, body: e.PersonEntered) -> bool:
    posts = (now.get(t.POSTS, key[1]) for key, _ in now.scan(t.PERSON_POSTS, body.id))
    return any(post.agency == agency for post in posts if post)


def _token(now: Reading, agency: AgencyId, body: e.TokenIssued | e.TokenRevoked) -> bool:
    token = now.token(body.id)
    return token is not None and is_its_own(token, agency)


def _hold(now: Reading, agency: AgencyId, body: e.HoldPlaced | e.HoldLifted) -> bool:
    hold = now.get(t.HOLDS, body.id)
    return hold is not None and _holds_its_own(now, agency, hold.document, hold.blob)


def _holds_its_own(now: Reading, agency: AgencyId, document: DocumentId, blob: BlobId) -> bool:
    found = now.document(document) if document else None
    return found.agency == agency if found else bool(blob) and now.held(blob, agency)


def _incident(_: Reading, agency: AgencyId, body: e.IncidentNoted) -> bool:
    return body.agency == agency


def _succession(
    now: Reading, agency: AgencyId, body: e.SuccessionDecided | e.SuccessionWithdrawn
) -> bool:
    act = now.get(t.SUCCESSIONS, body.id)
    return act is not None and agency in (*act.sources, *act.targets)


def _text(now: Reading, agency: AgencyId, body: e.TextDerived | e.TextMissing) -> bool:
    return now.held(body.blob, agency)


_CONCERNING: dict[type[e.Body], Callable[[Reading, AgencyId, Any], bool]] = {
    e.PersonEntered: _person,
    e.TokenIssued: _token,
    e.TokenRevoked: _token,
    e.HoldPlaced: _hold,
    e.HoldLifted: _hold,
    e.IncidentNoted: _incident,
    e.SuccessionDecided: _succession,
    e.SuccessionWithdrawn: _succession,
    e.TextDerived: _text,
    e.TextMissing: _text,
}
