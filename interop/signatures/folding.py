"""What each value weighs, as a table, and the one rule: a verdict is its worst part.

NĐ 30/2020/NĐ-CP, TT 15/2025/TT-BKHCN and docs/signatures.md say why. What is not known is never
called valid: it weighs `Final.INDETERMINATE` at least.
"""

from collections.abc import Iterable

from interop.signatures.dimensions import (
    Appearance,
    CertificateState,
    Change,
    Coverage,
    Final,
    Integrity,
    Order,
    Owner,
    Remark,
    Revocation,
    Role,
    Time,
    Trust,
    Value,
)

WEIGHTS: dict[Final, tuple[Value, ...]] = {
    Final.VALID: (
        Integrity.INTACT,
        Coverage.WHOLE_FILE,
        Coverage.WHOLE_REVISION,
        Change.NONE,
        Change.ALLOWED,
        Change.ARCHIVAL,
        Trust.TRUSTED,
        CertificateState.VALID,
        Revocation.GOOD,
        Time.STAMPED,
        Time.REGISTERED,
        Time.CLAIMED,
        *Owner,
        *Role,
        Appearance.IN_PLACE,
        Appearance.INVISIBLE,
        Order.KEPT,
        Order.NOT_JUDGED,
    ),
    Final.WARNINGS: (
        Change.COMMENT,
        Revocation.REVOKED_AFTER,
        Time.QUIRK,
        Time.INCONSISTENT,
        Appearance.MISPLACED,
        Appearance.OTHER_TIME,
        Appearance.UNREADABLE,
        Order.INITIAL_LATE,
        Order.ADDED_LATER,
        Order.OUTSIDE_DECREE,
        Order.NUMBER_UNSEEN,
        Remark.TAIL_WHITESPACE,
        Remark.HEAD_OTHER,
    ),
    Final.INDETERMINATE: (
        Change.UNKNOWN,
        Trust.UNKNOWN_ISSUER,
        Trust.UNKNOWN,
        CertificateState.EXPIRED_SINCE,
        CertificateState.UNKNOWN,
        Revocation.REVOKED_UNPROVED,
        Revocation.NOT_CHECKED,
        Revocation.STALE,
        Time.FUTURE,
        Time.STAMP_BROKEN,
        Time.STAMP_ENDED,
        Time.UNKNOWN,
        Appearance.HIDDEN_TEXT,
        Appearance.UNKNOWN,
        Order.OWNER_UNKNOWN,
        Remark.HIDDEN_OBJECTS,
        Remark.UNSIGNED_UPDATE,
    ),
    Final.INVALID: (
        Integrity.BROKEN,
        Integrity.UNREADABLE,
        Coverage.PARTIAL,
        Coverage.UNCLEAR,
        Change.CONTENT,
        Trust.FAKE_NAME,
        Trust.BROKEN_CHAIN,
        CertificateState.EXPIRED,
        CertificateState.NOT_YET,
        CertificateState.WRONG_USE,
        CertificateState.WEAK,
        Revocation.REVOKED_BEFORE,
        Appearance.COVERS,
        Order.NOT_ENTITLED,
        Order.ROLE_CONTRADICTED,
        Order.OTHER_AGENCY,
        Order.BEFORE_AUTHORISED,
        Order.OTHER_NUMBER,
        Remark.NO_SIGNATURE,
        Remark.SIGNATURE_UNLISTED,
        Remark.SIGNATURE_SHARED,
        Remark.NOTHING_COVERS,
        Remark.TAIL_OTHER,
        Remark.ROLLBACK,
        Remark.NOT_THE_REGISTERED,
        Remark.MISSING_AUTHORISED,
        Remark.MISSING_ORGANISATION,
        Remark.COPY_NOT_BY_ORGANISATION,
    ),
    Final.UNREADABLE: (
        Remark.NOT_OPENED,
        Remark.NOT_PDF,
        Remark.MALFORMED,
        Remark.ENCRYPTED,
        Remark.TOO_LARGE,
        Remark.TOO_MANY,
        Remark.TOO_SLOW,
        Remark.CRASHED,
    ),
}
"""Every value once; a test looks that none is missing."""

RANK = {final: number for number, final in enumerate(Final)}
_WEIGHT: dict[Value, Final] = {
    value: final for final, values in WEIGHTS.items() for value in values
}


def weight(value: Value) -> Final:
    """What *value* alone makes of a verdict."""
    return _WEIGHT[value]


def worst(finals: Iterable[Final]) -> Final:
    """The worst of *finals*; of none at all: unreadable, for nothing was seen."""
    return max(finals, key=RANK.__getitem__, default=Final.UNREADABLE)


def folded(values: Iterable[Value]) -> Final:
    """The verdict that *values* make together."""
    return worst(map(weight, values))
