"""What is noted of a document beside its number and its words (siêu dữ liệu).

The fields are those of Decree 30/2020/NĐ-CP, Annex VI, Part II, for incoming and outgoing
documents, and what registries note besides: where the paper lies, which grade it has. Dossier
code and ordinal are no part of it: they follow from the dossiers a document is put into. Lengths
are told where texts come in (`api.services.metadata`).
"""

import enum

import msgspec

from repository.model.days import UNBOUNDED, Day


class Urgency(enum.Enum):
    """Độ khẩn; Annex VI: Priority, Decree 30/2020, Art. 4.2c."""

    NORMAL = "normal"
    """Thường."""
    URGENT = "urgent"
    """Khẩn."""
    VERY_URGENT = "very-urgent"
    """Thượng khẩn."""
    EXPRESS = "express"
    """Hỏa tốc."""
    TIMED_EXPRESS = "timed-express"
    """Hỏa tốc hẹn giờ."""


class Capacity(enum.Enum):
    """In which capacity somebody signs; Decree 30/2020, Art. 13 and Annex I."""

    FOR_ALL = "TM."
    """Thay mặt tập thể."""
    ACTING = "Q."
    """Quyền cấp trưởng."""
    DEPUTY = "KT."
    """Ký thay cấp trưởng."""
    BY_ORDER = "TL."
    """Thừa lệnh."""
    BY_AUTHORITY = "TUQ."
    """Thừa ủy quyền."""


class Signer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who signed; Annex VI: SignerInfo."""

    name: str = ""
    position: str = ""
    capacity: Capacity | None = None


class Recipient(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """To whom it goes; Annex VI: To."""

    name: str
    code: str = ""
    """As it was given: of an agency that need not be known here."""


class Metadata(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is noted; what is not said is left out of the stored bytes."""

    issuer_code: str = ""
    """Mã định danh cơ quan ban hành, of an incoming document, as it was given."""
    signer: Signer = Signer()
    language: str = ""
    """Annex VI: Language."""
    pages: int = 0
    """Annex VI: PageAmount; 0 = not noted."""
    copies: int = 0
    """Annex VI: IssuedAmount; 0 = not noted."""
    urgency: Urgency = Urgency.NORMAL
    recipients: tuple[Recipient, ...] = ()
    to_places: str = ""
    """Nơi nhận as printed on an incoming document; Annex VI: ToPlaces."""
    sphere: str = ""
    """Lĩnh vực."""
    keywords: tuple[str, ...] = ()
    note: str = ""
    """Annex VI: Description."""
    due: Day = UNBOUNDED
    """Hạn trả lời, hạn giải quyết; Annex VI: DueDate."""
    arrived: Day = UNBOUNDED
    """Ngày đến where it came before it was registered (decision 24); Annex VI: ArrivalDate."""
    paper: bool = False
    """A paper original came or is kept with it."""
    location: str = ""
    """Where the paper lies."""


NOTHING = Metadata()
