"""An agency whose people draft, check, sign, seal and issue; each at a desk of their own."""

import itertools
from typing import Any

from falcon.testing import Result

from tests.api.conftest import Node
from tests.api.office import Office, a_file

STAFF = (
    ("van-thu", "clerk", "", "Văn thư"),
    ("giam-doc", "leader", "", "Giám đốc"),
    ("pho-giam-doc", "leader", "", "Phó Giám đốc"),
    ("truong-phong", "head", "HT", "Trưởng phòng"),
    ("chuyen-vien", "officer", "HT", ""),
    ("phong-khac", "officer", "VP", ""),
)
WORDING = b"%PDF-1.7 noi dung %%EOF\n"
SIGNED = WORDING + b"chu ky nguoi co tham quyen %%EOF\n"
SEALED = SIGNED + b"chu ky co quan %%EOF\n"
_KEYS = itertools.count(1)


class Drafting:
    """H20.14 with its people; H20.15 beside it has a clerk."""

    def __init__(self, node: Node) -> None:
        self.node = node
        province = node.province
        for code, name in (("HT", "Phòng Hộ tịch"), ("VP", "Văn phòng")):
            province.post("/v1/agencies/H20.14/units", {"code": code, "name": name})
        for login, duty, unit, title in STAFF:
            self._employs("H20.14", login, duty, unit, title)
        self._employs("H20.15", "van-thu-y-te", "clerk", "", "")
        self.clerk, self.director, self.deputy, self.head, self.drafter, self.other = (
            node.desk(login) for login, *_ in STAFF
        )
        self.neighbour = node.desk("van-thu-y-te")

    def _employs(self, agency: str, login: str, duty: str, unit: str, title: str) -> None:
        self.node.province.post("/v1/people", {"login": login, "name": login.title()})
        post = {"login": login, "duty": duty, "unit": unit, "title": title}
        given = self.node.province.post(f"/v1/agencies/{agency}/posts", post)
        assert given.status_code == 201, given.text

    def opens(self, who: Office | None = None, **changes: Any) -> Result:
        """The drafter opens a draft with one file."""
        drafter = who or self.drafter
        drafter.brings(WORDING)
        drafted = {
            "subject": "Về việc rà soát hộ tịch",
            "kind": "Công văn",
            "files": [a_file(WORDING, "du-thao.pdf")],
        }
        changed = {name: changes.pop(name) for name in tuple(changes) if name in drafted}
        body = {"agency": "H20.14", "drafted": drafted | changed} | changes
        return drafter.post("/v1/drafts", body)

    def acts(
        self, who: Office, draft: dict[str, Any], act: str, *, seen: str = "*", **rest: Any
    ) -> Result:
        """Somebody does something, whatever the draft stands at unless *seen* says otherwise."""
        headers = {"If-Match": seen}
        if act == "number":
            headers["Idempotency-Key"] = rest.pop("key", "") or f"number-{next(_KEYS)}"
        return who.post(f"{draft['url']}/actions", {"act": act, **rest}, headers)

    def does(self, who: Office, draft: dict[str, Any], act: str, **rest: Any) -> dict[str, Any]:
        """The same, and it is done."""
        done = self.acts(who, draft, act, **rest)
        assert done.status_code == 200, done.text
        return done.json

    def approved(self, **changes: Any) -> dict[str, Any]:
        """A draft that the director has approved."""
        draft = self.opens(**changes).json
        self.does(self.drafter, draft, "submit", signer="giam-doc")
        self.does(self.head, draft, "check-content")
        self.does(self.clerk, draft, "check-form")
        return self.does(self.director, draft, "approve")

    def signed(self, **changes: Any) -> dict[str, Any]:
        """One that the director has signed electronically."""
        draft = self.approved(**changes)
        self.director.brings(SIGNED)
        return self.does(self.director, draft, "sign", files=[signed_file()])

    def numbered(self, **changes: Any) -> dict[str, Any]:
        """One that waits for its seal."""
        return self.does(self.clerk, self.signed(**changes), "number", register="di")

    def sealed(self, **changes: Any) -> dict[str, Any]:
        """One that waits to be issued."""
        draft = self.numbered(**changes)
        self.clerk.brings(SEALED)
        return self.does(self.clerk, draft, "seal", files=[a_file(SEALED, "du-thao.pdf")])

    def issued(self, *recipients: dict[str, str], **changes: Any) -> dict[str, Any]:
        """The document that one became."""
        done = self.does(self.clerk, self.sealed(**changes), "issue", recipients=list(recipients))
        return self.clerk.get(done["document_url"]).json

    def told(self, who: Office, draft: dict[str, Any]) -> list[str]:
        """What somebody may do with it now."""
        return who.get(f"{draft['url']}/actions").json["actions"]

    def waiting(self, who: Office) -> list[str]:
        """The drafts that wait for somebody."""
        return [one["id"] for one in who.get("/v1/work").json["drafts"]]


def signed_file() -> dict[str, str]:
    return a_file(SIGNED, "du-thao.pdf")
