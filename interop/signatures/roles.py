"""As what each signature was made: as declared, else as owner, kind of file and order suggest."""

from collections.abc import Sequence
from typing import NamedTuple

from interop.signatures.context import Context, FileContext, FileKind
from interop.signatures.dimensions import Owner, Role
from interop.signatures.owners import Owned
from interop.signatures.verdicts import SignatureFacts

OWNERS: dict[Role, Owner] = {
    Role.INITIAL: Owner.PERSON,
    Role.AUTHORISED: Owner.PERSON,
    Role.ORGANISATION: Owner.ORGANISATION,
    Role.STAMP: Owner.ORGANISATION,
    Role.INCOMING: Owner.ORGANISATION,
    Role.COPY: Owner.ORGANISATION,
    Role.ANNEX: Owner.ORGANISATION,
}
"""Whose certificate each role asks for (NĐ 30/2020/NĐ-CP, Articles 32 and 33)."""
_OF_ORGANISATION = {
    FileKind.MAIN: Role.ORGANISATION,
    FileKind.ANNEX: Role.ANNEX,
    FileKind.COPY: Role.COPY,
}


class Signed(NamedTuple):
    """One signature with its owner and its role."""

    facts: SignatureFacts
    owner: Owned
    role: Role
    declared: bool


def entitled(owner: Owned, facts: SignatureFacts, context: Context) -> bool:
    """Say whether *owner* held a post that may sign for the issuer when it was signed."""
    agencies = context.stands_for(context.issuer)
    return any(
        post.person == owner.id
        and post.signs
        and (not context.issuer or post.agency in agencies)
        and post.on(facts.signed)
        for post in context.posts or ()
    )


def with_roles(
    owned: Sequence[tuple[SignatureFacts, Owned]], context: Context, file: FileContext
) -> list[Signed]:
    """Every signature, in order, with its role."""
    authorised = _authorised(owned, context, file)
    signed: list[Signed] = []
    for number, (facts, owner) in enumerate(owned):
        declared = file.roles.get(facts.field)
        role = declared or _inferred(number, authorised, owner, signed, context, file)
        signed.append(Signed(facts, owner, role, declared is not None))
    return signed


def _authorised(
    owned: Sequence[tuple[SignatureFacts, Owned]], context: Context, file: FileContext
) -> int | None:
    """Which one, undeclared, is taken for the authorised person's: the last before the seal."""
    before: list[int] = []
    for number, (facts, owner) in enumerate(owned):
        if owner.kind is Owner.ORGANISATION:
            break
        if owner.kind is Owner.PERSON and facts.field not in file.roles:
            before.append(number)
    if Role.AUTHORISED in file.roles.values() or file.kind is not FileKind.MAIN:
        return None
    may = [number for number in before if entitled(owned[number][1], owned[number][0], context)]
    return (may or before or [None])[-1]


def _inferred(
    number: int,
    authorised: int | None,
    owner: Owned,
    earlier: Sequence[Signed],
    context: Context,
    file: FileContext,
) -> Role:
    sealed = any(one.role in _OF_ORGANISATION.values() for one in earlier)
    if owner.kind is Owner.ORGANISATION:
        if not sealed:
            return _OF_ORGANISATION[file.kind]
        own = not context.issuer or owner.agency in context.stands_for(context.issuer)
        return Role.STAMP if own else Role.INCOMING
    if owner.kind is Owner.PERSON:
        if number == authorised:
            return Role.AUTHORISED
        return Role.OTHER if sealed else Role.INITIAL
    return Role.UNKNOWN
