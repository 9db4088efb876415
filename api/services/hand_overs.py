"""Handing dossiers over to the agency's archive (nộp lưu, giao nhận).

Whoever handles dossiers offers them, many at once; the archivist takes what they do not refuse, each
refusal with its reason; both sides have the minutes. Where both are people they are two persons.
"""

from collections.abc import Iterator
from itertools import islice

import msgspec

from api.services import fields
from api.services.access import given, present
from api.services.dossier_access import Seat, dossier_for, parties_to, seat_of, sees, told
from api.services.dossier_acts import record_act
from api.services.dossier_finding import agency_seen
from api.services.dossier_rules import due_of_closed
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.hand_overs import hand_overs_of
from repository.catalogue.organisation import posts_of
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Hidden, NotAllowed, Right
from repository.model.days import Day, day_of
from repository.model.dossiers import Dossier, DossierAct, DossierTurn
from repository.model.dossiers import after as state_after
from repository.model.hand_overs import (
    MAX_HANDED,
    HandOver,
    HandOverAct,
    HandOverParty,
    allowed,
    require_open,
)
from repository.model.ids import AgencyId, DossierId, HandOverId
from repository.model.retention import answer_by

MAX_SIDE = 150
"""Characters of who hands over or receives, as the minutes say it: name and title."""
MAX_REMARK = 2000


class RefusedGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dossier that the archive does not take."""

    dossier: str
    reason: str
    """At most 500 characters."""


class AskHandOver(Command[HandOver], frozen=True, kw_only=True, tag="ask-hand-over"):
    """Offer *dossiers* of *agency* (its code) to its archive: all or none."""

    agency: str
    dossiers: tuple[str, ...]
    giver: str = ""
    """Name and title for the minutes; empty = those of the caller."""
    note: str = ""


class ActOnHandOver(Command[HandOver], frozen=True, kw_only=True, tag="act-on-hand-over"):
    """Settle a hand-over, or withdraw it."""

    hand_over: str
    act: HandOverAct
    refused: tuple[RefusedGiven, ...] = ()
    """With `settle`."""
    receiver: str = ""
    """With `settle`: name and title for the minutes; empty = those of the caller."""
    words: str = ""
    """A remark of the archive; with `withdraw` the reason."""


class HandOverRefused(Trouble):
    """{count} of {total} dossiers cannot be offered; none was. See `dossiers`."""

    kind = Kind.INVALID
    vietnamese = (
        "{count} trong {total} hồ sơ không đề nghị nộp được; chưa đề nghị gì. Xem `dossiers`."
    )


class NotInHandOver(Trouble):
    """{dossier} is not in this hand-over, or stands there twice ({path})."""

    kind = Kind.INVALID
    vietnamese = "{dossier} không thuộc lần giao nhận này, hoặc nêu hai lần ({path})."


class SameSideTwice(Trouble):
    """Who handed dossiers over does not receive them: it takes a second person."""

    kind = Kind.FORBIDDEN
    vietnamese = "Người giao hồ sơ không đồng thời là người nhận: cần người thứ hai."


def decide_ask_hand_over(change: Change, command: AskHandOver) -> HandOver:
    """Offer the dossiers.

    Raise `Hidden`, `NotAllowed`, `HandOverRefused` with every dossier that cannot be, or of `fields`.
    """
    today = day_of(change.stamp.at)
    agency = agency_seen(change, command.caller, command.agency)
    if not 1 <= len(command.dossiers) <= MAX_HANDED:
        raise fields.FieldUnfit(path="$.dossiers", expected=f"1–{MAX_HANDED}")
    offered = _offered(change, command, agency.id, today)
    side = _side(change, command.caller, "$.giver", command.giver, agency.id)
    words = fields.line("$.note", command.note, limit=MAX_REMARK)
    due = answer_by(today)
    body = e.HandOverAsked(
        id=HandOverId(change.new_id()), dossiers=tuple(one.id for one in offered), answer_by=due
    )
    particulars = e.HandOverTold(change.entropy(e.SALT_BYTES), side, words)
    change.record(body, agency=agency.id, particulars=particulars)
    for one in offered:
        record_act(change, one, DossierAct.OFFER, reason="", due=due, hand_over=body.id)
    return present(change.get(t.HAND_OVERS, body.id))


def _offered(
    change: Change, command: AskHandOver, agency: AgencyId, today: Day
) -> tuple[Dossier, ...]:
    """The dossiers, each of which the caller may offer now; raise `HandOverRefused`."""
    found: dict[DossierId, Dossier] = {}
    refused: list[dict[str, object]] = []
    for n, one in enumerate(command.dossiers):
        path = f"$.dossiers[{n}]"
        try:
            dossier, seat = _mine(change, command.caller, one, agency, today)
            state_after(dossier, DossierAct.OFFER, parties_to(command.caller, seat, dossier))
            if dossier.id in found:
                raise NotInHandOver(path=path, dossier=one)
        except Trouble as trouble:
            refused.append({"dossier": one, **told(path, trouble)})
            continue
        found[dossier.id] = dossier
    if refused:
        raise HandOverRefused(count=len(refused), total=len(command.dossiers), dossiers=refused)
    return tuple(found.values())


def _mine(
    reading: Reading, caller: Caller, dossier: str, agency: AgencyId, today: Day
) -> tuple[Dossier, Seat]:
    try:
        found, seat = dossier_for(reading, caller, dossier, today)
    except NotAllowed as error:
        raise Hidden from error
    if found.agency != agency:
        raise Hidden
    return found, seat


def decide_act_on_hand_over(change: Change, command: ActOnHandOver) -> HandOver:
    """Settle or withdraw.

    Raise `Hidden`, `HandOverActNotOpen`, `SameSideTwice`, `NotInHandOver`, or of `fields`.
    """
    found, parties = hand_over_for(
        change, command.caller, command.hand_over, day_of(change.stamp.at)
    )
    require_open(found, command.act, parties)
    if command.act is HandOverAct.SETTLE:
        _settle(change, command, found)
    else:
        _withdraw(change, command, found)
    return present(change.get(t.HAND_OVERS, found.id))


def _settle(change: Change, command: ActOnHandOver, found: HandOver) -> None:
    people = command.caller.person and found.asked_by.startswith("person:")
    if people and found.asked_by == command.caller.name:
        raise SameSideTwice
    refused = _refused(found, command.refused)
    side = _side(change, command.caller, "$.receiver", command.receiver, found.agency)
    remark = fields.line("$.words", command.words, limit=MAX_REMARK)
    particulars = e.HandOverTold(
        change.entropy(e.SALT_BYTES), side, remark, tuple(refused.values())
    )
    body = e.HandOverSettled(id=found.id, refused=tuple(refused))
    change.record(body, agency=found.agency, particulars=particulars)
    for one in found.dossiers:
        reason = refused.get(one, "")
        turn = DossierTurn.REFUSED if one in refused else DossierTurn.ACCEPTED
        _turn(change, found, one, turn, reason)


def _withdraw(change: Change, command: ActOnHandOver, found: HandOver) -> None:
    reason = fields.line("$.words", command.words, limit=fields.MAX_REASON, required=True)
    particulars = e.HandOverTold(change.entropy(e.SALT_BYTES), "", reason)
    change.record(e.HandOverWithdrawn(id=found.id), agency=found.agency, particulars=particulars)
    for one in found.dossiers:
        _turn(change, found, one, DossierTurn.WITHDRAWN, "")


def _turn(
    change: Change, hand_over: HandOver, dossier: DossierId, turn: DossierTurn, reason: str
) -> None:
    known = present(change.get(t.DOSSIERS, dossier))
    accepted = turn is DossierTurn.ACCEPTED
    body = e.DossierTurned(
        id=dossier,
        revision=known.revision + 1,
        turn=turn,
        hand_over=hand_over.id,
        due=known.keep_until if accepted else due_of_closed(known),
    )
    words = e.WordsWritten(change.entropy(e.SALT_BYTES), reason) if reason else None
    change.record(body, agency=known.agency, particulars=words)


def _refused(found: HandOver, given_now: tuple[RefusedGiven, ...]) -> dict[DossierId, str]:
    refused: dict[DossierId, str] = {}
    for n, one in enumerate(given_now):
        dossier = DossierId(one.dossier)
        if dossier not in found.dossiers or dossier in refused:
            raise NotInHandOver(path=f"$.refused[{n}].dossier", dossier=one.dossier[:80])
        refused[dossier] = fields.line(
            f"$.refused[{n}].reason", one.reason, limit=fields.MAX_REASON, required=True
        )
    return refused


def _side(change: Change, caller: Caller, path: str, said: str, agency: AgencyId) -> str:
    """Who stands on one side of the minutes: as said, else the caller's name and title."""
    if said:
        return fields.line(path, said, limit=MAX_SIDE, required=True)
    person = change.get(t.PEOPLE, caller.person) if caller.person else None
    if person is None:
        return caller.name
    held = posts_of(change, person.id, day_of(change.stamp.at))
    title = next((post.title for post in held if post.agency == agency and post.title), "")
    return f"{person.name}, {title}" if title else person.name


# Looking.


def hand_over_for(
    reading: Reading, caller: Caller, hand_over: str, today: Day
) -> tuple[HandOver, frozenset[HandOverParty]]:
    """The hand-over of that identifier, and who *caller* is to it.

    Seen by who asked for it, the registry, archivists, and whoever reads all papers of the agency.
    Raise `Hidden`.
    """
    found = present(reading.get(t.HAND_OVERS, HandOverId(given(hand_over))))
    seat = seat_of(reading, caller, found.agency, today)
    asked = found.asked_by == caller.name and (seat.works or not caller.person)
    if not (asked or seat.reads):
        raise Hidden
    parties: set[HandOverParty] = set()
    if asked or seat.registry:
        parties.add(HandOverParty.GIVER)
    if seat.archivist:
        parties.add(HandOverParty.ARCHIVIST)
    return found, frozenset(parties)


def acts_open(found: HandOver, parties: frozenset[HandOverParty]) -> tuple[HandOverAct, ...]:
    """What *parties* may do with it now."""
    return allowed(found, parties)


def hand_overs_for(
    reading: Reading, caller: Caller, agency: str, today: Day, *, after: str, limit: int
) -> tuple[HandOver, ...]:
    """Up to *limit* hand-overs of an agency behind *after*, oldest first; raise `Hidden`."""
    known = agency_seen(reading, caller, agency)
    seat = seat_of(reading, caller, known.id, today)
    if not seat.reads:
        raise NotAllowed(right=Right.READ.value)
    behind = given(after) if after else ""
    return tuple(islice(hand_overs_of(reading, known.id, after=behind), limit))


def dossiers_in_hand_over(
    reading: Reading, caller: Caller, found: HandOver, today: Day
) -> Iterator[tuple[DossierId, Dossier | None]]:
    """The dossiers of a hand-over; None where *caller* may not see one."""
    seat = seat_of(reading, caller, found.agency, today)
    for one in found.dossiers:
        dossier = present(reading.get(t.DOSSIERS, one))
        yield one, dossier if sees(caller, seat, dossier) else None


def refusals_seen(
    reading: Reading, caller: Caller, found: HandOver, today: Day
) -> dict[DossierId, str]:
    """Why the archive refused what it did, of the dossiers that *caller* may see."""
    if not found.refused:
        return {}
    shown = dossiers_in_hand_over(reading, caller, found, today)
    return {one: found.refused[one] for one, dossier in shown if dossier and one in found.refused}
