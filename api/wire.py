"""What goes over the wire: JSON in and out, times, parameters, entity tags.

Rules for the file: bodies are bounded before they are read, unknown fields are refused and
named with their path, and nothing here knows a use case.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import falcon
import msgspec

from repository.blobs.address import digest_of
from repository.errors import Kind, Trouble
from repository.model.registers import VIETNAM_TIME

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"(?s)(?P<reason>.*) - at `(?P<path>[^`]*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL)
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


class ParameterUnfit(Trouble):
    """The parameter {parameter} must be {expected}."""

    kind = Kind.MALFORMED
    vietnamese = "Tham số {parameter} phải là {expected}."


def read(req: falcon.Request, shape: type[T], *, limit: int) -> T:
    """The JSON body of *req* as a *shape* of at most *limit* bytes.

    Raise `MalformedJson`, `BodyTooLarge`, `FieldUnknown` or `FieldOfWrongType`; what lacks a
    length or is another type of body is refused with 411 or 415.
    """
    if (req.content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise falcon.HTTPUnsupportedMediaType
    if req.content_length is None:
        raise falcon.HTTPLengthRequired
    if req.content_length > limit:
        raise BodyTooLarge(limit=limit)
    return decode(req.bounded_stream.read(limit), shape)


def decode(body: bytes, shape: type[T]) -> T:
    """*body* as a *shape*; raise `MalformedJson`, `FieldUnknown` or `FieldOfWrongType`."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise _misfit(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedJson(reason=str(error)[:MAX_TOLD]) from error


def _misfit(told: str) -> Trouble:
    """The trouble behind msgspec's sentence, which ends with the place where there is one."""
    placed = _PLACE.fullmatch(told)
    path, reason = (placed["path"], placed["reason"]) if placed else ("$", told)
    unknown = _UNKNOWN.fullmatch(reason)
    if unknown:
        return FieldUnknown(path=f"{path}.{unknown['field'][:MAX_TOLD]}")
    return FieldOfWrongType(path=path, reason=reason[:MAX_TOLD])


def send(resp: falcon.Response, value: object, *, status: int = 200) -> None:
    """Answer with *value* as JSON."""
    resp.status = status
    resp.content_type = "application/json"
    resp.set_header("X-Content-Type-Options", "nosniff")
    resp.data = msgspec.json.encode(value)


def send_tagged(req: falcon.Request, resp: falcon.Response, value: object) -> None:
    """Answer with *value* as JSON under a strong entity tag, or 304 when the caller has it."""
    send(resp, value)
    tag = digest_of(resp.data or b"").hex()[:32]
    resp.etag = tag
    resp.set_header("Cache-Control", "private, no-cache")
    if matches(req, tag):
        not_modified(resp)


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


def whole_number(req: falcon.Request, name: str, *, default: int, least: int, most: int) -> int:
    """The query parameter *name*, from *least* to *most*; raise `ParameterUnfit`."""
    given = req.get_param(name)
    if given is None:
        return default
    if given.isascii() and given.isdigit() and len(given) < 20 and least <= int(given) <= most:
        return int(given)
    raise ParameterUnfit(parameter=name, expected=f"{least}–{most}")


def yes_or_no(req: falcon.Request, name: str) -> bool:
    """The query parameter *name* as `true` or `false` (the default); raise `ParameterUnfit`."""
    given = req.get_param(name)
    if given not in (None, "true", "false"):
        raise ParameterUnfit(parameter=name, expected="true/false")
    return given == "true"


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
