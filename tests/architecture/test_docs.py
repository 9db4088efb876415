"""The documents tell what the code is: links lead somewhere, bytes and words are those in use."""

import importlib
import re
import struct
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import pytest

from repository.blobs import pack, record
from repository.blobs.media import Media
from repository.catalogue.tables import TABLES
from repository.log import bundle, event_log, export, frame
from repository.model import blobs
from repository.model.events import body_names
from repository.uploads import record as upload_record
from tests.architecture.checkout import PACKAGES, ROOT, files

DOCUMENTS = [path for path in files() if path.suffix == ".md"]
FORMAT = (ROOT / "docs/format.md").read_text(encoding="utf-8")
TERMS = (ROOT / "docs/terms.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
CHANGES = sorted((ROOT / "changelog/unreleased").glob("*.md"))
STORED = (record, pack, event_log, export, bundle, frame, blobs, upload_record)
"""The modules whose structures lie on disk."""


# Links and paths.


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(document: Path):
    broken = [link for link in links(document) if not leads_somewhere(document, link)]

    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_of_code_that_is_named_exists(document: Path):
    named = re.findall(rf"`((?:{'|'.join(PACKAGES)}|tests|docs)/[\w./-]*)`", text(document))

    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_decisions_are_numbered_without_a_gap_and_all_listed():
    listed = links(ROOT / "docs/decisions/README.md")

    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert {path.name for path in DECISIONS} <= set(listed)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_what_was_open_chosen_why_and_what_it_costs(decision: Path):
    parts = re.findall(r"^\*\*(\w+)\.\*\*", text(decision), re.MULTILINE)

    assert parts == ["Open", "Chosen", "Why", "Costs"]
    assert text(decision).startswith(f"# {int(decision.name[:4])}. ")


@pytest.mark.parametrize("change", CHANGES, ids=lambda path: path.stem)
def test_a_change_begins_with_its_sort(change: Path):
    sort, told = text(change).split("\n", 1)

    assert sort in {"added", "changed", "fixed", "removed", "security"}
    assert told.strip()


# Words.


def test_every_word_is_at_home_where_it_says():
    homes = [cells[2].strip("` ") for cells in rows(TERMS) if ":" in cells[2]]

    assert homes
    assert [home for home in homes if not resolves(home)] == []


def test_every_word_has_its_vietnamese_and_stands_once():
    words = [cells for cells in rows(TERMS) if ":" in cells[2]]
    english = [cells[0] for cells in words]

    assert all(cells[1] for cells in words)
    assert len(english) == len(set(english))


# Bytes.


def test_every_size_is_that_of_the_code():
    sizes = [(cells[0].strip("` "), cells[1]) for cells in rows(FORMAT) if ":" in cells[0]]
    differing = {name: told for name, told in sizes if named(name) != int(told.replace(",", ""))}

    assert sizes
    assert differing == {}


def test_every_structure_on_disk_is_drawn():
    structures = {
        f"{module.__name__}:{name}"
        for module in STORED
        for name, value in vars(module).items()
        if isinstance(value, struct.Struct)
    }

    assert {name for name, _, _ in drawings()} == structures


def test_every_drawing_has_the_fields_of_its_structure():
    for name, size, fields in drawings():
        structure = named(name)

        assert isinstance(structure, struct.Struct)
        assert (name, size) == (name, structure.size)
        assert (name, fields) == (name, layout(structure.format))


def test_every_media_type_is_told_with_its_number():
    paragraph = next(part for part in FORMAT.split("\n\n") if "**Media types**" in part)
    told = {name: int(code) for code, name in re.findall(r"\b(\d+)\s([A-Z][A-Z0-9_]+)", paragraph)}

    assert told == {media.name: media.value for media in Media}


def test_every_table_of_the_catalogue_is_told_with_its_key():
    told = {cells[0].strip("`"): cells[1] for cells in rows(FORMAT) if len(cells) == 4}

    for table in TABLES:
        assert told[table.name] == ", ".join(part.name for part in table.key)


def test_every_event_is_told():
    told = {cells[0].strip("`") for cells in rows(FORMAT)}

    assert set(body_names()) <= told


# Reading documents.


def text(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def links(document: Path) -> list[str]:
    """The targets of all links that stay within the project, code blocks left out."""
    prose = re.sub(r"```.*?```", "", text(document), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", prose)
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def leads_somewhere(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (document.parent / path) if path else document
    if not target.exists():
        return False
    return not anchor or anchor in anchors(target)


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", text(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def rows(document: str) -> Iterator[list[str]]:
    """The cells of every row of every table."""
    for line in document.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def drawings() -> Iterator[tuple[str, int, list[tuple[int, int]]]]:
    """Every structure as it is drawn: its name, its size, offset and size of its fields."""
    pattern = r"`([\w.]+:\w+)`, ([\d,]+) bytes\n\n((?:\|.*\n)+)"
    for name, size, table in re.findall(pattern, FORMAT):
        cells = [row for row in rows(table) if row[0].isdigit()]
        yield name, int(size.replace(",", "")), [(int(row[0]), int(row[1])) for row in cells]


def layout(form: str) -> list[tuple[int, int]]:
    """Offset and size of each field of a structure, padding included."""
    fields: list[tuple[int, int]] = []
    at = 0
    for count, code in re.findall(r"(\d*)([a-zA-Z])", form):
        whole = code in "sx"
        for part in [f"<{count}{code}"] if whole else [f"<{code}"] * int(count or 1):
            fields.append((at, struct.calcsize(part)))
            at += struct.calcsize(part)
    return fields


def resolves(home: str) -> bool:
    try:
        named(home)
    except (ImportError, AttributeError):
        return False
    return True


def named(home: str) -> object:
    """What `module:name.attribute` stands for."""
    module, _, name = home.partition(":")
    return reduce(getattr, name.split("."), importlib.import_module(module))
