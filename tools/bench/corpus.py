"""The frozen corpus of signed chains, and the blobs of the speed tests.

400 documents become 1,883 distinct versions and 4,019 naive copies, some 736 MB: drafts,
three signatures appended by the issuing office, certified copies forwarded by recipients, and
.docx files beside them. What is assumed stands in `tools.bench.plan`. Everything but keys and
signatures is the same wherever the libraries have the same versions; a folder that holds the
corpus already is reused.

Texts share two faces and 40 seals, so whatever shares bytes *between* documents looks better
here than in life; a chain sharing its own prefix does not profit from that.
"""

import hashlib
import math
import multiprocessing
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path

import msgspec
from pypdf import PdfReader, PdfWriter

from tools.bench.authority import authority, make_authority
from tools.bench.papers import Press
from tools.bench.plan import (
    CHAIN,
    FULL_SCALE,
    SEED,
    Arrival,
    Kind,
    Paper,
    Stage,
    arrivals,
    papers,
    signing_agencies,
)
from tools.bench.signing import Offices

EDITION = 2
"""Grows when the generator changes: figures of different editions are not comparable."""
BATCH = 10
"""Papers a worker makes at a time."""
SHARE_OF_REWRITTEN = 0.30
"""How many signed versions a second office's program writes anew in the second corpus."""
KEYS = "keys.msgpack"
KIBIBYTE = 1024
MEDIAN_BLOB = 40 * KIBIBYTE
MEAN_BLOB = 64 * KIBIBYTE
LARGEST_BLOB = 4 * KIBIBYTE * KIBIBYTE

Progress = Callable[[int, int], None]
"""Told after every batch: papers made, papers in all."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One distinct file of the corpus; *path* is relative to the corpus's folder."""

    name: str
    path: str
    kind: Kind
    stage: Stage
    size: int
    sha256: str
    parent: str | None
    """The version this one appends a revision to, where there is one."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a corpus's folder says about itself, written last."""

    edition: int
    documents: int
    versions: tuple[Version, ...]
    """In the order of their first arrival."""
    copies: tuple[int, ...]
    """Every naive copy in the order of arrival, as a place in `versions`."""


class Corpus:
    """A corpus on disk, read in the order in which its copies arrive."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.versions = manifest.versions
        self._copies = manifest.copies

    def __len__(self) -> int:
        """How many naive copies there are."""
        return len(self._copies)

    def copies(self) -> Iterator[Version]:
        """Every naive copy in the order of arrival."""
        return (self.versions[place] for place in self._copies)

    def path(self, version: Version) -> Path:
        """Where the bytes of *version* lie."""
        return self.folder / version.path

    @property
    def naive_bytes(self) -> int:
        """What the copies take when every one is kept."""
        return sum(version.size for version in self.copies())

    @property
    def whole_bytes(self) -> int:
        """What they take when equal files are kept once."""
        return sum({version.sha256: version.size for version in self.versions}.values())


def signed_chains(
    folder: Path, documents: int = FULL_SCALE, workers: int = 2, progress: Progress | None = None
) -> Corpus:
    """The corpus of *documents* documents under *folder*, made there when it is missing."""
    home = folder / f"chains-{documents}"
    return _kept(home, documents) or _made(home, documents, workers, progress)


def rewritten(corpus: Corpus, documents: int = FULL_SCALE) -> Corpus:
    """*corpus* with 30 % of its signed versions written anew, its copies in shuffled order.

    A rewritten file holds the same pages with another layout of bytes, so it neither extends
    what came before nor is extended by what came after.
    """
    home = corpus.folder.with_name(f"rewritten-{documents}")
    return _kept(home, documents) or _made_rewritten(home, corpus, documents)


def speed_blobs(count: int, seed: int) -> list[bytes]:
    """*count* blobs no compressor shortens, sizes lognormal: median 40 KiB, mean 64 KiB."""
    return list(drawn_blobs(count, seed))


def drawn_blobs(count: int, seed: int) -> Iterator[bytes]:
    """The same one at a time, for populations larger than memory should hold."""
    dice = random.Random(seed)
    spread = math.sqrt(2 * math.log(MEAN_BLOB / MEDIAN_BLOB))
    for _ in range(count):
        size = round(dice.lognormvariate(math.log(MEDIAN_BLOB), spread))
        yield dice.randbytes(min(LARGEST_BLOB, max(1, size)))


def _kept(home: Path, documents: int) -> Corpus | None:
    try:
        manifest = msgspec.json.decode((home / "manifest.json").read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return None
    same = (manifest.edition, manifest.documents) == (EDITION, documents)
    return Corpus(home, manifest) if same else None


def _made(home: Path, documents: int, workers: int, progress: Progress | None) -> Corpus:
    _emptied(home)
    plan = papers(documents)
    make_authority(signing_agencies(plan), home / KEYS)
    batches = [plan[start : start + BATCH] for start in range(0, len(plan), BATCH)]
    made: dict[tuple[int, Stage, int], Version] = {}
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        for done, versions in enumerate(pool.map(_batch, [home] * len(batches), batches), 1):
            made |= versions
            if progress:
                progress(min(done * BATCH, documents), documents)
    return _written(home, documents, [made[_key(arrival)] for arrival in arrivals(plan)])


def _key(arrival: Arrival) -> tuple[int, Stage, int]:
    return (arrival.paper, arrival.stage, arrival.certification)


def _batch(home: Path, plan: Sequence[Paper]) -> dict[tuple[int, Stage, int], Version]:
    """Make and keep every version of the papers in *plan*; runs in a worker."""
    press = Press()
    offices = Offices(authority(home / KEYS))
    made: dict[tuple[int, Stage, int], Version] = {}
    for paper in plan:
        for stage, nth, parent, content in _versions(paper, press, offices):
            version = _version(home, paper, stage, nth, parent, content)
            made[paper.number, stage, nth] = version
    return made


def _versions(
    paper: Paper, press: Press, offices: Offices
) -> Iterator[tuple[Stage, int, Stage | None, bytes]]:
    """Each version of *paper*: stage, which of its kind, the stage it extends, bytes."""
    if paper.attached:
        yield Stage.ATTACHED, 0, None, press.attachment(paper)
    file = press.draft(paper)
    yield Stage.DRAFT, 0, None, file
    for before, stage in pairwise(CHAIN):
        file = offices.appended(file, paper.agency, stage)
        yield stage, 0, before, file
    for nth, certification in enumerate(paper.certifications):
        copy = offices.appended(file, certification.agency, Stage.CERTIFIED, nth)
        yield Stage.CERTIFIED, nth, Stage.SEALED, copy


def _version(
    home: Path, paper: Paper, stage: Stage, nth: int, parent: Stage | None, content: bytes
) -> Version:
    docx = stage is Stage.ATTACHED
    name = _name(paper, stage, nth)
    path = Path("files") / f"{name}.{'docx' if docx else 'pdf'}"
    return _stored(
        home,
        Version(
            name=name,
            path=str(path),
            kind=Kind.DOCX if docx else paper.kind,
            stage=stage,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            parent=_name(paper, parent, 0) if parent else None,
        ),
        content,
    )


def _name(paper: Paper, stage: Stage, nth: int) -> str:
    return f"{paper.number:04}-{stage.value}-{nth}"


def _stored(home: Path, version: Version, content: bytes) -> Version:
    target = home / version.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return version


def _emptied(home: Path) -> None:
    """A half-made corpus has no manifest and is made again."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)


def _written(home: Path, documents: int, copies: Sequence[Version]) -> Corpus:
    """Write the manifest, which is what makes the folder a corpus."""
    versions = {version.name: version for version in copies}
    places = {name: place for place, name in enumerate(versions)}
    manifest = Manifest(
        edition=EDITION,
        documents=documents,
        versions=tuple(versions.values()),
        copies=tuple(places[version.name] for version in copies),
    )
    (home / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    return Corpus(home, manifest)


def _made_rewritten(home: Path, corpus: Corpus, documents: int) -> Corpus:
    _emptied(home)
    dice = random.Random(SEED + 2)
    signed = [version for version in corpus.versions if version.parent]
    chosen = {v.name for v in dice.sample(signed, round(len(signed) * SHARE_OF_REWRITTEN))}
    versions = {
        version.name: _anew(home, corpus, version)
        if version.name in chosen
        else msgspec.structs.replace(version, path=f"../{corpus.folder.name}/{version.path}")
        for version in corpus.versions
    }
    copies = [versions[version.name] for version in corpus.copies()]
    dice.shuffle(copies)
    return _written(home, documents, copies)


def _anew(home: Path, corpus: Corpus, version: Version) -> Version:
    """*version* as another program writes it: same objects, new layout, one revision."""
    writer = PdfWriter(clone_from=PdfReader(corpus.path(version)))
    target = home / version.path
    target.parent.mkdir(parents=True, exist_ok=True)
    writer.write(target)
    content = target.read_bytes()
    return msgspec.structs.replace(
        version, size=len(content), sha256=hashlib.sha256(content).hexdigest(), parent=None
    )
