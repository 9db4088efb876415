"""Who writes, signs, receives and forwards what: the corpus as a plan, before any byte exists.

Pure and seeded: the same scale gives the same plan. The shares are assumptions, not field
data; they are dealt out by quota, not drawn, so that a small corpus keeps the proportions of
the whole one.

Shares of pages and recipients were set by hand so that whole files come to 0.44 of naive, as in
an earlier corpus of the same description; then they were frozen. No storage scheme was looked at.
"""

import enum
import functools
import operator
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

Value = TypeVar("Value")

SEED = 1_884
"""Frozen with the shape: figures are comparable only over one and the same plan."""
AGENCIES = 40
FULL_SCALE = 400
"""Documents of the whole corpus."""

SHARE_OF_ATTACHED = 0.20
SHARE_OF_CERTIFYING = 0.15


class Kind(enum.StrEnum):
    """How the paper came to be a file."""

    DIGITAL = "digital"
    SCAN = "scan"
    MIXED = "mixed"
    """Typeset, with one scanned page behind it."""
    DOCX = "docx"


class Stage(enum.StrEnum):
    """How far along the office's line a version stands."""

    DRAFT = "draft"
    INITIALLED = "initialled"
    SIGNED = "signed"
    SEALED = "sealed"
    CERTIFIED = "certified"
    ATTACHED = "attached"


SHARES_OF_KINDS: dict[Kind, float] = {Kind.DIGITAL: 0.62, Kind.SCAN: 0.23, Kind.MIXED: 0.15}
SHARES_OF_PAGES: dict[int, float] = {
    1: 0.52, 2: 0.27, 3: 0.11, 4: 0.05, 5: 0.03, 6: 0.02,
}  # fmt: skip
SHARES_OF_RECIPIENTS: dict[int, float] = {
    1: 0.17, 2: 0.21, 3: 0.20, 4: 0.16, 5: 0.11, 6: 0.07, 7: 0.05, 8: 0.03,
}  # fmt: skip
"""1 to 8, mean 3.4."""
SHARES_OF_FORWARDS: dict[int, float] = {1: 0.25, 2: 0.25, 3: 0.25, 4: 0.25}

CHAIN = (Stage.DRAFT, Stage.INITIALLED, Stage.SIGNED, Stage.SEALED)
"""What the issuing office keeps of every document, in the order it signs."""


class Certification(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient's certified copy (sao y) and how many others it is forwarded to."""

    agency: int
    forwards: int


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One document of the plan, from draft to the last forwarded copy."""

    number: int
    kind: Kind
    pages: int
    agency: int
    recipients: int
    certifications: tuple[Certification, ...]
    attached: bool
    """Whether a .docx travels with it to every recipient."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One naive copy reaching somebody's store: which version of which paper."""

    paper: int
    stage: Stage
    certification: int = 0
    """Which certification of the paper, for the stage `CERTIFIED`; else 0."""


def papers(documents: int) -> tuple[Paper, ...]:
    """The plan of *documents* papers."""
    dice = random.Random(SEED)
    kinds = _dealt(SHARES_OF_KINDS, documents, dice)
    pages = _dealt(SHARES_OF_PAGES, documents, dice)
    recipients = _dealt(SHARES_OF_RECIPIENTS, documents, dice)
    attached = set(dice.sample(range(documents), round(documents * SHARE_OF_ATTACHED)))
    certifications = _certifications(recipients, dice)
    return tuple(
        Paper(
            number=number,
            kind=kinds[number],
            pages=pages[number],
            agency=dice.randrange(AGENCIES),
            recipients=recipients[number],
            certifications=certifications[number],
            attached=number in attached,
        )
        for number in range(documents)
    )


def signing_agencies(plan: Sequence[Paper]) -> list[int]:
    """Every agency that signs, seals or certifies in *plan*."""
    certifying = {made.agency for paper in plan for made in paper.certifications}
    return sorted(certifying | {paper.agency for paper in plan})


def arrivals(plan: Sequence[Paper]) -> tuple[Arrival, ...]:
    """Every naive copy of *plan* in the order of arrival: papers overlap, stages do not."""
    dice = random.Random(SEED + 1)
    timed: list[tuple[float, int, Arrival]] = []
    for paper in plan:
        for moment, arrival in _life(paper, dice):
            timed.append((moment, len(timed), arrival))
    return tuple(arrival for _, _, arrival in sorted(timed, key=lambda entry: entry[:2]))


def _life(paper: Paper, dice: random.Random) -> list[tuple[float, Arrival]]:
    """The copies of one paper with their moments; a paper begins at its number."""

    def copy(stage: Stage, certification: int = 0) -> Arrival:
        return Arrival(paper=paper.number, stage=stage, certification=certification)

    def later(moment: float) -> float:
        return moment + dice.uniform(0.2, 4.0)

    moment = float(paper.number)
    life: list[tuple[float, Arrival]] = []
    if paper.attached:
        life.append((moment, copy(Stage.ATTACHED)))
    for stage in CHAIN:
        life.append((moment, copy(stage)))
        moment = later(moment)
    for _ in range(paper.recipients):
        life += _delivery(later(moment), copy, paper)
    for index, certification in enumerate(paper.certifications):
        certified = later(later(moment))
        life.append((certified, copy(Stage.CERTIFIED, index)))
        for _ in range(certification.forwards):
            life.append((later(certified), copy(Stage.CERTIFIED, index)))
    return life


def _delivery(
    moment: float, copy: Callable[[Stage], Arrival], paper: Paper
) -> list[tuple[float, Arrival]]:
    delivered = [(moment, copy(Stage.SEALED))]
    return [*delivered, (moment, copy(Stage.ATTACHED))] if paper.attached else delivered


def _certifications(
    recipients: Sequence[int], dice: random.Random
) -> list[tuple[Certification, ...]]:
    """Deal the certified copies over all recipients of all papers."""
    everyone = [number for number, count in enumerate(recipients) for _ in range(count)]
    chosen = dice.sample(everyone, round(len(everyone) * SHARE_OF_CERTIFYING))
    forwards = _dealt(SHARES_OF_FORWARDS, len(chosen), dice)
    dealt: list[list[Certification]] = [[] for _ in recipients]
    for number, count in zip(chosen, forwards, strict=True):
        agency = dice.randrange(AGENCIES)
        dealt[number].append(Certification(agency=agency, forwards=count))
    return [tuple(certifications) for certifications in dealt]


def _dealt(shares: dict[Value, float], count: int, dice: random.Random) -> list[Value]:
    """*count* values in the proportions of *shares* (largest remainders), shuffled."""
    # One addition after another, as the plan was frozen: since Python 3.12 `sum` carries what
    # rounding loses, and of equal remainders another one comes first.
    whole = functools.reduce(operator.add, shares.values())
    wanted = {value: share * count / whole for value, share in shares.items()}
    dealt = [value for value, quota in wanted.items() for _ in range(int(quota))]
    rests = sorted(wanted, key=lambda value: int(wanted[value]) - wanted[value])
    dealt += rests[: count - len(dealt)]
    dice.shuffle(dealt)
    return dealt
