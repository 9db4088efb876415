"""Texts and names as they come in: composed (NFC), within their limits, told by their path.

Rules for the file: pure. What is too long is refused, never cut (Decree 30/2020, Annex VI gives
the lengths); a path is written as in the request, `$.components[0].name`.
"""

import re
from datetime import date
from typing import Annotated

from msgspec import Meta

from indexer.vietnamese import nfc
from repository.errors import Kind, Trouble
from repository.model.agencies import Scheme
from repository.model.codes import given_code
from repository.model.days import UNBOUNDED, Day
from repository.model.ids import AgencyCode, BadIdentifier, parse_agency_code

MAX_AGENCY_NAME = 200
"""Characters; Decree 30/2020, Annex VI: OrganName."""
MAX_ISSUER = 200
"""Characters; Annex VI: OrganName."""
MAX_NUMBER_PART = 11
"""Characters; Annex VI: CodeNumber."""
MAX_NOTATION = 30
"""Characters; Annex VI: CodeNotation."""
MAX_SYMBOL = MAX_NUMBER_PART + 1 + MAX_NOTATION
"""Characters of number, slash and notation together."""
MAX_KIND = 100
"""Characters; Annex VI: TypeName."""
MAX_SUBJECT = 1000
"""Characters; Annex VI says 500, Circular 05/2025 says 1,000: the larger is kept."""
MAX_FILE_NAME = 255
"""Characters of a file's name."""
MAX_DECISION = 100
"""Characters of an act as it is cited: `1663/NQ-UBTVQH15 ngày 16/6/2025`."""
MAX_FONDS = 20
"""Characters of a fonds' code."""
MAX_TITLE = 200
"""Characters of a register's title and of a token's label."""
MAX_REASON = 500
"""Characters of a reason somebody gives."""
MAX_COMPONENTS = 500
"""Files of one document."""

# How fields look, for whoever reads the schema; here they are judged after they were composed.
AgencyCodeText = Annotated[
    str,
    Meta(extra_json_schema={"pattern": r"^[A-Z][0-9]{2}(\.[0-9A-Z]{1,10})*$", "maxLength": 35}),
]
ShortName = Annotated[
    str, Meta(extra_json_schema={"pattern": "^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"})
]
DayText = Annotated[str, Meta(extra_json_schema={"pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"})]
BlobText = Annotated[str, Meta(extra_json_schema={"pattern": "^blake3:[0-9a-f]{64}$"})]
Line = Annotated[str, Meta(extra_json_schema={"minLength": 1})]
"""A text that may not be empty."""

# Control characters (Unicode's Cc), and signs that turn the reading direction of what follows: no
# office writes them, forgers do. One search: every registration is looked through by the keeper.
_UNCLEAN = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHORT_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class FieldMissing(Trouble):
    """The field {path} may not be empty."""

    kind = Kind.INVALID
    vietnamese = "Trường {path} không được để trống."


class FieldTooLong(Trouble):
    """The field {path} has {length} characters, the limit is {limit}; nothing is cut."""

    kind = Kind.INVALID
    vietnamese = "Trường {path} dài {length} ký tự, giới hạn là {limit}; hệ thống không tự cắt bớt."


class FieldUnclean(Trouble):
    """The field {path} holds a control character or a sign that turns the reading direction."""

    kind = Kind.INVALID
    vietnamese = "Trường {path} chứa ký tự điều khiển hoặc ký tự đảo chiều chữ."


class FieldUnfit(Trouble):
    """The field {path} must be {expected}."""

    kind = Kind.INVALID
    vietnamese = "Trường {path} phải có dạng: {expected}."


def line(path: str, given: str, *, limit: int, required: bool = False) -> str:
    """Give one line of text composed and with single spaces; refuse what does not fit.

    Raise `FieldMissing`, `FieldTooLong` or `FieldUnclean`.
    """
    text = " ".join(nfc(given).split())
    _check_length(path, text, limit=limit, required=required)
    if _UNCLEAN.search(text):
        raise FieldUnclean(path=path)
    return text


def file_name(path: str, given: str) -> str:
    """Give the name of a file, composed, otherwise as it came: it is data, never a place.

    Raise `FieldMissing` or `FieldTooLong`.
    """
    name = nfc(given)
    _check_length(path, name, limit=MAX_FILE_NAME, required=True)
    return name


def short_name(path: str, given: str) -> str:
    """Give *given* when it is 1 to 40 of `a-z 0-9 -`; raise `FieldUnfit` otherwise."""
    if not _SHORT_NAME.fullmatch(given):
        raise FieldUnfit(path=path, expected="1–40 × [a-z0-9-]")
    return given


def day(path: str, given: str) -> date:
    """Read a day as `YYYY-MM-DD`; raise `FieldUnfit` for anything else."""
    try:
        if _DAY.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass  # a month 13 or a 30 February
    raise FieldUnfit(path=path, expected="YYYY-MM-DD")


def some_day(path: str, given: str) -> Day:
    """Read a day as `YYYY-MM-DD`, or none; raise `FieldUnfit` for anything else."""
    return Day(day(path, given).isoformat()) if given else UNBOUNDED


def coded(path: str, scheme: Scheme, given: str) -> str:
    """Read a code by the rules of *scheme*; raise `FieldUnfit` for anything else."""
    try:
        return given_code(scheme, given)
    except BadIdentifier as error:
        raise FieldUnfit(path=path, expected=str(error.facts["expected"])) from error


def agency_code(path: str, given: str) -> AgencyCode:
    """Read an agency code strictly; raise `FieldUnfit` for anything else."""
    try:
        return parse_agency_code(given)
    except BadIdentifier as error:
        raise FieldUnfit(path=path, expected="H20.14 (QĐ 20/2020/QĐ-TTg)") from error


def _check_length(path: str, text: str, *, limit: int, required: bool) -> None:
    if required and not text.strip():
        raise FieldMissing(path=path)
    if len(text) > limit:
        raise FieldTooLong(path=path, length=len(text), limit=limit)
