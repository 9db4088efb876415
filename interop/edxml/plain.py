"""Texts of elements as values and back: composed, without spaces around them, without surprises."""

import re
import unicodedata
from datetime import date, datetime

from interop.edxml.shapes import Sort
from repository.model.days import VIETNAM_TIME

Plain = str | int | date | datetime

_NUMBER = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2}):([0-9]{2})")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
# XML 1.0, 2.2: what may not stand in a document, even escaped.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')
MAX_FILE_NAME = 150
"""Characters of a name under which a file may be offered."""

EXPECTED = {
    Sort.NUMBER: "a number",
    Sort.DAY: "a day, yyyy/MM/dd",
    Sort.MOMENT: "a moment, yyyy/MM/dd HH:mm:ss",
}


def tidy(text: str) -> str:
    r"""*text* composed (NFC), without the spaces around it, line ends as XML has them.

    >>> tidy(" Quye\u0302\u0301t\r\n")
    'Quyết'
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def writable(text: str) -> bool:
    """Whether XML can carry *text*."""
    return _ILLEGAL.search(text) is None


def mail_like(text: str) -> bool:
    """Whether *text* has the form of an address of mail."""
    return _MAIL.fullmatch(text) is not None


def value_of(sort: Sort, text: str) -> Plain | None:
    """What *text*, which is tidy and not empty, says as a *sort*; None when it does not.

    >>> value_of(Sort.DAY, "2023/03/14 00:00:00"), value_of(Sort.NUMBER, "-1")
    (datetime.date(2023, 3, 14), None)
    """
    if sort is Sort.CID:
        return text.removeprefix("cid:")
    if sort is Sort.NUMBER:
        return int(text) if _NUMBER.fullmatch(text) else None
    if sort in (Sort.DAY, Sort.MOMENT):
        return _time_of(sort, text)
    return text


def text_of(sort: Sort, value: Plain) -> str:
    """*value* as the text of an element."""
    if isinstance(value, datetime):
        local = value.astimezone(VIETNAM_TIME)
        return f"{_shown(local)} {local:%H:%M:%S}"
    if isinstance(value, date):
        return _shown(value)
    if sort is Sort.CID:
        return f"cid:{tidy(str(value))}"
    return tidy(str(value))


def safe_name(name: str) -> str:
    """*name* as one under which a file may be offered: no path, no control character, not long.

    >>> safe_name("../../etc/Quyết định: 12.pdf"), safe_name("  ")
    ('Quyết định 12.pdf', 'tep')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    clean = _UNSAFE.sub("", last).strip(" .") or "tep"
    if len(clean) <= MAX_FILE_NAME:
        return clean
    stem, dot, extension = clean.rpartition(".")
    if not dot or len(extension) > 10:
        return clean[:MAX_FILE_NAME]
    return stem[: MAX_FILE_NAME - len(extension) - 1] + dot + extension


def extension_of(name: str) -> str:
    """What stands behind the last dot of *name*, in small letters; empty where there is none."""
    _, dot, extension = name.strip().rpartition(".")
    return extension.casefold() if dot else ""


def _time_of(sort: Sort, text: str) -> date | datetime | None:
    day, _, time = text.partition(" ")
    found, clock = _DAY.fullmatch(day), _TIME.fullmatch(time.strip())
    if found is None or (time and clock is None):
        return None
    hours = [int(part) for part in clock.groups()] if clock else [0, 0, 0]
    try:
        moment = datetime(*map(int, found.groups()), *hours, tzinfo=VIETNAM_TIME)  # type: ignore[arg-type]
    except ValueError:
        return None
    return moment if sort is Sort.MOMENT else moment.date()


def _shown(day: date) -> str:
    return f"{day.year:04}/{day.month:02}/{day.day:02}"
