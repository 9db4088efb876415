"""Types of documents (loại văn bản) as dated data: one file of this folder for each family.

A family more, or a decree that replaces one, is a file more: a type is never taken away, it ends.
"""

import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

import msgspec


class DocumentType(msgspec.Struct, frozen=True, kw_only=True):
    """A type of documents, for as long as it is one."""

    family: str
    """`administrative`, `copies`."""
    name: str
    """As the decree names it: `Quyết định (cá biệt)`."""
    abbreviation: str
    """`QĐ`; empty of those that have none: công văn, thư công."""
    archive: str = ""
    """Its code in packages for the archive (Circular 05/2025/TT-BNV), where it has one."""
    valid_from: str
    """Its first day, ISO 8601."""
    valid_to: str = ""
    """Its last day; empty = it is one still."""


class _TypeGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    abbreviation: str = ""
    archive: str = ""
    valid_from: str = msgspec.field(name="from", default="")
    valid_to: str = msgspec.field(name="to", default="")


class _FamilyGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    family: str
    valid_from: str = msgspec.field(name="from")
    valid_to: str = msgspec.field(name="to", default="")
    types: tuple[_TypeGiven, ...]


def parse(told: str) -> tuple[DocumentType, ...]:
    """The types of one family as its file tells them (TOML); raise `msgspec.ValidationError`."""
    family = msgspec.convert(tomllib.loads(told), _FamilyGiven)
    return tuple(
        DocumentType(
            family=family.family,
            name=unicodedata.normalize("NFC", one.name),
            abbreviation=one.abbreviation,
            archive=one.archive,
            valid_from=one.valid_from or family.valid_from,
            valid_to=one.valid_to or family.valid_to,
        )
        for one in family.types
    )


@cache
def known() -> tuple[DocumentType, ...]:
    """Every type that ever was one, family by family in the order of their names."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda one: one.name)
    told = (one.read_text(encoding="utf-8") for one in files if one.name.endswith(".toml"))
    return tuple(one for family in told for one in parse(family))


def on(day: str, types: Iterable[DocumentType] | None = None) -> tuple[DocumentType, ...]:
    """Those of *types* (all that are known unless given) that were types on *day*, ISO 8601."""
    among = known() if types is None else types
    return tuple(one for one in among if one.valid_from <= day <= (one.valid_to or day))


def called(name: str, day: str) -> DocumentType | None:
    """The type that somebody calls *name* on *day*, with or without what stands in brackets."""
    wanted = _plain(name)
    return next((one for one in on(day) if wanted in (_plain(one.name), _bare(one.name))), None)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _bare(name: str) -> str:
    return _plain(name.partition("(")[0])
