"""Events of file lists, dossiers and hand-overs; what people write stands beside the event.

Fields are only ever added at the end, each with a default (see `repository.model.events`).
"""

import msgspec

from repository.model.body import Body
from repository.model.confidentiality import Confidentiality
from repository.model.days import Day
from repository.model.dossiers import Condition, DossierAct, DossierTurn
from repository.model.file_lists import FileEntry
from repository.model.ids import (
    BlobId,
    DocumentId,
    DossierId,
    FileListId,
    HandOverId,
    ItemId,
    PersonId,
    PurgeId,
    UnitId,
)
from repository.model.retention import Form, Retention


class FileListDrafted(Body, frozen=True, array_like=True, tag="file-list-drafted"):
    """The file list of a year was begun."""

    id: FileListId
    year: int
    copied_from: int


class FileListWritten(Body, frozen=True, array_like=True, tag="file-list-written"):
    """What stands in a file list; all of it is beside the event."""

    id: FileListId
    revision: int
    entries: int


class FileListIssued(Body, frozen=True, array_like=True, tag="file-list-issued"):
    """A file list was issued (ban hành)."""

    id: FileListId
    revision: int
    decision: str
    day: Day


class EntriesTold(msgspec.Struct, frozen=True, array_like=True):
    """Particulars of a file list: titles may name people."""

    salt: bytes
    """16 random bytes, as in `DocumentParticulars`."""
    entries: tuple[FileEntry, ...]


class DossierNoted(msgspec.Struct, frozen=True, array_like=True):
    """What is noted of a dossier and names nobody in words."""

    symbol: str
    retention: Retention
    confidentiality: Confidentiality
    person: PersonId
    unit: UnitId
    started: Day
    ended: Day
    trigger_day: Day
    languages: tuple[str, ...]
    info_sign: str
    condition: Condition | None
    paper_code: str


class DossierTold(msgspec.Struct, frozen=True, array_like=True):
    """What of a dossier may have to be erased."""

    salt: bytes
    title: str
    keywords: tuple[str, ...]
    note: str
    reason: str = ""


class DossierOpened(Body, frozen=True, array_like=True, tag="dossier-opened"):
    """A dossier was opened."""

    id: DossierId
    year: int
    fonds: str
    file_list: FileListId
    entry: str
    noted: DossierNoted


class DossierAmended(Body, frozen=True, array_like=True, tag="dossier-amended"):
    """What is noted of a dossier is another from now on."""

    id: DossierId
    revision: int
    act: DossierAct
    noted: DossierNoted
    keep_until: Day
    due: Day


class DossierFound(msgspec.Struct, frozen=True, array_like=True):
    """What was found in a dossier that is closed, and the days that follow."""

    ended: Day
    form: Form
    documents: int
    pages: int
    contents: bytes
    hand_over_by: Day
    keep_until: Day


class DossierActed(Body, frozen=True, array_like=True, tag="dossier-acted"):
    """Something was done with a dossier; its reason is beside the event."""

    id: DossierId
    revision: int
    act: DossierAct
    due: Day
    found: DossierFound | None
    """With `close`."""
    hand_over: HandOverId
    """With `offer`; empty otherwise."""


class DossierTurned(Body, frozen=True, array_like=True, tag="dossier-turned"):
    """A dossier followed the hand-over that it is in."""

    id: DossierId
    revision: int
    turn: DossierTurn
    hand_over: HandOverId
    due: Day


class ItemHeld(msgspec.Struct, frozen=True, array_like=True):
    """An item of a dossier, without its words."""

    id: ItemId
    rank: int
    document: DocumentId
    """Empty of another paper."""
    blob: BlobId
    """Empty of a registered document."""
    size: int
    media_type: str
    pages: int


class ItemsAdded(Body, frozen=True, array_like=True, tag="dossier-items-added"):
    """Documents and other papers were put into a dossier."""

    id: DossierId
    revision: int
    items: tuple[ItemHeld, ...]


class ItemsTold(msgspec.Struct, frozen=True, array_like=True):
    """The words of other papers, in the order of the items; empty of registered documents."""

    salt: bytes
    titles: tuple[str, ...]
    names: tuple[str, ...]


class ItemsRemoved(Body, frozen=True, array_like=True, tag="dossier-items-removed"):
    """Items were taken out of a dossier; the documents themselves stay."""

    id: DossierId
    revision: int
    items: tuple[ItemId, ...]


class ItemsMoved(Body, frozen=True, array_like=True, tag="dossier-items-moved"):
    """Items stand elsewhere among the others."""

    id: DossierId
    revision: int
    moves: tuple[tuple[ItemId, int], ...]
    """Each with its new rank."""


class ItemErased(Body, frozen=True, array_like=True, tag="dossier-item-erased"):
    """Another paper has lost its content."""

    id: DossierId
    item: ItemId
    blob: BlobId
    purge: PurgeId


class HandOverAsked(Body, frozen=True, array_like=True, tag="hand-over-asked"):
    """Dossiers were offered to the archive."""

    id: HandOverId
    dossiers: tuple[DossierId, ...]
    answer_by: Day


class HandOverSettled(Body, frozen=True, array_like=True, tag="hand-over-settled"):
    """The archive took what it did not refuse."""

    id: HandOverId
    refused: tuple[DossierId, ...]


class HandOverWithdrawn(Body, frozen=True, array_like=True, tag="hand-over-withdrawn"):
    """An offer was taken back."""

    id: HandOverId


class HandOverTold(msgspec.Struct, frozen=True, array_like=True):
    """The words of a hand-over."""

    salt: bytes
    name: str
    """Of who hands over, or receives."""
    words: str
    reasons: tuple[str, ...] = ()
    """Of the refused, in their order."""
