"""The eleven dimensions of a verdict and the remarks about a whole file, as closed sets of values.

Rules for the file: names and what they mean, nothing else. What each weighs stands in
`interop.signatures.folding`, how it is said in `interop.signatures.wording`. The values are
stable: they will be stored with verdicts.
"""

import enum


class Final(enum.Enum):
    """The verdict, from best to worst (kết luận)."""

    VALID = "valid"
    WARNINGS = "valid-with-warnings"
    INDETERMINATE = "indeterminate"
    INVALID = "invalid"
    UNREADABLE = "unreadable"


class Integrity(enum.Enum):
    """1. Whether digest and signature fit the bytes that are signed (tính toàn vẹn)."""

    INTACT = "intact"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    """The signature could not be taken apart; what it says is not known."""


class Coverage(enum.Enum):
    """2. Which bytes are signed (phạm vi ký)."""

    WHOLE_FILE = "whole-file"
    WHOLE_REVISION = "whole-revision"
    """All bytes up to the end of the revision in which it was made."""
    PARTIAL = "partial"
    UNCLEAR = "unclear"
    """The signed ranges are not those of an honest signature, or the gap holds more than it."""


class Change(enum.Enum):
    """3. What happened to the file after this signature (thay đổi sau khi ký)."""

    NONE = "none"
    ALLOWED = "later-signature"
    """Later signatures, fields filled in."""
    ARCHIVAL = "archival"
    """Evidence for the long term: time-stamps, certificates, revocation lists."""
    COMMENT = "comment"
    """Notes laid on pages; the signed content is as it was."""
    CONTENT = "content-changed"
    UNKNOWN = "unknown"


class Trust(enum.Enum):
    """4. Whether the certificate leads to an anchor that the province installed (tin cậy)."""

    TRUSTED = "trusted"
    UNKNOWN_ISSUER = "unknown-issuer"
    FAKE_NAME = "fake-name"
    """The issuer bears the name of one that is trusted and is another."""
    BROKEN_CHAIN = "broken-chain"
    """An issuer is found that may not issue, or did not."""
    UNKNOWN = "unknown"


class CertificateState(enum.Enum):
    """5. The certificate at signing time (chứng thư số tại thời điểm ký)."""

    VALID = "valid"
    EXPIRED = "expired"
    """It had ended when the signature was made."""
    EXPIRED_SINCE = "expired-since"
    """It has ended since, and nothing proves that the signature is older."""
    NOT_YET = "not-yet-valid"
    WRONG_USE = "wrong-use"
    WEAK = "weak-algorithm"
    """SHA-1, RSA below 2,048 bits and the like (TT 15/2025/TT-BKHCN, Appendix I)."""
    UNKNOWN = "unknown"


class Revocation(enum.Enum):
    """6. Whether the certificate was revoked (tình trạng thu hồi)."""

    GOOD = "good"
    REVOKED_BEFORE = "revoked-before"
    REVOKED_UNPROVED = "revoked-unproved"
    """Revoked, and nothing proves that the signature is older."""
    REVOKED_AFTER = "revoked-after"
    NOT_CHECKED = "not-checked"
    """No list and no answer about this certificate was at hand."""
    STALE = "stale"
    """What was at hand had run out before the moment in question."""


class Time(enum.Enum):
    """7. When it was signed (thời điểm ký)."""

    STAMPED = "time-stamped"
    """By a time-stamp of an authority that is trusted."""
    REGISTERED = "registered"
    """No time-stamp; it stood in a revision that was registered at a known moment."""
    CLAIMED = "claimed-only"
    QUIRK = "local-as-utc"
    """The claimed time is Vietnamese time that says it is UTC: seven hours ahead."""
    INCONSISTENT = "inconsistent"
    """The claimed time and the proved one do not fit."""
    FUTURE = "future"
    """Claimed for a moment that has not come yet."""
    STAMP_BROKEN = "stamp-broken"
    """A time-stamp is there and proves nothing: broken, of another signature, not trusted."""
    STAMP_ENDED = "stamp-ended"
    """The time-stamp's own certificate has ended since, and nothing proves that it is older."""
    UNKNOWN = "unknown"


class Owner(enum.Enum):
    """8. Whose certificate it is (chủ chứng thư)."""

    PERSON = "person"
    ORGANISATION = "organisation"
    UNKNOWN = "unknown"


class Role(enum.Enum):
    """9. As what it was signed (vai trò chữ ký)."""

    INITIAL = "initial"
    AUTHORISED = "authorised"
    ORGANISATION = "organisation"
    STAMP = "number-or-date"
    INCOMING = "incoming"
    COPY = "copy"
    ANNEX = "annex"
    OTHER = "other"
    UNKNOWN = "unknown"


class Appearance(enum.Enum):
    """10. How it shows (hình thức hiển thị)."""

    IN_PLACE = "in-place"
    INVISIBLE = "invisible"
    MISPLACED = "misplaced"
    """Not where NĐ 30/2020/NĐ-CP, Appendix I, puts a signature of this role."""
    COVERS = "covers-content"
    HIDDEN_TEXT = "hidden-text"
    OTHER_TIME = "other-time"
    """The time it shows is not the signing time."""
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


class Order(enum.Enum):
    """11. The rules between signatures, and between files (thứ tự và quy tắc)."""

    KEPT = "kept"
    NOT_JUDGED = "not-judged"
    """Nothing is known of the document: no context was given."""
    OWNER_UNKNOWN = "owner-unknown"
    NOT_ENTITLED = "not-entitled"
    """The person held no post that may sign for the issuer on that day."""
    ROLE_CONTRADICTED = "role-contradicted"
    """The declared role is not one that this owner can have."""
    OTHER_AGENCY = "other-agency"
    BEFORE_AUTHORISED = "organisation-before-authorised"
    INITIAL_LATE = "initial-after-authorised"
    ADDED_LATER = "added-after-issue"
    """A signature that nobody declared, behind that of the organisation."""
    OUTSIDE_DECREE = "copy-outside-decree"
    """A certified copy between electronic files: NĐ 30/2020/NĐ-CP, Article 25, has none."""
    OTHER_NUMBER = "other-number"
    NUMBER_UNSEEN = "number-unseen"


class Remark(enum.Enum):
    """About the file as a whole (nhận xét về tệp)."""

    NO_SIGNATURE = "no-signature"
    SIGNATURE_UNLISTED = "signature-unlisted"
    """The bytes hold a signature that no field of the form names."""
    SIGNATURE_SHARED = "signature-shared"
    """Two fields name one signature."""
    NOTHING_COVERS = "nothing-covers-the-end"
    """No signature reaches the end, and what follows is no allowed revision."""
    TAIL_WHITESPACE = "tail-whitespace"
    TAIL_OTHER = "tail-other"
    """Bytes behind the last revision."""
    UNSIGNED_UPDATE = "unsigned-update"
    """A revision behind the last signature that adds nothing that is known."""
    HIDDEN_OBJECTS = "hidden-objects"
    """Second definitions of objects lie unused in a signed revision (hide-and-replace)."""
    HEAD_OTHER = "head-other"
    """Bytes before the file's header."""
    ROLLBACK = "rollback"
    """An earlier revision of what was registered."""
    NOT_THE_REGISTERED = "not-the-registered"
    """It does not begin with the revision that was registered."""
    MISSING_AUTHORISED = "missing-authorised"
    MISSING_ORGANISATION = "missing-organisation"
    COPY_NOT_BY_ORGANISATION = "copy-not-by-organisation"
    NOT_OPENED = "not-opened"
    """The system did not let it be read."""
    NOT_PDF = "not-pdf"
    MALFORMED = "malformed"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    """More signatures or revisions than are judged."""
    TOO_SLOW = "too-slow"
    CRASHED = "crashed"


Value = (
    Integrity
    | Coverage
    | Change
    | Trust
    | CertificateState
    | Revocation
    | Time
    | Owner
    | Role
    | Appearance
    | Order
    | Remark
)
DIMENSIONS: tuple[type[enum.Enum], ...] = (
    Integrity,
    Coverage,
    Change,
    Trust,
    CertificateState,
    Revocation,
    Time,
    Owner,
    Role,
    Appearance,
    Order,
)
