"""Bearer tokens: issued once, kept as a digest, known again in constant time.

The text form is `vk_<id>_<secret>`. The secret is made outside the keeper and never reaches
it: the command carries its digest.
"""

import base64
import hmac
import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from api.services import fields
from api.services.access import given, inherited, present
from api.services.agencies import named_agency
from api.services.organisation import UnknownPerson, login_of
from api.services.persons import person_calling
from repository.blobs.address import digest_of
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.organisation import person_by_login
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command, Keeper
from repository.model import events as e
from repository.model.access import Caller, Right, Token, authorize_everywhere
from repository.model.days import day_of
from repository.model.ids import AgencyId, PersonId, TokenId

SECRET_BYTES = 32
MAX_AGENCIES = 1000
"""Agencies one token may name; whoever needs more takes `every_agency`."""
_BEARER = re.compile(r"vk_([0-9a-f]{32})_([0-9A-Za-z_-]{43})")
_NOBODY = bytes(32)


class TokenAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token as it is asked for; this is also the body of the request."""

    label: fields.Line
    """For the people who look after tokens: who uses it, for what."""
    rights: tuple[Right, ...] = ()
    """At least one, unless it is a person's."""
    agencies: tuple[fields.AgencyCodeText, ...] = ()
    """Codes of agencies; none where it holds for all of them."""
    every_agency: bool = False
    expires: Annotated[datetime, Meta(tz=True)] | None = None
    """With a zone; None = never."""
    person: str = ""
    """Login of the person whose token it is: then their posts say what it may do, and neither
    `rights` nor `agencies` are given."""
    cleared: bool = False
    """A program's that works on restricted papers too."""


class TokenIssue(msgspec.Struct, frozen=True, kw_only=True):
    """A new token with its text form, which is shown this once."""

    token: Token
    bearer: str


class IssueToken(Command[Token], frozen=True, kw_only=True, tag="issue-token"):
    """Issue a token whose secret has *digest*."""

    asked: TokenAsked
    digest: bytes


class RevokeToken(Command[None], frozen=True, kw_only=True, tag="revoke-token"):
    """Let a token hold no longer."""

    token: str


class UnknownCaller(Trouble):
    """Show a valid bearer token: `Authorization: Bearer vk_…`."""

    kind = Kind.UNKNOWN_CALLER
    vietnamese = "Cần mã truy cập hợp lệ: `Authorization: Bearer vk_…`."


def issue(
    keeper: Keeper, caller: Caller, asked: TokenAsked, *, entropy: Callable[[int], bytes]
) -> TokenIssue:
    """Issue a token for *caller*; its secret is in the answer and nowhere else."""
    secret = base64.urlsafe_b64encode(entropy(SECRET_BYTES)).rstrip(b"=").decode()
    command = IssueToken(caller=caller, asked=asked, digest=digest_of(secret.encode()))
    token = keeper.submit(command)
    return TokenIssue(token=token, bearer=f"vk_{token.id}_{secret}")


def decide_issue_token(change: Change, command: IssueToken) -> Token:
    """Let the token be issued; raise `NotAllowed`, `UnknownAgency` or of `fields`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    asked = command.asked
    body = e.TokenIssued(
        id=TokenId(change.new_id()),
        digest=command.digest,
        label=fields.line("$.label", asked.label, limit=fields.MAX_TITLE, required=True),
        agencies=_agencies(change, asked),
        rights=_rights(asked),
        every_agency=asked.every_agency,
        expires=_expires(change, asked),
        person=_person(change, asked),
        cleared=_cleared(asked),
    )
    change.record(body)
    return present(change.token(body.id))


def decide_revoke_token(change: Change, command: RevokeToken) -> None:
    """Let the token be revoked; twice is harmless. Raise `NotAllowed` or `Hidden`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    token = present(change.token(TokenId(given(command.token))))
    if not token.revoked:
        change.record(e.TokenRevoked(id=token.id))


def caller_of(reading: Reading, bearer: str, now: datetime) -> Caller:
    """Who shows *bearer* at *now*.

    Raise `UnknownCaller`, the same for a token unknown, wrong, expired or revoked.
    """
    match = _BEARER.fullmatch(bearer)
    token = reading.token(TokenId(match[1])) if match else None
    shown = digest_of(match[2].encode() if match else b"")
    fits = hmac.compare_digest(shown, token.digest if token else _NOBODY)
    if token is None or not fits or not _holds_at(token, now):
        raise UnknownCaller
    if token.person:
        return _known(person_calling(reading, token.person, now))
    return Caller(
        name=f"token:{token.id}",
        rights=frozenset(token.rights),
        agencies=frozenset(token.agencies),
        every_agency=token.every_agency,
        inherited=_inherited(reading, token, now),
        clearance=token.cleared,
    )


def _inherited(reading: Reading, token: Token, now: datetime) -> frozenset[AgencyId]:
    reads = Right.READ in token.rights
    return inherited(reading, token.agencies, day_of(now)) if reads else frozenset()


def _known(caller: Caller | None) -> Caller:
    if caller is None:
        raise UnknownCaller
    return caller


def all_tokens(reading: Reading, caller: Caller) -> tuple[Token, ...]:
    """Every token ever issued, oldest first; raise `NotAllowed` unless administering all."""
    authorize_everywhere(caller, Right.ADMINISTER)
    return tuple(token for _, token in reading.scan(t.TOKENS))


def _holds_at(token: Token, now: datetime) -> bool:
    return not token.revoked and (token.expires == 0 or now.timestamp() * 1_000_000 < token.expires)


def _agencies(change: Change, asked: TokenAsked) -> tuple[AgencyId, ...]:
    if len(asked.agencies) > MAX_AGENCIES:
        raise fields.FieldUnfit(path="$.agencies", expected=f"0–{MAX_AGENCIES}")
    if asked.person:
        if asked.agencies or asked.every_agency:
            raise fields.FieldUnfit(path="$.agencies", expected="[] (person)")
        return ()
    if bool(asked.agencies) is asked.every_agency:
        raise fields.FieldUnfit(path="$.agencies", expected="[…] ⊻ every_agency")
    return tuple(
        named_agency(change, f"$.agencies[{n}]", code).id for n, code in enumerate(asked.agencies)
    )


def _person(change: Change, asked: TokenAsked) -> PersonId:
    if not asked.person:
        return PersonId("")
    person = person_by_login(change, login_of("$.person", asked.person))
    if person is None:
        raise UnknownPerson(path="$.person", login=asked.person)
    return person.id


def _cleared(asked: TokenAsked) -> bool:
    if asked.person and asked.cleared:
        raise fields.FieldUnfit(path="$.cleared", expected="false (person)")
    return asked.cleared


def _rights(asked: TokenAsked) -> tuple[Right, ...]:
    if asked.person:
        if asked.rights:
            raise fields.FieldUnfit(path="$.rights", expected="[] (person)")
        return ()
    if not asked.rights:
        raise fields.FieldMissing(path="$.rights")
    return tuple(right for right in Right if right in asked.rights)


def _expires(change: Change, asked: TokenAsked) -> int:
    if asked.expires is None:
        return 0
    if asked.expires <= change.stamp.at:
        raise fields.FieldUnfit(path="$.expires", expected="RFC 3339 (+07:00), > now")
    return round(asked.expires.timestamp() * 1_000_000)
