"""What documents are about: topics with their phrases, and figures drawn into the phrases."""

import random
import tomllib
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from importlib import resources

import msgspec


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field of administration with sentences to choose from (see subjects.toml)."""

    name: str
    matter: str
    decision: str
    action: str
    basis: tuple[str, ...]
    reasons: tuple[str, ...]
    tasks: tuple[str, ...]
    results: tuple[str, ...]
    limits: tuple[str, ...]
    figures: tuple[str, ...]


def all_topics() -> tuple[Topic, ...]:
    """Every topic; texts are NFC."""
    text = resources.files("tools.province").joinpath("subjects.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(unicodedata.normalize("NFC", text))["topic"]
    return tuple(msgspec.convert(row, Topic) for row in rows)


class Figures(dict[str, str]):
    """The words in braces of a phrase; a figure is drawn anew at each use, a commune is kept.

    Give it to `str.format_map`. Unknown words raise `KeyError`: a mistake in subjects.toml.
    """

    def __init__(self, rng: random.Random, day: date, communes: tuple[str, ...]) -> None:
        super().__init__(
            month=printed_month(day.month),
            quarter=("I", "II", "III", "IV")[(day.month - 1) // 3],
            year=str(day.year),
            commune=rng.choice(communes),
        )
        self._drawn: dict[str, Callable[[], str]] = {
            "few": lambda: f"{rng.randint(3, 29):02d}",
            "many": lambda: _thousands(rng.choice((1, 1, 1, 10)) * rng.randint(112, 989)),
            "percent": lambda: f"{rng.randint(61, 98)},{rng.randint(1, 9)}",
            "money": lambda: f"{_thousands(rng.randint(2, 2400))},{rng.randint(1, 9)}",
            "day": lambda: written_date(day + timedelta(days=rng.randint(7, 45))),
        }

    def __missing__(self, word: str) -> str:
        return self._drawn[word]()


def written_date(day: date) -> str:
    """A date inside a sentence, `05/3/2026`: zeros before days below 10 and months below 3."""
    return f"{day.day:02d}/{printed_month(day.month)}/{day.year}"


def printed_month(month: int) -> str:
    """The month as printed: `02`, `3` (Decree 30/2020, Annex I: 0 before months 1 and 2)."""
    return f"{month:02d}" if month < 3 else str(month)


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")
