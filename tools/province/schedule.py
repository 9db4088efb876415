"""What happens in which order: issuing, certifying copies, and the numbers that registers give.

Pure. Every agency has one outgoing register that begins at 01, so the number of an act is its
place among its agency's acts.
"""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import msgspec

from tools.province.agencies import ProvinceAgency
from tools.province.documents import VIETNAM_TIME
from tools.province.drafts import COPY_ABBREVIATION, Draft

COPY_SHARE = 0.15
"""Share of receivers that certify a copy and forward it, as in the bench's corpus."""
MAX_FORWARDED = 4
_CLOSING = time(16, 45)


class Issuance(msgspec.Struct, frozen=True, kw_only=True):
    """A document gets its number and goes out."""

    draft: Draft
    number: int
    moment: datetime

    @property
    def agency(self) -> ProvinceAgency:
        """Who issues."""
        return self.draft.issuer

    @property
    def symbol(self) -> str:
        """Number and notation as printed: `05/QĐ-UBND`."""
        return f"{self.number:02d}/{self.draft.notation}"


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver certifies a copy (sao y) of what it received and sends it on."""

    original: Issuance
    agency: ProvinceAgency
    receivers: tuple[str, ...]
    number: int
    moment: datetime

    @property
    def notation(self) -> str:
        """What follows the number: `SY-SNV`."""
        return f"{COPY_ABBREVIATION}-{self.agency.short}"

    @property
    def symbol(self) -> str:
        """Number and notation as printed: `06/SY-SNV`."""
        return f"{self.number:02d}/{self.notation}"


ProvinceAct = Issuance | Copy


class _Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An act without its number yet."""

    moment: datetime
    agency: ProvinceAgency
    draft: int
    receivers: tuple[str, ...] | None = None
    """Of a copy; None for the issuance itself."""


def schedule(
    drafts: Sequence[Draft], agencies: Sequence[ProvinceAgency], *, seed: int
) -> tuple[ProvinceAct, ...]:
    """All acts in order of time, numbered; a copy comes after what it copies, the same day."""
    rng = random.Random(f"copies {seed}")
    wishes: list[_Wish] = []
    for index, draft in enumerate(drafts):
        wishes.append(_Wish(moment=draft.issued, agency=draft.issuer, draft=index))
        wishes += _copies(rng, index, draft, agencies)
    return _numbered(sorted(wishes, key=lambda wish: wish.moment), drafts)


def _copies(
    rng: random.Random,
    index: int,
    draft: Draft,
    agencies: Sequence[ProvinceAgency],
) -> list[_Wish]:
    """Copies go, the same day, to agencies that nobody has sent the document yet."""
    have = {draft.issuer.code, *draft.receivers}
    closing = datetime.combine(draft.issued.date(), _CLOSING, VIETNAM_TIME)
    copies: list[_Wish] = []
    for agency in agencies:
        if agency.code not in draft.receivers or rng.random() > COPY_SHARE:
            continue
        free = [other.code for other in agencies if other.code not in have]
        receivers = tuple(rng.sample(free, min(len(free), rng.randint(1, MAX_FORWARDED))))
        moment = min(draft.issued + timedelta(minutes=rng.randint(20, 240)), closing)
        if receivers:
            copies.append(_Wish(moment=moment, agency=agency, draft=index, receivers=receivers))
            have |= set(receivers)
    return copies


def _numbered(wishes: Sequence[_Wish], drafts: Sequence[Draft]) -> tuple[ProvinceAct, ...]:
    numbers: Counter[str] = Counter()
    issued: dict[int, Issuance] = {}
    parts: list[ProvinceAct] = []
    for wish in wishes:
        numbers[wish.agency.code] += 1
        number = numbers[wish.agency.code]
        if wish.receivers is None:
            issuance = Issuance(draft=drafts[wish.draft], number=number, moment=wish.moment)
            issued[wish.draft] = issuance
            parts.append(issuance)
        else:
            parts.append(
                Copy(
                    original=issued[wish.draft],
                    agency=wish.agency,
                    receivers=wish.receivers,
                    number=number,
                    moment=wish.moment,
                )
            )
    return tuple(parts)
