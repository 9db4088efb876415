"""What a message must hold to: the same rules for what is received and for what we send.

A fault's level says what follows for a message that was received; of ours, every fault refuses.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from interop.edxml.codes import (
    NEEDS_REASON,
    STATUS_FORM,
    Purpose,
    may_be_given,
    may_be_received,
    status_of,
)
from interop.edxml.composing import code_of, compose, composed, twice
from interop.edxml.limits import STANDARD, Limits
from interop.edxml.messages import Attachment, Business, Document, Form, Message, Status
from interop.edxml.plain import extension_of, mail_like, tidy, writable
from interop.edxml.shapes import DOCUMENT, STATUS, Field, Need, Shape, Sort, shown
from interop.edxml.troubles import (
    ElementMalformed,
    ElementMissing,
    ElementTooLong,
    EmptyAttachment,
    Level,
    ManifestDiffers,
    MessageFault,
    MessageOversized,
    RecipientTwice,
    UnknownStatus,
    ZipRefused,
)
from interop.edxml.zipped import MAX_ENTRY

Faults = Iterator[MessageFault]
BUSINESS = "TraceHeaderList/Bussiness"
REASONED = (Purpose.REVOKE, Purpose.UPDATE, Purpose.REPLACE)
DATE = "MessageHeader/PromulgationInfo/PromulgationDate"


def shape_of(message: Message) -> Shape:
    """The table of *message*."""
    return DOCUMENT if isinstance(message, Document) else STATUS


def judged(message: Message, *, today: date) -> tuple[MessageFault, ...]:
    """All faults of *message*; *today* is the day in Việt Nam."""
    own = _document(message, today) if isinstance(message, Document) else _status(message)
    return (*_words(message, shape_of(message), ""), *own)


def of_ours(message: Message, limits: Limits = STANDARD) -> Faults:
    """What is asked of a message of ours besides: our code may be given, files can be unwrapped."""
    if not may_be_given(message.sender.code):
        yield _malformed(
            "MessageHeader/From/OrganId", message.sender.code, "a code we may give (QĐ 20/2020)"
        )
    if isinstance(message, Document):
        if len(message.attachments) > limits.attachments:
            yield _oversized(limits.attachments, "files")
        if sum(one.size for one in message.attachments) > limits.content:
            yield _oversized(limits.content, "bytes of content")
        for one in message.attachments:
            yield from _file_of_ours(one, limits)


def _file_of_ours(one: Attachment, limits: Limits) -> Faults:
    if one.size > limits.attachment:
        yield _oversized(limits.attachment, "bytes of one file")
    if one.form is Form.RAW:
        return
    if not 0 < len(one.entry.encode(errors="replace")) <= MAX_ENTRY:
        yield _no_zip("no name for its entry")
    elif not writable(one.entry) or extension_of(one.entry) != extension_of(one.name):
        yield _no_zip("its entry has another extension")


def _oversized(most: int, what: str) -> MessageOversized:
    return MessageOversized(code="B.Size", place="AttachmentEncoded", most=most, what=what)


def _no_zip(reason: str) -> ZipRefused:
    return ZipRefused(code="B.Zip", place="AttachmentEncoded/Attachment", reason=reason)


# Word by word.


def _words(value: Any, shape: Shape, place: str) -> Faults:
    for field in shape.fields:
        where = f"{place}/{field.path}".lstrip("/")
        given = getattr(value, field.name)
        if field.need is not Need.MAY and given in (None, "", ()):
            yield _missing(where, field.need.value or Level.FLAG)
        elif field.many:
            for number, one in enumerate(given, 1):
                yield from _word(one, field, f"{where}[{number}]")
        elif given not in (None, ""):
            yield from _word(given, field, where)


def _word(value: Any, field: Field, place: str) -> Faults:
    if field.sort is Sort.OPAQUE:
        return
    if field.shape is not None:
        if not compose(value, field.shape).parts:
            yield _missing(place, Level.FLAG)
        yield from _words(value, field.shape, place)
    elif isinstance(value, str):
        yield from _text(value, field, place)
    elif field.sort is Sort.NUMBER and not field.least <= value <= field.most:
        yield _malformed(place, value, f"{field.least} … {field.most}", field.fault)


def _text(value: str, field: Field, place: str) -> Faults:
    if composed(value, field, 0) is None or (field.sort is Sort.CID and not tidy(value)):
        yield _missing(place, Level.FLAG)
    if field.most and len(value) > field.most:
        yield ElementTooLong(
            code=code_of("R", place),
            place=shown(place),
            level=Level.FLAG,
            length=len(value),
            most=field.most,
        )
    if not writable(value):
        yield _malformed(place, value, "text that XML can carry", field.fault)
    if field.sort is Sort.CODE and not may_be_received(value):
        yield _malformed(place, value, "a code of an agency", field.fault)
    if field.sort is Sort.MAIL and not mail_like(value):
        yield _malformed(place, value, "an address of mail", field.fault)


# Document messages.


def _document(message: Document, today: date) -> Faults:
    yield from _dated(message.issued, today)
    for code in twice([party.code for party in message.recipients if party.code]):
        place = "MessageHeader/To/OrganId"
        yield RecipientTwice(
            code="M.To.Duplicate", place=place, level=Level.FLAG, found=repr(code[:80])
        )
    if message.business is not None:
        yield from _business(message.business)
    yield from _manifest(message)


def _dated(issued: date | None, today: date) -> Faults:
    if issued is None:
        yield ElementMissing(code="M.Date", place=DATE, level=Level.FLAG)
    elif issued > today:
        expected = f"a day not after {today}"
        yield ElementMalformed(
            code="M.Date", place=DATE, level=Level.FLAG, found=str(issued), expected=expected
        )


def _business(business: Business) -> Faults:
    purpose = business.purpose
    if purpose in REASONED and not business.reason:
        yield _missing(f"{BUSINESS}/BussinessDocReason", Level.FLAG)
    if purpose == Purpose.REPLACE and not business.replaced:
        yield _missing(f"{BUSINESS}/ReplacementInfoList", Level.FLAG)
    if purpose != Purpose.REPLACE and business.replaced:
        yield _malformed(f"{BUSINESS}/ReplacementInfoList", purpose, "3, a replacement")
    if purpose != Purpose.UPDATE and business.changed is not None:
        yield _malformed(f"{BUSINESS}/BussinessDocumentInfo", purpose, "2, an update")


def _manifest(message: Document) -> Faults:
    listed = [one.content_id for one in message.references if one.content_id]
    there = [one.content_id for one in message.attachments if one.content_id]
    for content_id in twice(listed) + twice(there):
        yield _differs(f"twice: {content_id[:80]!r}")
    for content_id in sorted({*listed} ^ {*there}):
        side = "without a file" if content_id in listed else "not listed"
        yield _differs(f"{side}: {content_id[:80]!r}")
    for number, one in enumerate(message.attachments, 1):
        if one.size == 0:
            yield EmptyAttachment(code="B.Empty", place=f"AttachmentEncoded/Attachment[{number}]")


# Statuses.


def _status(message: Status) -> Faults:
    place = "MessageHeader/StatusCode"
    if message.code and not STATUS_FORM.fullmatch(message.code):
        yield _malformed(place, message.code, "two digits", Level.ERROR)
        return
    known = status_of(message.code)
    if message.code and known is None:
        yield UnknownStatus(
            code="UNKNOWN_STATUS", place=place, level=Level.FLAG, found=message.code
        )
    if known in NEEDS_REASON and not message.description:
        yield _missing("MessageHeader/Description", Level.FLAG)


def _missing(place: str, level: Level) -> ElementMissing:
    return ElementMissing(code=code_of("N", place), place=shown(place), level=level)


def _malformed(
    place: str, found: object, expected: str, level: Level = Level.FLAG
) -> ElementMalformed:
    return ElementMalformed(
        code=code_of("M", place),
        place=shown(place),
        level=level,
        found=repr(found[:80] if isinstance(found, str) else found),
        expected=expected,
    )


def _differs(reason: str) -> ManifestDiffers:
    return ManifestDiffers(code="B.Manifest", place="edXMLManifest", reason=reason)
