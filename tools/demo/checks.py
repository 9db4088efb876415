"""What the demo proves of itself, each over HTTP: searching, bytes, numbers."""

import hashlib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tools.http import Client
from tools.ingest.rows import Numbered, Row, roles_of, rows_in
from tools.ingest.run import Result

SAMPLES = 20
PAGE = 200


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One promise, and how often it was kept."""

    name: str
    ok: bool
    count: int
    """How much was looked at."""
    problems: tuple[str, ...] = ()
    """The first few that broke it."""


class Registered(NamedTuple):
    """A row of the manifest, and what became of it."""

    row: Row
    result: Result


def registered(manifest: Path, results: list[Result]) -> list[Registered]:
    """The manifest's rows beside their results."""
    with manifest.open("rb") as stream:
        rows = [one.row for one in rows_in(stream) if isinstance(one, Numbered)]
    return [Registered(row, result) for row, result in zip(rows, results, strict=True)]


def check_all(client: Client, folder: Path, entries: list[Registered]) -> tuple[Check, ...]:
    """Every check, on everything that was registered from *folder*."""
    return (
        rows_registered(entries),
        _check("bytes_equal", *_bytes(client, folder, entries)),
        _check("numbers_without_gap", *_numbers(client)),
        printed_numbers(entries),
        _check("found_with_accents", *_found(client, entries, accents=True)),
        _check("found_without_accents", *_found(client, entries, accents=False)),
        _check("found_by_text", *_found_inside(client)),
    )


def _check(name: str, count: int, problems: list[str]) -> Check:
    return Check(
        name=name, ok=count > 0 and not problems, count=count, problems=tuple(problems[:5])
    )


def rows_registered(entries: list[Registered]) -> Check:
    """Every row of the manifest stands in its register."""
    problems = [
        f"{one.result.line}: {one.result.reason}"
        for one in entries
        if one.result.status not in ("registered", "known")
    ]
    return _check("rows_registered", len(entries), problems)


def _bytes(client: Client, folder: Path, entries: list[Registered]) -> tuple[int, list[str]]:
    """Every file of every document comes back as it lay in the folder."""
    problems: list[str] = []
    count = 0
    for one in entries:
        for place, file in enumerate(roles_of(one.row)):
            count += 1
            came = client.get_bytes(f"/v1/documents/{one.result.document}/files/{place}")
            if hashlib.sha256(came).digest() != _sha256(folder / file.path):
                problems.append(f"{one.result.document}/{place} != {file.path}")
    return count, problems


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _numbers(client: Client) -> tuple[int, list[str]]:
    """In every register the numbers are 1, 2, 3 … up to the next one to be given."""
    problems: list[str] = []
    count = 0
    for book in _registers(client):
        numbers = [entry["number"] for entry in _entries(client, book)]
        count += len(numbers)
        if numbers != list(range(1, book["next_number"])):
            problems.append(f"{book['agency']}/{book['code']}: {numbers[:10]}")
    return count, problems


def _registers(client: Client) -> Iterator[dict[str, Any]]:
    for agency in client.get("/v1/agencies", dict[str, Any])["agencies"]:
        yield from client.get(agency["registers_url"], dict[str, Any])["registers"]


def _entries(client: Client, book: dict[str, Any]) -> Iterator[dict[str, Any]]:
    start: int | None = 0
    while start is not None:
        path = f"{book['url']}/entries"
        page = client.get(path, dict[str, Any], start=start, limit=PAGE)
        yield from page["entries"]
        start = page.get("next")


def printed_numbers(entries: list[Registered]) -> Check:
    """What receivers read on a paper is the number its issuer's register gave."""
    given = {
        _main(one.row): one.result.symbol
        for one in entries
        if one.row.direction.value == "outgoing"
    }
    received = [one for one in entries if one.row.direction.value == "incoming"]
    problems = [
        f"{_main(one.row)}: {one.row.symbol} != {given.get(_main(one.row))}"
        for one in received
        if given.get(_main(one.row)) != one.row.symbol
    ]
    return _check("printed_numbers", len(received), problems)


def _main(row: Row) -> str:
    return roles_of(row)[0].path


def _found(client: Client, entries: list[Registered], *, accents: bool) -> tuple[int, list[str]]:
    """Documents are found by the words of their subject, typed with or without accents."""
    chosen = entries[:: max(1, len(entries) // SAMPLES)]
    problems: list[str] = []
    for one in chosen:
        query = _words(one.row.subject if accents else without_accents(one.row.subject))
        page = client.get("/v1/search", dict[str, Any], q=query, limit=PAGE)
        if one.result.document not in {hit["document"]["id"] for hit in page["hits"]}:
            problems.append(query)
    return len(chosen), problems


def _found_inside(client: Client) -> tuple[int, list[str]]:
    """The national motto stands in the files only: whoever finds it has read them."""
    motto = '"Độc lập - Tự do - Hạnh phúc"'
    page = client.get("/v1/search", dict[str, Any], q=motto, limit=1)
    return page["total"], [] if page["total"] else [motto]


def _words(subject: str) -> str:
    """Up to ten plain words of *subject*, so that nothing in it is taken for an operator."""
    plain = "".join(sign if sign.isalnum() else " " for sign in subject)
    return " ".join(word.lower() for word in plain.split()[:10])


def without_accents(text: str) -> str:
    """*text* as it is typed without a Vietnamese keyboard.

    >>> without_accents("Điều động cán bộ")
    'Dieu dong can bo'
    """
    taken = text.replace("đ", "d").replace("Đ", "D")
    split = unicodedata.normalize("NFD", taken)
    return "".join(sign for sign in split if not unicodedata.combining(sign))
