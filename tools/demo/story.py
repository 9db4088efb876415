"""The demo's story: a province is made, a server started, everything goes in over HTTP."""

import contextlib
import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from api.services import tokens
from repository.errors import Kind, Trouble
from repository.format import create_store
from repository.model.access import OPERATOR, Right
from tools import assembly
from tools.demo.checks import Check, check_all, registered
from tools.demo.serving import started
from tools.house import House
from tools.http import Client, client
from tools.ingest.folder import open_within
from tools.ingest.intake import HttpIntake
from tools.ingest.rows import rows_in
from tools.ingest.run import Import, Result
from tools.province.make import Province, make_province
from tools.settings import Settings
from tools.tokens import write_private

LAG_SECONDS = 600
"""How long the index may take to catch up before the demo calls it failed."""
POLL_SECONDS = 0.2
PERCENT = 100
MiB = 1024 * 1024


class IndexTooSlow(Trouble):
    """Search has not caught up within {seconds} seconds."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Chỉ mục chưa theo kịp sau {seconds} giây."


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo did and whether it proved itself; its JSON summary."""

    message_type: str = "summary"
    ok: bool
    address: str
    folder: str
    agencies: int
    documents: int
    registrations: int
    files: int
    naive_bytes: int
    """If every registration and every revision kept its own copy."""
    distinct_bytes: int
    """Each distinct file once."""
    stored_bytes: int
    """What the packs take on disk."""
    seconds: dict[str, float]
    checks: tuple[Check, ...]
    curl: tuple[str, ...]

    def told(self, choose: Callable[[str, str], str]) -> str:
        """The same for people."""
        saved = PERCENT * (1 - self.stored_bytes / self.naive_bytes)
        naive, stored = self.naive_bytes / MiB, self.stored_bytes / MiB
        head = choose(
            f"{self.agencies} cơ quan, {self.documents} văn bản phát hành, "
            f"{self.registrations} lần vào sổ, {self.files} tệp.\n"
            f"Nếu mỗi nơi giữ một bản: {naive:.1f} MiB; kho dùng {stored:.1f} MiB "
            f"(tiết kiệm {saved:.0f} %).",
            f"{self.agencies} agencies, {self.documents} documents issued, "
            f"{self.registrations} registrations, {self.files} files.\n"
            f"A copy everywhere: {naive:.1f} MiB; the store takes {stored:.1f} MiB "
            f"({saved:.0f} % saved).",
        )
        marks = (f"  {'✓' if one.ok else '✗'} {one.name} ({one.count})" for one in self.checks)
        tried = choose("Thử ngay:", "Try it:")
        return "\n".join([head, *marks, f"{self.address}", tried, *self.curl])


class Story:
    """One telling, in the folder *place*."""

    def __init__(
        self, place: Path, house: House, *, documents: int, seed: int, today: date, port: int
    ) -> None:
        self._place = place
        self._terminal = house.terminal
        self._settings = _demo_settings(house.settings, place / "kho")
        self._documents = documents
        self._seed = seed
        self._today = today
        self._port = port
        self._seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def served(self) -> Generator[Outcome]:
        """Everything done and checked, and the server still running."""
        with self._timed("province"):
            province = self._province()
        bearer = self._store()
        with (
            started(self._settings.root, port=self._port) as address,
            client(address, bearer) as asked,
        ):
            with self._timed("ingest"):
                self._declare(asked, province)
                self._keep_revisions(asked, province)
                results = self._ingest(asked, province)
            with self._timed("index"):
                _await_index(asked)
            with self._timed("checks"):
                entries = registered(province.manifest, results)
                checks = check_all(asked, province.folder, entries)
            yield self._outcome(province, address, checks, asked)

    @contextlib.contextmanager
    def _timed(self, name: str) -> Generator[None]:
        begun = time.monotonic()
        yield
        self._seconds[name] = round(time.monotonic() - begun, 1)

    def _province(self) -> Province:
        title = ("Tạo tỉnh mẫu", "Making a province")
        with self._terminal.counting(*title, None) as counting:
            return make_province(
                self._place / "tinh",
                self._documents,
                self._seed,
                self._today,
                lambda _done, _all: counting.advance(),
            )

    def _store(self) -> str:
        """A new store, and the operator's token for it: the only step not over HTTP."""
        root = self._settings.root
        create_store(root, store=uuid.uuid4())
        asked = tokens.TokenAsked(label="vankho demo", rights=tuple(Right), every_agency=True)
        with assembly.opened_alone(self._settings) as holdings:
            issued = tokens.issue(holdings.keeper, OPERATOR, asked, entropy=os.urandom)
        write_private(self._place / "token", issued.bearer)
        return issued.bearer

    def _declare(self, asked: Client, province: Province) -> None:
        for agency in province.agencies:
            asked.post("/v1/agencies", {"code": agency.code, "name": agency.name}, dict[str, Any])
            for book in province.registers:
                path = f"/v1/agencies/{agency.code}/registers"
                asked.post(path, msgspec.structs.asdict(book), dict[str, Any])

    def _keep_revisions(self, asked: Client, province: Province) -> None:
        """What issuers keep besides what is registered: each stage of signing."""
        intake = HttpIntake(asked)
        with province.revision_list.open("rb") as listed:
            paths = [json.loads(line)["path"] for line in listed]
        title = ("Lưu các bản dự thảo", "Storing revisions")
        with self._terminal.counting(*title, len(paths)) as counting:
            for path in paths:
                with open_within(province.folder, path) as stream:
                    intake.store([stream])
                counting.advance()

    def _ingest(self, asked: Client, province: Province) -> list[Result]:
        results: list[Result] = []
        title = ("Nhập và vào sổ", "Taking in")
        with (
            self._terminal.counting(*title, province.registrations) as counting,
            province.manifest.open("rb") as manifest,
        ):
            work = Import(
                HttpIntake(asked),
                province.folder,
                batch=self._settings.ingest.batch,
                max_blob=int(self._settings.store.max_blob),
                create=False,
                tell=results.append,
                counting=counting,
            )
            work.run(rows_in(manifest), threading.Event())
        return results

    def _outcome(
        self, province: Province, address: str, checks: tuple[Check, ...], asked: Client
    ) -> Outcome:
        return Outcome(
            ok=all(check.ok for check in checks),
            address=address,
            folder=str(self._place),
            agencies=len(province.agencies),
            documents=province.documents + province.copies,
            registrations=province.registrations,
            files=province.files,
            naive_bytes=province.naive_bytes,
            distinct_bytes=province.file_bytes,
            stored_bytes=_on_disk(self._settings.root / "packs"),
            seconds=self._seconds,
            checks=checks,
            curl=curl_lines(address, self._place / "token", _some_document(asked)),
        )


def curl_lines(address: str, token: Path, document: str) -> tuple[str, ...]:
    """Commands that work as they stand while the demo runs."""
    ask = f'curl -s -H "Authorization: Bearer $(cat {token})"'
    return (
        f"{ask} -G {address}/v1/search --data-urlencode 'q=chuyển đổi số' -d limit=3",
        f"{ask} -G {address}/v1/search --data-urlencode 'q=chuyen doi so' -d limit=3",
        f"{ask} {address}/v1/agencies",
        f"{ask} {address}/v1/documents/{document}",
        f"{ask} -OJ {address}/v1/documents/{document}/files/0",
        f"curl -s {address}/readyz",
    )


def _demo_settings(settings: Settings, root: Path) -> Settings:
    store = msgspec.structs.replace(settings.store, root=str(root))
    return msgspec.structs.replace(settings, store=store)


def _await_index(asked: Client) -> None:
    """Wait until search has read the log and texts have stopped coming."""
    deadline = time.monotonic() + LAG_SECONDS
    while not _caught_up(asked):
        if time.monotonic() > deadline:
            raise IndexTooSlow(seconds=LAG_SECONDS)
        time.sleep(POLL_SECONDS)


def _caught_up(asked: Client) -> bool:
    state = asked.get("/readyz", dict[str, Any])
    return state["index_lag"] == 0 and not _texts_pending(asked)


def _texts_pending(asked: Client) -> bool:
    """Say whether the newest document still waits for its text; texts are read in order."""
    newest = [book for book in _books(asked) if book["next_number"] > 1]
    for book in newest:
        last = book["next_number"] - 1
        page = asked.get(f"{book['url']}/entries", dict[str, Any], start=last, limit=1)
        for entry in page["entries"]:
            if any(part["text"] == "pending" for part in entry["components"]):
                return True
    return False


def _books(asked: Client) -> Iterator[dict[str, Any]]:
    for agency in asked.get("/v1/agencies", dict[str, Any])["agencies"]:
        yield from asked.get(agency["registers_url"], dict[str, Any])["registers"]


def _some_document(asked: Client) -> str:
    page = asked.get("/v1/search", dict[str, Any], q="chuyển đổi số", limit=1)
    if not page["hits"]:
        page = asked.get("/v1/search", dict[str, Any], q="văn bản", limit=1)
    return page["hits"][0]["document"]["id"] if page["hits"] else ""


def _on_disk(folder: Path) -> int:
    """Bytes as `du` counts them."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
