"""The catalogue is held against a recount of the exported log, and every row that differs is named."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from api.services import RULES
from api.services.giving import LineGiven
from api.services.organisation import EnterPerson, GivePost, OpenUnit
from api.services.persons import person_calling
from api.services.receipts import ActOnReceipt, GiveReceipts
from repository.blobs.port import MiB
from repository.catalogue import tables as t
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.catalogue.views import Writing
from repository.format import Layout, StoreOptions
from repository.holdings import Holdings
from repository.model.access import OPERATOR, Caller
from repository.model.ids import system_clock
from repository.model.people import Duty
from repository.model.receipts import Act, Role
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


def test_how_last_days_were_kept_is_borne_out_and_an_edited_figure_is_named(
    auditor: Auditor, tmp_path: Path
):
    handled(auditor.office.store)
    auditor.export = tmp_path / "again"
    assert auditor.office("log", "export", auditor.export).code == 0
    ended = auditor.recounts()
    assert (ended.code, findings(ended)) == (0, [])
    told = auditor.office("statistics", "--json").lines[0]["deadlines"]
    assert told == {"on_time": 1, "late": 2, "percent": 33.3}

    with rows(auditor.office) as now:
        (key, kept), *_ = now.scan(t.PUNCTUALITY)
        now.put(t.PUNCTUALITY, key, t.Kept(kept.on_time + 1, kept.late))

    (found,) = findings(auditor.recounts())
    assert (found["table"], found["where"]) == ("punctuality", "/".join(map(str, key)))


def handled(store: Path) -> None:
    """Papers are given, handed on, deferred, completed and done again, on time and late."""
    options = StoreOptions(map_size=64 * MiB, reserve=0)
    with Holdings.open_alone(store, options, rules=RULES) as holdings:
        submit = holdings.keeper.submit
        submit(OpenUnit(caller=OPERATOR, agency="H20.14", code="HT", name="Phòng Hộ tịch"))
        for login, duty, unit in (("gd", Duty.LEADER, ""), ("cv", Duty.OFFICER, "HT")):
            submit(EnterPerson(caller=OPERATOR, login=login, name=login))
            post = GivePost(caller=OPERATOR, login=login, agency="H20.14", duty=duty, unit=unit)
            submit(post)
        with holdings.reading() as now:
            papers = [document.id for _, document in now.scan(t.DOCUMENTS)][:4]
            who = {
                p.login: person_calling(now, p.id, system_clock()) for _, p in now.scan(t.PEOPLE)
            }
        lines: list[str] = []
        for paper, due in zip(papers, ("2199-01-01", "2020-01-01", "", "2020-01-01"), strict=True):
            line = LineGiven(role=Role.LEAD, login="cv", due=due)
            given = submit(GiveReceipts(caller=OPERATOR, document=paper, lines=(line,)))
            lines.append(given[0].id)

        def act(number: int, act: Act, caller: Caller | None = None, **rest: str) -> None:
            acting = caller or OPERATOR
            submit(ActOnReceipt(caller=acting, receipt=lines[number], act=act, **rest))  # type: ignore[arg-type]

        act(2, Act.DEFER, due="2020-01-02", reason="Có hạn")
        for number in (0, 1, 2, 3):
            act(number, Act.COMPLETE, who["cv"])
        act(3, Act.REOPEN, reason="Chưa đạt")


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
