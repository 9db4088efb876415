"""Every table of the catalogue, declared: its name, its key, its record.

`SCHEMA` counts up with every change here that an older vankho could not read; the steps stand
in `repository.catalogue.versions`.
"""

import enum
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from repository.catalogue.keys import Part, digest, number, text
from repository.model.access import Token
from repository.model.agencies import Agency, Fonds, Identifier, NameBorne
from repository.model.calendars import CalendarDay
from repository.model.checkpoints import KeptCheckpoint, LogKey
from repository.model.closings import ClosingCertificate
from repository.model.delegations import Delegation
from repository.model.dispatches import Dispatch
from repository.model.documents import Document
from repository.model.dossiers import Dossier, Item, Step
from repository.model.drafts import Deed, Draft, Version
from repository.model.file_lists import FileEntry, FileList
from repository.model.hand_overs import HandOver
from repository.model.holds import Hold
from repository.model.ids import (
    AgencyId,
    AuthorityId,
    BlobId,
    DelegationId,
    DispatchId,
    DocumentId,
    DossierId,
    DraftId,
    FileListId,
    HoldId,
    ItemId,
    PersonId,
    PurgeId,
    ReceiptId,
    RegisterId,
    UnitId,
)
from repository.model.incidents import Incident
from repository.model.moves import Home, Move, Moved
from repository.model.nodes import Node, NodeLog
from repository.model.people import Person, Post, Unit
from repository.model.purge_orders import PurgeAnswer, PurgeOrder
from repository.model.purges import Erasure, Purge
from repository.model.receipts import Receipt
from repository.model.registers import Entry, Register, Term
from repository.model.relations import Marked, Relation
from repository.model.signing import DraftingRule, SigningAuthority
from repository.model.successions import Followed, Succession

SCHEMA = 7
"""1: the first. 2: places tell what happened; the tree's subtrees, old revisions and every
document of an origin are kept; what becomes of blobs (condemned, swept, erased), holds, purges,
checks of packs. 3: names and codes of agencies by their days. 4: registrations are counted; the
log's keys and its signed checkpoints. 5: the holders of a blob stand by agency. 6: the stamps of
custody. 7: lines by who gave them and by their last days; relations between documents; drafts,
signing authorities, dispatches; file lists, dossiers, hand-overs; orders to destroy, at every node;
moves of agencies."""

R = TypeVar("R")


class Table(Generic[R]):
    """A table: what its keys are made of, and the type of its records."""

    def __init__(self, name: str, key: tuple[Part, ...], record: Any) -> None:
        self.name = name
        self.key = key
        self.encode = msgspec.msgpack.Encoder().encode
        self.decode: Callable[[bytes], R] = msgspec.msgpack.Decoder(record).decode


class PackState(enum.Enum):
    """The life of a pack."""

    OPEN = "open"
    """One writer appends."""
    CLOSED = "closed"
    """Nobody appends; waits to be sealed."""
    SEALED = "sealed"
    """Immutable, with a footer."""
    RETIRED = "retired"
    """All that lived in it has been moved; its file may be removed."""


class PackRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the catalogue knows of a pack."""

    state: PackState
    writer: str = ""
    watermark: int = 0
    """Up to which byte of an open pack its records are in the catalogue."""
    records: int = 0
    size: int = 0


class Known(msgspec.Struct, frozen=True, array_like=True):
    """The answer once given to an idempotency key."""

    request: bytes
    document: DocumentId
    at: int


class Reserved(msgspec.Struct, frozen=True, array_like=True):
    """The answer once given to a key that reserved numbers."""

    request: bytes
    register: RegisterId
    period: int
    numbers: tuple[int, ...]


class NumberedDraft(msgspec.Struct, frozen=True, array_like=True):
    """The answer once given to a key that took a number for a draft."""

    request: bytes
    draft: DraftId


class GivenBefore(msgspec.Struct, frozen=True, array_like=True):
    """The answer once given to a key that gave lines."""

    request: bytes
    receipts: tuple[ReceiptId, ...]


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """Lines with a last day that were completed in a year."""

    on_time: int
    late: int


class Derived(msgspec.Struct, frozen=True, array_like=True):
    """What was derived from a blob, or why nothing could be."""

    text: BlobId | None
    reason: str
    reader: str


class LetGo(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A stamp of a blob's custody, in the order of terms."""

    term: int
    stamp: int


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where an event stands, and for an agency's feed what it is about."""

    sequence: int
    """Its number in the node's log."""
    at: int = 0
    """When, microseconds since 1970-01-01 UTC; from here on nothing for the node's own events."""
    what: str = ""
    """The event's tag."""
    subject: str = ""
    """The identifier of the document, register or agency that it is about."""


class Watermark(msgspec.Struct, frozen=True, array_like=True):
    """How far the catalogue has followed the log."""

    sequence: int = 0
    peaks: tuple[bytes, ...] = ()
    """The Merkle tree's complete subtrees, largest first."""


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """How many documents of one agency, direction and kind were registered in a year."""

    kind: str
    """As it is written now; an amendment moves a document from one kind to another."""
    number: int


class PackChecked(msgspec.Struct, frozen=True, array_like=True):
    """How a pack was found when all its bytes were last compared."""

    at: int
    """Microseconds since 1970-01-01 UTC."""
    damaged: int
    """Findings of damage."""
    sound: int
    """When it was last found without any; 0 = never."""


class Run(msgspec.Struct, frozen=True, array_like=True):
    """How a run of the node's upkeep ended, the last of its kind."""

    at: int
    """When it ended, microseconds since 1970-01-01 UTC."""
    seconds: float
    """How long it took."""
    figures: dict[str, int]
    """What it found or did."""


META: Table[bytes] = Table("meta", (text("name"),), bytes)
"""`schema`, and `starts`, how often a keeper began: facts about the catalogue itself."""
WATERMARK: Table[Watermark] = Table("watermark", (text("log"),), Watermark)
TREE: Table[bytes] = Table("tree", (number("level"), number("index")), bytes)
"""The roots of complete subtrees of the log's tree, from `merkle.BLOCK_LEVEL` up."""
PACKS: Table[PackRow] = Table("packs", (number("pack"),), PackRow)
BLOBS: Table[bytes] = Table("blobs", (digest("blob"),), bytes)
"""Fixed rows: `repository.model.blobs.pack_row`."""
SEGMENTS: Table[bytes] = Table("segments", (digest("blob"),), bytes)
REVISIONS: Table[bytes] = Table("revisions", (digest("digest"),), bytes)
"""Digest at an %%EOF → blob and length (lineage, decision 8)."""
GRANTS: Table[int] = Table("grants", (digest("blob"), text("agency")), int)
"""Who brought a blob and may read it before a document holds it; the time, microseconds."""
DERIVED: Table[Derived] = Table("derived", (digest("blob"),), Derived)
AGENCIES: Table[Agency] = Table("agencies", (text("agency"),), Agency)
AGENCY_CODES: Table[AgencyId] = Table("agency_codes", (text("code"),), AgencyId)
"""Who was given a code of QĐ 20/2020 last; it may have ended since."""
IDENTIFIERS: Table[Identifier] = Table(
    "identifiers", (text("value"), text("scheme"), text("since")), Identifier
)
AGENCY_IDENTIFIERS: Table[AgencyId] = Table(
    "agency_identifiers", (text("agency"), text("value"), text("scheme"), text("since")), AgencyId
)
"""Which rows of `IDENTIFIERS` are an agency's."""
AGENCY_NAMES: Table[NameBorne] = Table("agency_names", (text("agency"), text("since")), NameBorne)
FONDS: Table[Fonds] = Table("fonds", (text("code"),), Fonds)
AGENCY_FONDS: Table[AgencyId] = Table("agency_fonds", (text("agency"), text("code")), AgencyId)
SUCCESSIONS: Table[Succession] = Table("successions", (text("succession"),), Succession)
SUCCESSORS: Table[Followed] = Table(
    "successors", (text("source"), text("succession"), text("target")), Followed
)
PREDECESSORS: Table[Followed] = Table(
    "predecessors", (text("target"), text("succession"), text("source")), Followed
)
UNITS: Table[Unit] = Table("units", (text("unit"),), Unit)
UNIT_CODES: Table[UnitId] = Table("unit_codes", (text("agency"), text("code")), UnitId)
UNITS_BELOW: Table[AgencyId] = Table("units_below", (text("parent"), text("unit")), AgencyId)
PEOPLE: Table[Person] = Table("people", (text("person"),), Person)
LOGINS: Table[PersonId] = Table("logins", (text("login"),), PersonId)
DIRECTORY_NAMES: Table[PersonId] = Table("directory_names", (text("directory"),), PersonId)
"""People by the directory's own lasting name."""
POSTS: Table[Post] = Table("posts", (text("post"),), Post)
PERSON_POSTS: Table[AgencyId] = Table("person_posts", (text("person"), text("post")), AgencyId)
AGENCY_POSTS: Table[PersonId] = Table("agency_posts", (text("agency"), text("post")), PersonId)
AGENCY_SEQUENCES: Table[int] = Table("agency_sequences", (text("agency"),), int)
FEED: Table[Place] = Table("feed", (text("agency"), number("agency_sequence")), Place)
REGISTERS: Table[Register] = Table("registers", (text("register"),), Register)
REGISTER_CODES: Table[RegisterId] = Table(
    "register_codes", (text("agency"), text("code")), RegisterId
)
NEXT_NUMBERS: Table[int] = Table("next_numbers", (text("register"), number("period")), int)
ENTRIES: Table[Entry] = Table(
    "entries", (text("register"), number("period"), number("number")), Entry
)
FOUND_ENTRIES: Table[Entry] = Table(
    "found_entries",
    (text("register"), number("period"), number("number"), text("document")),
    Entry,
)
"""The rows of historical registers, where a number may stand twice."""
TERMS: Table[Term] = Table("terms", (text("register"), number("ordinal")), Term)
"""The terms of office by which a register counts."""
ALTERED: Table[int] = Table("altered", (text("register"), number("period")), int)
"""The last event that changed a row which stood there before; what was counted earlier is old."""
CLOSINGS: Table[ClosingCertificate] = Table(
    "closings", (text("register"), number("period")), ClosingCertificate
)
RESERVATIONS: Table[Reserved] = Table("reservations", (text("actor"), text("key")), Reserved)
"""What was answered to an idempotency key that reserved numbers."""
INCIDENTS: Table[Incident] = Table("incidents", (text("incident"),), Incident)
DOCUMENTS: Table[Document] = Table("documents", (text("document"),), Document)
HISTORY: Table[Document] = Table("history", (text("document"), number("revision")), Document)
"""Documents as they stood before they were amended."""
RECEIPTS: Table[Receipt] = Table("receipts", (text("receipt"),), Receipt)
DOCUMENT_RECEIPTS: Table[AgencyId] = Table(
    "document_receipts", (text("document"), text("receipt")), AgencyId
)
RECEIPTS_BELOW: Table[AgencyId] = Table(
    "receipts_below", (text("parent"), text("receipt")), AgencyId
)
RECIPIENTS: Table[AgencyId] = Table(
    "recipients", (text("document"), text("holder"), text("receipt")), AgencyId
)
"""Who may read a document because they have a line of it that was not recalled."""
HANDS: Table[DocumentId] = Table(
    "hands", (text("holder"), text("state"), number("given"), text("receipt")), DocumentId
)
"""What everybody has in hand, in the order in which it was given."""
DRAFTS: Table[Draft] = Table("drafts", (text("draft"),), Draft)
DRAFT_VERSIONS: Table[Version] = Table(
    "draft_versions", (text("draft"), number("version")), Version
)
DRAFT_DEEDS: Table[Deed] = Table("draft_deeds", (text("draft"), number("revision")), Deed)
"""What was done with a draft, by the revision that it made."""
DRAFT_READERS: Table[AgencyId] = Table("draft_readers", (text("holder"), text("draft")), AgencyId)
"""Who may see a draft: its drafter, its line, who signs, the registry from the form check on."""
DRAFT_SEEN: Table[AgencyId] = Table("draft_seen", (text("draft"), text("holder")), AgencyId)
"""The same, by the draft: under whose names what it becomes is found."""
DRAFT_HANDS: Table[AgencyId] = Table(
    "draft_hands", (text("holder"), number("since"), text("draft")), AgencyId
)
"""For whom drafts wait, in the order in which they came."""
DRAFT_FILES: Table[bool] = Table(
    "draft_files", (digest("blob"), text("agency"), text("draft")), bool
)
"""Which drafts of which agency a blob is a file of, in any of their versions."""
DRAFT_KEYS: Table[NumberedDraft] = Table("draft_keys", (text("actor"), text("key")), NumberedDraft)
"""What was answered to an idempotency key that took a number for a draft."""
DRAFTING_RULES: Table[DraftingRule] = Table("drafting_rules", (text("agency"),), DraftingRule)
AUTHORITIES: Table[SigningAuthority] = Table("authorities", (text("authority"),), SigningAuthority)
AGENCY_AUTHORITIES: Table[AuthorityId] = Table(
    "agency_authorities", (text("agency"), text("authority")), AuthorityId
)
DISPATCHES: Table[Dispatch] = Table("dispatches", (text("dispatch"),), Dispatch)
DOCUMENT_DISPATCHES: Table[DispatchId] = Table(
    "document_dispatches", (text("document"), number("place")), DispatchId
)
AGENCY_DISPATCHES: Table[DocumentId] = Table(
    "agency_dispatches",
    (text("agency"), text("state"), number("sent"), text("dispatch")),
    DocumentId,
)
"""What was sent to an agency that is at home here, by how it stands to it."""
ADDRESSED: Table[DispatchId] = Table(
    "addressed", (text("document"), text("agency"), text("dispatch")), DispatchId
)
"""The documents that an agency's registry may read because they were sent to it."""
ADDRESSED_FILES: Table[DocumentId] = Table(
    "addressed_files", (digest("blob"), text("agency"), text("dispatch")), DocumentId
)
"""The same, by the files."""
RECALLS: Table[int] = Table("recalls", (text("document"),), int)
"""The documents that were recalled, and when."""
RELATIONS: Table[Relation] = Table("relations", (text("relation"),), Relation)
RELATIONS_FROM: Table[AgencyId] = Table(
    "relations_from", (text("document"), text("relation")), AgencyId
)
"""What a document states, with the agency that states it."""
RELATIONS_TO: Table[AgencyId] = Table(
    "relations_to", (text("document"), text("relation")), AgencyId
)
"""What is stated about a document that is stored."""
MARKS: Table[Marked] = Table("marks", (text("document"), text("relation")), Marked)
"""What is seen at a document because its issuer recalled, replaced, amended or corrected it."""
DIRECTIONS: Table[DocumentId] = Table(
    "directions",
    (text("agency"), text("scope"), text("state"), text("day"), text("receipt")),
    DocumentId,
)
"""Lines by their last day, those that have ended by the day on which they did
(`repository.catalogue.directions`)."""
DIRECTION_COUNTS: Table[int] = Table(
    "direction_counts", (text("agency"), text("scope"), text("state"), text("day")), int
)
"""How many rows `DIRECTIONS` has of each day; of lines that have ended, all days together."""
TELLINGS: Table[AgencyId] = Table(
    "tellings", (text("phase"), text("day"), text("receipt")), AgencyId
)
"""Lines whose holders will have to be told of their last day, and when."""
PUNCTUALITY: Table[Kept] = Table(
    "punctuality", (number("year"), text("agency"), text("unit")), Kept
)
"""Completed lines with a last day, by the year and the unit in which they were."""
GIVEN_KEYS: Table[GivenBefore] = Table("given_keys", (text("actor"), text("key")), GivenBefore)
"""What was answered to an idempotency key that gave lines."""
CALENDAR_DAYS: Table[CalendarDay] = Table("calendar_days", (text("day"),), CalendarDay)
"""Days off, or worked instead, that were entered here."""
CALENDAR_YEARS: Table[str] = Table("calendar_years", (number("year"),), str)
"""Years that were announced here: by which decision."""
DELEGATIONS: Table[Delegation] = Table("delegations", (text("delegation"),), Delegation)
DELEGATED_TO: Table[AgencyId] = Table(
    "delegated_to", (text("delegate"), number("until"), text("delegation")), AgencyId
)
DELEGATED_BY: Table[AgencyId] = Table(
    "delegated_by", (text("principal"), number("until"), text("delegation")), AgencyId
)
AGENCY_DELEGATIONS: Table[DelegationId] = Table(
    "agency_delegations", (text("agency"), number("until"), text("delegation")), DelegationId
)
HOLDERS: Table[bool] = Table("holders", (digest("blob"), text("agency"), text("document")), bool)
"""Whose documents hold a blob: whether an agency's do is one look, however many hold it."""
ORIGINS: Table[DocumentId] = Table(
    "origins", (text("agency"), digest("origin"), text("document")), DocumentId
)
"""Which documents of an agency are the same paper, as far as issuer, symbol and date tell."""
IDEMPOTENCY: Table[Known] = Table("idempotency", (text("actor"), text("key")), Known)
TOKENS: Table[Token] = Table("tokens", (text("token"),), Token)
CURSORS: Table[int] = Table("cursors", (text("follower"),), int)
"""How far each follower has read the log."""
CONDEMNED: Table[int] = Table("condemned", (digest("blob"),), int)
"""Blobs that nothing refers to, still readable; since when, microseconds."""
SWEPT: Table[int] = Table("swept", (digest("blob"),), int)
"""Blobs no longer kept: a record of one that is found in a pack is none."""
HOLDS: Table[Hold] = Table("holds", (text("hold"),), Hold)
HELD: Table[HoldId] = Table("held", (text("target"), text("hold")), HoldId)
"""The holds that stand, by what they hold."""
PURGES: Table[Purge] = Table("purges", (text("purge"),), Purge)
ERASURES: Table[Erasure] = Table("erasures", (digest("blob"),), Erasure)
"""Blobs whose content is destroyed; one that is brought again stands here no longer."""
ERASED_FILES: Table[PurgeId] = Table("erased_files", (digest("blob"), text("document")), PurgeId)
"""The documents that held a destroyed blob, in the place of `HOLDERS`."""
ERASED_GRANTS: Table[PurgeId] = Table("erased_grants", (digest("blob"), text("agency")), PurgeId)
"""The agencies that had brought a destroyed blob, in the place of `GRANTS`."""
CHECKS: Table[PackChecked] = Table("checks", (number("pack"),), PackChecked)
RUNS: Table[Run] = Table("runs", (text("kind"),), Run)
"""How checks, counts, collections, compactions and backups last ended."""
NODES: Table[Node] = Table("nodes", (text("node"),), Node)
"""At a store node: the office nodes that may keep their bytes here."""
NODE_LOGS: Table[NodeLog] = Table("node_logs", (text("node"),), NodeLog)
"""At a store node: how far each office node's own log was, when it last renewed its lease."""
CUSTODY: Table[int] = Table("custody", (digest("blob"), text("node")), int)
"""At a store node: for whom a blob is kept; the stamp, the event by which it was brought last."""
COUNTS: Table[Counted] = Table(
    "counts", (number("year"), text("agency"), text("direction"), digest("kind")), Counted
)
"""Registrations counted as they happen, for the yearly figures."""
LOG_KEYS: Table[LogKey] = Table("log_keys", (digest("public"),), LogKey)
CHECKPOINTS: Table[KeptCheckpoint] = Table("checkpoints", (number("size"),), KeptCheckpoint)
LEAVING: Table[int] = Table("leaving", (digest("blob"),), int)
"""At an office node: blobs that it has swept and that the store node may still keep for it; since when."""
LET_GO: Table[LetGo] = Table("let_go", (digest("blob"),), LetGo)
"""At an office node: up to which stamp of its custody a blob was let go of."""
FILE_LISTS: Table[FileList] = Table("file_lists", (text("file_list"),), FileList)
FILE_LIST_YEARS: Table[FileListId] = Table(
    "file_list_years", (text("agency"), number("year")), FileListId
)
FILE_ENTRIES: Table[FileEntry] = Table(
    "file_entries", (text("file_list"), number("place")), FileEntry
)
FILE_SYMBOLS: Table[int] = Table("file_symbols", (text("file_list"), text("symbol")), int)
"""At which place of a file list an entry stands."""
DOSSIERS: Table[Dossier] = Table("dossiers", (text("dossier"),), Dossier)
DOSSIER_SYMBOLS: Table[DossierId] = Table(
    "dossier_symbols", (text("agency"), number("year"), text("symbol")), DossierId
)
DOSSIER_PLACES: Table[bool] = Table(
    "dossier_places",
    (text("agency"), text("confidentiality"), text("state"), text("due"), text("dossier")),
    bool,
)
"""What an agency has, by who may see it: no page of a list is filled up by leaving out."""
DOSSIER_HANDS: Table[AgencyId] = Table(
    "dossier_hands", (text("holder"), text("state"), text("due"), text("dossier")), AgencyId
)
"""Of what somebody, or some unit, is in charge."""
DOSSIER_STEPS: Table[Step] = Table("dossier_steps", (text("dossier"), number("sequence")), Step)
ITEMS: Table[Item] = Table("items", (text("dossier"), number("rank")), Item)
ITEM_RANKS: Table[int] = Table("item_ranks", (text("dossier"), text("item")), int)
DOCUMENT_DOSSIERS: Table[ItemId] = Table(
    "document_dossiers", (text("document"), text("dossier")), ItemId
)
ITEM_BLOBS: Table[AgencyId] = Table(
    "item_blobs", (digest("blob"), text("dossier"), text("item")), AgencyId
)
"""The dossiers that hold a blob as a paper of their own."""
HAND_OVERS: Table[HandOver] = Table("hand_overs", (text("hand_over"),), HandOver)
AGENCY_HAND_OVERS: Table[bool] = Table(
    "agency_hand_overs", (text("agency"), text("hand_over")), bool
)
PURGE_ORDERS: Table[PurgeOrder] = Table("purge_orders", (text("purge"),), PurgeOrder)
"""At a store node: orders to destroy."""
PURGE_ORDER_FEED: Table[PurgeId] = Table("purge_order_feed", (number("place"),), PurgeId)
"""Those that go to every node, in the order in which they were placed."""
PURGE_ORDERS_OPEN: Table[bool] = Table("purge_orders_open", (digest("blob"), text("purge")), bool)
"""Those that are not done, by the blob that nobody is given meanwhile."""
PURGE_ANSWERS: Table[PurgeAnswer] = Table(
    "purge_answers", (text("purge"), text("node")), PurgeAnswer
)
HOMES: Table[Home] = Table("homes", (text("agency"),), Home)
"""At an office node: where agencies are at home that were ever moved."""
KNOWN_AS: Table[PersonId] = Table("known_as", (text("person"),), PersonId)
"""At an office node: who people are here that came with an agency under another identifier."""
REFUSED_MOVES: Table[int] = Table("refused_moves", (text("move"),), int)
"""At an office node: moves to which it has said no; since when."""
MOVES: Table[Move] = Table("moves", (text("move"),), Move)
"""At a store node: what became of each offer of an agency."""
MOVED: Table[Moved] = Table("moved", (text("agency"),), Moved)
"""At a store node: where agencies are at home that were ever moved."""

TABLES: tuple[Table[Any], ...] = (
    META,
    WATERMARK,
    TREE,
    PACKS,
    BLOBS,
    SEGMENTS,
    REVISIONS,
    GRANTS,
    DERIVED,
    AGENCIES,
    AGENCY_CODES,
    IDENTIFIERS,
    AGENCY_IDENTIFIERS,
    AGENCY_NAMES,
    FONDS,
    AGENCY_FONDS,
    SUCCESSIONS,
    SUCCESSORS,
    PREDECESSORS,
    UNITS,
    UNIT_CODES,
    UNITS_BELOW,
    PEOPLE,
    LOGINS,
    DIRECTORY_NAMES,
    POSTS,
    PERSON_POSTS,
    AGENCY_POSTS,
    AGENCY_SEQUENCES,
    FEED,
    REGISTERS,
    REGISTER_CODES,
    NEXT_NUMBERS,
    ENTRIES,
    FOUND_ENTRIES,
    TERMS,
    ALTERED,
    CLOSINGS,
    RESERVATIONS,
    INCIDENTS,
    DOCUMENTS,
    HISTORY,
    HOLDERS,
    RECEIPTS,
    DOCUMENT_RECEIPTS,
    RECEIPTS_BELOW,
    RECIPIENTS,
    HANDS,
    DRAFTS,
    DRAFT_VERSIONS,
    DRAFT_DEEDS,
    DRAFT_READERS,
    DRAFT_SEEN,
    DRAFT_HANDS,
    DRAFT_FILES,
    DRAFT_KEYS,
    DRAFTING_RULES,
    AUTHORITIES,
    AGENCY_AUTHORITIES,
    DISPATCHES,
    DOCUMENT_DISPATCHES,
    AGENCY_DISPATCHES,
    ADDRESSED,
    ADDRESSED_FILES,
    RECALLS,
    RELATIONS,
    RELATIONS_FROM,
    RELATIONS_TO,
    MARKS,
    DIRECTIONS,
    DIRECTION_COUNTS,
    TELLINGS,
    PUNCTUALITY,
    GIVEN_KEYS,
    CALENDAR_DAYS,
    CALENDAR_YEARS,
    DELEGATIONS,
    DELEGATED_TO,
    DELEGATED_BY,
    AGENCY_DELEGATIONS,
    ORIGINS,
    IDEMPOTENCY,
    TOKENS,
    CURSORS,
    CONDEMNED,
    SWEPT,
    HOLDS,
    HELD,
    PURGES,
    ERASURES,
    ERASED_FILES,
    ERASED_GRANTS,
    CHECKS,
    RUNS,
    NODES,
    NODE_LOGS,
    CUSTODY,
    COUNTS,
    LOG_KEYS,
    CHECKPOINTS,
    LEAVING,
    LET_GO,
    FILE_LISTS,
    FILE_LIST_YEARS,
    FILE_ENTRIES,
    FILE_SYMBOLS,
    DOSSIERS,
    DOSSIER_SYMBOLS,
    DOSSIER_PLACES,
    DOSSIER_HANDS,
    DOSSIER_STEPS,
    ITEMS,
    ITEM_RANKS,
    DOCUMENT_DOSSIERS,
    ITEM_BLOBS,
    HAND_OVERS,
    AGENCY_HAND_OVERS,
    PURGE_ORDERS,
    PURGE_ORDER_FEED,
    PURGE_ORDERS_OPEN,
    PURGE_ANSWERS,
    HOMES,
    KNOWN_AS,
    REFUSED_MOVES,
    MOVES,
    MOVED,
)
NOT_FROM_LOG = frozenset(
    table.name
    for table in (
        META,
        WATERMARK,
        PACKS,
        BLOBS,
        SEGMENTS,
        REVISIONS,
        GRANTS,
        CURSORS,
        CHECKS,
        RUNS,
        NODE_LOGS,
    )
)
"""What packs tell, and what this node notes for itself."""
FROM_LOG: tuple[Table[Any], ...] = tuple(
    table for table in TABLES if table.name not in NOT_FROM_LOG
)
"""The tables that follow from the log alone; `WATERMARK` says how far they do."""
TABLE_NAMES = tuple(table.name for table in TABLES)
