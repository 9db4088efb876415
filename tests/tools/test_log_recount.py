"""The catalogue is held against a recount of the exported log, and every row that differs is named."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from repository.catalogue import tables as t
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.catalogue.views import Writing
from repository.format import Layout
from repository.model.registers import Entry
from tests.tools.auditor import Auditor, auditor, findings, prepared, vankho_folder
from tests.tools.command import Vankho

__all__ = ["auditor", "prepared", "vankho_folder"]


def test_the_recount_bears_out_the_catalogue_and_the_figures(auditor: Auditor):
    ended = auditor.recounts()

    assert (ended.code, findings(ended)) == (0, [])
    counts = [line for line in ended.lines if line["message_type"] == "count"]
    told = auditor.office("statistics", "--json").lines[0]
    assert sum(line["number"] for line in counts) == told["total"] == 6
    kinds = {line["kind"]: line["number"] for line in counts}
    assert kinds == {each["kind"]: each["total"] for each in told["kinds"]}


def test_an_agency_that_took_another_name_and_code_is_borne_out(auditor: Auditor, tmp_path: Path):
    since = ("--since", "2026-01-01")
    assert auditor.office("agency", "rename", "H20.14", "Sở Khác", *since).code == 0
    assert auditor.office("agency", "code", "H20.14", "H20.99", *since).code == 0
    auditor.export = tmp_path / "again"
    assert auditor.office("log", "export", auditor.export).code == 0

    ended = auditor.recounts()

    assert (ended.code, findings(ended)) == (0, [])
    assert "H20.99" in ended.out


def test_reserved_void_bound_and_historical_numbers_are_borne_out(auditor: Auditor, tmp_path: Path):
    office = auditor.office
    why = ("--for", "Văn phòng", "--reason", "Chờ ký", "--count", 3)
    paper = ("--agency", "H20.14", "--register", "moi", "--direction", "incoming", "--subject", "x")
    told = ("--direction", "incoming", "--title", "Sổ")
    row = ("--period", 2019, "--day", "2019-05-06", "--subject", "Việc cũ")
    commands: list[tuple[object, ...]] = [
        ("agency", "book", "H20.14", "moi", *told),
        ("agency", "book", "H20.14", "cu", *told, "--historical"),
        ("book", "reserve", "H20.14", "moi", *why),
        ("register", *paper, "--reserved", 2),
        ("book", "void", "H20.14", "moi", 1, "--reason", "Không ký"),
        ("book", "void", "H20.14", "moi", 3, "--reason", "Không ký"),
        ("book", "enter", "H20.14", "cu", 7, *row),
        ("book", "enter", "H20.14", "cu", 7, *row),
        ("book", "close", "H20.14", "moi", "--for-good"),
    ]
    assert [office(*each).code for each in commands] == [0] * len(commands)
    auditor.export = tmp_path / "again"
    assert office("log", "export", auditor.export).code == 0

    ended = auditor.recounts()

    assert (ended.code, findings(ended)) == (0, [])


def test_a_catalogue_that_counted_nothing_yet_counts_once(auditor: Auditor):
    with rows(auditor.office) as now:
        now.transaction.clear(t.COUNTS.name)
        now.put(t.META, ("schema",), b"3")

    assert auditor.recounts().code == 0
    assert auditor.office("statistics", "--json").lines[0]["total"] == 6


@contextmanager
def rows(vankho: Vankho) -> Generator[Writing]:
    """The catalogue, opened by hand behind everybody's back."""
    folder = Layout(vankho.store).catalogue
    engine = LmdbEngine(folder, tables=t.TABLE_NAMES, map_size=64 * 1024 * 1024)
    try:
        with engine.writing() as txn:
            yield Writing(txn)
    finally:
        engine.close()


def test_an_edited_row_of_a_register_is_named(auditor: Auditor):
    with rows(auditor.office) as now:
        (key, entry), *_ = now.scan(t.ENTRIES)
        now.put(t.ENTRIES, key, Entry(document=entry.document, at=entry.at - 1))

    (found,) = findings(auditor.recounts())

    assert (found["table"], found["where"]) == ("entries", "/".join(map(str, key)))


def test_a_row_that_no_event_made_is_named(auditor: Auditor):
    with rows(auditor.office) as now:
        (key, entry), *_ = now.scan(t.ENTRIES)
        now.put(t.ENTRIES, (*key[:2], 99), entry)

    (found,) = findings(auditor.recounts())

    assert (found["where"], found["log"]) == (f"{key[0]}/{key[1]}/99", "")


def test_edited_documents_counts_and_checkpoints_are_named(auditor: Auditor):
    with rows(auditor.office) as now:
        (key, document), *_ = now.scan(t.DOCUMENTS)
        now.put(t.DOCUMENTS, key, msgspec.structs.replace(document, symbol="1/QĐ"))
        (key, counted), *_ = now.scan(t.COUNTS)
        now.put(t.COUNTS, key, t.Counted(counted.kind, counted.number + 1))
        (key, kept), *_ = now.scan(t.CHECKPOINTS)
        now.put(t.CHECKPOINTS, key, msgspec.structs.replace(kept, root=bytes(32)))

    ended = auditor.recounts()

    tables = {found["table"] for found in findings(ended)}
    assert (ended.code, tables) == (4, {"documents", "counts", "checkpoints"})


def test_a_catalogue_that_went_on_is_not_compared(auditor: Auditor):
    auditor.registers(1)

    assert auditor.recounts().code == 1
