"""Backups of a store in which content is destroyed: which hold it still, and when none is taken."""

from collections.abc import Generator
from pathlib import Path

import pytest
from msgspec.structs import replace

from api.services.purges import ConfirmPurge, RequestPurge
from repository.blobs.address import digest_of
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack import PackBroken
from repository.blobs.port import ReserveReached
from repository.format import Layout, StoreOptions
from repository.holdings import Holdings
from repository.model.access import Caller, Right
from repository.model.blobs import BlobMissing
from repository.model.ids import BlobId
from repository.model.purges import Purge, PurgeState
from repository.upkeep.backup import PurgeUnderWay, Taken, back_up
from repository.upkeep.backups import Backup, Backups
from repository.upkeep.purge import finish, finish_all
from repository.upkeep.restore import restore
from tests.crash.clerk import NOON, RULES, SMALL, Acks, Clerk, a_paper, found_store

DIRECTOR = Caller(name="giám đốc", rights=frozenset(Right), every_agency=True)
ARCHIVIST = Caller(name="lưu trữ", rights=frozenset(Right), every_agency=True)
NO_ROOM = replace(SMALL, reserve=1 << 60)
SECRET = a_paper(4711, 9000)
GONE = BlobId(digest_of(SECRET))


class Shelf:
    """A store whose backups lie beside it, and one paper in it that is to go."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "store"
        self._folder = folder
        self.medium = LocalPackIO(folder / "medium")
        self.holdings = self._opened(SMALL)
        Clerk(self.holdings, Acks(folder / "later")).registers("to-go", SECRET)

    def _opened(self, options: StoreOptions) -> Holdings:
        return Holdings.open_alone(self.root, options, rules=RULES, clock=lambda: NOON)

    def opens_with(self, options: StoreOptions) -> None:
        self.holdings.close()
        self.holdings = self._opened(options)

    def backed_up(self) -> Taken:
        return back_up(self.root, self.holdings, self.medium, clock=lambda: NOON)

    def confirmed(self) -> Purge:
        submit = self.holdings.keeper.submit
        asked = submit(RequestPurge(caller=DIRECTOR, blob=GONE, reason="theo quyết định"))
        return submit(ConfirmPurge(caller=ARCHIVIST, purge=asked.id, with_it=(), brought_before=0))

    def holders(self) -> list[str]:
        return [one.id for one in Backups(self.medium).holding(GONE)]

    def restored(self, backup: Backup) -> Path:
        folder = self._folder / f"restored-{backup.id}"
        restore(self.medium, backup.id, folder, SMALL, clock=lambda: NOON)
        return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Generator[Shelf]:
    found_store(tmp_path / "store", Acks(tmp_path / "acks"))
    made = Shelf(tmp_path)
    yield made
    made.holdings.close()
    made.medium.close()


def kept_anywhere(root: Path) -> bool:
    """Whether a stretch of the secret stands in a pack as it is; papers do not compress."""
    piece = SECRET[2000:2200]
    return any(piece in path.read_bytes() for path in Layout(root).packs.iterdir())


def test_the_backups_from_before_a_purge_are_named_and_those_after_it_do_not_have_it(shelf: Shelf):
    shelf.holdings.seal()
    before = shelf.backed_up().backup
    finish(shelf.holdings, shelf.confirmed().id)

    after = shelf.backed_up().backup

    assert shelf.holders() == [before.id]
    with Holdings.open_alone(shelf.restored(before), SMALL, rules=RULES) as again:
        assert again.blobs.read(GONE) == SECRET
    restored = shelf.restored(after)
    assert not kept_anywhere(restored)
    with Holdings.open_alone(restored, SMALL, rules=RULES) as again:
        with pytest.raises(BlobMissing):
            again.blobs.read(GONE)
        with again.reading() as now:
            assert now.erasure(GONE) is not None


def test_bytes_overwritten_in_an_open_pack_do_not_keep_it_from_being_backed_up(shelf: Shelf):
    assert finish(shelf.holdings, shelf.confirmed().id).purge.state is PurgeState.COMPLETED

    after = shelf.backed_up().backup

    restored = shelf.restored(after)
    assert not kept_anywhere(restored)
    with Holdings.open_alone(restored, SMALL, rules=RULES) as again, pytest.raises(BlobMissing):
        again.blobs.read(GONE)


def test_rot_in_what_an_open_pack_keeps_is_told_and_not_backed_up(shelf: Shelf):
    path = max(Layout(shelf.root).packs.glob("*.open"))
    path.write_bytes(path.read_bytes().replace(SECRET[2000:2200], bytes(200)))

    with pytest.raises(PackBroken) as told:
        shelf.backed_up()

    assert told.value.facts["pack"] == path.name
    assert Backups(shelf.medium).all() == []


def test_no_backup_is_taken_of_a_pack_in_which_bytes_are_being_destroyed(shelf: Shelf):
    shelf.holdings.seal()
    purge = shelf.confirmed()
    shelf.opens_with(NO_ROOM)
    with pytest.raises(ReserveReached):  # what could be overwritten is
        finish(shelf.holdings, purge.id)

    with pytest.raises(PurgeUnderWay):
        shelf.backed_up()

    shelf.opens_with(SMALL)
    (done,) = finish_all(shelf.holdings)
    assert done.purge.state is PurgeState.COMPLETED
    shelf.backed_up()
    assert shelf.holders() == []
