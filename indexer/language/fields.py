"""The names of fields as people type them, Vietnamese and English, and nothing beside them."""

import re
from types import MappingProxyType

from indexer.vietnamese import folded

_NAMES: dict[str, tuple[str, ...]] = {
    "subject": ("trích yếu", "tiêu đề", "title"),
    "body": ("nội dung", "content", "text"),
    "issuer": ("cơ quan ban hành", "nơi ban hành", "nơi gửi", "từ", "from"),
    "signer": ("người ký", "signed by"),
    "keywords": ("từ khóa", "keyword"),
    "kind": ("loại", "loại văn bản", "type"),
    "symbol": ("ký hiệu", "số ký hiệu", "số hiệu"),
    "number": ("số",),
    "incoming_number": ("số đến", "arrival number"),
    "outgoing_number": ("số đi", "departure number"),
    "issued": ("ngày", "ngày ban hành", "date"),
    "registered": ("ngày đăng ký", "ngày vào sổ", "ngày đến"),
    "register": ("sổ đăng ký", "sổ văn bản", "book"),
    "direction": ("chiều", "hướng"),
    "agency": ("cơ quan", "đơn vị"),
}


def field_named(name: str) -> str | None:
    """Give the field that *name* means, or None; case, marks, spaces, `_` and `-` do not count.

    >>> field_named("Trích yếu"), field_named("so_den"), field_named("sốđến"), field_named("x")
    ('subject', 'incoming_number', 'incoming_number', None)
    """
    return FIELDS.get(_squeezed(name))


def _squeezed(name: str) -> str:
    return re.sub(r"[\s_-]+", "", folded(name))


FIELDS = MappingProxyType(
    {_squeezed(name): field for field, names in _NAMES.items() for name in (field, *names)}
)
"""Every accepted name, squeezed, to its field."""
