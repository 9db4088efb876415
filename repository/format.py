"""A store's folder: its identity, its format, where everything lies.

vankho.toml             settings (read by tools)
format.json             this file's identity and format version, written once
packs/                  blobs; may lie on shared storage that syncs
log/                    events; likewise
snapshots/              copies of the catalogue that bound replay
local/catalogue/        LMDB; local disk only, rebuilt from packs and log
local/spool/            files on their way into a pack
local/uploads/          uploads that come in chunks
local/jobs/             long work that was asked for, and its results
local/index/            full-text index; rebuilt from log and texts
local/keeper.sock       where workers reach the keeper
local/cache/            at an office node: copies of files that lie at the store node
local/lock              held by whoever keeps the store
local/upkeep.lock       held by whoever seals, compacts, collects or purges
local/read-only         written when the disk failed; `vankho doctor` takes it away
"""

import json
import uuid
from pathlib import Path
from typing import NamedTuple

import msgspec

from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.port import GiB, MiB
from repository.errors import Kind, Trouble

FORMAT = 2
"""2: block checks are XXH3-64 (ADR 8). 1 was never released and is not read."""
FORMAT_FILE = "format.json"


class StoreMissing(Trouble):
    """There is no store in {folder}; make one with `vankho init`."""

    kind = Kind.MISSING
    vietnamese = "Không có kho ở {folder}; hãy tạo bằng `vankho init`."


class StoreNotEmpty(Trouble):
    """The folder {folder} is not empty; a store is made in an empty or new folder."""

    kind = Kind.CONFLICT
    vietnamese = "Thư mục {folder} không trống; kho chỉ được tạo trong thư mục mới hoặc trống."


class FormatUnknown(Trouble):
    """The store in {folder} has format {found}; this vankho reads format {known}."""

    kind = Kind.INVALID
    vietnamese = "Kho ở {folder} có định dạng {found}; bản vankho này đọc định dạng {known}."


class StoreOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes and limits, in bytes."""

    map_size: int = 16 * GiB
    """Address space of the catalogue; fixed, costs nothing until used."""
    pack_target: int = 256 * MiB
    reserve: int = 1 * GiB
    """Free disk below which nothing more is written."""
    max_blob: int = 4 * GiB
    max_uploads: int = 64
    """Uploads in chunks that one caller may have begun and not finished."""
    max_upload_bytes: int = 16 * GiB
    """What they may have announced together."""


class Identity(NamedTuple):
    """Who a store is."""

    store: uuid.UUID
    format: int
    office: str = ""
    """The name of the office node whose store it is: its files lie at a store node. Else empty."""


class Layout:
    """Where everything lies under one root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.format = root / FORMAT_FILE
        self.packs = root / "packs"
        self.log = root / "log"
        self.snapshots = root / "snapshots"
        self.local = root / "local"
        self.catalogue = self.local / "catalogue"
        self.spool = self.local / "spool"
        self.uploads = self.local / "uploads"
        self.jobs = self.local / "jobs"
        self.index = self.local / "index"
        self.cache = self.local / "cache"
        self.socket = self.local / "keeper.sock"
        self.lock = self.local / "lock"
        self.upkeep_lock = self.local / "upkeep.lock"
        self.read_only = self.local / "read-only"


def create_store(root: Path, *, store: uuid.UUID, office: str = "") -> Layout:
    """Make an empty store at *root*, of an *office* node where one is named.

    Raise `StoreNotEmpty`.
    """
    if root.exists() and any(root.iterdir()):
        raise StoreNotEmpty(folder=root)
    layout = Layout(root)
    for folder in (layout.packs, layout.log, layout.snapshots, layout.local, layout.spool):
        folder.mkdir(parents=True, exist_ok=True)
    told = {"vankho": "store", "format": FORMAT, "store": str(store), "lmdb": 0}
    if office:
        told["office"] = office
    medium = LocalPackIO(root)
    file = medium.create(FORMAT_FILE + ".new")
    file.append([json.dumps(told, indent=2).encode() + b"\n"])
    file.sync()
    file.close()
    medium.publish(FORMAT_FILE + ".new", FORMAT_FILE)
    return layout


def identify(root: Path) -> Identity:
    """Who the store at *root* is; raise `StoreMissing` or `FormatUnknown`."""
    try:
        told = json.loads((root / FORMAT_FILE).read_text())
    except FileNotFoundError:
        raise StoreMissing(folder=root) from None
    if told.get("format") != FORMAT or told.get("lmdb") != 0:
        raise FormatUnknown(folder=root, found=told.get("format"), known=FORMAT)
    return Identity(uuid.UUID(told["store"]), FORMAT, told.get("office", ""))
