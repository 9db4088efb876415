"""The catalogue may be of any age, or gone: packs and log bring all of it back."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from repository.catalogue import tables as t
from repository.catalogue import versions
from repository.catalogue.keys import pack_key
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.catalogue.views import Writing
from repository.format import Layout
from repository.holdings import Holdings
from repository.rebuild import rebuild_catalogue
from tests.crash.clerk import SMALL, Clerk, a_paper, opened, revisions
from tests.crash.conftest import Harmed
from tests.crash.faults import Disk, Plan, put_catalogue
from tests.crash.invariants import Rows, invariants, rows_of

Fresh = Callable[[], Harmed]
KEPT = (*t.FROM_LOG, t.WATERMARK)


def lived(store: Harmed, copies: Path) -> Disk:
    """A life of registering, sealing and signing again; a copy of the catalogue a commit."""
    plan = Plan()
    with opened(store.root, plan, copies=copies) as holdings:
        clerk = Clerk(holdings, store.acks)
        chain = revisions(700, 6)
        for n in range(6):
            clerk.registers(f"lived-{n}", a_paper(710 + n))
            clerk.brings(chain[n])
            if n % 2:
                holdings.seal()
        clerk.notes_the_log()
    return plan.disk


def names_of(holdings: Holdings) -> set[bytes]:
    with holdings.reading() as now:
        return set(now.blobs(b"", 10_000))


def test_a_catalogue_any_number_of_commits_old_is_brought_up_to_date(
    a_store: Fresh, tmp_path: Path
):
    store: Harmed = a_store()
    disk = lived(store, tmp_path / "copies")
    whole = tmp_path / "whole"
    shutil.copytree(store.root, whole)
    chosen = random.Random(5).sample(disk.catalogues, 25)

    for copy in [disk.catalogues[0], *chosen]:
        shutil.rmtree(store.root)
        shutil.copytree(whole, store.root)
        put_catalogue(copy, Layout(store.root).catalogue)
        with opened(store.root) as holdings:
            invariants(holdings, store.told())
            Clerk(holdings, store.acks).registers(f"after-{copy.name}", a_paper(900))
        # What this life registered is not part of the next one's store.
        drop_last_promises(store, 2)


def drop_last_promises(store: Harmed, count: int) -> None:
    lines = [
        line for line in store.acks.path.read_bytes().splitlines(keepends=True) if line.strip()
    ]
    store.acks.path.write_bytes(b"".join(lines[:-count]))


@pytest.mark.parametrize("walk", [False, True])
def test_from_packs_and_log_alone_every_row_comes_back_equal(
    a_store: Fresh, tmp_path: Path, *, walk: bool
):
    store: Harmed = a_store()
    lived(store, tmp_path / "copies")
    before, blobs, head = all_of(store)
    shutil.rmtree(Layout(store.root).catalogue)

    rebuild_catalogue(store.root, SMALL, walk=walk)

    assert all_of(store) == (before, blobs, head)
    with opened(store.root) as holdings:
        invariants(holdings, store.told())


def test_a_deleted_catalogue_is_made_again_by_opening_the_store(a_store: Fresh, tmp_path: Path):
    store: Harmed = a_store()
    lived(store, tmp_path / "copies")
    expected = all_of(store)
    shutil.rmtree(Layout(store.root).catalogue)

    assert all_of(store) == expected
    with opened(store.root) as holdings:
        invariants(holdings, store.told())


def test_a_catalogue_of_an_older_schema_is_filled_anew_from_the_log(a_store: Fresh, tmp_path: Path):
    store: Harmed = a_store()
    lived(store, tmp_path / "copies")
    expected = all_of(store)
    engine = LmdbEngine(Layout(store.root).catalogue, tables=t.TABLE_NAMES, map_size=SMALL.map_size)
    with engine.writing() as txn:
        rows = Writing(txn)
        rows.put(t.META, ("schema",), b"1")
        for table in (t.TREE, t.HISTORY):
            txn.clear(table.name)
        for key, place in list(rows.scan(t.FEED)):
            rows.put(t.FEED, key, t.Place(place.sequence))
    engine.close()

    assert all_of(store) == expected
    with opened(store.root) as holdings:
        invariants(holdings, store.told())


def test_agencies_of_the_schema_before_get_their_names_and_codes_by_day(
    a_store: Fresh, tmp_path: Path
):
    store: Harmed = a_store()
    lived(store, tmp_path / "copies")
    expected = all_of(store)
    engine = LmdbEngine(Layout(store.root).catalogue, tables=t.TABLE_NAMES, map_size=SMALL.map_size)
    with engine.writing() as txn:
        Writing(txn).put(t.META, ("schema",), b"2")
        for table in (t.IDENTIFIERS, t.AGENCY_IDENTIFIERS, t.AGENCY_NAMES):
            txn.clear(table.name)
    engine.close()

    assert all_of(store) == expected


def test_a_catalogue_in_which_holders_were_not_ordered_by_agency_is_brought_up(
    a_store: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(versions, "ROWS_AT_ONCE", 2)
    store: Harmed = a_store()
    lived(store, tmp_path / "copies")
    expected = all_of(store)
    engine = LmdbEngine(Layout(store.root).catalogue, tables=t.TABLE_NAMES, map_size=SMALL.map_size)
    with engine.writing() as txn:
        rows = Writing(txn)
        rows.put(t.META, ("schema",), b"3")
        for (blob, agency, document), _ in list(rows.scan(t.HOLDERS)):
            rows.delete(t.HOLDERS, blob, agency, document)
            key = pack_key((blob, document))
            txn.put(t.HOLDERS.name, key, msgspec.msgpack.encode(agency))
    engine.close()

    assert all_of(store) == expected


def all_of(store: Harmed) -> tuple[Rows, set[bytes], tuple[int, bytes]]:
    with opened(store.root) as holdings:
        assert isinstance(holdings.engine, LmdbEngine)
        return rows_of(holdings.engine, KEPT), names_of(holdings), holdings.checkpoint()
