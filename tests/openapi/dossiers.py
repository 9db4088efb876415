"""Dossiers in every state, with what is asked of them asked once."""

from typing import Any, NamedTuple

import httpx

RETENTION = {"years": 10}


class Made(NamedTuple):
    """Identifiers, by kind."""

    dossiers: list[str]
    items: list[str]
    file_lists: list[str]
    hand_overs: list[str]
    entries: list[str]


def sown(client: httpx.Client, agency: str, documents: list[str], blob: str) -> Made:
    """File lists, dossiers and hand-overs of *agency*; *documents* and *blob* are its own."""
    lists = _lists(client, agency)
    made = [_dossier(client, agency, n) for n in range(5)]
    items = _items(client, made[0], documents, blob)
    for number, one in enumerate(made[1:4]):
        document = _registered(client, agency, number)
        _added(client, one, {"document": document, "pages": 2})
        ended = {"act": "close", "ended": "2020-05-01", "reason": "thử"}
        _post(client, f"{one}/actions", ended)
    hand_overs = _handed(client, agency, [url.rpartition("/")[2] for url in made[1:4]])
    _patched(client, made[0])
    for path in ("", "/actions", "/check", "/history", "/items", "/print"):
        _looked(client, made[0] + path)
    _looked(client, f"/v1/dossiers?agency={agency}")
    _looked(client, f"/v1/dossiers:print?agency={agency}")
    _looked(client, f"/v1/documents/{documents[0]}/dossiers")
    names = [url.rpartition("/")[2] for url in made]
    return Made(names, items, lists, hand_overs, ["01", "02"])


def _lists(client: httpx.Client, agency: str) -> list[str]:
    urls = [
        _post(client, f"/v1/agencies/{agency}/file-lists", {"year": year})["url"]
        for year in (1999, 2000)
    ]
    entries = [{"symbol": one, "title": "Hồ sơ", "retention": RETENTION} for one in ("01", "02")]
    for url in urls:
        body, headers = {"entries": entries}, {"If-Match": "*"}
        client.put(f"{url}/entries", json=body, headers=headers).raise_for_status()
        for path in ("", "/entries", "/print"):
            _looked(client, url + path)
    _post(client, f"{urls[1]}/issue", {"decision": "1/QĐ"})
    _looked(client, f"/v1/agencies/{agency}/file-lists")
    return [url.rpartition("/")[2] for url in urls]


def _dossier(client: httpx.Client, agency: str, number: int) -> str:
    given = {
        "agency": agency,
        "symbol": f"sown-{number}",
        "title": f"Hồ sơ {number}",
        "retention": RETENTION,
        "login": "nva",
        "started": "2020-01-01",
    }
    return _post(client, "/v1/dossiers", given)["url"]


def _registered(client: httpx.Client, agency: str, number: int) -> str:
    """A document that nobody has in hand."""
    paper = {"agency": agency, "register": "den", "direction": "incoming", "subject": "Cho hồ sơ"}
    key = {"Idempotency-Key": f"sown-for-dossier-{number}"}
    return _post(client, "/v1/registrations", paper, key)["id"]


def _items(client: httpx.Client, url: str, documents: list[str], blob: str) -> list[str]:
    paper = {"title": "Biên bản", "blob": blob, "name": "biên bản.pdf"}
    _added(client, url, *({"document": one} for one in documents[:4]), paper)
    listed = client.get(f"{url}/items").raise_for_status().json()["items"]
    names = [one["id"] for one in listed]
    headers = {"If-Match": "*"}
    _post(client, f"{url}/items/{names[0]}/move", {"before": names[2]}, headers)
    client.delete(f"{url}/items/{names[1]}", headers=headers).raise_for_status()
    _looked(client, f"{url}/items/{names[4]}/file")
    return [names[0], *names[2:]]


def _handed(client: httpx.Client, agency: str, dossiers: list[str]) -> list[str]:
    asked = [
        _post(client, f"/v1/agencies/{agency}/hand-overs", {"dossiers": [one]}) for one in dossiers
    ]
    _post(client, f"{asked[0]['url']}/actions", {"act": "settle"})
    for path in ("", "/actions", "/print"):
        _looked(client, asked[0]["url"] + path)
    _looked(client, f"/v1/agencies/{agency}/hand-overs")
    return [one["id"] for one in asked]


def _added(client: httpx.Client, url: str, *items: dict[str, Any]) -> None:
    _post(client, f"{url}/items", {"items": list(items)}, {"If-Match": "*"})


def _patched(client: httpx.Client, url: str) -> None:
    headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    client.patch(url, content=b'{"note": "x"}', headers=headers).raise_for_status()


def _looked(client: httpx.Client, path: str) -> None:
    for method in ("GET", "HEAD"):
        client.request(method, path).raise_for_status()


def _post(
    client: httpx.Client, path: str, body: Any, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    answer = client.post(path, json=body, headers=headers)
    assert answer.status_code < 300, answer.text
    return answer.json()
