"""What goes over the wire: JSON in and out, times, parameters, entity tags.

Rules for the file: bodies are bounded before they are read, unknown fields are refused and
named with their path, and nothing here knows a use case.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import falcon
import msgspec

from api import digests
from api import headers as h
from api.operations import JSON, Answered
from repository.blobs.address import digest_of
from repository.errors import Kind, Trouble
from repository.model.registers import VIETNAM_TIME

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"(?s)(?P<reason>.*) - at `(?P<path>[^`]*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL)
_REQUIRED = re.compile(r"Object missing required field `(?P<field>.*)`")
_REVISION = re.compile(r"[1-9][0-9]{0,9}")
MAX_TOLD = 200
"""Characters of a caller's own words that are repeated in an answer."""


class MalformedJson(Trouble):
    """The body is not JSON in UTF-8: {reason}."""

    kind = Kind.MALFORMED
    vietnamese = "Nội dung không phải JSON mã hóa UTF-8: {reason}."


class BodyTooLarge(Trouble):
    """A JSON body may have at most {limit} bytes."""

    kind = Kind.TOO_LARGE
    vietnamese = "Nội dung JSON chỉ được có nhiều nhất {limit} byte."


class FieldUnknown(Trouble):
    """The field {path} is not known here."""

    kind = Kind.INVALID
    vietnamese = "Không có trường {path}."


class FieldOfWrongType(Trouble):
    """The field {path} is not as described: {reason}."""

    kind = Kind.INVALID
    vietnamese = "Trường {path} không đúng mô tả: {reason}."


class ConditionMissing(Trouble):
    """Say in If-Match which version you have seen: the ETag of the last answer."""

    kind = Kind.UNCONDITIONAL
    vietnamese = "Cần ghi trong If-Match phiên bản đã xem: ETag của câu trả lời gần nhất."


class ParameterMissing(Trouble):
    """The parameter {parameter} is required."""

    kind = Kind.MALFORMED
    vietnamese = "Thiếu tham số {parameter}."


class ParameterUnfit(Trouble):
    """The parameter {parameter} must be {expected}."""

    kind = Kind.MALFORMED
    vietnamese = "Tham số {parameter} phải là {expected}."


def read(req: falcon.Request, shape: type[T], *, limit: int, media_type: str = JSON) -> T:
    """The JSON body of *req* as a *shape* of at most *limit* bytes.

    Raise as `body` and `decode` do.
    """
    return decode(body(req, limit=limit, media_type=media_type), shape)


def body(req: falcon.Request, *, limit: int, media_type: str) -> bytes:
    """The body of *req*, of at most *limit* bytes, as it was promised.

    Raise `BodyTooLarge`, `BadContentDigest` or `DigestMismatch`; what lacks a length or is
    another type of body is refused with 411 or 415.
    """
    if (req.content_type or "").partition(";")[0].strip().lower() != media_type:
        raise falcon.HTTPUnsupportedMediaType
    if req.content_length is None:
        raise falcon.HTTPLengthRequired
    if req.content_length > limit:
        raise BodyTooLarge(limit=limit)
    content = req.bounded_stream.read(limit)
    digests.check(req, content)
    return content


def decode(body: bytes, shape: type[T]) -> T:
    """*body* as a *shape*; raise `MalformedJson`, `FieldUnknown` or `FieldOfWrongType`."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise _misfit(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedJson(reason=str(error)[:MAX_TOLD]) from error


def query(req: falcon.Request, shape: type[T]) -> T:
    """The query of *req* as a *shape*; parameters it does not name are passed over.

    Raise `ParameterMissing` or `ParameterUnfit`.
    """
    try:
        return msgspec.convert(req.params, shape, strict=False)
    except msgspec.ValidationError as error:
        path, reason = _placed(str(error))
    missing = _REQUIRED.fullmatch(reason)
    if missing:
        raise ParameterMissing(parameter=missing["field"])
    told = reason.removeprefix("Expected ").replace("`", "")
    raise ParameterUnfit(parameter=path.removeprefix("$."), expected=told[:MAX_TOLD])


def _placed(told: str) -> tuple[str, str]:
    """The place and the reason in msgspec's sentence, which ends with the place, if with any."""
    placed = _PLACE.fullmatch(told)
    return (placed["path"], placed["reason"]) if placed else ("$", told)


def _misfit(told: str) -> Trouble:
    path, reason = _placed(told)
    unknown = _UNKNOWN.fullmatch(reason)
    if unknown:
        return FieldUnknown(path=f"{path}.{unknown['field'][:MAX_TOLD]}")
    return FieldOfWrongType(path=path, reason=reason[:MAX_TOLD])


def send(resp: falcon.Response, value: object, *, status: int = 200) -> None:
    """Answer with *value* as JSON."""
    resp.status = status
    resp.content_type = JSON
    resp.set_header("X-Content-Type-Options", "nosniff")
    resp.data = msgspec.json.encode(value)


def send_tagged(
    req: falcon.Request, resp: falcon.Response, value: object, *, version: str = ""
) -> None:
    """Answer with *value* as JSON under a strong entity tag, or 304 when the caller has it."""
    send(resp, value)
    resp.set_header("Cache-Control", "private, no-cache")
    if matches(req, tag(resp, version=version)):
        not_modified(resp)


def tag(resp: falcon.Response, *, version: str = "") -> str:
    """Give the answer a strong entity tag: *version*, a dot, and a digest of its bytes."""
    digest = digest_of(resp.data or b"").hex()[:32]
    made = f"{version}.{digest}" if version else digest
    resp.etag = made
    return made


def condition(req: falcon.Request) -> tuple[str, ...] | None:
    """The strong entity tags of If-Match; None = `*`, whatever is there.

    Raise `ConditionMissing`. RFC 9110, 13.1.1: a weak tag never matches.
    """
    if not req.get_header(h.IF_MATCH.name):
        raise ConditionMissing
    given = req.if_match or ()
    if "*" in given:
        return None
    return tuple(str(each) for each in given if not getattr(each, "is_weak", False))


def revisions_seen(req: falcon.Request) -> tuple[int, ...] | None:
    """The revisions that If-Match names: what stands before the dot of each tag; None = `*`.

    Raise `ConditionMissing`. What follows the dot tells of a representation, not of an edit.
    """
    tags = condition(req)
    if tags is None:
        return None
    versions = (one.partition(".")[0] for one in tags)
    return tuple(int(one) for one in versions if _REVISION.fullmatch(one))


def tagged(told: str, shape: Any) -> tuple[Answered, ...]:
    """The answers of what `send_tagged` sends."""
    return (
        Answered(told=told, shape=shape, headers=(h.ETAG,)),
        Answered(told="You have it.", status=304, headers=(h.ETAG,)),
    )


def matches(req: falcon.Request, tag: str) -> bool:
    """Say whether If-None-Match names *tag* (RFC 9110, 13.1.2: weak comparison)."""
    return any(known in ("*", tag) for known in req.if_none_match or ())


def not_modified(resp: falcon.Response) -> None:
    """Say that the caller has it already: 304, and nothing that describes a body."""
    resp.status = 304
    resp.data = None
    resp.delete_header("Content-Type")


def moment(microseconds: int) -> datetime:
    """The moment so many *microseconds* after 1970-01-01 UTC, in the time of Vietnam."""
    return (_EPOCH + timedelta(microseconds=microseconds)).astimezone(VIETNAM_TIME)


def prefers_english(accept_language: str) -> bool:
    """Say whether English is wanted before Vietnamese (RFC 9110, 12.5.4).

    >>> prefers_english("en-GB,en;q=0.9,vi;q=0.5"), prefers_english("vi,en;q=0.9")
    (True, False)
    """
    wanted = {"en": 0.0, "vi": 0.0}
    for part in accept_language.split(",")[:20]:
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in wanted:
            wanted[language] = max(wanted[language], _weight(weight))
    return wanted["en"] > wanted["vi"]


def _weight(given: str) -> float:
    match = re.fullmatch(r"q=([01](?:\.[0-9]{0,3})?)", given.strip())
    return float(match[1]) if match else 1.0
