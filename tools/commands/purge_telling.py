"""What `vankho purge` tells: a purge, what goes with it, what it waits for, what it cannot reach."""

from collections.abc import Iterable, Sequence

from repository.blobs.remote import RemoteStore
from repository.catalogue import tables as t
from repository.catalogue.purge_orders import outstanding
from repository.errors import Trouble
from repository.holdings import Holdings
from repository.model.ids import DocumentId, show_blob
from repository.model.purge_orders import Lacking, Outstanding
from repository.model.purges import Purge, PurgeState
from repository.upkeep.kin import Kin, Relation
from tools.house import House
from tools.shown import purge_shown

_RELATIONS = {
    Relation.BASE: ("giữ một phần byte của tệp", "holds bytes of it"),
    Relation.DERIVED: ("phiên bản sau, chứa tệp này", "a later revision, with it inside"),
    Relation.TEXT: ("văn bản trích", "its text"),
}
_LACKING = {
    Lacking.SILENT: ("chưa trả lời", "has not answered"),
    Lacking.HELD: ("đang có lệnh giữ", "a hold stands there"),
    Lacking.DESTROYING: ("còn phải tiêu hủy", "has still to destroy it"),
    Lacking.FOLLOWING: ("dự phòng chưa theo kịp", "a standby that has not followed so far"),
}


def tell(house: House, purge: Purge) -> None:
    """A purge in one line."""
    text = f"{purge.id}  {purge.state.value}  {show_blob(purge.blob)}  {purge.reason}"
    house.terminal.result({"message_type": "purge", **purge_shown(purge)}, text)


def tell_kin(house: House, documents: Iterable[DocumentId], kin: Iterable[Kin]) -> None:
    """Which documents lose a file, and what shares its content."""
    choose = house.terminal.choose
    for document in documents:
        told: dict[str, object] = {"message_type": "document", "document": document}
        house.terminal.result(told, choose(f"mất tệp: {document}", f"loses it: {document}"))
    for each in kin:
        fate = choose("bị tiêu hủy cùng", "goes with it") if each.goes else choose("CÒN", "STAYS")
        told = {
            "message_type": "kin",
            "blob": show_blob(each.blob),
            "relation": each.relation.value,
            "goes": each.goes,
        }
        text = f"{fate}: {show_blob(each.blob)} ({choose(*_RELATIONS[each.relation])})"
        house.terminal.result(told, text)


def tell_outstanding(house: House, holdings: Holdings, purge: Purge) -> bool:
    """Which nodes have not confirmed yet; say whether there are any."""
    try:
        waiting = _outstanding(holdings, purge)
    except Trouble as trouble:
        house.terminal.say(
            f"Chưa hỏi được nút kho: {trouble}", f"The store node could not be asked: {trouble}"
        )
        return True
    for one in waiting:
        name = one.node or house.terminal.choose("nút kho", "the store node")
        told = {"message_type": "outstanding", "node": one.node, "why": one.why.value}
        house.terminal.result(told, f"{name}: {house.terminal.choose(*_LACKING[one.why])}")
    return bool(waiting)


def _outstanding(holdings: Holdings, purge: Purge) -> Sequence[Outstanding]:
    store = holdings.blobs
    if isinstance(store, RemoteStore):
        asked = purge.state not in (PurgeState.REQUESTED, PurgeState.WITHDRAWN)
        return store.node.order(purge.id).outstanding if asked else ()
    with holdings.reading() as reading:
        order = reading.get(t.PURGE_ORDERS, purge.id)
        return outstanding(reading, order) if order else ()


def tell_what_is_left(house: House, purge: Purge, left: tuple[int, ...]) -> None:
    """What this store cannot reach: copies of it elsewhere."""
    if purge.state is not PurgeState.COMPLETED:
        return
    packs = ", ".join(f"{pack:012x}" for pack in purge.packs) or "-"
    since = purge_shown(purge)["written"] or "?"
    house.terminal.say(
        f"Bản sao lưu làm từ {since} đến nay còn giữ nội dung, trong các gói: {packs}; `vankho "
        f"backup list --holding {show_blob(purge.blob)}` cho biết những bản nào.",
        f"Backups made between {since} and now hold the content still, in the packs: {packs}; "
        f"`vankho backup list --holding {show_blob(purge.blob)}` tells which.",
    )
    house.terminal.say(
        "Máy chủ lập lại chỉ mục để xóa từ ngữ của tệp; `vankho rebuild index` xóa ngay.",
        "The server writes the index anew, so that it knows no word of it; `vankho rebuild index` "
        "does so at once.",
    )
    if left:
        shown = ", ".join(f"{pack:012x}" for pack in left)
        house.terminal.say(
            f"Gói có bản ghi khác bị hỏng, chưa viết lại được: {shown}. Hãy chạy `vankho check`.",
            f"Packs with other, damaged records could not be rewritten: {shown}. Run `vankho "
            "check`.",
        )
