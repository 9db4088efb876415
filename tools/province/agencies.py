"""The agencies (cơ quan) of the invented province: codes, names, posts, registers."""

import tomllib
import unicodedata
from importlib import resources
from typing import Literal

import msgspec

EVERY_TOPIC = "*"

Direction = Literal["incoming", "outgoing"]


class ProvinceRegister(msgspec.Struct, frozen=True, kw_only=True):
    """A register (sổ đăng ký) that an agency needs before documents can be registered."""

    code: str
    direction: Direction
    title: str


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An invented official: post (chức vụ) and name."""

    post: str
    name: str


class ProvinceAgency(msgspec.Struct, frozen=True, kw_only=True):
    """One agency with everyone who may sign or register there."""

    code: str
    """Mã định danh, grammar of QĐ 20/2020/QĐ-TTg: `H20.08.01`."""
    name: str
    short: str
    """Abbreviation used in notations: `SNV` in `QĐ-SNV`."""
    superior: str | None
    """Code of the agency directly above; None for the province itself."""
    place: str
    """Place name printed before the date."""
    leader: Person
    deputies: tuple[Person, ...]
    delegate: Person | None
    """Who signs "TL." for the leader, where somebody may."""
    clerk: str
    """Name of the clerk (văn thư) who gives numbers and seals."""
    units: tuple[str, ...]
    """Drafting units as they appear in the notation of a letter: `SNV-TCCB`."""
    topics: tuple[str, ...]

    @property
    def collective(self) -> bool:
        """Whether the head signs on behalf of a committee, "TM." (Decree 30/2020, Annex I)."""
        return self.name.startswith("Ủy ban nhân dân")

    def writes_about(self, topic: str) -> bool:
        """Whether *topic* is this agency's business."""
        return EVERY_TOPIC in self.topics or topic in self.topics


REGISTERS = (
    ProvinceRegister(code="den", direction="incoming", title="Sổ đăng ký văn bản đến"),
    ProvinceRegister(code="di", direction="outgoing", title="Sổ đăng ký văn bản đi"),
)
"""Every agency of the province keeps these two."""


def province_agencies() -> tuple[ProvinceAgency, ...]:
    """Every agency, superiors before those below them; texts are NFC."""
    text = resources.files("tools.province").joinpath("roster.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(unicodedata.normalize("NFC", text))["agency"]
    return tuple(_agency(msgspec.convert(row, _Row)) for row in rows)


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agency as the roster writes it: persons are pairs (post, name)."""

    code: str
    name: str
    short: str
    superior: str | None = None
    place: str
    leader: tuple[str, str]
    deputies: tuple[tuple[str, str], ...]
    delegate: tuple[str, str] | None = None
    clerk: str
    units: tuple[str, ...]
    topics: tuple[str, ...]


def _agency(row: _Row) -> ProvinceAgency:
    return ProvinceAgency(
        code=row.code,
        name=row.name,
        short=row.short,
        superior=row.superior,
        place=row.place,
        leader=_person(row.leader),
        deputies=tuple(_person(pair) for pair in row.deputies),
        delegate=_person(row.delegate) if row.delegate else None,
        clerk=row.clerk,
        units=row.units,
        topics=row.topics,
    )


def _person(pair: tuple[str, str]) -> Person:
    post, name = pair
    return Person(post=post, name=name)
