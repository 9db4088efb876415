"""A client of the HTTP API: what a program that builds on vankho would write for itself.

>>> with VankhoClient("http://127.0.0.1:8080", token) as vankho:        # doctest: +SKIP
...     with open("cong-van.pdf", "rb") as file:
...         receipt = vankho.store(file, agency="H20.14")
...     document = vankho.register({
...         "agency": "H20.14", "register": "den", "direction": "incoming",
...         "subject": "Về việc rà soát hộ tịch",
...         "components": [{"role": "main", "blob": receipt.id, "name": "cong-van.pdf"}],
...     })
...     vankho.fetch(receipt.id, Path("ban-sao.pdf"))

Files go and come piece by piece and are compared with their names. What may be asked twice is
asked again when the line breaks or the server says that it cannot now; every refusal is a
`Refused` with what the problem told. Fields that are not known yet are passed over.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Self
from urllib.parse import quote

import msgspec

from api.agencies import AgencyView
from api.blob_batch import ObjectView
from api.blobs import ReceiptView
from api.changes import ChangePage, ChangeView
from api.documents import DocumentView
from api.history import RevisionPage, RevisionView
from api.log import ProofView
from api.node import Discovery
from api.registers import RegisterView
from api.registration_batch import LineView
from api.registration_look import Resemblances, ResemblingView
from api.relations import RelationList, RelationView
from api.search import HitView
from api.services.blob_batch import Transfer
from api.services.changes import MAX_WAIT_SECONDS
from api.services.paper import Registration
from api.tokens import TokenView
from tools import batching, downloading, feed, uploading
from tools.batching import Brought
from tools.downloading import Wanted
from tools.http import Client, Patience, decoded
from tools.uploading import Upload

Key = Callable[[], str]


class EntriesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a register."""

    period: int
    entries: tuple[DocumentView, ...]
    next: int = 0
    """The number at which the next page begins; 0 = there is none."""


class FoundPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some hits of a search."""

    total: int
    hits: tuple[HitView, ...]
    next_offset: int = 0


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The log at one size."""

    size: int
    root: str


class _Agencies(msgspec.Struct, frozen=True, kw_only=True):
    agencies: tuple[AgencyView, ...]


class _Registers(msgspec.Struct, frozen=True, kw_only=True):
    registers: tuple[RegisterView, ...]


class _Tokens(msgspec.Struct, frozen=True, kw_only=True):
    tokens: tuple[TokenView, ...]


class BlobHead(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a file without its bytes."""

    id: str
    size: int
    media_type: str


class VankhoClient:
    """The API at an address, asked by the holder of a token; one connection, not for threads."""

    def __init__(
        self,
        address: str,
        token: str = "",
        *,
        patience: Patience | None = None,
        new_key: Key = lambda: uuid.uuid4().hex,
    ) -> None:
        """*new_key* makes an idempotency key where the caller gives none."""
        self.http = Client(address, token, patience=patience)
        self._new_key = new_key

    def close(self) -> None:
        """Give the connection back."""
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def _chunk(self) -> int:
        return uploading.chunk_size(self.http)

    # The node.

    def discovery(self) -> Discovery:
        """What the server offers, and its limits."""
        return self.http.get("/v1", Discovery)

    def checkpoint(self) -> Checkpoint:
        """How long the log is, and the root of its tree."""
        return self.http.get("/v1/log/checkpoint", Checkpoint)

    def proof(self, sequence: int, size: int | None = None) -> ProofView:
        """That the event at *sequence* is among the first *size*; all there are unless given."""
        among = {} if size is None else {"size": size}
        return self.http.get("/v1/log/proof", ProofView, seq=sequence, **among)

    # Files.

    def store(self, stream: BinaryIO, *, agency: str = "") -> ReceiptView:
        """Bring a file; small ones in one request, large ones in chunks. See `uploading.store`."""
        return uploading.store(self.http, stream, chunk=self._chunk, agency=agency)

    def begin_upload(self, stream: BinaryIO, *, agency: str = "") -> Upload:
        """A large file step by step; keep its `address` to go on in another process."""
        return Upload.begin(self.http, stream, chunk=self._chunk, agency=agency)

    def upload_at(self, address: str, stream: BinaryIO) -> Upload:
        """An upload that was begun before, by the same token."""
        return Upload(self.http, stream, address=address, chunk=self._chunk)

    def store_all(self, paths: Iterable[Path], *, agency: str = "") -> Iterator[Brought]:
        """Bring those of many files that are not here yet; see `batching.store_all`."""
        return batching.store_all(self.http, paths, chunk=self._chunk, agency=agency)

    def plan(
        self, transfer: Transfer, files: Mapping[str, int], *, agency: str = ""
    ) -> Iterator[ObjectView]:
        """What to do about each of *files* (name → bytes): send, fetch, or nothing."""
        return batching.plan(self.http, transfer, files, agency)

    def look(self, blob: str) -> BlobHead:
        """What is known of a file; raise `Refused` (404) where it is not for us, or not there."""
        headers = self.http.ask("HEAD", _blob_path(blob)).headers
        return BlobHead(
            id=blob,
            size=int(headers["content-length"]),
            media_type=headers["content-type"],
        )

    def fetch(self, blob: str, into: Path | BinaryIO) -> int:
        """Fetch a file and compare it with its name; say how many bytes.

        A path never holds anything but the whole, right file. Raise `DownloadDiffers`.
        """
        return self._fetched(_blob_path(blob), into, blob)

    def fetch_file(self, document: DocumentView, place: int, into: Path | BinaryIO) -> int:
        """The same for the file at *place* of a document."""
        component = document.components[place]
        return self._fetched(component.url, into, component.blob)

    def pieces(self, blob: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Bytes of a file as they come, not compared with its name; a broken line is mended."""
        return downloading.pieces(self.http, Wanted(_blob_path(blob), offset, length))

    def range_of(self, blob: str, offset: int, length: int) -> bytes:
        """The *length* bytes from *offset*; fewer at the end."""
        return b"".join(self.pieces(blob, offset, length))

    def _fetched(self, path: str, into: Path | BinaryIO, blob: str) -> int:
        if isinstance(into, Path):
            return downloading.fetch_to(self.http, Wanted(path), into, blob=blob)
        return downloading.fetch(self.http, Wanted(path), into, blob=blob)

    # Documents.

    def register(
        self, registration: Registration | Mapping[str, Any], *, key: str = ""
    ) -> DocumentView:
        """Give a document its number.

        With the same *key* again, also from another process, it is the first answer; without
        one, a key is made that holds for the tries of this call.
        """
        key = key or self._new_key()
        return self.http.post("/v1/registrations", registration, DocumentView, key=key)

    def register_all(
        self,
        registrations: Sequence[Registration | Mapping[str, Any]],
        *,
        key: str = "",
        atomic: bool = False,
    ) -> tuple[LineView, ...]:
        """Give many documents their numbers in one decision; see `batching.register_all`."""
        key = key or self._new_key()
        return batching.register_all(self.http, registrations, key=key, atomic=atomic)

    def document(self, document: str) -> DocumentView:
        """A registered document."""
        return self.http.get(_document_path(document), DocumentView)

    def tag(self, document: str) -> str:
        """The entity tag of a document as it stands now."""
        return self.http.ask("HEAD", _document_path(document)).headers["etag"]

    def amend(self, document: str, corrected: Mapping[str, Any], *, tag: str) -> DocumentView:
        """Correct what is noted of a document that still bears *tag*; None takes a text away.

        Raise `Refused` with the problem `document-changed` (412) where it was changed since.
        """
        headers = {"Content-Type": "application/merge-patch+json", "If-Match": tag}
        body = msgspec.json.encode(corrected)
        # Twice is harmless: what stands so already is answered as if it had just been done.
        answer = self.http.ask("PATCH", _document_path(document), body, headers)
        return decoded(answer, DocumentView)

    def history(self, document: str) -> Iterator[RevisionView]:
        """A document at each of its revisions, the first one first."""
        start: int | None = 1
        while start:
            path = _document_path(document) + "/history"
            page = self.http.get(path, RevisionPage, start=start)
            yield from page.revisions
            start = page.next if isinstance(page.next, int) else None

    def resembling(
        self, registration: Registration | Mapping[str, Any]
    ) -> tuple[ResemblingView, ...]:
        """What a document resembles that is registered already, before it gets a number."""
        told = self.http.post("/v1/registrations:look", registration, Resemblances)
        return told.duplicates

    def add_files(
        self, document: str, files: Sequence[Mapping[str, Any]], *, tag: str, reason: str = ""
    ) -> DocumentView:
        """Add files to a document that still bears *tag*: annexes, what was made from paper."""
        body = msgspec.json.encode({"files": files, "reason": reason})
        path, headers = _document_path(document) + "/files", {"If-Match": tag} | _JSON
        return decoded(self.http.ask("POST", path, body, headers), DocumentView)

    def replace_file(
        self, document: str, place: int, file: Mapping[str, Any], *, tag: str, reason: str
    ) -> DocumentView:
        """Put *file* at *place* of a document that still bears *tag*; the one before stays."""
        body = msgspec.json.encode({"file": file, "reason": reason})
        path, headers = f"{_document_path(document)}/files/{place}", {"If-Match": tag} | _JSON
        return decoded(self.http.ask("PUT", path, body, headers), DocumentView)

    def relations(self, document: str) -> Iterator[RelationView]:
        """What a document is to others, and others to it; page by page."""
        after: str | None = ""
        while after is not None:
            path = _document_path(document) + "/relations"
            page = self.http.get(path, RelationList, after=after)
            yield from page.relations
            after = page.next if isinstance(page.next, str) else None

    def relate(self, document: str, kind: str, **other: Any) -> RelationView:
        """State what *document* is to another: `target`, `outside`, `since`."""
        path = _document_path(document) + "/relations"
        return self.http.post(path, {"kind": kind, **other}, RelationView)

    # What happens.

    def changes(self, agency: str, after: int = 0, *, limit: int = 50, wait: int = 0) -> ChangePage:
        """Events of *agency* after number *after*; see `feed.page`."""
        return feed.page(self.http, agency, after, limit=limit, wait=wait)

    def follow(
        self, agency: str, after: int = 0, *, wait: int = MAX_WAIT_SECONDS
    ) -> Iterator[ChangeView]:
        """Every event of *agency* after number *after*, and those to come; see `feed.follow`."""
        return feed.follow(self.http, agency, after, wait=wait)

    def search(self, query: str, **wanted: object) -> FoundPage:
        """One page of hits; *wanted*: `agency`, `limit`, `offset`, `highlight`."""
        told = {name: _parameter(value) for name, value in wanted.items()}
        return self.http.get("/v1/search", FoundPage, q=query, **told)

    def hits(self, query: str, **wanted: object) -> Iterator[HitView]:
        """All hits, page by page."""
        offset: int | None = 0
        while offset is not None:
            page = self.search(query, offset=offset, **wanted)
            yield from page.hits
            offset = page.next_offset or None

    # Agencies and registers.

    def agencies(self) -> tuple[AgencyView, ...]:
        """The agencies that we may know of."""
        return self.http.get("/v1/agencies", _Agencies).agencies

    def open_agency(self, code: str, name: str) -> AgencyView:
        """Declare an agency."""
        return self.http.post("/v1/agencies", {"code": code, "name": name}, AgencyView)

    def registers(self, agency: str) -> tuple[RegisterView, ...]:
        """The registers of an agency."""
        return self.http.get(_registers_path(agency), _Registers).registers

    def open_register(self, agency: str, **given: object) -> RegisterView:
        """Declare a register: `code`, `direction`, `title`, `notation`, `period`, `opening`."""
        return self.http.post(_registers_path(agency), given, RegisterView)

    def entries(self, register: str, **wanted: object) -> Iterator[DocumentView]:
        """The rows of a register in the order of their numbers; *wanted*: `period`, `start`."""
        path = f"/v1/registers/{quote(register, safe='')}/entries"
        asked = {name: _parameter(value) for name, value in wanted.items()}
        while True:
            page = self.http.get(path, EntriesPage, **asked)
            yield from page.entries
            if not page.next:
                return
            asked = {**asked, "period": str(page.period), "start": str(page.next)}

    # Tokens.

    def tokens(self) -> tuple[TokenView, ...]:
        """Every token ever issued, without secrets."""
        return self.http.get("/v1/tokens", _Tokens).tokens

    def issue_token(self, label: str, *rights: str, **given: object) -> TokenView:
        """Issue a token: `agencies` or `every_agency`, `expires`; its `bearer` is shown once."""
        expires = given.get("expires")
        if isinstance(expires, datetime):
            given["expires"] = expires.isoformat()
        return self.http.post("/v1/tokens", {"label": label, "rights": rights, **given}, TokenView)

    def revoke_token(self, token: str) -> None:
        """Let a token hold no longer; twice is harmless."""
        self.http.ask("DELETE", f"/v1/tokens/{quote(token, safe='')}")


_JSON = {"Content-Type": "application/json"}


def _blob_path(blob: str) -> str:
    return f"/v1/blobs/{quote(blob, safe=':')}"


def _document_path(document: str) -> str:
    return f"/v1/documents/{quote(document, safe='')}"


def _registers_path(agency: str) -> str:
    return f"/v1/agencies/{quote(agency, safe='')}/registers"


def _parameter(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
