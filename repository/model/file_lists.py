"""File lists (danh mục hồ sơ): which dossiers an agency expects to open in a year, and for how long.

Decree 30/2020/NĐ-CP, Art. 28-29: drafted at the beginning of the year, issued by the agency's head;
a dossier that it did not foresee may be opened all the same, or the list supplemented.
"""

import enum

import msgspec

from repository.model.days import UNBOUNDED, Day
from repository.model.ids import AgencyId, FileListId, PersonId, UnitId
from repository.model.retention import Retention

MAX_ENTRIES = 5_000
"""Entries of one list."""


class FileListState(enum.Enum):
    """How a file list stands."""

    DRAFT = "draft"
    """Đang soạn."""
    ISSUED = "issued"
    """Đã ban hành: what stands in it stays, entries are only added (bổ sung)."""


class FileList(msgspec.Struct, frozen=True, kw_only=True):
    """The file list of an agency's year."""

    id: FileListId
    agency: AgencyId
    year: int
    state: FileListState = FileListState.DRAFT
    entries: int = 0
    """How many."""
    copied_from: int = 0
    """The year from which it was copied; 0 = from none."""
    decision: str = ""
    """The act that issued it, as cited."""
    issued: Day = UNBOUNDED
    revision: int = 1
    actor: str = ""


class FileEntry(msgspec.Struct, frozen=True, array_like=True):
    """A dossier that is expected."""

    symbol: str
    """`01.TCCB`; unique in the list."""
    heading: str
    """Under which it stands (đề mục): `I. Tổ chức cán bộ`."""
    title: str
    retention: Retention
    unit: UnitId
    """Who keeps it, or empty."""
    person: PersonId
    """Who opens it, or empty."""
    note: str
