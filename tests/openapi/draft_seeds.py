"""Drafts at several steps, documents that were issued and sent, a written authority to sign."""

from typing import Any, NamedTuple

import httpx

BOOK = {"code": "di-thao", "direction": "outgoing", "title": "Sổ đi", "notation": "STP"}
STAFF = (("lanh-dao", "leader", ""), ("truong-vp", "head", "VP"), ("soan-thao", "officer", "VP"))
ANY = {"If-Match": "*"}


class DraftSeeds(NamedTuple):
    """What was put there."""

    drafts: list[str]
    dispatches: list[str]
    authorities: list[str]


def sown_drafts(client: httpx.Client, agency: str, neighbour: str, blob: str) -> DraftSeeds:
    """Put them into *agency*; *client* may do all, and *blob* is stored."""
    where = f"/v1/agencies/{agency}"
    _post(client, f"{where}/registers", BOOK)
    desks = [_desk(client, where, *one) for one in STAFF]
    authorities = _authorities(client, where)
    looked(client, f"{where}/drafting-rule")
    client.put(f"{where}/drafting-rule", json={"initials": []}).raise_for_status()
    paper = client.get(f"/v1/blobs/{blob}").raise_for_status().content
    client.put(f"/v1/blobs/{blob}", content=paper, headers=desks[2]).raise_for_status()
    drafts = [_submitted(client, desks, agency, blob) for _ in range(4)]
    for url in drafts[1:]:
        _act(client, url, {"act": "check-form"})
        _act(client, url, {"act": "approve"}, desks[0])
    for n, url in enumerate(drafts[2:]):
        _act(client, url, {"act": "sign"}, desks[0])
        _act(client, url, {"act": "number", "register": "di-thao"}, {"Idempotency-Key": f"so-{n}"})
    documents = [_issued(client, url, neighbour) for url in drafts[3:]]
    for path in ("", "/actions", "/history", "/versions", "/versions/1/files/0"):
        looked(client, drafts[0] + path)
    looked(client, "/v1/drafts")
    dispatches = [line for url in documents for line in _sent(client, url, neighbour)]
    return DraftSeeds([url.rpartition("/")[2] for url in drafts], dispatches, authorities)


def _desk(client: httpx.Client, where: str, login: str, duty: str, unit: str) -> dict[str, str]:
    _post(client, "/v1/people", {"login": login, "name": login})
    _post(client, f"{where}/posts", {"login": login, "duty": duty, "unit": unit})
    token = _post(client, "/v1/tokens", {"label": "bàn", "person": login}).json()
    return {"Authorization": f"Bearer {token['bearer']}"}


def _authorities(client: httpx.Client, where: str) -> list[str]:
    """One that holds, one that was withdrawn."""
    asked = {"granter": "lanh-dao", "holder": "truong-vp", "document": "1/GUQ", "matter": "Ký"}
    days = {"since": "2026-01-01", "until": "2199-01-01"}
    made = [_post(client, f"{where}/signing-authorities", asked | days).json() for _ in range(2)]
    looked(client, f"{where}/signing-authorities")
    client.post(made[1]["withdraw_url"]).raise_for_status()
    return [one["id"] for one in made]


def _submitted(client: httpx.Client, desks: list[dict[str, str]], agency: str, blob: str) -> str:
    """A draft that waits for the form to be checked; its address."""
    main = {"role": "main", "blob": blob, "name": "dự thảo.pdf"}
    drafted = {"subject": "Về việc hộ tịch", "kind": "Công văn", "files": [main]}
    url = _post(client, "/v1/drafts", {"agency": agency, "drafted": drafted}, desks[2]).json()[
        "url"
    ]
    _act(client, url, {"act": "submit", "signer": "lanh-dao"}, desks[2])
    _act(client, url, {"act": "check-content"}, desks[1])
    return url


def _issued(client: httpx.Client, url: str, neighbour: str) -> str:
    """The address of the document that a numbered draft becomes."""
    _act(client, url, {"act": "seal"})
    sent = [{"agency": neighbour}, {"name": "Công ty A"}, {"name": "Công ty B"}]
    return _act(client, url, {"act": "issue", "recipients": sent})["document_url"]


def _sent(client: httpx.Client, url: str, neighbour: str) -> list[str]:
    """The lines of a document that is recalled; to one somebody has answered."""
    looked(client, f"{url}/dispatches")
    lines = client.get(f"{url}/dispatches").json()["dispatches"]
    for path in ("", "/actions"):
        looked(client, lines[0]["url"] + path)
    _act(client, lines[0]["url"], {"act": "receive"})
    _post(client, f"{url}/recall", {"reason": "Sai"})
    looked(client, f"/v1/agencies/{neighbour}/dispatches")
    return [one["id"] for one in lines]


def looked(client: httpx.Client, path: str) -> None:
    """Ask for *path*, with its body and without."""
    client.get(path).raise_for_status()
    client.head(path).raise_for_status()


def _act(
    client: httpx.Client, url: str, body: dict[str, Any], headers: dict[str, str] | None = None
) -> dict[str, Any]:
    return _post(client, f"{url}/actions", body, ANY | (headers or {})).json()


def _post(
    client: httpx.Client, path: str, body: Any, headers: dict[str, str] | None = None
) -> httpx.Response:
    answer = client.post(path, json=body, headers=headers)
    assert answer.is_success, f"{path}: {answer.text}"
    return answer
