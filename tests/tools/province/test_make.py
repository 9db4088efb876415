from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from tests.tools.province.conftest import DOCUMENTS, SEED, TODAY, Rows
from tools.province.make import (
    MAX_DOCUMENTS,
    FolderNotEmpty,
    Province,
    WrongProvinceSize,
    make_province,
)
from tools.province.placing import number_and_date
from tools.province.subjects import printed_month

Reader = Callable[[Path], Rows]


def test_what_is_counted_is_what_was_written(province: Province, rows_of: Reader):
    rows = rows_of(province.manifest)
    kinds = Counter(row["kind"] for row in rows if row["direction"] == "outgoing")
    files = [path for path in province.folder.rglob("*") if path.is_file()]

    assert province.documents == DOCUMENTS == sum(kinds.values()) - kinds["Sao y"]
    assert province.copies == kinds["Sao y"]
    assert province.registrations == len(rows)
    assert province.revisions == len(rows_of(province.revision_list))
    assert province.files == len(files) - 2
    assert province.file_bytes + _size(province.manifest, province.revision_list) == _size(*files)


def test_every_row_names_an_agency_and_one_of_its_registers(province: Province, rows_of: Reader):
    agencies = {agency.code for agency in province.agencies}
    registers = {(register.code, register.direction) for register in province.registers}

    for row in rows_of(province.manifest):
        assert row["agency"] in agencies
        assert (row["register"], row["direction"]) in registers
        assert date(TODAY.year, 1, 1) <= date.fromisoformat(row["issued"]) <= TODAY


def test_every_file_exists_below_the_folder_and_the_main_file_comes_first(
    province: Province, rows_of: Reader
):
    for row in rows_of(province.manifest):
        assert row["files"][0]["role"] == "main"
        for file in row["files"]:
            assert not Path(file["path"]).is_absolute()
            assert ".." not in Path(file["path"]).parts
            assert (province.folder / file["path"]).is_file()


def test_receivers_register_what_the_sender_just_registered_under_its_whole_symbol(
    province: Province, rows_of: Reader
):
    numbers: Counter[str] = Counter()
    symbol, sent = "", {}
    for row in rows_of(province.manifest):
        if row["direction"] == "outgoing":
            numbers[row["agency"]] += 1
            symbol, sent = f"{numbers[row['agency']]:02d}/{row['symbol']}", row
        else:
            assert row["symbol"] == symbol
            assert row["files"] == sent["files"]
            assert (row["issuer"], row["issued"]) == (sent["issuer"], sent["issued"])
            assert row["agency"] != sent["agency"]


def test_no_agency_registers_the_same_origin_twice(province: Province, rows_of: Reader):
    origins = Counter(
        (row["agency"], row["issuer"], row["symbol"], row["issued"])
        for row in rows_of(province.manifest)
        if row["direction"] == "incoming"
    )

    assert set(origins.values()) == {1}


def test_the_number_on_the_page_is_the_one_the_register_will_give(
    province: Province, rows_of: Reader
):
    numbers: Counter[str] = Counter()
    read = 0
    for row in rows_of(province.manifest):
        if row["direction"] == "incoming":
            continue
        numbers[row["agency"]] += 1
        line = _number_line(province.folder / row["files"][0]["path"])
        if line and row["kind"] != "Sao y":  # a scan has no text to read
            issued = date.fromisoformat(row["issued"])
            stamped = f"{numbers[row['agency']]:02d} {issued:%d} {printed_month(issued.month)}"
            assert line.startswith(f"Số: /{row['symbol']} ")
            assert line.endswith(f" {stamped}")
            read += 1

    assert read == province.documents - province.scans


def test_kept_revisions_are_beginnings_of_what_was_issued(province: Province, rows_of: Reader):
    rows = rows_of(province.revision_list)

    assert len(rows) == 4 * (province.documents - province.scans)
    for row in rows:
        earlier = (province.folder / row["path"]).read_bytes()
        assert (province.folder / row["of"]).read_bytes().startswith(earlier)


def test_naive_bytes_count_every_registration_and_every_revision(
    province: Province, rows_of: Reader
):
    registered = sum(
        _size(province.folder / file["path"])
        for row in rows_of(province.manifest)
        for file in row["files"]
    )
    kept = sum(_size(province.folder / row["path"]) for row in rows_of(province.revision_list))

    assert province.naive_bytes == registered + kept


def test_a_second_run_differs_only_in_keys_and_signatures(
    province: Province, rows_of: Reader, tmp_path: Path
):
    again = make_province(tmp_path, DOCUMENTS, SEED, TODAY, lambda _done, _of: None)

    assert again.manifest.read_bytes() == province.manifest.read_bytes()
    assert again.revision_list.read_bytes() == province.revision_list.read_bytes()
    drafted = [row["path"] for row in rows_of(again.revision_list) if row["stage"] == "draft"]
    for path in drafted:
        assert (tmp_path / path).read_bytes() == (province.folder / path).read_bytes()


def test_progress_is_told_up_to_the_last_act(tmp_path: Path):
    told: list[tuple[int, int]] = []

    province = make_province(tmp_path, 2, 1, TODAY, lambda done, of: told.append((done, of)))

    acts = province.documents + province.copies
    assert told == [(done, acts) for done in range(1, acts + 1)]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    (tmp_path / "already.txt").write_text("here")

    with pytest.raises(FolderNotEmpty):
        make_province(tmp_path, 2, 1, TODAY, lambda _done, _of: None)
    assert [path.name for path in tmp_path.iterdir()] == ["already.txt"]


@pytest.mark.parametrize("documents", [0, -1, MAX_DOCUMENTS + 1])
def test_a_province_of_no_documents_or_too_many_is_refused(tmp_path: Path, documents: int):
    with pytest.raises(WrongProvinceSize):
        make_province(tmp_path, documents, 1, TODAY, lambda _done, _of: None)


def _number_line(path: Path) -> str:
    """The text of the line of number and day; what signatures show comes last."""
    place = number_and_date()
    with pypdfium2.PdfDocument(path.read_bytes()) as document:
        document.init_forms()
        document[0].flatten()
        text = (
            document[0]
            .get_textpage()
            .get_text_bounded(
                place.left, place.bottom, place.left + place.width, place.bottom + place.height
            )
        )
    return " ".join(text.split())


def _size(*paths: Path) -> int:
    return sum(path.stat().st_size for path in paths)
