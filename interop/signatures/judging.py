"""The rules between signatures, posts, numbers and files (NĐ 30/2020/NĐ-CP): pure, per document.

What the file alone tells comes from a `Verifier` and is the same for everybody; what stands here
depends on the document and is never kept with the file. Without a context nothing is judged here.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from interop.signatures.context import Context, FileContext, FileKind, Stage
from interop.signatures.dimensions import Appearance, Order, Owner, Remark, Role
from interop.signatures.owners import owner_of
from interop.signatures.placing import appearance_for
from interop.signatures.roles import OWNERS, Signed, entitled, with_roles
from interop.signatures.verdicts import FileFacts, FileVerdict, SignatureVerdict

SEALS = {Role.ORGANISATION, Role.ANNEX, Role.COPY}
_SYMBOL = re.compile(r"\b\d{1,7}\s*/\s*[\w-]+(?:[/-][\w-]+)*", re.UNICODE)


def judged(facts: FileFacts, at: datetime, context: Context | None, name: str) -> FileVerdict:
    """The verdict about the file *name* for the moment *at*, from what it tells and the context."""
    own = [one for one in facts.signatures if not one.archival]
    stamps = [one for one in facts.signatures if one.archival]
    known = context or Context()
    file = known.file(name)
    owned = [(one, owner_of(one.certificate, known, one.signed or at)) for one in own]
    signed = with_roles(owned, known, file)
    verdicts = [
        _verdict(one, _order(number, signed, context, file)) for number, one in enumerate(signed)
    ]
    verdicts += [
        SignatureVerdict(facts=one, role=Role.OTHER, appearance=one.appearance) for one in stamps
    ]
    remarks = list(facts.remarks)
    if context is not None and facts.signatures:
        remarks += [*_against_registered(facts, file), *_missing(signed, file)]
    return FileVerdict(
        facts=facts,
        signatures=tuple(sorted(verdicts, key=lambda one: one.facts.end)),
        remarks=tuple(dict.fromkeys(remarks)),
        at=at,
    )


def _verdict(one: Signed, order: tuple[Order, ...]) -> SignatureVerdict:
    return SignatureVerdict(
        facts=one.facts,
        owner=one.owner.kind,
        owner_id=one.owner.id,
        agency=one.owner.agency,
        role=one.role,
        role_declared=one.declared,
        appearance=_appearance(one),
        order=order,
    )


def _appearance(one: Signed) -> tuple[Appearance, ...]:
    return appearance_for(one.facts, one.role if one.declared or one.role in SEALS else Role.OTHER)


# Between signatures.


def _order(
    number: int, signed: Sequence[Signed], context: Context | None, file: FileContext
) -> tuple[Order, ...]:
    if context is None:
        return (Order.NOT_JUDGED,)
    one, earlier = signed[number], signed[:number]
    found = [
        *_about_owner(one, earlier, context),
        *_about_turn(one, earlier, file),
        *_about_copy(one, earlier),
        *_about_number(one, context),
    ]
    return tuple(dict.fromkeys(found)) or (Order.KEPT,)


def _about_owner(one: Signed, earlier: Sequence[Signed], context: Context) -> list[Order]:
    sealed = any(before.role in SEALS for before in earlier)
    if one.owner.kind is Owner.UNKNOWN:
        return [Order.ADDED_LATER if sealed and not one.declared else Order.OWNER_UNKNOWN]
    if OWNERS.get(one.role, one.owner.kind) is not one.owner.kind:
        return [Order.ROLE_CONTRADICTED]
    wrong = _lacking(one, context)
    if wrong is not None:
        return [wrong if one.owner.agency else Order.OWNER_UNKNOWN]
    return [Order.ADDED_LATER] if sealed and one.role is Role.OTHER else []


def _lacking(one: Signed, context: Context) -> Order | None:
    """What the owner lacks for the role, a post or the right agency; None for nothing."""
    if one.role is Role.AUTHORISED and context.posts is not None:
        return None if entitled(one.owner, one.facts, context) else Order.NOT_ENTITLED
    if one.role in {Role.ORGANISATION, Role.STAMP, Role.ANNEX} and context.issuer:
        own = one.owner.agency in context.stands_for(context.issuer)
        return None if own else Order.OTHER_AGENCY
    return None


def _about_turn(one: Signed, earlier: Sequence[Signed], file: FileContext) -> list[Order]:
    """The organisation only over the authorised signature (Article 32(2)(d)); initials before it."""
    authorised = any(before.role is Role.AUTHORISED for before in earlier)
    # One whose owner is not known may be it: that is told where it stands.
    open_yet = any(before.role is Role.UNKNOWN for before in earlier)
    first = not authorised and not open_yet
    if one.role is Role.ORGANISATION and file.kind is FileKind.MAIN and first:
        return [Order.BEFORE_AUTHORISED]
    if one.role is Role.INITIAL and authorised:
        return [Order.INITIAL_LATE]
    return []


def _about_copy(one: Signed, earlier: Sequence[Signed]) -> list[Order]:
    """Between electronic files there is no certified copy (Article 25), and no stamp by this key."""
    over = any(before.facts.end < one.facts.end for before in earlier)
    outside = one.role is Role.INCOMING or (one.role is Role.COPY and over)
    return [Order.OUTSIDE_DECREE] if outside else []


def _about_number(one: Signed, context: Context) -> list[Order]:
    """An annex in a file of its own shows the document's number (Appendix I, item 8b)."""
    if one.role is not Role.ANNEX or not context.number:
        return []
    shown = {_plain(found[0]) for found in _SYMBOL.finditer(one.facts.text)}
    if _plain(context.number) in shown:
        return []
    symbols = [one for one in shown if not _DATE.fullmatch(one)]
    return [Order.OTHER_NUMBER] if symbols else [Order.NUMBER_UNSEEN]


_DATE = re.compile(r"\d{1,2}/\d{1,2}(/\d{2,4})?")


def _plain(symbol: str) -> str:
    plain = "".join(unicodedata.normalize("NFC", symbol).casefold().split())
    return plain.lstrip("0").replace("\u2013", "-").replace("\u2010", "-")


# About the whole file.


def _against_registered(facts: FileFacts, file: FileContext) -> list[Remark]:
    """A file that was registered before goes on from its last revision, or it is another one."""
    if not file.revisions:
        return []
    newest = max(file.revisions, key=lambda one: one.length)
    if newest.length in facts.begins:
        return []
    fewer = len(facts.signatures) < max(one.signatures for one in file.revisions)
    older = facts.size < newest.length and (bool(facts.begins) or fewer)
    return [Remark.ROLLBACK if older or fewer else Remark.NOT_THE_REGISTERED]


def _missing(signed: Sequence[Signed], file: FileContext) -> list[Remark]:
    """What an original needs: the authorised person and the organisation (Article 5(1))."""
    roles = {one.role for one in signed}
    if Role.UNKNOWN in roles:
        return []
    if file.kind is FileKind.COPY:
        return [] if Role.COPY in roles else [Remark.COPY_NOT_BY_ORGANISATION]
    if file.kind is FileKind.ANNEX:
        return [] if Role.ANNEX in roles else [Remark.MISSING_ORGANISATION]
    missing: list[Remark] = []
    if Role.AUTHORISED not in roles:
        missing.append(Remark.MISSING_AUTHORISED)
    if Role.ORGANISATION not in roles and file.stage is Stage.ISSUED:
        missing.append(Remark.MISSING_ORGANISATION)
    return missing
