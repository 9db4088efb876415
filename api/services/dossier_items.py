"""What is in a dossier: adding documents and other papers, taking them out, putting them in order.

A document may be in several dossiers, and may be another agency's of the same lineage. Who adds one
must be able to read it; to be in a dossier shows it to nobody.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

import msgspec
from msgspec import Meta

from api.services import fields
from api.services.access import document_for, given, present
from api.services.blob_access import BlobErased, may_use_blob
from api.services.dossier_access import (
    Seat,
    dossier_for,
    parties_to,
    reads_papers,
    same_lineage,
    told,
)
from api.services.dossier_rules import require_seen
from api.services.dossier_words import MAX_TITLE
from api.services.incidents import refuse_secrets
from api.services.paper import UnknownBlob
from repository.blobs.media import NAMES, Media
from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.dossier_items import item_of, items_of
from repository.catalogue.views import Reading
from repository.errors import Kind, Trouble
from repository.keeper import Command
from repository.model import events as e
from repository.model.access import Caller, Hidden, NotAllowed
from repository.model.days import Day, day_of
from repository.model.documents import Document
from repository.model.dossier_events import ItemHeld
from repository.model.dossiers import (
    MAX_ITEMS,
    RANK_GAP,
    Dossier,
    DossierAct,
    Item,
    after,
)
from repository.model.ids import (
    BadIdentifier,
    BlobId,
    DocumentId,
    ItemId,
    parse_blob,
)

MAX_ADDED = 500
"""Items that one request may add."""
MAX_PAGES = 9_999
"""Pages of one item; Circular 05/2025: numberOfPage has four digits."""
NO_DOCUMENT = DocumentId("")
NO_BLOB = BlobId(b"")


class ItemGiven(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Something to be put into a dossier: a registered document, or another paper with its file."""

    document: str = ""
    """Identifier of a registered document that you may read; or empty, and then a paper."""
    title: str = ""
    """Of another paper; at most 1,000 characters."""
    blob: Annotated[str, Meta(extra_json_schema={"pattern": "^(blake3:[0-9a-f]{64})?$"})] = ""
    """Of another paper: its file, stored before."""
    name: str = ""
    """The name of that file; at most 255 characters."""
    pages: Annotated[int, Meta(ge=0, le=MAX_PAGES)] = 0
    """How many pages it has; 0 = as noted of the document."""


class AddItems(Command[Dossier], frozen=True, kw_only=True, tag="add-dossier-items"):
    """Put all *items* into a dossier, behind what is there, or none."""

    dossier: str
    items: tuple[ItemGiven, ...]
    seen: tuple[int, ...] | None


class RemoveItems(Command[Dossier], frozen=True, kw_only=True, tag="remove-dossier-items"):
    """Take items out of a dossier."""

    dossier: str
    items: tuple[str, ...]
    seen: tuple[int, ...] | None
    reason: str = ""


class MoveItem(Command[Dossier], frozen=True, kw_only=True, tag="move-dossier-item"):
    """Put an item before another, or at the end."""

    dossier: str
    item: str
    before: str
    """Empty = to the end."""
    seen: tuple[int, ...] | None


class ItemsRefused(Trouble):
    """{count} of {total} items cannot be added; nothing was. See `items`."""

    kind = Kind.INVALID
    vietnamese = "{count} trong {total} mục không thêm được; chưa thêm gì. Xem `items`."


class AddedAlready(Trouble):
    """The document is in this dossier already ({path})."""

    kind = Kind.CONFLICT
    vietnamese = "Văn bản đã có trong hồ sơ này ({path})."


class DocumentOfAnotherAgency(Trouble):
    """The document belongs to an agency that has not followed this one, nor the other way ({path})."""

    kind = Kind.INVALID
    vietnamese = "Văn bản thuộc cơ quan khác, không có quan hệ kế thừa ({path})."


class TooManyItems(Trouble):
    """A dossier holds at most {limit} items; open another volume."""

    kind = Kind.TOO_LARGE
    vietnamese = "Mỗi hồ sơ chứa nhiều nhất {limit} mục; hãy mở thêm tập."


def decide_add_items(change: Change, command: AddItems) -> Dossier:
    """Put the items in.

    Raise `Hidden`, `DossierActNotOpen`, `DossierChanged`, `TooManyItems`, or `ItemsRefused` with every
    item that cannot be.
    """
    dossier = _dossier(change, command.caller, command.dossier, command.seen)
    asked = command.items
    if not 1 <= len(asked) <= MAX_ADDED:
        raise fields.FieldUnfit(path="$.items", expected=f"1–{MAX_ADDED}")
    if dossier.items + len(asked) > MAX_ITEMS:
        raise TooManyItems(limit=MAX_ITEMS)
    held: list[ItemHeld] = []
    words: list[tuple[str, str]] = []
    refused: list[dict[str, object]] = []
    known: set[str] = set()
    for n, one in enumerate(asked):
        path = f"$.items[{n}]"
        try:
            made, title, name = _made(change, command.caller, dossier, path, one, known)
        except Trouble as trouble:
            refused.append(told(path, trouble))
            continue
        held.append(msgspec.structs.replace(made, rank=dossier.last_rank + (n + 1) * RANK_GAP))
        words.append((title, name))
    if refused:
        raise ItemsRefused(count=len(refused), total=len(asked), items=refused)
    body = e.ItemsAdded(id=dossier.id, revision=dossier.revision + 1, items=tuple(held))
    particulars = e.ItemsTold(
        change.entropy(e.SALT_BYTES),
        tuple(title for title, _ in words),
        tuple(name for _, name in words),
    )
    change.record(body, agency=dossier.agency, particulars=particulars)
    return present(change.get(t.DOSSIERS, dossier.id))


def _made(
    change: Change, caller: Caller, dossier: Dossier, path: str, one: ItemGiven, known: set[str]
) -> tuple[ItemHeld, str, str]:
    if not 0 <= one.pages <= MAX_PAGES:
        raise fields.FieldUnfit(path=f"{path}.pages", expected=f"0–{MAX_PAGES}")
    if bool(one.document) is bool(one.blob):
        raise fields.FieldUnfit(path=path, expected="document ⊻ blob")
    item = ItemId(change.new_id())
    if one.document:
        if one.title or one.name:
            raise fields.FieldUnfit(path=f"{path}.title", expected='"" (document)')
        document = _document(change, caller, dossier, f"{path}.document", one.document, known)
        pages = one.pages or min(document.metadata.pages, MAX_PAGES)
        return ItemHeld(item, 0, document.id, NO_BLOB, 0, "", pages), "", ""
    refuse_secrets({f"{path}.title": one.title, f"{path}.name": one.name})
    title = fields.line(f"{path}.title", one.title, limit=MAX_TITLE, required=True)
    name = fields.file_name(f"{path}.name", one.name)
    blob, size, media_type = _file(change, caller, f"{path}.blob", one.blob)
    return ItemHeld(item, 0, NO_DOCUMENT, blob, size, media_type, one.pages), title, name


def _document(
    change: Change, caller: Caller, dossier: Dossier, path: str, identifier: str, known: set[str]
) -> Document:
    try:
        document = document_for(change, caller, identifier)
    except NotAllowed as error:  # whoever does not read there learns no more than a stranger
        raise Hidden from error
    if not same_lineage(change, dossier.agency, document.agency, day_of(change.stamp.at)):
        raise DocumentOfAnotherAgency(path=path)
    if document.id in known or change.get(t.DOCUMENT_DOSSIERS, document.id, dossier.id):
        raise AddedAlready(path=path)
    known.add(document.id)
    return document


def _file(change: Change, caller: Caller, path: str, given_blob: str) -> tuple[BlobId, int, str]:
    try:
        blob = parse_blob(given_blob)
    except BadIdentifier as error:
        raise fields.FieldUnfit(path=path, expected="blake3:<64 hex>") from error
    row = change.row(blob)
    if row is None or not may_use_blob(change, caller, blob):
        raise UnknownBlob(path=path, blob=given_blob)
    return blob, row.length, NAMES[Media(row.media)]


def decide_remove_items(change: Change, command: RemoveItems) -> Dossier:
    """Take the items out; the documents stay where they are registered.

    Raise `Hidden` (also for an item that is not there), `DossierActNotOpen`, `DossierChanged`.
    """
    dossier = _dossier(change, command.caller, command.dossier, command.seen)
    items = tuple(
        present(item_of(change, dossier.id, ItemId(given(one)))).id for one in command.items
    )
    reason = fields.line("$.reason", command.reason, limit=fields.MAX_REASON)
    words = e.WordsWritten(change.entropy(e.SALT_BYTES), reason) if reason else None
    body = e.ItemsRemoved(id=dossier.id, revision=dossier.revision + 1, items=items)
    change.record(body, agency=dossier.agency, particulars=words)
    return present(change.get(t.DOSSIERS, dossier.id))


def decide_move_item(change: Change, command: MoveItem) -> Dossier:
    """Put the item elsewhere; raise as `decide_remove_items`."""
    dossier = _dossier(change, command.caller, command.dossier, command.seen)
    item = present(item_of(change, dossier.id, ItemId(given(command.item))))
    before = None
    if command.before:
        before = present(item_of(change, dossier.id, ItemId(given(command.before))))
    moves = _moves(change, dossier, item, before)
    if moves:
        body = e.ItemsMoved(id=dossier.id, revision=dossier.revision + 1, moves=moves)
        change.record(body, agency=dossier.agency)
    return present(change.get(t.DOSSIERS, dossier.id))


def _moves(
    change: Change, dossier: Dossier, item: Item, before: Item | None
) -> tuple[tuple[ItemId, int], ...]:
    """The new ranks with which *item* stands before *before*; none where it does already."""
    if before is None:
        last = next(change.scan(t.ITEMS, dossier.id, backwards=True))[1]
        return () if last.id == item.id else ((item.id, dossier.last_rank + RANK_GAP),)
    behind = change.scan(t.ITEMS, dossier.id, start=before.rank, backwards=True)
    previous = next((one for _, one in behind if one.rank < before.rank), None)
    if item.id in (before.id, previous.id if previous else ""):
        return ()
    lower = previous.rank if previous else 0
    middle = (lower + before.rank) // 2
    if middle > lower:
        return ((item.id, middle),)
    others = [one for one in items_of(change, dossier.id) if one.id != item.id]
    place = next(n for n, one in enumerate(others) if one.id == before.id)
    order = [*others[:place], item, *others[place:]]
    return tuple((one.id, (n + 1) * RANK_GAP) for n, one in enumerate(order))


def _dossier(change: Change, caller: Caller, dossier: str, seen: tuple[int, ...] | None) -> Dossier:
    """The dossier whose contents *caller* may change, as they saw it."""
    found, seat = dossier_for(change, caller, dossier, day_of(change.stamp.at))
    after(found, DossierAct.FILE, parties_to(caller, seat, found))
    require_seen(found, seen)
    return found


# Looking.


class ItemShown(msgspec.Struct, frozen=True, kw_only=True):
    """An item as somebody may see it."""

    position: int
    """From 1."""
    item: Item | None
    """None where they may not read it: that something stands here is all that is said."""
    document: Document | None = None


class ItemPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some items of a dossier."""

    dossier: Dossier
    shown: tuple[ItemShown, ...]


def items_for(
    reading: Reading, caller: Caller, dossier: str, today: Day, *, start: int, limit: int
) -> ItemPage:
    """Up to *limit* items of a dossier from position *start* (from 1) on; raise `Hidden`."""
    found, seat = dossier_for(reading, caller, dossier, today)
    shown = shown_to(reading, caller, seat, found, start=start)
    return ItemPage(dossier=found, shown=tuple(islice(shown, limit)))


def shown_to(
    reading: Reading, caller: Caller, seat: Seat, dossier: Dossier, *, start: int = 1
) -> Iterator[ItemShown]:
    """The items of *dossier* from position *start* on, as *caller* may see them."""
    papers = reads_papers(caller, seat, dossier)
    rows = islice(enumerate(items_of(reading, dossier.id), 1), start - 1, None)
    for position, item in rows:
        if not item.document:
            yield ItemShown(position=position, item=item if papers else None)
            continue
        document = readable(reading, caller, item.document)
        yield ItemShown(position=position, item=item if document else None, document=document)


def readable(reading: Reading, caller: Caller, document: DocumentId) -> Document | None:
    """The document, where *caller* may read it."""
    try:
        return document_for(reading, caller, document)
    except (Hidden, NotAllowed):
        return None


def paper_of(reading: Reading, caller: Caller, dossier: str, item: str, today: Day) -> Item:
    """Another paper of a dossier, for *caller*; raise `Hidden` or `BlobErased`."""
    found, seat = dossier_for(reading, caller, dossier, today)
    paper = present(item_of(reading, found.id, ItemId(given(item))))
    if paper.document or not reads_papers(caller, seat, found):
        raise Hidden
    if paper.purge:
        raise BlobErased.by(present(reading.purge(paper.purge)), paper.blob)
    return paper
