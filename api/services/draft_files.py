"""The files of a draft's versions: which may follow which, looked at before anything is decided.

A signature that is added to a PDF leaves its bytes as they are and stands behind them (ISO 32000-1,
7.5.6). So what was signed, initialled or sealed once is only ever *continued*: whoever brings another
file in its place takes a signature away. That is all that is looked at here. Whether a signature is
there, whose it is and whether it holds is not judged; see `signature_accepted`.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from api.services.blob_access import may_use_blob
from api.services.fields import FieldUnfit
from repository.blobs.address import Naming
from repository.catalogue.drafts import version_of
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.model.access import Caller
from repository.model.documents import Component
from repository.model.drafts import Act, Draft, State
from repository.model.events import ComponentHeld
from repository.model.ids import BlobId
from repository.model.signing import SignatureClaim

MAX_CLAIMS = 50
"""Signatures of which something may be said at once."""


class Compared(msgspec.Struct, frozen=True, array_like=True):
    """Whether the bytes of *now* begin with those of *before*: looked at once, true for ever."""

    before: BlobId
    now: BlobId
    continues: bool


class Following(NamedTuple):
    """Files that are to follow others."""

    act: Act
    before: tuple[Component, ...]
    now: tuple[ComponentHeld, ...]
    signed: bool
    """The files before bear an electronic signature or initials."""


class FilesDiffer(Trouble):
    """Signing adds to files and takes none away: {path} must be the same {expected} files in order."""

    kind = Kind.INVALID
    vietnamese = (
        "Ký chỉ thêm vào tệp, không bỏ tệp nào: {path} phải là đúng {expected} tệp ấy, theo thứ tự."
    )


class NotContinued(Trouble):
    """{path} does not begin with the bytes of the file before it, which would lose what it bears."""

    kind = Kind.CONFLICT
    vietnamese = "{path} không bắt đầu bằng đúng các byte của tệp trước, nên sẽ mất chữ ký đã có."


class FilesMoved(Trouble):
    """The draft has other files by now; look at it and decide again."""

    kind = Kind.PRECONDITION
    vietnamese = "Dự thảo đã có tệp khác; hãy xem lại rồi quyết định."


def compared(
    holdings: Holdings, caller: Caller, before: Iterable[BlobId], now: Iterable[BlobId]
) -> tuple[Compared, ...]:
    """Look pairwise whether files *now* begin with those *before*, as far as *caller* may use them.

    For outside the keeper: it reads as much of each new file as the old one is long.
    """
    return tuple(
        Compared(one, other, _continues(holdings, one, other))
        for one, other in zip(before, now, strict=False)
        if one != other and _usable(holdings, caller, one, other)
    )


def _usable(holdings: Holdings, caller: Caller, before: BlobId, now: BlobId) -> bool:
    with holdings.reading() as reading:
        return reading.stored(before) and may_use_blob(reading, caller, now)


def _continues(holdings: Holdings, before: BlobId, now: BlobId) -> bool:
    length = holdings.blobs.stat(before).size
    if holdings.blobs.stat(now).size <= length:
        return False
    naming = Naming()
    for piece in holdings.blobs.chunks(now, 0, length):
        naming.update(piece)
    return naming.finish() == before


def ground_of(reading: Reading, draft: Draft, act: Act) -> tuple[Component, ...]:
    """The files that those of *act* follow: the present ones, or those signed before a seal was
    refused, when they are signed once more.
    """
    again = act is Act.SIGN and draft.state is State.SEAL_REFUSED and draft.signing
    number = again.base if again else draft.version
    found = version_of(reading, draft, number)
    return found.components if found else ()


def require_following(following: Following, looked: tuple[Compared, ...]) -> tuple[bool, ...]:
    """Return of each file whether it continues the one before.

    Raise `FilesDiffer` where they are not the same files, `NotContinued` where what was signed
    would be lost or initials would stand under another text, `FilesMoved` where others were looked at.
    """
    before, now = following.before, following.now
    if [one.role for one in before] != [one.role for one in now]:
        raise FilesDiffer(path="$.files", expected=len(before))
    known = {(one.before, one.now): one.continues for one in looked}
    told: list[bool] = []
    for n, (one, other) in enumerate(zip(before, now, strict=True)):
        continues = one.blob == other.blob or known.get((one.blob, other.blob))
        if continues is None:
            raise FilesMoved
        if not continues and _must(following):
            raise NotContinued(path=f"$.files[{n}]")
        told.append(continues)
    return tuple(told)


def _must(following: Following) -> bool:
    """Say whether the files after those before have to begin with them.

    Initials stand under the text that is there. The first signature may be on a PDF made for it.
    """
    return following.signed or following.act is Act.INITIAL


def require_claims(claims: tuple[SignatureClaim, ...], *, files: int) -> None:
    """Raise `FieldUnfit` where too much is said, or said of files that were not brought."""
    if len(claims) > MAX_CLAIMS or (claims and not files):
        raise FieldUnfit(path="$.claims", expected=f"0–{MAX_CLAIMS} ($.files)")


def signature_accepted(_act: Act, _claims: tuple[SignatureClaim, ...]) -> bool:
    """Say whether what is known of the signatures in a file lets *act* go on.

    The place where a verdict on the file will be asked for (its digest, the policy, the trust store).
    No signature is judged here yet: what is said of it is kept as a claim, and every claim is let pass.
    """
    return True
