"""A served store with something of everything, so that requests find what they ask for."""

import hashlib
import threading
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
from blake3 import blake3

from tests.openapi import dossiers
from tests.openapi.draft_seeds import sown_drafts

AGENCY, NEIGHBOUR = "H20.14", "H20.15"
PAPER = b"%PDF-1.7 van ban %%EOF"
TUS = {"Tus-Resumable": "1.0.0"}
PATIENCE_SECONDS = 60


class Seeds(NamedTuple):
    """What was put into the store, as addresses and bodies name it."""

    blobs: list[str]
    documents: list[str]
    registers: list[str]
    tokens: list[str]
    """Tokens that nobody needs: they may be revoked."""
    tags: list[str]
    uploads: list[str]
    """Uploads in chunks: not begun to be sent, half sent, whole."""
    acts: list[str]
    """Acts of reorganisation whose day is far: they may be taken back."""
    posts: list[str]
    receipts: list[str]
    delegations: list[str]
    logins: list[str]
    relations: list[str]
    drafts: list[str]
    dispatches: list[str]
    authorities: list[str]
    dossiers: list[str]
    items: list[str]
    file_lists: list[str]
    hand_overs: list[str]
    entries: list[str]
    jobs: list[str]
    """Jobs that have ended, with results."""


def sown(address: str, bearer: str) -> Seeds:
    """Put something of everything into the store at *address*; *bearer* may do all."""
    headers = {"Authorization": f"Bearer {bearer}"}
    with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_SECONDS) as client:
        registers = _registers(client)
        blobs = [_blob(client, PAPER + bytes([n])) for n in range(3)]
        documents = [_document(client, n, blobs) for n in range(6)]
        tokens = [_token(client, n) for n in range(3)]
        uploads = [_upload(client, sent) for sent in (0, 8, len(PAPER), 8, 0)]
        client.delete(f"/v1/uploads/{uploads.pop()}", headers=TUS).raise_for_status()
        for path in ("/v1/uploads", f"/v1/uploads/{uploads[0]}"):
            client.options(path).raise_for_status()
        client.head(f"/v1/uploads/{uploads[0]}", headers=TUS).raise_for_status()
        commit = {"sha256": hashlib.sha256(PAPER).hexdigest()}
        _post(client, f"/v1/uploads/{uploads[2]}/commit", commit)
        acts = _reorganised(client)
        posts = _staffed(client)
        receipts = _given(client, [one.json() for one in documents])
        delegations = _delegated(client)
        _followed(client, documents[4].json()["id"])
        registers += _books(client, registers[0])
        documents[5] = _refiled(client, documents[5], blobs)
        relations = _related(client, [one.json() for one in documents])
        drafted = sown_drafts(client, AGENCY, NEIGHBOUR, blobs[0])
        made = dossiers.sown(client, AGENCY, [one.json()["id"] for one in documents], blobs[0])
        jobs = _worked(client)
    return Seeds(
        blobs=blobs,
        documents=[one.json()["id"] for one in documents],
        registers=registers,
        tokens=tokens,
        tags=["*", *(one.headers["ETag"] for one in documents)],
        uploads=uploads,
        acts=acts,
        posts=posts,
        receipts=receipts,
        delegations=delegations,
        logins=["nva"],
        relations=relations,
        **drafted._asdict(),
        **made._asdict(),
        jobs=jobs,
    )


def _worked(client: httpx.Client) -> list[str]:
    """A job that was done and fetched, and one that was cancelled."""
    urls = [
        _post(client, "/v1/jobs", {"kind": "check", "structure_only": True}).json()["url"]
        for _ in range(2)
    ]
    client.delete(urls.pop()).raise_for_status()
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 10):
        if client.get(urls[0]).raise_for_status().json()["state"] == "done":
            break
        pause.wait(0.1)
    for method in ("GET", "HEAD"):
        for path in ("/v1/jobs", urls[0], f"{urls[0]}/result"):
            client.request(method, path).raise_for_status()
    return [url.rpartition("/")[2] for url in urls]


def _registers(client: httpx.Client) -> list[str]:
    """Those of both agencies; the first has its own already."""
    _post(client, "/v1/agencies", {"code": NEIGHBOUR, "name": "Sở Y tế"})
    book = {"code": "den", "direction": "incoming", "title": "Sổ đến"}
    other = _post(client, f"/v1/agencies/{NEIGHBOUR}/registers", book).json()
    known = client.get(f"/v1/agencies/{AGENCY}/registers").raise_for_status().json()["registers"]
    return [register["id"] for register in (*known, other)]


def _books(client: httpx.Client, book: str) -> list[str]:
    """Registers of every kind; of *book* a number is reserved and one is void."""
    asked = {"holder": "Văn phòng", "reason": "Chờ ký", "count": 2}
    _post(client, f"/v1/registers/{book}/numbers", asked, {"Idempotency-Key": "sown-reserved"})
    number = f"/v1/registers/{book}/numbers/2"
    _post(client, f"{number}/void", {"reason": "Không ký"})
    paper = f"/v1/registers/{book}/print"
    for path in (number, paper, "/v1/incidents", "/v1/document-types"):
        client.get(path).raise_for_status()
        client.head(path).raise_for_status()
    party = _book(client, "dang", period="term-of-office")
    _post(client, f"/v1/registers/{party}/terms", {"name": "Nhiệm kỳ I", "first": "2025-10-15"})
    old = _book(client, "cu", historical=True)
    row = {"period": 2019, "number": 7, "day": "2019-05-06", "subject": "Việc cũ"}
    _post(client, f"/v1/registers/{old}/entries", row, {"Idempotency-Key": "sown-row"})
    _post(client, f"/v1/registers/{old}/closings", {"period": 2019})
    return [party, old]


def _book(client: httpx.Client, code: str, **changes: Any) -> str:
    plain = {"code": code, "direction": "incoming", "title": "Sổ"}
    return _post(client, f"/v1/agencies/{AGENCY}/registers", plain | changes).json()["id"]


def _reorganised(client: httpx.Client) -> list[str]:
    """Two agencies through time: one named, coded, with a fonds, to be merged into the other."""
    one, other = "H20.16", "H20.17"
    for code in (one, other):
        _post(client, "/v1/agencies", {"code": code, "name": f"Sở {code}"})
    _post(client, f"/v1/agencies/{one}/names", {"name": "Sở Nội vụ", "since": "2026-01-02"})
    code = {"scheme": "qcvn102", "value": "000.00.16.H20", "since": "2026-01-02"}
    _post(client, f"/v1/agencies/{one}/identifiers", code)
    _post(client, f"/v1/agencies/{one}/fonds", {"code": "SNV"})
    act = {"kind": "transfer", "sources": [one], "targets": [other], "effective": "2199-01-01"}
    acts = [
        _post(client, "/v1/reorganisations", act | {"decision": f"{n}/QĐ-UBND"}).json()["url"]
        for n in range(3)
    ]
    client.delete(acts[0]).raise_for_status()
    return [url.rpartition("/")[2] for url in acts]


def _staffed(client: httpx.Client) -> list[str]:
    """A unit with somebody in it."""
    _post(client, f"/v1/agencies/{AGENCY}/units", {"code": "VP", "name": "Văn phòng"})
    client.post("/v1/people", json={"login": "nva", "name": "Nguyễn Văn A"}).raise_for_status()
    asked = {"login": "nva", "duty": "officer", "unit": "VP", "since": "2020-01-01"}
    given = _post(client, f"/v1/agencies/{AGENCY}/posts", asked).json()
    client.post(given["end_url"], json={"until": "2199-01-01"}).raise_for_status()
    return [given["id"]]


def _given(client: httpx.Client, documents: list[dict[str, Any]]) -> list[str]:
    """Papers in somebody's hand; of one something was done."""
    lines = [{"role": "lead", "login": "nva", "due": "2199-01-01"}]
    given = [
        _post(client, f"{one['url']}/receipts", {"lines": lines}).json()["receipts"][0]
        for one in documents[:3]
    ]
    client.post(f"{given[0]['url']}/actions", json={"act": "remind"}).raise_for_status()
    for method in ("GET", "HEAD"):
        why = f"{documents[0]['url']}/access?login=nva"
        client.request(method, why).raise_for_status()
    asked = {"label": "bàn", "person": "nva"}
    bearer = _post(client, "/v1/tokens", asked).json()["bearer"]
    desk = {"Authorization": f"Bearer {bearer}"}
    for path in ("/v1/work", "/v1/session"):
        for method in ("GET", "HEAD"):
            client.request(method, path, headers=desk).raise_for_status()
    client.delete("/v1/session", headers=desk).raise_for_status()
    return [one["id"] for one in given]


def _related(client: httpx.Client, documents: list[dict[str, Any]]) -> list[str]:
    """Relations of a document, of which one was withdrawn."""
    one, *others = documents
    stated = [
        _post(client, f"{one['url']}/relations", {"kind": "forwards", "target": other["id"]})
        for other in others[:3]
    ]
    url, tag = stated[0].json()["url"], stated[0].headers["ETag"]
    for path in (url, f"{one['url']}/relations"):
        client.get(path).raise_for_status()
        client.head(path).raise_for_status()
    withdrawn = client.request("DELETE", url, json={"reason": "Nhầm"}, headers={"If-Match": tag})
    withdrawn.raise_for_status()
    return [answer.json()["id"] for answer in stated]


def _refiled(client: httpx.Client, paper: httpx.Response, blobs: list[str]) -> httpx.Response:
    """A document that got an annex, and another main file."""
    url = f"{paper.json()['url']}/files"
    annex = {"role": "annex", "blob": blobs[0], "name": "phụ lục.pdf", "number": "I"}
    seen = {"If-Match": paper.headers["ETag"]}
    added = _post(client, url, {"files": [annex]}, seen)
    main = {"role": "main", "blob": blobs[1], "name": "bản đúng.pdf"}
    told = {"file": main, "reason": "Tải nhầm"}
    seen = {"If-Match": added.headers["ETag"]}
    return client.put(f"{url}/0", json=told, headers=seen).raise_for_status()


def _delegated(client: httpx.Client) -> list[str]:
    """A leader who has delegated, and taken one delegation back."""
    client.post("/v1/people", json={"login": "gd", "name": "Trần Thị B"}).raise_for_status()
    asked = {"login": "gd", "duty": "leader", "since": "2020-01-01"}
    _post(client, f"/v1/agencies/{AGENCY}/posts", asked)
    bearer = _post(client, "/v1/tokens", {"label": "lãnh đạo", "person": "gd"}).json()["bearer"]
    desk = {"Authorization": f"Bearer {bearer}"}
    until = datetime.now(UTC) + timedelta(days=30)
    asked = {"login": "nva", "until": until.isoformat()}
    every = f"/v1/agencies/{AGENCY}/delegations"
    given = [_post(client, every, asked, desk).json() for _ in range(3)]
    client.post(f"{given[0]['url']}/withdraw").raise_for_status()
    for path in (every, given[1]["url"]):
        for method in ("GET", "HEAD"):
            client.request(method, path).raise_for_status()
    return [one["id"] for one in given]


def _followed(client: httpx.Client, document: str) -> None:
    """What is asked of deadlines once there are some."""
    _post(client, "/v1/calendar", {"years": [2030], "days": [{"day": "2030-01-01", "kind": "off"}]})
    row = {"document": document, "lines": [{"role": "support", "login": "gd", "working_days": 3}]}
    lines = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "sown-lines"}
    client.post("/v1/receipts:batch", json=row, headers=lines).raise_for_status()
    start = "start=2026-03-02&working_days=5"
    for path in (f"/v1/directions?agency={AGENCY}", "/v1/calendar", f"/v1/calendar/due?{start}"):
        for method in ("GET", "HEAD"):
            client.request(method, path).raise_for_status()


def _blob(client: httpx.Client, content: bytes) -> str:
    name = f"blake3:{blake3(content).hexdigest()}"
    client.put(f"/v1/blobs/{name}", content=content).raise_for_status()
    return name


def _document(client: httpx.Client, number: int, blobs: list[str]) -> httpx.Response:
    main = {"role": "main", "blob": blobs[number % len(blobs)], "name": "công văn.pdf"}
    paper = {
        "agency": AGENCY,
        "register": "den",
        "direction": "incoming",
        "subject": f"Về việc rà soát hộ tịch lần {number}",
        "components": [main],
    }
    _post(client, "/v1/registrations:look", paper)
    return _post(client, "/v1/registrations", paper, {"Idempotency-Key": f"sown-{number}"})


def _upload(client: httpx.Client, sent: int) -> str:
    """An upload of `PAPER`, of which *sent* bytes have come."""
    begun = client.post("/v1/uploads", headers=TUS | {"Upload-Length": str(len(PAPER))})
    url = begun.raise_for_status().headers["Location"]
    chunk = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    client.patch(url, content=PAPER[:sent], headers=chunk).raise_for_status()
    return url.rpartition("/")[2]


def _token(client: httpx.Client, number: int) -> str:
    asked = {"label": f"thử {number}", "rights": ["read"], "agencies": [AGENCY]}
    return _post(client, "/v1/tokens", asked).json()["id"]


def _post(
    client: httpx.Client, path: str, body: Any, headers: dict[str, str] | None = None
) -> httpx.Response:
    return client.post(path, json=body, headers=headers).raise_for_status()
