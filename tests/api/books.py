"""Words for what offices do with registers."""

import itertools
from typing import Any

from falcon.testing import Result

from tests.api.conftest import Node
from tests.api.office import Office

_KEYS = itertools.count(1)


def the_book(node: Node, code: str = "di", agency: str = "H20.14") -> str:
    """The address of a register."""
    listed = node.province.get(f"/v1/agencies/{agency}/registers").json["registers"]
    return next(one["url"] for one in listed if one["code"] == code)


def a_book(node: Node, code: str = "moi", **changes: Any) -> str:
    """A new register of H20.14; its address."""
    plain = {"code": code, "direction": "outgoing", "title": "Sổ mới"}
    answer = node.province.post("/v1/agencies/H20.14/registers", plain | changes)
    assert answer.status_code == 201, answer.text
    return answer.json["url"]


def reserves(office: Office, book: str, key: str = "", **changes: Any) -> Result:
    asked = {"holder": "Phòng Hành chính", "reason": "Chờ lãnh đạo ký"} | changes
    headers = {"Idempotency-Key": key or f"reserve-{next(_KEYS)}"}
    return office.post(f"{book}/numbers", asked, headers)


def voids(office: Office, book: str, number: int, reason: str = "Ghi nhầm", **rest: Any) -> Result:
    return office.post(f"{book}/numbers/{number}/void", {"reason": reason} | rest)


def states(office: Office, book: str, **query: Any) -> dict[int, str]:
    """Every number of the register, with what it stands for."""
    listed = office.get(f"{book}/numbers", params=query).json["numbers"]
    return {one["number"]: one["state"] for one in listed}


def finds(office: Office, book: str, number: int, key: str = "", **changes: Any) -> Result:
    """Enter a row as found."""
    row = {"period": 2019, "number": number, "day": "2019-05-06", "subject": "Việc cũ"} | changes
    return office.post(f"{book}/entries", row, {"Idempotency-Key": key or f"row-{next(_KEYS)}"})


def closes(office: Office, book: str, **asked: Any) -> Result:
    return office.post(f"{book}/closings", asked)


def problem(answer: Result) -> str:
    return answer.json["type"].removeprefix("/problems/")
