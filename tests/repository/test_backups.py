"""Backups: taken under load, shared, read again, restored elsewhere; nothing on a medium believed."""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from api.services.registration import register
from repository.blobs.address import digest_of
from repository.blobs.fs_pack_io import FsPackIO
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack import PackBroken
from repository.blobs.pack_io import PackFile, PackIO
from repository.blobs.placement import (
    ArchiveThere,
    CopyDiffers,
    MediumUnreachable,
    archive_at,
    open_existing,
    open_medium,
    written_medium,
)
from repository.catalogue import tables as t
from repository.catalogue.views import NODE_LOG, Writing
from repository.format import FormatUnknown, Layout, StoreMissing, StoreNotEmpty, identify
from repository.holdings import Checkpoint, Holdings
from repository.log.event_log import LogBroken
from repository.log.prefix import log_prefix
from repository.model import merkle
from repository.model.ids import BlobId
from repository.upkeep.backup import (
    BackupRunning,
    HistoryForked,
    LogUnlikeCatalogue,
    MediumOfAnother,
    Taken,
    _one_at_a_time,
    back_up,
)
from repository.upkeep.backups import Backup, BackupMissing, Backups
from repository.upkeep.manifest import (
    ENDING,
    ManifestBroken,
    ManifestUnknown,
    decode_manifest,
    encode_manifest,
    files_of,
)
from repository.upkeep.restore import (
    NOTE,
    WORK,
    BackupDamaged,
    RestoreDiffers,
    RestoreUnfinished,
    restore,
)
from tests.contracts.pack_io import with_content
from tests.crash.clerk import (
    NOON,
    OFFICE,
    SMALL,
    Acks,
    Clerk,
    LogSeen,
    Numbered,
    Told,
    a_paper,
    found_store,
    opened,
    registration,
    revisions,
)
from tests.crash.invariants import invariants


class Kept:
    """A store with its clerk, and a folder for backups."""

    def __init__(self, folder: Path, holdings: Holdings, acks: Acks) -> None:
        self.root = folder / "store"
        self.folder = folder
        self.holdings = holdings
        self.acks = acks
        self.clerk = Clerk(holdings, acks)
        self.medium = LocalPackIO(folder / "medium")

    def backed_up(self, medium: PackIO | None = None, keep: int | None = None) -> Taken:
        to = medium or self.medium
        return back_up(self.root, self.holdings, to, clock=lambda: NOON, keep=keep)

    def restored(
        self, backup: Backup | None = None, medium: PackIO | None = None, name: str = "restored"
    ) -> Path:
        folder = self.folder / name
        chosen = backup.id if backup else None
        restore(medium or self.medium, chosen, folder, SMALL, clock=lambda: NOON)
        return folder


@pytest.fixture
def kept(tmp_path: Path) -> Generator[Kept]:
    acks = Acks(tmp_path / "acks")
    found_store(tmp_path / "store", acks)
    with opened(tmp_path / "store") as holdings:
        yield Kept(tmp_path, holdings, acks)


def head(backup: Backup) -> Checkpoint:
    return Checkpoint(backup.manifest.events, bytes.fromhex(backup.manifest.root))


def known_at(told: Sequence[Told], backup: Backup) -> list[Told]:
    """What of *told* the log says that is as long as the backup's."""
    return [one for one in told if not isinstance(one, LogSeen) or one.size <= head(backup).size]


# Coming back.


def test_a_restored_store_has_everything_and_goes_on_with_the_next_number(kept: Kept):
    kept.clerk.notes_the_log()
    backup = kept.backed_up().backup
    assert head(backup) == kept.holdings.checkpoint()

    with opened(kept.restored()) as again:
        assert again.checkpoint() == head(backup)
        invariants(again, kept.acks.all())
        last = max(one.number for one in kept.acks.all() if isinstance(one, Numbered))
        answer = Clerk(again, Acks(kept.folder / "later")).registers("later", a_paper(90))
        assert answer.document.number == last + 1


def test_a_restored_store_says_from_where_it_came(kept: Kept):
    backup = kept.backed_up().backup

    folder = kept.restored()

    assert identify(folder) == identify(kept.root)
    assert backup.id in (folder / NOTE).read_text()
    assert not (folder / WORK).exists()


def test_a_key_used_before_the_backup_gets_its_first_answer_from_the_restored_store(kept: Kept):
    first = kept.clerk.registers("asked-once", a_paper(91))
    kept.backed_up()

    with opened(kept.restored()) as again:
        answer = register(
            again.keeper, OFFICE, registration("asked-once", a_paper(91)), key="asked-once"
        )

    assert answer.replayed
    assert answer.document == first.document


def test_an_older_backup_is_restored_as_it_was(kept: Kept):
    told = kept.acks.all()
    first = kept.backed_up().backup
    kept.clerk.registers("after-the-first", a_paper(92))
    kept.holdings.seal()
    second = kept.backed_up().backup

    for backup, promised in ((first, told), (second, kept.acks.all())):
        with opened(kept.restored(backup, name=backup.id)) as again:
            assert again.checkpoint() == head(backup)
            invariants(again, promised)


@pytest.mark.parametrize(("write", "read"), [("mem", "mem"), ("local", "osfs"), ("osfs", "local")])
def test_a_backup_is_restored_through_another_opener(kept: Kept, write: str, read: str):
    kept.holdings.seal()
    media = media_of(kept.folder / "medium-of-two")
    backup = kept.backed_up(media[write]()).backup

    with opened(kept.restored(medium=media[read]())) as again:
        assert again.checkpoint() == head(backup)
        invariants(again, kept.acks.all())


def media_of(folder: Path) -> dict[str, Callable[[], PackIO]]:
    folder.mkdir()
    memory = open_medium("mem://")

    def through_fs() -> PackIO:
        from fs.osfs import OSFS

        return FsPackIO(OSFS(str(folder)))

    return {"mem": lambda: memory, "osfs": through_fs, "local": lambda: LocalPackIO(folder)}


@pytest.mark.parametrize("url", ["zip://{}/kho.zip", "tar://{}/kho.tar", "tar://{}/kho.tar.gz"])
def test_an_archive_is_written_once_read_and_never_replaced(kept: Kept, url: str):
    url = url.format(kept.folder)
    with written_medium(url) as medium:
        backup = kept.backed_up(medium).backup

    archive = open_existing(url)
    assert list(Backups(archive).faults([backup], lambda _: None)) == []
    with opened(kept.restored(medium=archive)) as again:
        assert again.checkpoint() == head(backup)
    before = (archive_at(url) or Path()).read_bytes()
    with pytest.raises(ArchiveThere), written_medium(url):
        pass
    assert (archive_at(url) or Path()).read_bytes() == before


def test_of_an_archive_that_failed_nothing_is_left(kept: Kept):
    newest = max(Layout(kept.root).packs.iterdir())
    newest.write_bytes(newest.read_bytes()[:200])
    before = set(kept.folder.iterdir())

    with pytest.raises(PackBroken), written_medium(f"zip://{kept.folder}/kho.zip") as medium:
        kept.backed_up(medium)

    assert set(kept.folder.iterdir()) == before


def test_looking_for_backups_makes_nothing(tmp_path: Path):
    for url in (str(tmp_path / "a"), f"osfs://{tmp_path}/b", f"zip://{tmp_path}/c.zip"):
        with pytest.raises(MediumUnreachable):
            open_existing(url)

    assert list(tmp_path.iterdir()) == []


# Under load.


def test_backups_taken_while_clerks_work_and_packs_are_sealed_are_each_whole(kept: Kept):
    over = threading.Event()
    failed: list[BaseException] = []
    clerks = [threading.Thread(target=noting(failed, works, kept, over, n)) for n in range(2)]
    sealer = threading.Thread(target=noting(failed, seals, kept, over))
    found: list[tuple[Backup, list[Told]]] = []
    for thread in (*clerks, sealer):
        thread.start()
    try:
        for _ in range(6):
            told = kept.acks.all()
            found.append((kept.backed_up().backup, told))
    finally:
        over.set()
        for thread in (*clerks, sealer):
            thread.join()

    assert not failed
    assert head(found[-1][0]).size > head(found[0][0]).size
    assert list(Backups(kept.medium).faults([one for one, _ in found], lambda _: None)) == []
    for backup, told in found:
        with opened(kept.restored(backup, name=backup.id)) as again:
            assert again.checkpoint() == head(backup)
            seen = [one for one in known_at(kept.acks.all(), backup) if isinstance(one, LogSeen)]
            invariants(again, [*told, *seen])


def noting(
    failed: list[BaseException], work: Callable[..., None], *given: object
) -> Callable[[], None]:
    """*work* for a thread, which must not fail unheard."""

    def run() -> None:
        try:
            work(*given)
        except BaseException as error:  # noqa: BLE001 - the test tells it
            failed.append(error)

    return run


def works(kept: Kept, over: threading.Event, clerk: int) -> None:
    n = 0
    while not over.is_set() or n < 5:
        n += 1
        for paper in revisions(clerk * 100_000 + n, 2):
            kept.clerk.brings(paper)
        kept.clerk.registers(f"load-{clerk}-{n}", a_paper(clerk * 100_000 + 50_000 + n))
        kept.clerk.notes_the_log()


def seals(kept: Kept, over: threading.Event) -> None:
    while not over.is_set():
        kept.holdings.seal()
        over.wait(0.005)


class AtFirst(LocalPackIO):
    """A medium on which something happens before its first file is made."""

    def __init__(self, folder: Path, happens: Callable[[], object]) -> None:
        super().__init__(folder)
        self._happens = happens
        self._done = False

    def create(self, name: str) -> PackFile:
        if not self._done:
            self._done = True
            self._happens()
        return super().create(name)


def test_packs_that_are_sealed_away_before_they_are_copied_are_looked_for_again(kept: Kept):
    kept.holdings.seal()
    for n in range(3):
        kept.clerk.registers(f"fresh-{n}", a_paper(60 + n))
    before = kept.holdings.checkpoint()

    def happens() -> None:
        kept.holdings.seal()
        kept.clerk.registers("meanwhile", a_paper(70))
        kept.holdings.seal()

    medium = AtFirst(kept.folder / "medium", happens)
    backup = kept.backed_up(medium).backup

    assert head(backup).size > before.size
    with opened(kept.restored()) as again:
        invariants(again, kept.acks.all())


def test_of_an_open_pack_only_what_has_landed_is_copied(kept: Kept):
    kept.clerk.brings(a_paper(55))
    (newest,) = [
        name for name in LocalPackIO(Layout(kept.root).packs).names() if name.endswith(".open")
    ][-1:]
    with (Layout(kept.root).packs / newest).open("ab") as file:
        file.write(b"VKBLOB\r\n half a record")

    backup = kept.backed_up().backup

    sizes = {pack.number: pack.size for pack in backup.manifest.packs if not pack.sealed}
    assert sizes[int(newest.partition(".")[0], 16)] == (
        Layout(kept.root).packs / newest
    ).stat().st_size - len(b"VKBLOB\r\n half a record")
    with opened(kept.restored()) as again:
        invariants(again, kept.acks.all())


# What is copied.


def test_the_second_backup_copies_only_what_is_new(kept: Kept):
    kept.holdings.seal()
    first = kept.backed_up()
    assert kept.backed_up().files == 0
    kept.clerk.registers("new", a_paper(80))

    second = kept.backed_up()

    shared = set(files_of(first.backup.manifest)) & set(files_of(second.backup.manifest))
    assert second.files == len(list(files_of(second.backup.manifest))) - len(shared)
    assert second.files == 2, "one open pack, one segment of the log"


class CutShort(LocalPackIO):
    """A medium whose line is cut when the *at*-th file is to be published."""

    def __init__(self, folder: Path, at: int) -> None:
        super().__init__(folder)
        self._left = at

    def publish(self, temporary: str, name: str) -> None:
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt
        super().publish(temporary, name)


def test_a_backup_that_was_cut_goes_on_where_it_was(kept: Kept):
    kept.holdings.seal()
    with pytest.raises(KeyboardInterrupt):
        kept.backed_up(CutShort(kept.folder / "medium", 4))
    assert Backups(kept.medium).all() == []

    taken = kept.backed_up()

    assert taken.files == len(list(files_of(taken.backup.manifest))) - 3


def test_a_leftover_that_is_not_what_its_name_says_is_replaced(kept: Kept):
    with pytest.raises(KeyboardInterrupt):
        kept.backed_up(CutShort(kept.folder / "medium", 4))
    for path in (kept.folder / "medium").iterdir():
        path.write_bytes(b"?" * path.stat().st_size)

    backup = kept.backed_up().backup

    assert list(Backups(kept.medium).faults([backup], lambda _: None)) == []


def test_a_file_lost_from_the_medium_is_copied_again(kept: Kept):
    first = kept.backed_up().backup
    lost = next(files_of(first.manifest))
    (kept.folder / "medium" / f"{lost.digest.hex()}.file").unlink()

    assert kept.backed_up().files == 1
    assert list(Backups(kept.medium).faults([first], lambda _: None)) == []


def test_of_older_backups_only_what_the_kept_ones_need_stays(kept: Kept):
    backups = [kept.backed_up().backup]
    for n in range(3):
        kept.clerk.registers(f"more-{n}", a_paper(30 + n))
        kept.holdings.seal()
        taken = kept.backed_up(keep=2)
        backups.append(taken.backup)
    with_content(kept.medium, "an-operators.note", b"left alone")

    assert [one.id for one in Backups(kept.medium).all()] == [one.id for one in backups[-2:]]
    kept.backed_up(keep=1)
    (last,) = Backups(kept.medium).all()
    needed = {f"{file.digest.hex()}.file" for file in files_of(last.manifest)}
    assert set(kept.medium.names()) == {*needed, last.id + ENDING, "an-operators.note"}
    with opened(kept.restored()) as again:
        invariants(again, kept.acks.all())


def test_while_a_manifest_cannot_be_read_nothing_is_taken_away(kept: Kept):
    first = kept.backed_up().backup
    path = kept.folder / "medium" / (first.id + ENDING)
    path.write_bytes(path.read_bytes()[:-30])
    kept.clerk.registers("more", a_paper(33))
    kept.holdings.seal()
    names = set(kept.medium.names())

    assert kept.backed_up(keep=1).removed == ()

    assert names <= set(kept.medium.names())
    assert [fault.kept_as for fault in Backups(kept.medium).broken()] == [path.name]


def test_backups_that_hold_a_blob_are_told_until_they_are_gone(kept: Kept):
    before = kept.backed_up().backup
    blob = kept.clerk.brings(a_paper(44))
    open_pack = kept.backed_up().backup
    kept.holdings.seal()
    sealed = kept.backed_up().backup
    backups = Backups(kept.medium)

    assert [one.id for one in backups.holding(blob)] == [open_pack.id, sealed.id]
    assert [one.id for one in backups.holding(BlobId(digest_of(a_paper(1))))] == [
        one.id for one in (before, open_pack, sealed)
    ]
    assert backups.holding(BlobId(bytes(32))) == []


# Rot, and other hands.


def test_rot_in_any_file_of_a_backup_is_told_by_its_name(kept: Kept):
    kept.holdings.seal()
    backup = kept.backed_up().backup
    for file in files_of(backup.manifest):
        with rotten(kept.folder / "medium" / f"{file.digest.hex()}.file"):
            (fault,) = Backups(kept.medium).faults([backup], lambda _: None)
            assert (fault.what, fault.file, fault.backups) == ("rotten", file.label, (backup.id,))
            with pytest.raises(BackupDamaged) as told:
                kept.restored()
            assert told.value.facts["file"] == file.label
            with pytest.raises(StoreMissing):
                identify(kept.folder / "restored")
    assert list(Backups(kept.medium).faults([backup], lambda _: None)) == []
    with opened(kept.restored()) as again:
        invariants(again, kept.acks.all())


@contextmanager
def rotten(path: Path) -> Generator[None]:
    sound = path.read_bytes()
    path.write_bytes(sound[:-20] + bytes([sound[-20] ^ 1]) + sound[-19:])
    yield
    path.write_bytes(sound)


def test_missing_and_shortened_files_are_told_apart(kept: Kept):
    backup = kept.backed_up().backup
    first, second, *_ = files_of(backup.manifest)
    (kept.folder / "medium" / f"{first.digest.hex()}.file").unlink()
    (kept.folder / "medium" / f"{second.digest.hex()}.file").write_bytes(b"short")

    told = {
        fault.file: fault.what for fault in Backups(kept.medium).faults([backup], lambda _: None)
    }

    assert told == {first.label: "missing", second.label: "wrong-length"}


def test_a_manifest_is_read_only_whole_and_under_its_own_name(kept: Kept):
    backup = kept.backed_up().backup
    content = kept.medium.pread(backup.id + ENDING, 0, 1 << 20)
    with_content(kept.medium, "20990101T000000.000000Z.backup", content)
    with_content(kept.medium, "elsewhere.backup", content)

    assert [one.id for one in Backups(kept.medium).all()] == [backup.id]
    assert [one.file for one in Backups(kept.medium).broken()] == ["20990101T000000.000000Z.backup"]
    for at in range(0, len(content), 97):
        with pytest.raises(ManifestBroken):
            decode_manifest(backup.id + ENDING, content[:at] + b"~" + content[at + 1 :])


@given(st.binary(max_size=300))
def test_no_bytes_whatever_make_a_manifest_fail_otherwise(line: bytes):
    sealed = line + b"\n"
    with pytest.raises((ManifestBroken, ManifestUnknown)):
        decode_manifest("x", sealed + merkle.digest(sealed).hex().encode() + b"\n")


@pytest.mark.parametrize(
    "change",
    [
        (b'"number":2', b'"number":-2'),
        (b'"number":2', b'"number":"../2"'),
        (b'"sealed"', b'"path":"/etc/passwd","sealed"'),
        (b'"digest":"', b'"digest":"../'),
        (b'"first":1,', b'"first":99999999999999999999,'),
        (b'"at":', b'"at":9'),
    ],
)
def test_a_manifest_cannot_say_where_a_file_is_to_be_written(
    kept: Kept, change: tuple[bytes, bytes]
):
    kept.holdings.seal()
    backup = kept.backed_up().backup
    line = encode_manifest(backup.manifest)[:-65].replace(*change)

    with pytest.raises(ManifestBroken):
        decode_manifest(backup.id + ENDING, line + merkle.digest(line).hex().encode() + b"\n")


def test_a_later_version_of_the_manifest_is_said_to_be_one(kept: Kept):
    backup = kept.backed_up().backup
    kept.medium.remove(backup.id + ENDING)
    line = encode_manifest(backup.manifest)[:-65].replace(b'"version":1', b'"version":2')
    content = line + merkle.digest(line).hex().encode() + b"\n"
    with_content(kept.medium, backup.id + ENDING, content)

    with pytest.raises(ManifestUnknown):
        Backups(kept.medium).all()


def test_rot_in_the_store_does_not_reach_its_backups(kept: Kept):
    first = kept.backed_up().backup
    kept.clerk.registers("will-rot", a_paper(66, 9000))
    kept.holdings.seal()
    newest = max(Layout(kept.root).packs.glob("*.pack"))
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)

    with pytest.raises(PackBroken) as told:
        kept.backed_up()

    assert told.value.facts["pack"] == newest.name
    assert Backups(kept.medium).all() == [first]


def test_a_pack_that_is_gone_from_the_store_is_told(kept: Kept):
    kept.holdings.seal()
    newest = max(Layout(kept.root).packs.glob("*.pack"))
    newest.unlink()

    with pytest.raises(PackBroken) as told:
        kept.backed_up()
    assert told.value.facts["pack"] == newest.name


class Lying(LocalPackIO):
    """A medium that forgets the last byte's lowest bit."""

    def pread(self, name: str, offset: int, length: int) -> bytes:
        kept = super().pread(name, offset, length)
        return kept[:-1] + bytes([kept[-1] ^ 1]) if len(kept) > 1 else kept


def test_a_medium_that_gives_other_bytes_back_gets_no_backup(kept: Kept):
    with pytest.raises(CopyDiffers):
        kept.backed_up(Lying(kept.folder / "medium"))

    assert kept.medium.names() == []


def test_a_disk_that_gives_other_bytes_back_gets_no_restored_store(kept: Kept):
    kept.backed_up()
    folder = kept.folder / "restored"

    with pytest.raises(CopyDiffers):
        restore(kept.medium, None, folder, SMALL, clock=lambda: NOON, folders=Lying)

    with pytest.raises(StoreMissing):
        identify(folder)


def test_a_medium_that_goes_away_is_no_damage_of_the_store(kept: Kept):
    kept.holdings.seal()

    with pytest.raises(FileNotFoundError):
        kept.backed_up(AtFirst(kept.folder / "medium", (kept.folder / "medium").rmdir))


def test_a_log_that_was_changed_is_not_backed_up(kept: Kept):
    name = "Sở Tư pháp".encode()
    for path in Layout(kept.root).log.iterdir():
        path.write_bytes(path.read_bytes().replace(name, name.upper()))

    with pytest.raises(LogBroken):
        kept.backed_up()
    assert Backups(kept.medium).all() == []


def test_a_log_that_does_not_give_the_catalogues_root_is_not_backed_up(kept: Kept):
    with kept.holdings.engine.writing() as txn:
        mark = Writing(txn).watermark()
        other = t.Watermark(mark.sequence, (bytes(32), *mark.peaks[1:]))
        Writing(txn).put(t.WATERMARK, (NODE_LOG,), other)

    with pytest.raises(LogUnlikeCatalogue):
        kept.backed_up()
    assert Backups(kept.medium).all() == []


# Two stores, one medium.


def test_a_medium_takes_the_backups_of_one_store_only(kept: Kept, tmp_path: Path):
    from tests.repository.stores import a_store

    kept.backed_up()

    with a_store(tmp_path / "other") as other, pytest.raises(MediumOfAnother):
        back_up(tmp_path / "other" / "store", other, kept.medium, clock=lambda: NOON)


def test_what_the_original_did_later_is_not_mixed_with_what_the_restored_store_did(kept: Kept):
    first = kept.backed_up().backup
    folder = kept.restored(first)
    kept.clerk.registers("in-the-original", a_paper(77))
    second = kept.backed_up().backup

    with opened(folder) as again:
        with pytest.raises(HistoryForked) as told:  # it lacks what the second has
            back_up(folder, again, kept.medium, clock=lambda: NOON)
        assert told.value.facts["backup"] == second.id
        Clerk(again, Acks(kept.folder / "theirs")).registers("in-the-other", a_paper(78))
        with pytest.raises(HistoryForked):  # as long, but another
            back_up(folder, again, kept.medium, clock=lambda: NOON)
        elsewhere = LocalPackIO(kept.folder / "elsewhere")
        assert back_up(folder, again, elsewhere, clock=lambda: NOON).files > 0
    assert [one.id for one in Backups(kept.medium).all()] == [first.id, second.id]


def test_packs_of_two_stores_with_one_number_are_told_apart(kept: Kept):
    """Both seal the same pack after the backup: same log, same numbers, other bytes."""
    folder = kept.restored(kept.backed_up().backup)
    kept.clerk.brings(a_paper(500))
    kept.holdings.seal()
    kept.backed_up()

    with opened(folder) as again:
        mine = Clerk(again, Acks(kept.folder / "theirs")).brings(a_paper(501))
        again.seal()
        backup = back_up(folder, again, kept.medium, clock=lambda: NOON).backup

    assert [one.id for one in Backups(kept.medium).holding(mine)] == [backup.id]
    with opened(kept.restored(backup, name="third")) as third:
        assert third.blobs.read(mine) == a_paper(501)


def test_one_backup_at_a_time(kept: Kept):
    with _one_at_a_time(Layout(kept.root)), pytest.raises(BackupRunning):
        kept.backed_up()


# Where to.


def test_a_folder_with_anything_in_it_is_not_restored_into(kept: Kept):
    kept.backed_up()
    for name in ("letter.txt", WORK):
        folder = kept.folder / f"taken-{name}"
        (folder / name).mkdir(parents=True)
        (folder / name / "mine").write_bytes(b"x")

        with pytest.raises(StoreNotEmpty):
            kept.restored(name=folder.name)
        assert (folder / name / "mine").exists()
    with pytest.raises(StoreNotEmpty):
        kept.restored(name="store")


def test_a_restore_that_was_all_but_done_is_finished_before_another_is_begun(kept: Kept):
    first = kept.backed_up().backup
    kept.clerk.registers("more", a_paper(12))
    second = kept.backed_up().backup
    folder = kept.folder / "restored"

    class Stops(LocalPackIO):
        def publish(self, temporary: str, name: str) -> None:
            if name == "local":
                raise KeyboardInterrupt
            super().publish(temporary, name)

    with pytest.raises(KeyboardInterrupt):
        restore(kept.medium, first.id, folder, SMALL, clock=lambda: NOON, folders=Stops)
    with pytest.raises(RestoreUnfinished):
        kept.restored(second)

    with opened(kept.restored(first)) as again:
        assert again.checkpoint() == head(first)


def test_a_cut_restore_of_another_backup_is_no_hindrance(kept: Kept):
    first = kept.backed_up().backup
    kept.clerk.registers("more", a_paper(12))
    kept.holdings.seal()
    second = kept.backed_up().backup
    with pytest.raises(KeyboardInterrupt):
        restore(
            kept.medium,
            first.id,
            kept.folder / "restored",
            SMALL,
            clock=lambda: NOON,
            folders=lambda place: CutShort(place, 3),
        )

    with opened(kept.restored(second)) as again:
        invariants(again, kept.acks.all())


def test_a_manifest_that_leaves_a_pack_out_gives_no_store(kept: Kept):
    backup = kept.backed_up().backup
    lacking = replace(backup.manifest, packs=backup.manifest.packs[1:], at=backup.manifest.at + 1)
    Backups(kept.medium).commit(lacking)

    with pytest.raises(RestoreDiffers):
        kept.restored()
    with pytest.raises(StoreMissing):
        identify(kept.folder / "restored")


def test_a_backup_of_another_format_is_refused_before_anything_is_written(kept: Kept):
    backup = kept.backed_up().backup
    later = replace(backup.manifest, format=99, at=backup.manifest.at + 1)
    Backups(kept.medium).commit(later)

    with pytest.raises(FormatUnknown):
        kept.restored()
    assert not (kept.folder / "restored").exists()


def test_a_backup_that_is_not_there_is_said_so(kept: Kept):
    with pytest.raises(BackupMissing):
        kept.restored()


# The beginning of a log.


def test_the_log_up_to_an_event_ends_with_it_whatever_follows(kept: Kept):
    kept.clerk.registers("one-more", a_paper(9))
    size = kept.holdings.checkpoint().size
    log, store = LocalPackIO(Layout(kept.root).log), identify(kept.root).store
    canonical = [read.canonical for read in kept.holdings.events(0)]
    whole = log_prefix(log, store, size)
    for upto in range(size + 1):
        prefix = log_prefix(log, store, upto, range(upto))
        assert prefix.roots == {n: merkle.root_of(canonical[:n]) for n in range(upto + 1)}
        assert all(a.size <= b.size for a, b in zip(prefix.segments, whole.segments, strict=False))
        assert [one.first for one in prefix.segments] == [
            one.first for one in whole.segments if one.first <= upto
        ]
    (last,) = whole.segments[-1:]
    path = Layout(kept.root).log / f"{last.first:016x}.log"
    with path.open("ab") as file:
        file.write(b"VKEV torn")
    assert log_prefix(log, store, size) == whole
