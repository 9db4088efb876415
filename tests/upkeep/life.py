"""A store that is lived in at random, and a model of what it owes: who brought what, who refers to it.

The model knows nothing of packs, segments or fates. It holds what was acknowledged, and asks after
every step whether that is still there; and in the end whether nothing else is.
"""

import io
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from api.services.blob_access import BlobErased
from api.services.blobs import stat
from api.services.holds import LiftHold, PlaceHold
from api.services.paper import UnknownBlob
from api.services.purges import ConfirmPurge, RequestPurge
from api.services.registration import register
from repository.blobs.address import address_of, digest_of
from repository.blobs.ledger import BlobWentAway
from repository.blobs.lineage import plan as planned
from repository.blobs.record import checks_of, record_of
from repository.blobs.spool import Upload
from repository.blobs.store import LocalStore
from repository.blobs.writer import Pending
from repository.catalogue import tables as t
from repository.catalogue.fates import needed_by
from repository.condemning import CondemnBlobs, ReviveBlobs, SweepBlobs
from repository.derivation import RecordText
from repository.erasing import CompletePurge, DestroyBlobs, Promote
from repository.errors import Trouble
from repository.format import Layout
from repository.keeper import Command, Keeper
from repository.landing import NODE
from repository.model.access import Caller, Hidden, Right
from repository.model.ids import AgencyId, BlobId
from repository.rebuild import rebuild_catalogue
from repository.upkeep.check import check_structure
from repository.upkeep.compaction import compact, worth_compacting
from repository.upkeep.gc import GRACE, Collected, collect
from repository.upkeep.kin import kin_of
from repository.upkeep.purge import finish, finish_all
from repository.upkeep.room import sealed_packs
from repository.upkeep.scrub import check_packs, packs_due
from tests.crash.clerk import NOON, OFFICE, SMALL, opened, registration
from tests.crash.faults import ENDINGS, Disk, Ended, Fault, Plan

ERASERS = [
    Caller(name=name, rights=frozenset(Right), every_agency=True)
    for name in ("giám đốc", "lưu trữ")
]
ERRORS = (Fault.EIO, Fault.SHORT, Fault.FULL)
PROBE_BYTES = 48


class Content:
    """Bytes that somebody may bring, and those of them that no earlier revision has."""

    def __init__(self, content: bytes, own: bytes) -> None:
        self.bytes = content
        self.own = own
        self.blob = BlobId(digest_of(content))

    def holds(self, other: "Content") -> bool:
        return other.own in self.bytes


def families(seed: int) -> list[list[Content]]:
    """Two files that are signed again and again, a single paper, and one that zstd packs."""
    chance = random.Random(seed)
    chains = [_chain(chance, length) for length in (4, 2)]
    single = [_single(b"%PDF-1.7\n" + chance.randbytes(1500))]
    loose = [_single((chance.randbytes(30).hex().encode() + b" ") * 40)]
    return [*chains, single, loose]


def _single(content: bytes) -> Content:
    return Content(content, content)


def _chain(chance: random.Random, length: int) -> list[Content]:
    head = b"%PDF-1.7\n" + chance.randbytes(5000) + b"\n%%EOF\n"
    made = [Content(head, head)]
    for _ in range(1, length):
        tail = chance.randbytes(400) + b"\n%%EOF\n"
        made.append(Content(made[-1].bytes + tail, tail))
    return made


class Interrupted:
    """A keeper to whom others speak in between, once, just before the n-th of some commands."""

    def __init__(
        self, keeper: Keeper, before: tuple[type, ...], nth: int, other: Callable[[], None]
    ) -> None:
        self._keeper = keeper
        self._before = before
        self._left = nth
        self._other = other

    def submit(self, command: Command[Any]) -> Any:
        if isinstance(command, self._before):
            self._left -= 1
            if self._left == 0:
                self._other()
        return self._keeper.submit(command)

    def close(self) -> None:
        self._keeper.close()


class Owed:
    """What the model knows: all of it was acknowledged."""

    def __init__(self) -> None:
        self.brought: dict[BlobId, datetime] = {}
        """When each was last brought: from then on it is owed for the grace."""
        self.documents: dict[str, BlobId] = {}
        self.held: dict[str, BlobId] = {}
        self.purged: dict[BlobId, datetime] = {}
        """Confirmed, and not brought again since."""
        self.destroyed: set[BlobId] = set()
        """Of these, those whose bytes are to be gone."""
        self.inside_others: set[BlobId] = set()
        """Of these, those whose bytes somebody else's later revision had in it."""


class Life:
    """One store, led at random from *seed*."""

    def __init__(self, root: Path, seed: int, *, power: bool) -> None:
        """*power*: what was not synced is lost when the life is cut off."""
        self.root = root
        self.chance = random.Random(seed)
        self.now = NOON
        self.owed = Owed()
        self.families = families(seed)
        self.contents = [each for family in self.families for each in family]
        self.by_blob = {each.blob: each for each in self.contents}
        self.done: list[str] = []
        self._power = power
        self._key = 0
        self._copies = root.parent / "copies"
        self._shelf: list[Path] = []
        self._open()

    # Living.

    def lead(self, steps: int) -> None:
        """Do *steps* things, any of which may be cut off; look after each what is owed."""
        for _ in range(steps):
            if self.chance.random() < 0.25:
                self._threaten()
            act = self.chance.choices(*zip(*self._acts(), strict=True))[0]
            self.done.append(act.__name__)
            self._attempt(act)
            self.nothing_owed_is_missing()

    def _acts(self) -> list[tuple[Callable[[], None], int]]:
        return [
            (self.brings, 6),
            (self.brings_many, 2),
            (self.brings_twice_at_once, 2),
            (self.brings_slowly, 3),
            (self.registers, 3),
            (self.refers_late, 4),
            (self.reads_a_text, 2),
            (self.places_a_hold, 2),
            (self.lifts_a_hold, 2),
            (self.collects, 6),
            (self.collects_while_others_work, 8),
            (self.waits, 10),
            (self.seals, 3),
            (self.compacts, 4),
            (self.purges, 2),
            (self.purges_while_others_work, 2),
            (self.finishes_purges, 1),
            (self.starts_again, 1),
            (self.loses_the_catalogue, 1),
            (self.rebuilds, 1),
            (self.keeps_a_snapshot, 2),
            (self.goes_back_to_a_snapshot, 2),
        ]

    def _threaten(self) -> None:
        """Let one of the next storage calls fail, or be the last."""
        self._plan.at = len(self._plan.calls) + self.chance.randint(1, 14)
        self._plan.fault = self.chance.choice((*ENDINGS, *ENDINGS, *ERRORS))
        self.done.append(f"[{self._plan.fault.name} at {self._plan.at}]")

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Ended:
            self._cut_off()
        except Trouble as trouble:
            if self._plan.fault not in ERRORS or not self._is_due():
                raise
            self.done.append(f"({trouble.slug()})")
            self._call_the_doctor()
        # Whoever was refused anyway was told only that.
        if self._plan.over:
            self._cut_off()
        if Layout(self.root).read_only.exists():
            self._call_the_doctor()

    def _call_the_doctor(self) -> None:
        self._close()
        Layout(self.root).read_only.unlink(missing_ok=True)
        self._open()

    def _is_due(self) -> bool:
        return 0 < self._plan.at <= len(self._plan.calls)

    def _open(self) -> None:
        self._plan = Plan(disk=Disk())
        copies = self._copies if self._power else None
        shutil.rmtree(self._copies, ignore_errors=True)
        self.holdings = opened(self.root, self._plan, copies=copies, clock=lambda: self.now)

    def _close(self) -> None:
        self._plan.over = True
        with suppress(Trouble, Ended):
            self.holdings.close()
        self.holdings.engine.close()
        with suppress(Trouble, Ended):
            self.holdings._closing.close()

    def _cut_off(self) -> None:
        self.done.append("(cut off)")
        self._close()
        if self._power:
            self._plan.disk.lose_power(self.chance, Layout(self.root).catalogue)
        self._open()

    # Acts.

    def brings(self) -> None:
        self._bring(self._some())

    def brings_many(self) -> None:
        some = self.chance.sample(self.contents, 4)
        for each in some:
            self._doubt(each)
        streams = (io.BytesIO(each.bytes) for each in some)
        for _ in self.holdings.blobs.put_many(streams, batch=2):
            pass
        for each in some:
            self._was_brought(each)

    def brings_twice_at_once(self) -> None:
        """Two workers that had both looked before the other wrote."""
        content = self._some()
        store = self.holdings.blobs
        assert isinstance(store, LocalStore)
        pending = self._pending(store, content)
        self._bring(content)
        store._writer.write(pending)

    def _pending(self, store: LocalStore, content: Content) -> Pending:
        """*content* as a worker is about to write it who has just looked."""
        address = address_of(content.bytes)
        with store._ledger.choosing() as lookup:
            how = planned(address, lookup)
        at = round(self.now.timestamp() * 1_000_000)
        record = record_of(address, segments=how.segments, marks=how.marks, at=at)
        return Pending(
            record,
            Upload(address, content.bytes, None, checks_of(content.bytes)),
            how.literal_from,
            (),
        )

    def brings_slowly(self) -> None:
        """Between looking how to store it and storing it, the worker stands still for long."""
        lands = self._begun_to_bring()
        self.chance.choice((self.collects, self.purges, self.waits))()
        lands()

    def _begun_to_bring(self) -> Callable[[], None]:
        """Look how to store something; calling the answer stores it."""
        content = self._some()
        store = self.holdings.blobs
        assert isinstance(store, LocalStore)
        pending = self._pending(store, content)

        def lands() -> None:
            self._doubt(content)
            with suppress(BlobWentAway):
                store._writer.write(pending)
                self._was_brought(content)

        return lands

    def registers(self) -> None:
        content = self._some()
        self._bring(content)
        self._register(content)

    def refers_late(self) -> None:
        """Somebody registers what was brought some time ago, and may have been swept."""
        content = self._some_condemned() or self._some_known()
        try:
            self._register(content)
        except UnknownBlob:
            assert not self._is_owed(content.blob), "it was owed, and could not be referred to"

    def reads_a_text(self) -> None:
        blobs = sorted(set(self.owed.documents.values()) - set(self.owed.purged))
        if not blobs:
            return
        blob = self.chance.choice(blobs)
        text = self.holdings.blobs.put(io.BytesIO(b"text of " + blob.hex().encode() * 20)).id
        self.holdings.keeper.submit(RecordText(caller=NODE, blob=blob, text=text, reader="test/1"))

    def places_a_hold(self) -> None:
        blob = self._some_known().blob
        command = PlaceHold(caller=OFFICE, blob=blob, reason="thanh tra")
        with suppress(Hidden):
            hold = self.holdings.keeper.submit(command)
            self.owed.held[hold.id] = blob

    def lifts_a_hold(self) -> None:
        if self.owed.held:
            hold = self.chance.choice(sorted(self.owed.held))
            blob = self.owed.held.pop(hold)
            # From now on it is owed no longer than what is brought now.
            self.owed.brought.setdefault(blob, NOON - 2 * GRACE)
            self.holdings.keeper.submit(LiftHold(caller=OFFICE, hold=hold, reason="xong"))

    def collects(self) -> None:
        collect(self.holdings, grace=GRACE, really=True)

    def collects_while_others_work(self) -> None:
        """Something happens between the collector's look and what it decides."""
        if self.chance.random() < 0.5:
            self.waits()
        self._meanwhile((CondemnBlobs, SweepBlobs, ReviveBlobs), self.collects)

    def purges_while_others_work(self) -> None:
        self._meanwhile((ConfirmPurge, DestroyBlobs, CompletePurge, Promote), self.purges)

    def _meanwhile(self, before: tuple[type, ...], act: Callable[[], None]) -> None:
        keeper = self.holdings.keeper
        acts = (self.registers, self.brings, self.refers_late, self.refers_late, self.reads_a_text)
        slow = self._begun_to_bring()
        other, nth = self.chance.choice((*acts, slow, slow)), self.chance.randint(1, 3)
        holdings: Any = self.holdings
        holdings.keeper = Interrupted(keeper, before, nth, other)
        try:
            act()
        finally:
            holdings.keeper = keeper

    def waits(self) -> None:
        self.now += timedelta(days=self.chance.choice((1, 15, 31, 31, 31)))

    def seals(self) -> None:
        self.holdings.seal()

    def compacts(self) -> None:
        list(compact(self.holdings, share=self.chance.choice((0.0, 0.3))))

    def purges(self) -> None:
        content = self._some_known()
        one, other = self.chance.sample(ERASERS, 2)
        submit = self.holdings.keeper.submit
        try:
            asked = submit(RequestPurge(caller=one, blob=content.blob, reason="theo quyết định"))
        except (Hidden, Trouble) as refused:
            if refused.slug() not in ("hidden", "on-hold"):
                raise
            return
        before = self._horizon()
        kin = kin_of(self.holdings, content.blob, brought_before=before)
        with_it = tuple(each.blob for each in kin if each.goes)
        confirm = ConfirmPurge(caller=other, purge=asked.id, with_it=with_it, brought_before=before)
        try:
            confirmed = submit(confirm)
        except BaseException:
            # What an unanswered confirmation did is not known: nothing is owed either way.
            self._owes_no_longer(content.blob, with_it)
            raise
        wanted = {*self.owed.documents.values(), *self.owed.held.values()} - {content.blob}
        assert not wanted & set(confirmed.blobs), "somebody refers to what goes with it"
        self._owes_no_longer(confirmed.blobs[0], confirmed.blobs[1:])
        self.owed.purged.update(dict.fromkeys(confirmed.blobs, self.now))
        finish(self.holdings, confirmed.id)
        self.owed.destroyed.update(blob for blob in confirmed.blobs if blob in self.owed.purged)

    def _owes_no_longer(self, purged: BlobId, with_it: Iterable[BlobId]) -> None:
        for blob in (purged, *with_it):
            self.owed.brought.pop(blob, None)
        documents = self.owed.documents
        self.owed.documents = {d: blob for d, blob in documents.items() if blob != purged}

    def finishes_purges(self) -> None:
        for done in finish_all(self.holdings):
            self.owed.destroyed.update(b for b in done.purge.blobs if b in self.owed.purged)

    def starts_again(self) -> None:
        self._plan.at = 0
        self.holdings.close()
        self._open()

    def loses_the_catalogue(self) -> None:
        self._plan.at = 0
        self.holdings.close()
        shutil.rmtree(Layout(self.root).catalogue)
        self._open()

    def rebuilds(self) -> None:
        self._plan.at = 0
        self.holdings.close()
        rebuild_catalogue(self.root, SMALL, walk=self.chance.random() < 0.5)
        self._open()

    def keeps_a_snapshot(self) -> None:
        folder = self.root.parent / f"snapshot-{len(self._shelf)}"
        with ExitStack() as closing:
            del closing
            self.holdings.engine.copy_to(folder)  # type: ignore[attr-defined]
        self._shelf.append(folder)

    def goes_back_to_a_snapshot(self) -> None:
        if not self._shelf:
            return
        self._plan.at = 0
        self.holdings.close()
        catalogue = Layout(self.root).catalogue
        shutil.rmtree(catalogue)
        shutil.copytree(self.chance.choice(self._shelf), catalogue)
        self._open()

    def _some(self) -> Content:
        return self.chance.choice(self.chance.choice(self.families))

    def _some_condemned(self) -> Content | None:
        """Mostly what waits to be swept: to that, a late reference matters."""
        with self.holdings.reading() as now:
            waiting = [key for key, _ in now.raw(t.CONDEMNED, b"", 100)]
        known = [self.by_blob[BlobId(key)] for key in waiting if key in self.by_blob]
        return self.chance.choice(known) if known and self.chance.random() < 0.7 else None

    def _some_known(self) -> Content:
        known = [each for each in self.contents if each.blob in self.owed.brought]
        return self.chance.choice(known) if known else self._some()

    def _bring(self, content: Content) -> None:
        holders = (AgencyId("a"),) if self.chance.random() < 0.5 else ()
        self._doubt(content)
        stranger = self.chance.random() < 0.5
        self.holdings.blobs.put(
            io.BytesIO(content.bytes), holders=holders, may_know=lambda _: not stranger
        )
        self._was_brought(content)

    def _doubt(self, content: Content) -> None:
        """Somebody is about to bring it: until the answer, it may be here or not."""
        self.owed.purged.pop(content.blob, None)
        # Its bytes, those of earlier revisions among them, come again; perhaps only some of them.
        again = {each.blob for each in self.contents if content.holds(each)}
        self.owed.destroyed -= again
        self.owed.inside_others -= again

    def _was_brought(self, content: Content) -> None:
        self._doubt(content)
        self.owed.brought[content.blob] = self.now

    def _register(self, content: Content) -> None:
        self._key += 1
        key = f"key-{self._key}"
        registered = register(
            self.holdings.keeper, OFFICE, registration(key, content.bytes), key=key
        )
        self.owed.documents[registered.document.id] = content.blob

    def _horizon(self) -> int:
        return round((self.now - GRACE).timestamp() * 1_000_000)

    # Looking.

    def _is_owed(self, blob: BlobId) -> bool:
        if blob in self.owed.purged:
            return False
        at = self.owed.brought.get(blob)
        return (
            blob in self.owed.documents.values()
            or blob in self.owed.held.values()
            or (at is not None and self.now < at + GRACE)
        )

    def nothing_owed_is_missing(self) -> None:
        """Every byte that is owed is there; nothing that was destroyed is."""
        for content in self.contents:
            if self._is_owed(content.blob):
                assert self.holdings.blobs.read(content.blob) == content.bytes
            if content.blob in self.owed.purged:
                self._is_withheld(content)
        self._every_row_reads()
        self._destroyed_bytes_are_nowhere()

    def _is_withheld(self, content: Content) -> None:
        try:
            stat(self.holdings, OFFICE, content.blob)
        except (BlobErased, Hidden):
            return
        raise AssertionError("destroyed content is given out")

    def _every_row_reads(self) -> None:
        for blob in self._rows():
            assert digest_of(self.holdings.blobs.read(blob)) == blob

    def _rows(self) -> list[BlobId]:
        with self.holdings.reading() as now:
            return now.blobs(b"", 10_000)

    def _destroyed_bytes_are_nowhere(self) -> None:
        kept = [self.by_blob[blob] for blob in self._rows() if blob in self.by_blob]
        for blob in [blob for blob in self.owed.destroyed if blob in self.by_blob]:
            content = self.by_blob[blob]
            if any(each.holds(content) for each in kept):
                # A later revision stays; should it be swept, compaction alone takes its bytes away.
                self.owed.destroyed.discard(blob)
                self.owed.inside_others.add(blob)
                continue
            for name, found in self._files():
                assert content.own[-PROBE_BYTES - 8 : -8] not in found, name

    def _files(self) -> Iterator[tuple[str, bytes]]:
        layout = Layout(self.root)
        for folder in (layout.packs, layout.spool):
            for path in folder.iterdir():
                yield path.name, path.read_bytes()

    # The end.

    def settles(self) -> None:
        """Let all graces pass; then exactly what is referred to is there, and nothing else."""
        self._plan.at = 0
        finish_all(self.holdings)
        found = Collected()
        for _ in range(8):
            self.now += GRACE + timedelta(days=1)
            found = collect(self.holdings, grace=GRACE, really=True)
        assert (found.condemned, found.waiting, found.swept) == (0, 0, 0), "there is no end to it"
        self.holdings.seal()
        while list(compact(self.holdings, share=0.0)):
            pass
        self.owed.destroyed |= self.owed.inside_others
        self.nothing_owed_is_missing()
        self._only_what_is_referred_to_is_there()
        self._sound()
        rows = self._rows()
        self.loses_the_catalogue()
        assert self._rows() == rows
        self._sound()

    def _only_what_is_referred_to_is_there(self) -> None:
        with self.holdings.reading() as now:
            needed = {BlobId(bytes(key[0])) for key, _ in now.scan(t.HOLDERS)}  # type: ignore[arg-type]
            needed |= {hold.blob for _, hold in now.scan(t.HOLDS) if not hold.lifted}
            coming = list(needed)
            while coming:
                more = set(needed_by(now, coming.pop())) - needed
                needed |= more
                coming += more
        assert (set(self._rows()) - needed, needed - set(self._rows())) == (set(), set())
        uses = list(sealed_packs(self.holdings))
        assert [use.dead for use in uses] == [0] * len(uses)
        # The newest pack keeps the place of its number, also when nothing is left in it.
        assert all(use.records for use in uses[:-1])
        names = [name for name, _ in self._files()]
        assert len(names) == len(uses), names
        assert not worth_compacting(self.holdings, share=0.0)

    def _sound(self) -> None:
        assert list(check_structure(self.holdings)) == []
        assert list(check_packs(self.holdings, packs_due(self.holdings))) == []
