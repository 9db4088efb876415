"""Writes a small province into a folder: files, `manifest.jsonl`, `revisions.jsonl`."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO

import msgspec

from api.services.metadata import MetadataGiven
from repository.errors import Kind, Trouble
from tools.province.agencies import (
    REGISTERS,
    ProvinceAgency,
    ProvinceRegister,
    province_agencies,
)
from tools.province.documents import MAX_SUBJECT, draw_drafts
from tools.province.drafts import COPY_KIND
from tools.province.manifest import ManifestFile, ManifestRow, RevisionRow, Role, noted
from tools.province.office import Issued, Office, Stage
from tools.province.office_files import office_file
from tools.province.pki import TestAuthority
from tools.province.schedule import Copy, Issuance, ProvinceAct, schedule
from tools.province.subjects import all_topics
from tools.province.typeset import Typesetter

MANIFEST = "manifest.jsonl"
REVISIONS = "revisions.jsonl"
MAX_DOCUMENTS = 20_000
"""More is not a demo; about a quarter of a second and half a megabyte each."""

Progress = Callable[[int, int], None]
"""Told after each act: how many are done, how many there are."""


class FolderNotEmpty(Trouble):
    """{folder} already holds something; a province is made in an empty folder."""

    kind = Kind.CONFLICT
    vietnamese = "{folder} không trống; tỉnh mẫu chỉ được tạo trong thư mục trống."


class WrongProvinceSize(Trouble):
    """A province of {given} documents cannot be made; ask for 1 to {most}."""

    kind = Kind.INVALID
    vietnamese = "Không tạo được tỉnh mẫu có {given} văn bản; hãy chọn từ 1 đến {most}."


class Province(msgspec.Struct, frozen=True, kw_only=True):
    """A province as it was made."""

    folder: Path
    agencies: tuple[ProvinceAgency, ...]
    """Superiors before those below them."""
    registers: tuple[ProvinceRegister, ...]
    """Every agency keeps each of these."""
    documents: int
    """Documents issued."""
    copies: int
    """Certified copies made and forwarded by receivers."""
    scans: int
    """Of the documents, those that are pictures of paper."""
    registrations: int
    """Rows of the manifest."""
    revisions: int
    """Rows of `revisions.jsonl`."""
    files: int
    """Files on disk, each distinct in content up to chance."""
    file_bytes: int
    """Bytes of these files, each once."""
    naive_bytes: int
    """Bytes if every registration kept its own files, and issuers every revision."""

    @property
    def manifest(self) -> Path:
        """What `vankho ingest` reads."""
        return self.folder / MANIFEST

    @property
    def revision_list(self) -> Path:
        """What issuers keep besides what is registered."""
        return self.folder / REVISIONS


def make_province(
    folder: Path, documents: int, seed: int, today: date, progress: Progress
) -> Province:
    """Make *documents* documents and everything that happens to them, in *folder*.

    Texts, numbers, dates and pictures depend only on *documents*, *seed* and *today*; keys,
    and so signatures, are new each time. Raises `FolderNotEmpty`, `WrongProvinceSize`.
    """
    if not 1 <= documents <= MAX_DOCUMENTS:
        raise WrongProvinceSize(given=documents, most=MAX_DOCUMENTS)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderNotEmpty(folder=folder)
    agencies = province_agencies()
    drafts = draw_drafts(agencies, all_topics(), count=documents, seed=seed, today=today)
    acts = schedule(drafts, agencies, seed=seed)
    office = Office(Typesetter(), TestAuthority(today), seed=seed)
    with (folder / MANIFEST).open("xb") as manifest, (folder / REVISIONS).open("xb") as revisions:
        writing = _Writing(folder, office, manifest, revisions)
        for done, act in enumerate(acts, 1):
            writing.carry_out(act)
            progress(done, len(acts))
    return writing.province(agencies, acts)


class _Writing:
    """One run: writes files and rows, counts them, remembers what copies need."""

    def __init__(
        self, folder: Path, office: Office, manifest: BinaryIO, revisions: BinaryIO
    ) -> None:
        self._folder = folder
        self._office = office
        self._manifest = manifest
        self._revisions = revisions
        self._sizes: dict[str, int] = {}
        self._files: dict[str, tuple[ManifestFile, ...]] = {}
        self._rows = 0
        self._revision_rows = 0
        self._naive = 0

    def carry_out(self, act: ProvinceAct) -> None:
        """Write the files and rows of *act*, the sender's row before those of receivers."""
        if isinstance(act, Issuance):
            self._issue(act)
        else:
            self._copy(act)

    def province(
        self, agencies: tuple[ProvinceAgency, ...], acts: Sequence[ProvinceAct]
    ) -> Province:
        """What was made."""
        issued = [act for act in acts if isinstance(act, Issuance)]
        return Province(
            folder=self._folder,
            agencies=agencies,
            registers=REGISTERS,
            documents=len(issued),
            copies=len(acts) - len(issued),
            scans=sum(act.draft.medium == "scan" for act in issued),
            registrations=self._rows,
            revisions=self._revision_rows,
            files=len(self._sizes),
            file_bytes=sum(self._sizes.values()),
            naive_bytes=self._naive,
        )

    def _issue(self, act: Issuance) -> None:
        draft = act.draft
        issued = self._office.issue(act)
        files = self._write_all(act, issued)
        self._files[_key(act)] = files
        for stage in issued.stages:
            self._keep(act, stage, files[0].path)
        row = ManifestRow(
            agency=act.agency.code,
            register="di",
            direction="outgoing",
            symbol=draft.notation,
            issued=act.moment.date().isoformat(),
            issuer=act.agency.name,
            kind=draft.kind,
            subject=draft.subject,
            files=files,
            metadata=noted(draft),
        )
        self._deliver(row, act.symbol, draft.receivers)

    def _copy(self, act: Copy) -> None:
        original = act.original
        main, *others = self._files[_key(original)]
        marks = 1 if original.draft.medium == "scan" else 0
        pdf = self._office.certify(self._read(main.path), act, earlier_marks=marks)
        name = f"{_folder(act)}/{_file_name(act.symbol)}.pdf"
        row = ManifestRow(
            agency=act.agency.code,
            register="di",
            direction="outgoing",
            symbol=act.notation,
            issued=act.moment.date().isoformat(),
            issuer=act.agency.name,
            kind=COPY_KIND,
            subject=f"Sao y văn bản số {original.symbol}: {original.draft.subject}"[:MAX_SUBJECT],
            files=(self._write(name, pdf, "main"), *others),
            metadata=MetadataGiven(),
        )
        self._deliver(row, act.symbol, act.receivers)

    def _write_all(self, act: Issuance, issued: Issued) -> tuple[ManifestFile, ...]:
        stem = f"{_folder(act)}/{_file_name(act.symbol)}"
        files = [self._write(f"{stem}.pdf", issued.main, "main")]
        if issued.annex is not None:
            files.append(self._write(f"{stem}_phu-luc.pdf", issued.annex, "annex"))
        for attachment in act.draft.attachments:
            name = f"{_folder(act)}/{attachment.name}"
            files.append(self._write(name, office_file(attachment), "attachment"))
        return tuple(files)

    def _deliver(self, sent: ManifestRow, symbol: str, receivers: Sequence[str]) -> None:
        """The sender registers; then each receiver, under the whole symbol, the same files."""
        self._register(sent)
        for receiver in receivers:
            self._register(
                msgspec.structs.replace(
                    sent, agency=receiver, register="den", direction="incoming", symbol=symbol
                )
            )

    def _register(self, row: ManifestRow) -> None:
        self._manifest.write(msgspec.json.encode(row) + b"\n")
        self._rows += 1
        self._naive += sum(self._sizes[file.path] for file in row.files)

    def _keep(self, act: Issuance, stage: Stage, issued: str) -> None:
        """Store an earlier revision and list it."""
        path = f"du-thao/{act.agency.code}/{act.number:04d}/{stage.name}.pdf"
        self._write(path, stage.pdf, "main")
        row = RevisionRow(
            agency=act.agency.code,
            stage=stage.name,
            at=stage.at.isoformat(),
            path=path,
            of=issued,
        )
        self._revisions.write(msgspec.json.encode(row) + b"\n")
        self._revision_rows += 1
        self._naive += len(stage.pdf)

    def _write(self, path: str, content: bytes, role: Role) -> ManifestFile:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self._sizes[path] = len(content)
        return ManifestFile(path=path, role=role)

    def _read(self, path: str) -> bytes:
        return (self._folder / path).read_bytes()


def _key(act: ProvinceAct) -> str:
    return f"{act.agency.code} {act.number}"


def _folder(act: ProvinceAct) -> str:
    return f"van-ban/{act.agency.code}/{act.number:04d}"


def _file_name(symbol: str) -> str:
    """`05/QĐ-UBND` as the name of a file: `05_QĐ-UBND`."""
    return symbol.replace("/", "_")
