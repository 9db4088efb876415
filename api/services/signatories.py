"""Who may sign as what, the written authorities to sign, and what an agency asks for beforehand."""

import msgspec

from api.services import fields
from api.services.access import agency_for, given, present
from api.services.organisation import UnknownPerson, login_of
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.organisation import person_by_login, posts_of
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Right, authorize
from repository.model.days import Day, day_of
from repository.model.ids import AgencyId, AuthorityId, PersonId
from repository.model.metadata import Capacity
from repository.model.people import Duty, Post
from repository.model.signing import (
    CAPACITIES,
    AuthorityDoesNotHold,
    DraftingRule,
    InitialAs,
    MayNotSignSo,
    SigningAuthority,
    authorises,
)

MAX_FOR_WHOM = 100
"""Characters of on whose behalf somebody signs; Annex VI: Position."""
MAX_MATTER = 500
"""Characters of the matter of an authority."""


class GiveAuthority(
    Command[SigningAuthority], frozen=True, kw_only=True, tag="give-signing-authority"
):
    """Enter that a person may sign for a time, by a written authority."""

    agency: str
    granter: str
    """Login of the leader who gave it."""
    holder: str
    """Login of who may sign by it."""
    document: str
    matter: str
    since: str
    until: str


class WithdrawAuthority(
    Command[SigningAuthority], frozen=True, kw_only=True, tag="withdraw-signing-authority"
):
    """Let an authority hold no longer."""

    authority: str


class RuleDrafting(Command[DraftingRule], frozen=True, kw_only=True, tag="rule-drafting"):
    """Say what an agency asks for beyond the decree."""

    agency: str
    initials: tuple[InitialAs, ...] = ()
    checker: str = ""
    """Login; empty = any clerk."""


class SignedAs(msgspec.Struct, frozen=True, kw_only=True):
    """As what somebody signs."""

    capacity: Capacity | None
    """None = in their own right."""
    position: str
    on_behalf_of: str
    authority: AuthorityId


class NotToBeHandedOn(Trouble):
    """{login} leads nothing here today: an authority is given by whoever has it in their own right."""

    kind = Kind.INVALID
    vietnamese = "{login} hiện không phải lãnh đạo cơ quan: chỉ người có thẩm quyền mới ủy quyền, không ủy quyền lại."


class WorksNotHere(Trouble):
    """{login} does not work in this agency today ({path})."""

    kind = Kind.INVALID
    vietnamese = "{login} hiện không làm việc tại cơ quan này ({path})."


def decide_give_authority(change: Change, command: GiveAuthority) -> SigningAuthority:
    """Enter the authority.

    Raise `Hidden`, `NotAllowed`, `UnknownPerson`, `WorksNotHere`, `NotToBeHandedOn` or of `fields`.
    """
    agency = agency_for(change, command.caller, Right.ADMINISTER, command.agency)
    since = Day(fields.day("$.since", command.since).isoformat())
    until = Day(fields.day("$.until", command.until).isoformat())
    if until <= since:
        raise fields.FieldUnfit(path="$.until", expected=f"> {since}")
    granter = colleague(change, agency.id, "$.granter", command.granter)
    held = posts_here(change, agency.id, granter, day_of(change.stamp.at))
    if not any(post.duty is Duty.LEADER for post in held):
        raise NotToBeHandedOn(path="$.granter", login=command.granter)
    told = e.AuthorityTold(
        salt=change.entropy(e.SALT_BYTES),
        document=fields.line(
            "$.document", command.document, limit=fields.MAX_DECISION, required=True
        ),
        matter=fields.line("$.matter", command.matter, limit=MAX_MATTER, required=True),
    )
    holder = colleague(change, agency.id, "$.holder", command.holder)
    body = e.AuthorityGiven(AuthorityId(change.new_id()), granter, holder, since, until)
    change.record(body, agency=agency.id, particulars=told)
    return present(change.get(t.AUTHORITIES, body.id))


def decide_withdraw_authority(change: Change, command: WithdrawAuthority) -> SigningAuthority:
    """Let it hold no longer; twice is harmless. Raise `Hidden` or `NotAllowed`."""
    authority = present(change.get(t.AUTHORITIES, given(command.authority)))
    authorize(command.caller, Right.ADMINISTER, authority.agency)
    if not authority.withdrawn:
        change.record(e.AuthorityWithdrawn(authority.id), agency=authority.agency)
    return present(change.get(t.AUTHORITIES, authority.id))


def decide_rule_drafting(change: Change, command: RuleDrafting) -> DraftingRule:
    """Let the rule hold from now on; raise `Hidden`, `NotAllowed`, `UnknownPerson`, `WorksNotHere`."""
    agency = agency_for(change, command.caller, Right.ADMINISTER, command.agency)
    named = command.checker
    checker = colleague(change, agency.id, "$.checker", named) if named else PersonId("")
    asked = tuple(one for one in InitialAs if one in command.initials)
    change.record(e.DraftingRuled(agency.id, asked, checker), agency=agency.id)
    return DraftingRule(agency=agency.id, initials=asked, checker=checker)


def signed_as(
    change: Change,
    caller: Caller,
    agency: AgencyId,
    capacity: Capacity | None,
    *,
    on_behalf_of: str,
    authority: str,
) -> SignedAs:
    """As what *caller* signs today in *agency*.

    Raise `MayNotSignSo`, `AuthorityDoesNotHold`, `Hidden` or of `fields`.
    """
    terms = CAPACITIES[capacity]
    today = day_of(change.stamp.at)
    held = posts_here(change, agency, caller.person, today)
    signing = [post for post in held if post.duty in terms.duties] if terms.duties else list(held)
    if not signing:
        raise MayNotSignSo(capacity=capacity.value if capacity else "–")
    found = AuthorityId("")
    if capacity is Capacity.BY_AUTHORITY:
        found = _authority(change, caller, agency, authority, today).id
    return SignedAs(
        capacity=capacity,
        position=next((post.title for post in signing if post.title), ""),
        on_behalf_of=fields.line(
            "$.on_behalf_of", on_behalf_of, limit=MAX_FOR_WHOM, required=terms.for_whom
        ),
        authority=found,
    )


def _authority(
    change: Change, caller: Caller, agency: AgencyId, authority: str, today: Day
) -> SigningAuthority:
    if not authority:
        raise fields.FieldMissing(path="$.authority")
    found = present(change.get(t.AUTHORITIES, given(authority)))
    if found.agency != agency or not authorises(found, caller.person, today):
        raise AuthorityDoesNotHold(path="$.authority", day=today)
    return found


def posts_here(reading: Reading, agency: AgencyId, person: PersonId, day: Day) -> tuple[Post, ...]:
    """The posts that *person* holds in *agency* on *day*."""
    return tuple(post for post in posts_of(reading, person, day) if post.agency == agency)


def colleague(change: Change, agency: AgencyId, path: str, login: str) -> PersonId:
    """Who signs in as *login* and works in *agency* today; raise `UnknownPerson`, `WorksNotHere`."""
    known = login_of(path, login)
    person = person_by_login(change, known)
    if person is None:
        raise UnknownPerson(path=path, login=known)
    if not posts_here(change, agency, person.id, day_of(change.stamp.at)):
        raise WorksNotHere(path=path, login=known)
    return person.id
