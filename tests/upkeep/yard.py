"""A small real store whose clock is moved by hand, with people who may erase."""

import io
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from api.services import RULES
from api.services.agencies import OpenAgency
from api.services.purges import ConfirmPurge, RequestPurge
from api.services.registers import OpenRegister
from api.services.registration import register
from repository.blobs.address import digest_of
from repository.blobs.port import MiB
from repository.blobs.seal import seal_closed
from repository.catalogue import tables as t
from repository.catalogue.lmdb_engine import LmdbEngine
from repository.format import Layout, StoreOptions, create_store
from repository.holdings import Holdings
from repository.model.access import OPERATOR, Caller, Right
from repository.model.ids import AgencyId, BlobId, DocumentId
from repository.model.purges import Purge
from repository.model.registers import Direction
from repository.rebuild import rebuild_catalogue
from repository.upkeep.compaction import compact
from repository.upkeep.gc import GRACE, Collected, collect
from repository.upkeep.kin import kin_of
from repository.upkeep.purge import finish
from tests.crash.clerk import AGENCY, OFFICE, opened, registration
from tests.crash.faults import Plan, put_catalogue

SMALL = StoreOptions(map_size=64 * MiB, pack_target=16 * MiB, reserve=0)
DIRECTOR = Caller(name="giám đốc", rights=frozenset(Right), every_agency=True)
ARCHIVIST = Caller(name="lưu trữ", rights=frozenset(Right), every_agency=True)


class Yard:
    """A store under somebody's care."""

    def __init__(
        self, root: Path, options: StoreOptions = SMALL, *, plan: Plan | None = None
    ) -> None:
        """On storage that fails as *plan* says."""
        self.root = root
        self._plan = plan
        self.options = options
        self.now = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
        self._key = 0
        if not root.exists():
            create_store(root, store=uuid.UUID(int=9))
        self.holdings = self._opened()
        with self.holdings.reading() as now:
            founded = next(now.agencies(), None)
        if founded is None:
            self._found()

    def _opened(self) -> Holdings:
        plan = self._plan
        if plan is None:
            return Holdings.open_alone(self.root, self.options, rules=RULES, clock=lambda: self.now)
        return opened(self.root, plan, clock=lambda: self.now, options=self.options)

    def _found(self) -> None:
        keeper = self.holdings.keeper
        keeper.submit(OpenAgency(caller=OPERATOR, code=AGENCY, name="Sở Tư pháp"))
        incoming = Direction.INCOMING
        book = OpenRegister(
            caller=OPERATOR, agency=AGENCY, code="den", direction=incoming, title="Sổ"
        )
        keeper.submit(book)

    def reopen(self, **changes: int) -> None:
        """Close and open again, with *changes* to the options."""
        self.holdings.close()
        self.options = msgspec.structs.replace(self.options, **changes)
        self.holdings = self._opened()

    # What clerks do.

    def brings(self, content: bytes, *holders: str) -> BlobId:
        agencies = map(AgencyId, holders)
        return self.holdings.blobs.put(io.BytesIO(content), holders=agencies).id

    def registers(self, content: bytes) -> DocumentId:
        """Bring *content* and register a document with it."""
        self.brings(content)
        return self.refers_to(content)

    def refers_to(self, content: bytes) -> DocumentId:
        """Register a document with *content*, which was brought before."""
        self._key += 1
        key = f"k-{self._key}"
        asked = registration(key, content)
        return register(self.holdings.keeper, OFFICE, asked, key=key).document.id

    def passes(self, *, days: int) -> None:
        self.now += timedelta(days=days)

    # What whoever looks after the store does.

    def collects(self, *, grace: timedelta = GRACE, really: bool = True) -> Collected:
        return collect(self.holdings, grace=grace, really=really)

    def sweeps(self) -> None:
        """Let what nobody refers to be condemned, wait, and be swept."""
        for _ in range(2):
            self.passes(days=31)
            self.collects()

    def seals(self) -> None:
        self.holdings.seal()

    def seals_what_is_closed(self) -> None:
        """Seal what nobody writes to: the pack of this process stays open."""
        shelves = self.holdings.shelves
        for _ in seal_closed(shelves.packs, shelves.ledger, shelves.store):
            pass

    def compacts(self, share: float = 0.0) -> None:
        self.holdings.seal()
        list(compact(self.holdings, share=share))

    def confirms(self, blob: BlobId) -> Purge:
        """Two persons agree that *blob* is purged; its bytes are not touched yet."""
        submit = self.holdings.keeper.submit
        asked = submit(RequestPurge(caller=DIRECTOR, blob=blob, reason="Nhầm văn bản mật"))
        before = round((self.now - GRACE).timestamp() * 1_000_000)
        kin = kin_of(self.holdings, blob, brought_before=before)
        return submit(
            ConfirmPurge(
                caller=ARCHIVIST,
                purge=asked.id,
                with_it=tuple(each.blob for each in kin if each.goes),
                brought_before=before,
            )
        )

    def purges(self, blob: BlobId) -> Purge:
        return finish(self.holdings, self.confirms(blob).id).purge

    # What becomes of the catalogue.

    def rebuilds(self) -> None:
        """Make the catalogue anew from packs and log."""
        self.holdings.close()
        rebuild_catalogue(self.root, self.options)
        self.holdings = self._opened()

    def keeps_the_catalogue(self) -> Path:
        """Lay a copy of the catalogue aside."""
        aside = self.root.parent / "older-catalogue"
        engine = self.holdings.engine
        assert isinstance(engine, LmdbEngine)
        engine.copy_to(aside)
        return aside

    def goes_back_to(self, older: Path) -> None:
        """Begin with *older*, as where the newest catalogue is lost."""
        self.holdings.close()
        put_catalogue(older, Layout(self.root).catalogue)
        self.holdings = self._opened()

    # What is looked at.

    def reads(self, content: bytes) -> bool:
        """Say whether *content* is stored, and reads as it was."""
        blob = BlobId(digest_of(content))
        with self.holdings.reading() as now:
            if now.row(blob) is None:
                return False
        return self.holdings.blobs.read(blob) == content

    def rows(self) -> int:
        with self.holdings.reading() as now:
            return now.count(t.BLOBS)

    def condemned(self) -> int:
        with self.holdings.reading() as now:
            return now.count(t.CONDEMNED)

    def packs(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.files()}

    def files(self) -> list[Path]:
        """The files of all packs, oldest first."""
        return sorted(Layout(self.root).packs.iterdir())

    def holds_anywhere(self, piece: bytes) -> bool:
        """Say whether *piece* stands in any pack, as it is."""
        return any(piece in content for content in self.packs().values())


@contextmanager
def a_yard(folder: Path, options: StoreOptions = SMALL) -> Generator[Yard]:
    made = Yard(folder / "store", options)
    try:
        yield made
    finally:
        made.holdings.close()
