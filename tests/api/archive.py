"""An agency whose people make dossiers and hand them over."""

import itertools
import json
from typing import Any

from falcon.testing import Result

from tests.api.conftest import Node
from tests.api.office import Office, a_draft, a_file

STAFF = (
    ("van-thu", "clerk", ""),
    ("giam-doc", "leader", ""),
    ("truong-phong", "head", "HT"),
    ("chuyen-vien", "officer", "HT"),
    ("nguoi-khac", "officer", "VP"),
    ("luu-tru", "archivist", ""),
)
_SYMBOLS = itertools.count(1)
FIVE_YEARS = {"years": 5}


class Bureau:
    """H20.14 with its people, each at a desk."""

    def __init__(self, node: Node) -> None:
        self.node = node
        for code, name in (("HT", "Phòng Hộ tịch"), ("VP", "Văn phòng")):
            node.province.post("/v1/agencies/H20.14/units", {"code": code, "name": name})
        for login, duty, unit in STAFF:
            node.province.post("/v1/people", {"login": login, "name": login.title()})
            post = {"login": login, "duty": duty, "unit": unit, "title": duty}
            assert node.province.post("/v1/agencies/H20.14/posts", post).status_code == 201
        desks = [node.desk(login) for login, _, _ in STAFF]
        self.clerk, self.leader, self.head, self.officer, self.other, self.archivist = desks

    def opens(self, office: Office | None = None, **changes: Any) -> dict[str, Any]:
        """A dossier of the officer's."""
        answer = self.tries_to_open(office, **changes)
        assert answer.status_code == 201, answer.text
        return answer.json

    def tries_to_open(self, office: Office | None = None, **changes: Any) -> Result:
        plain: dict[str, Any] = {
            "agency": "H20.14",
            "symbol": f"{next(_SYMBOLS)}.HT",
            "title": "Hồ sơ rà soát hộ tịch",
            "retention": FIVE_YEARS,
        }
        return (office or self.officer).post("/v1/dossiers", plain | changes)

    def paper(self, to: str = "chuyen-vien", **changes: Any) -> dict[str, Any]:
        """An outgoing document with a file of its own, done by whoever has it."""
        return self._given(to, **a_draft(**self._with_file(changes)))

    def arrival(self, to: str = "chuyen-vien", **changes: Any) -> dict[str, Any]:
        """An incoming document, done by whoever has it."""
        plain = {"symbol": "12/QĐ-UBND", "issued": "2026-02-27", "issuer": "UBND tỉnh"}
        return self._given(to, **self._with_file(plain | {"duplicate_reason": "thử"} | changes))

    def _with_file(self, changes: dict[str, Any]) -> dict[str, Any]:
        if "components" in changes:
            return changes
        content = f"file {next(_SYMBOLS)}".encode()
        self.clerk.brings(content)
        return {"components": [a_file(content)], **changes}

    def _given(self, to: str, **changes: Any) -> dict[str, Any]:
        answer = self.clerk.registers(**changes)
        assert answer.status_code == 201, answer.text
        if to:
            lines = {"lines": [{"role": "lead", "login": to}]}
            given = self.clerk.post(f"{answer.json['url']}/receipts", lines).json["receipts"][0]
            self.node.desk(to).post(f"{given['url']}/actions", {"act": "complete"})
        return answer.json

    def closed(self, **changes: Any) -> dict[str, Any]:
        """A dossier with one paper, closed."""
        dossier = self.opens(**changes)
        assert adds(self.officer, dossier, self.paper()).status_code == 201
        done = does(self.officer, dossier, "close", ended="2026-03-02")
        assert done.status_code == 200, done.text
        return done.json

    def archived(self, **changes: Any) -> dict[str, Any]:
        """A dossier in the archive."""
        dossier = self.closed(**changes)
        does(self.officer, dossier, "offer")
        offered = self.officer.get(dossier["url"]).json["hand_over"]
        settled = self.archivist.post(f"/v1/hand-overs/{offered}/actions", {"act": "settle"})
        assert settled.status_code == 200, settled.text
        return self.archivist.get(dossier["url"]).json


def does(office: Office, dossier: dict[str, Any], act: str, **rest: Any) -> Result:
    return office.post(f"{dossier['url']}/actions", {"act": act, **rest})


def acts(office: Office, dossier: dict[str, Any]) -> list[str]:
    return office.get(f"{dossier['url']}/actions").json["actions"]


def adds(
    office: Office, dossier: dict[str, Any], *papers: dict[str, Any], seen: str = "*"
) -> Result:
    """Put registered documents, or other papers, into a dossier."""
    items = [one if "blob" in one else {"document": one["id"]} for one in papers]
    return office.post(f"{dossier['url']}/items", {"items": items}, {"If-Match": seen})


def amends(office: Office, dossier: dict[str, Any], *, seen: str = "*", **changes: Any) -> Result:
    headers = {"If-Match": seen, "Content-Type": "application/merge-patch+json"}
    return office.ask("PATCH", dossier["url"], headers, body=json.dumps(changes).encode())


def items(office: Office, dossier: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    return office.get(f"{dossier['url']}/items", params=query).json["items"]


def found(office: Office, **query: Any) -> list[str]:
    """The symbols of the dossiers that *office* finds, over all pages."""
    symbols: list[str] = []
    after = ""
    while True:
        asked = {"agency": "H20.14", "limit": 2, "after": after, **query}
        answer = office.get("/v1/dossiers", params=asked)
        assert answer.status_code == 200, answer.text
        symbols += [one["symbol"] for one in answer.json["dossiers"]]
        after = answer.json.get("next", "")
        if not after:
            return symbols


def checks(answer: Result) -> dict[str, str]:
    """What was found, by check: its severity."""
    return {one["check"]: one["severity"] for one in answer.json["findings"]}
