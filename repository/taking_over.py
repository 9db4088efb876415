"""What an agency brings is taken into another node's log, event by event (ADR 29).

A node is believed in what is the agency's own, and in nothing else: what concerns another agency's register or
document ends it; what it says of itself and is not the agency's is passed over. What is known here already has no
event.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from repository.blobs.ledger import BlobWentAway
from repository.blobs.media import NAMES
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.fates import Fates
from repository.catalogue.homes import known_as, state_of
from repository.catalogue.views import Reading
from repository.elsewhere import row_elsewhere
from repository.model import events as e
from repository.model.agencies import Scheme
from repository.model.blobs import pack_row
from repository.model.days import UNBOUNDED
from repository.model.dossier_events import DossierNoted
from repository.model.ids import (
    AgencyCode,
    AgencyId,
    BlobId,
    DocumentId,
    PersonId,
    show_blob,
)
from repository.model.moves import ArrivalClashes, BundleUnfit, HomeState
from repository.model.references import blobs_needed, files_named

_MEDIA = {name: media for media, name in NAMES.items()}
_OWNED: tuple[t.Table[Any], ...] = (
    t.REGISTERS,
    t.DOCUMENTS,
    t.UNITS,
    t.POSTS,
    t.RECEIPTS,
    t.DELEGATIONS,
    t.RELATIONS,
    t.DRAFTS,
    t.AUTHORITIES,
    t.FILE_LISTS,
    t.DOSSIERS,
    t.HAND_OVERS,
)
"""What belongs to an agency and has an identifier of its own."""
_NAMING = (
    "id",
    "document",
    "register",
    "unit",
    "parent",
    "receipt",
    "authority",
    "file_list",
    "hand_over",
)
"""Fields of an agency's event that name one of those."""
_PEOPLE = (
    "person",
    "principal",
    "delegate",
    "drafter",
    "signer",
    "checker",
    "granter",
    "holder",
)
"""Fields of an agency's event that name a person."""


class Taking:
    """Takes in the events of one command."""

    def __init__(self, change: Change, agency: AgencyId, missing: Iterable[BlobId] = ()) -> None:
        """Into *change*, of *agency*; files in *missing* need not be here."""
        self._change = change
        self._agency = agency
        self._missing = frozenset(missing)
        self.events = 0
        self.passed_over: list[str] = []
        self.people: list[tuple[PersonId, PersonId]] = []
        self.codes: dict[AgencyCode, AgencyId] = {}

    def take(self, event: e.Event, beside: bytes) -> None:
        """Take *event* in, unless this node has it already."""
        if event.agency not in ("", self._agency):
            raise BundleUnfit(why=f"an event of {event.agency}")
        if event.agency:
            event = self._as_known_here(event)
        wanted = self._is_next(event) if event.agency else self._is_news(event, beside)
        if not wanted:
            return
        self._require_files(event.body)
        self._note_codes(event.body)
        self._change.take_over(event, beside)
        self.events += 1

    # The agency's own.

    def _is_next(self, event: e.Event) -> bool:
        """Say whether *event* follows the agency's last one here; False for one from before."""
        expected = self._change.last_of(self._agency) + 1
        if event.agency_sequence > expected:
            raise BundleUnfit(why=f"event {expected} of the agency is missing")
        if event.agency_sequence < expected:
            return False
        for owner in owners(self._change, event.body):
            if owner != self._agency:
                raise BundleUnfit(why=f"event {expected} concerns {owner}")
        return True

    def _as_known_here(self, event: e.Event) -> e.Event:
        """*event* with the people it names, where they are known here by other identifiers."""
        named = {name: PersonId(getattr(event.body, name, "")) for name in _PEOPLE}
        just_now = dict(self.people)
        here = {
            name: just_now.get(person) or known_as(self._change, person)
            for name, person in named.items()
            if person
        }
        changed: dict[str, Any] = {
            name: person for name, person in here.items() if person != named[name]
        }
        noted = getattr(event.body, "noted", None)
        if isinstance(noted, DossierNoted) and noted.person:
            charge = just_now.get(noted.person) or known_as(self._change, noted.person)
            changed["noted"] = msgspec.structs.replace(noted, person=charge)
        body = msgspec.structs.replace(event.body, **changed) if changed else event.body
        return msgspec.structs.replace(event, body=body)

    def _note_codes(self, body: e.AnyBody) -> None:
        """Remember who bears a code now that the agency bore once."""
        code = _code_given(body)
        bearer = self._change.agency_by_code(code) if code else None
        another = bearer is not None and bearer.id != self._agency
        if code and bearer and another and bears(self._change, bearer.id, code):
            self.codes[code] = bearer.id
        if isinstance(body, e.FondsOpened):
            fonds = self._change.get(t.FONDS, body.code)
            if fonds and fonds.agency != self._agency:
                raise ArrivalClashes(what="fonds", value=body.code)

    # What concerns it among the node's own.

    def _is_news(self, event: e.Event, beside: bytes) -> bool:
        body = event.body
        if not isinstance(body, TRAVELLING):
            raise BundleUnfit(why=str(body.__struct_config__.tag))
        if isinstance(body, e.PersonEntered):
            return self._is_new_person(body, beside)
        news = _NEWS[type(body)](self._change, self._agency, body)
        if news is None:
            self.passed_over.append(str(body.__struct_config__.tag))
        return bool(news)

    def _is_new_person(self, body: e.PersonEntered, beside: bytes) -> bool:
        """Say so; remember who is known here by another identifier. What is erased is taken as it is."""
        if self._change.get(t.PEOPLE, body.id):
            return False
        if not beside:
            return True
        told = e.decode_person(beside)
        login = self._change.get(t.LOGINS, told.login)
        lasting = self._change.get(t.DIRECTORY_NAMES, told.directory) if told.directory else None
        here = lasting or login
        if here is None:
            return True
        kept = self._change.get(t.PEOPLE, here)
        if login not in (None, here) or (
            kept and kept.directory and told.directory and kept.directory != told.directory
        ):
            raise ArrivalClashes(what="login", value=told.login)
        self.people.append((body.id, here))
        return False

    # Files.

    def _require_files(self, body: e.AnyBody) -> None:
        fates = Fates(self._change)
        for blob in blobs_needed(body):
            away = self._change.row(blob) is None or fates.leaving(blob)
            if away and blob not in self._missing:
                raise BlobWentAway(blob=show_blob(blob))
        for held in files_named(body):
            # As a rebuilt catalogue would have it; `vankho check` tells of what is missing.
            row = row_elsewhere(length=held.size, media=_MEDIA[held.media_type])
            put = self._change.transaction.put
            put(t.BLOBS.name, held.blob, pack_row(row), overwrite=False)


# Whether what a node says of itself is the arriving agency's (None: it is not), and news here.


def _token_issued(rows: Reading, agency: AgencyId, body: e.TokenIssued) -> bool | None:
    if body.every_agency or body.person or body.agencies != (agency,):
        return None
    return rows.token(body.id) is None


def _token_revoked(rows: Reading, agency: AgencyId, body: e.TokenRevoked) -> bool | None:
    token = rows.token(body.id)
    if token is None or token.every_agency or token.agencies != (agency,):
        return None
    return not token.revoked


def _hold_placed(rows: Reading, agency: AgencyId, body: e.HoldPlaced) -> bool | None:
    if not _is_held(rows, agency, body.document, body.blob):
        return None
    return rows.get(t.HOLDS, body.id) is None


def _hold_lifted(rows: Reading, agency: AgencyId, body: e.HoldLifted) -> bool | None:
    hold = rows.get(t.HOLDS, body.id)
    if hold is None or not _is_held(rows, agency, hold.document, hold.blob):
        return None
    return not hold.lifted


def _is_held(rows: Reading, agency: AgencyId, document: DocumentId, blob: BlobId) -> bool:
    """Say whether the *document* is the agency's; without one, whether a document of it holds *blob*."""
    found = rows.document(document) if document else None
    return found.agency == agency if found else bool(blob) and rows.held(blob, agency)


def _incident(rows: Reading, agency: AgencyId, body: e.IncidentNoted) -> bool | None:
    return None if body.agency != agency else rows.get(t.INCIDENTS, body.id) is None


def _succession(rows: Reading, agency: AgencyId, body: e.SuccessionDecided) -> bool | None:
    if rows.get(t.SUCCESSIONS, body.id):
        return False
    return _theirs_alone(rows, agency, (*body.sources, *body.targets))


def _withdrawn(rows: Reading, agency: AgencyId, body: e.SuccessionWithdrawn) -> bool | None:
    act = rows.get(t.SUCCESSIONS, body.id)
    if act is None:
        return None
    return False if act.withdrawn else _theirs_alone(rows, agency, (*act.sources, *act.targets))


def _theirs_alone(rows: Reading, agency: AgencyId, parties: Iterable[AgencyId]) -> bool | None:
    """An act that concerns an agency which is at home here was entered, and is taken back, here."""
    others = (one for one in parties if one != agency)
    here = any(state_of(rows, one) is HomeState.HERE for one in others)
    return True if agency in tuple(parties) and not here else None


def _text(rows: Reading, agency: AgencyId, body: e.TextDerived | e.TextMissing) -> bool | None:
    """What is read of a file that others hold too is this node's own to say."""
    known = rows.derived(body.blob)
    alone = all(holder == agency for _, holder in rows.documents_holding(body.blob))
    return alone and (known is None or known.reader < body.reader)


_NEWS: dict[type[e.Body], Callable[[Reading, AgencyId, Any], bool | None]] = {
    e.TokenIssued: _token_issued,
    e.TokenRevoked: _token_revoked,
    e.HoldPlaced: _hold_placed,
    e.HoldLifted: _hold_lifted,
    e.IncidentNoted: _incident,
    e.SuccessionDecided: _succession,
    e.SuccessionWithdrawn: _withdrawn,
    e.TextDerived: _text,
    e.TextMissing: _text,
}
TRAVELLING = (e.PersonEntered, *_NEWS)
"""Events of a node itself that an agency brings along where they concern it."""


def owners(rows: Reading, body: e.AnyBody) -> Iterator[str]:
    """To which agencies belongs what an agency's event speaks of; what is new belongs to nobody yet.

    Identifiers are never given twice, so one that is known says whose it is.
    """
    agency = getattr(body, "agency", "")
    if agency and not isinstance(body, e.DispatchSent):  # that one names to whom it went
        yield agency
    for name in _NAMING:
        identifier = getattr(body, name, "")
        found = (rows.get(table, identifier) for table in _OWNED) if identifier else ()
        yield from (one.agency for one in found if one)
        if identifier and rows.agency(AgencyId(identifier)):
            yield identifier
    for post in getattr(body, "posts", ()):
        held = rows.get(t.POSTS, post)
        if held:
            yield held.agency


def _code_given(body: e.AnyBody) -> AgencyCode | None:
    if isinstance(body, e.AgencyOpened):
        return body.code
    if isinstance(body, e.IdentifierGiven) and body.scheme is Scheme.QD20:
        return AgencyCode(body.value)
    return None


def bears(rows: Reading, agency: AgencyId, code: str) -> bool:
    """Say whether *code* is what *agency* is called by now, and it lives on."""
    known = rows.agency(agency)
    return known is not None and known.code == code and known.ended == UNBOUNDED
