"""docs/exchange.md tells the limits, the statuses and the codes as they are."""

import re
from pathlib import Path

import msgspec

from interop.edxml.codes import STATUS_NAMES, BusinessStatus
from interop.edxml.limits import STANDARD

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "exchange.md").read_text(encoding="utf-8")
SOURCES = (ROOT / "interop" / "edxml").glob("*.py")


def test_every_limit_is_told_with_its_value():
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", PAGE, re.MULTILINE))
    limits = {name: str(value) for name, value in msgspec.structs.asdict(STANDARD).items()}

    assert {name: told.get(name) for name in limits} == limits


def test_every_status_is_told_in_both_languages():
    told = {
        row[0]: row[1:]
        for row in re.findall(r"^\| `(\d\d)` \| (.+?) \| (.+?) \|", PAGE, re.MULTILINE)
    }

    assert set(told) == {status.value for status in BusinessStatus}
    for status, (vietnamese, english) in STATUS_NAMES.items():
        assert told[status.value][0] == vietnamese
        assert told[status.value][1].startswith(english)


def test_every_code_that_is_raised_is_told():
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    raised = set(re.findall(r'"((?:[XBM]\.[A-Z]\w+(?:\.\w+)?|[A-Z]+_[A-Z]+))"', text))

    assert {"X.Dtd", "B.Zip", "M.Date", "UNKNOWN_STATUS"} <= raised
    assert {code for code in raised if f"`{code}`" not in PAGE} == set()
