"""Troubles as HTTP tells them: RFC 9457 problems; the only place that knows status numbers.

`type` is `/problems/<slug>` and stays, `detail` is the sentence (Vietnamese, or English when
the caller prefers it), the facts stand beside it as extension members.
"""

import html
import logging
from typing import Any, ClassVar, NamedTuple

import falcon
import msgspec

from api import wire
from api.operations import Answered, Operation
from api.services.signing_in import TicketWanted
from repository.errors import Kind, Trouble

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 2
"""Seconds after which what was unavailable may be asked for again."""
_LOG = logging.getLogger(__name__)


class Answer(NamedTuple):
    """How one kind of trouble is told."""

    status: int
    title: str
    """In Vietnamese."""
    title_en: str


ANSWERS: dict[Kind, Answer] = {
    Kind.MALFORMED: Answer(400, "Yêu cầu không đọc được", "The request cannot be read"),
    Kind.UNKNOWN_CALLER: Answer(401, "Chưa xác thực", "Not authenticated"),
    Kind.FORBIDDEN: Answer(403, "Không có quyền", "Not allowed"),
    Kind.MISSING: Answer(404, "Không tìm thấy", "Not found"),
    Kind.CONFLICT: Answer(409, "Xung đột", "Conflict"),
    Kind.GONE: Answer(410, "Không còn nữa", "Gone"),
    Kind.PRECONDITION: Answer(412, "Điều kiện không thỏa", "Precondition failed"),
    Kind.TOO_LARGE: Answer(413, "Vượt quá giới hạn", "Over a limit"),
    Kind.MISDIRECTED: Answer(421, "Sai nơi nhận", "Misdirected"),
    Kind.INVALID: Answer(422, "Không hợp lệ", "Against a rule"),
    Kind.BUSY: Answer(423, "Đang được xử lý", "In use now"),
    Kind.UNCONDITIONAL: Answer(428, "Thiếu điều kiện", "A condition is required"),
    Kind.TOO_OFTEN: Answer(429, "Quá nhiều yêu cầu", "Too many requests"),
    Kind.GARBLED: Answer(460, "Không đến nguyên vẹn", "Checksum mismatch"),
    Kind.DAMAGED: Answer(500, "Lỗi trong hệ thống", "Something is broken here"),
    Kind.UNAVAILABLE: Answer(503, "Tạm thời không phục vụ được", "Not available now"),
    Kind.EXHAUSTED: Answer(507, "Hết chỗ lưu trữ", "No room left"),
}


CHALLENGES: dict[type[Trouble], str] = {TicketWanted: "Negotiate"}
"""What is wanted instead of a bearer token (RFC 9110, 11.6.1)."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A refusal (RFC 9457); the facts of its type stand beside these members."""

    type: str
    """`/problems/<slug>`: stays; its page explains it."""
    title: str
    status: int
    detail: str
    """In Vietnamese, or in English where that is preferred."""
    instance: str
    request_id: str
    detail_en: str = ""
    """In English, where `detail` is Vietnamese."""
    detail_vi: str = ""
    """In Vietnamese, where `detail` is English."""


class Unexpected(Trouble):
    """Something went wrong that nobody foresaw; the log tells it under this request id."""

    kind = Kind.DAMAGED
    vietnamese = "Có lỗi ngoài dự kiến; nhật ký ghi chi tiết theo mã yêu cầu này."


class NoSuchAddress(Trouble):
    """There is nothing at this address."""

    kind = Kind.MISSING
    vietnamese = "Không có gì ở địa chỉ này."


class MethodNotAllowed(Trouble):
    """This address does not know that method; see the header Allow."""

    vietnamese = "Địa chỉ này không hỗ trợ phương thức đó; xem tiêu đề Allow."


class LengthRequired(Trouble):
    """Say in Content-Length how many bytes follow."""

    kind = Kind.MALFORMED
    vietnamese = "Cần ghi số byte gửi kèm trong Content-Length."


class MediaTypeUnsupported(Trouble):
    """This address does not take a body of that type or encoding."""

    vietnamese = "Địa chỉ này không nhận nội dung có kiểu hoặc cách mã hóa đó."


class RangeNotSatisfiable(Trouble):
    """The range asked for begins behind the end of the file."""

    vietnamese = "Khoảng byte yêu cầu bắt đầu sau cuối tệp."


class RequestUnreadable(Trouble):
    """The request cannot be understood."""

    kind = Kind.MALFORMED
    vietnamese = "Không hiểu được yêu cầu."


# Statuses that HTTP does not know; tus 1.0.0 names this one.
_STATUS_LINES = {460: "460 Checksum Mismatch"}

# What falcon refuses by itself, before any of our code: its status stays, the words are ours.
_FALCON: dict[int, type[Trouble]] = {
    404: NoSuchAddress,
    405: MethodNotAllowed,
    411: LengthRequired,
    415: MediaTypeUnsupported,
    416: RangeNotSatisfiable,
    500: Unexpected,
}


def install(app: falcon.App[Any, Any]) -> None:
    """Let every trouble, ours or falcon's, leave *app* as a problem."""
    app.add_error_handler(Exception, _tell_unexpected)
    app.add_error_handler(Trouble, _tell_trouble)
    app.set_error_serializer(_tell_falcon)


class ProblemPage:
    """`/problems/{slug}`: what a problem type means, from the class itself."""

    open_to_all = True
    operations: ClassVar = {
        "GET": Operation(
            name="explain_problem",
            told="What a problem type means, for people.",
            answers=(Answered(told="A page.", shape=str, media_type="text/html"),),
            problems=(NoSuchAddress,),
        )
    }

    def __init__(self, _services: object = None) -> None:
        """It needs none of the *services*."""

    def on_get(self, _req: falcon.Request, resp: falcon.Response, slug: str) -> None:
        trouble = find(slug)
        if trouble is None:
            raise falcon.HTTPNotFound
        resp.content_type = "text/html; charset=utf-8"
        resp.text = _page(trouble)


def status_of(trouble: type[Trouble]) -> int:
    """The status with which a *trouble* is told."""
    known = {each: status for status, each in _FALCON.items()}
    return known.get(trouble, ANSWERS[trouble.kind].status)


def find(slug: str) -> type[Trouble] | None:
    """The trouble called *slug*, if there is one."""
    return next((trouble for trouble in _descendants(Trouble) if trouble.slug() == slug), None)


def _tell_trouble(
    req: falcon.Request, resp: falcon.Response, trouble: Trouble, _params: dict[str, Any]
) -> None:
    answer = ANSWERS[trouble.kind]
    if trouble.kind is Kind.DAMAGED:
        _LOG.error("%s %s: %s", request_id(req), trouble.slug(), trouble.facts, exc_info=trouble)
    if trouble.kind is Kind.UNKNOWN_CALLER:
        challenge = CHALLENGES.get(type(trouble), 'Bearer realm="vankho"')
        resp.set_header("WWW-Authenticate", challenge)
    if trouble.kind in (Kind.UNAVAILABLE, Kind.BUSY, Kind.TOO_OFTEN):
        resp.set_header("Retry-After", str(trouble.facts.get("seconds", RETRY_AFTER)))
    _write(req, resp, trouble, answer.status)


def _tell_unexpected(
    req: falcon.Request, resp: falcon.Response, error: Exception, _params: dict[str, Any]
) -> None:
    _LOG.error("%s unexpected", request_id(req), exc_info=error)
    _write(req, resp, Unexpected(), ANSWERS[Unexpected.kind].status)


def _tell_falcon(req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError) -> None:
    trouble = _FALCON.get(error.status_code, RequestUnreadable)
    _write(req, resp, trouble(), error.status_code)


def _write(req: falcon.Request, resp: falcon.Response, trouble: Trouble, status: int) -> None:
    english = _prefers_english(req)
    resp.status = _STATUS_LINES.get(status, status)
    resp.content_type = MEDIA_TYPE
    resp.set_header("Content-Language", "en" if english else "vi")
    resp.set_header("Cache-Control", "no-store")
    resp.append_header("Vary", "Accept-Language")
    resp.stream = None
    resp.data = msgspec.json.encode(told(req, trouble, status), enc_hook=str)
    req.context.problem = trouble.slug()


def told(req: falcon.Request, trouble: Trouble, status: int | None = None) -> dict[str, Any]:
    """*trouble* as it is told to the sender of *req*, with its facts."""
    answered = status_of(type(trouble)) if status is None else status
    problem = _problem(req, trouble, status=answered, english=_prefers_english(req))
    return _facts(trouble) | msgspec.to_builtins(problem)


def _prefers_english(req: falcon.Request) -> bool:
    return wire.prefers_english(req.get_header("Accept-Language") or "")


def _problem(req: falcon.Request, trouble: Trouble, *, status: int, english: bool) -> Problem:
    answer = ANSWERS[trouble.kind]
    first, second = trouble.sentence_vi, trouble.sentence
    return Problem(
        type=f"/problems/{trouble.slug()}",
        title=answer.title_en if english else answer.title,
        status=status,
        detail=second if english else first,
        detail_en="" if english else second,
        detail_vi=first if english else "",
        instance=req.path,
        request_id=request_id(req),
    )


def _facts(trouble: Trouble) -> dict[str, object]:
    """The facts for outside; where something is damaged, the log alone gets them."""
    return {} if trouble.kind is Kind.DAMAGED else trouble.facts


def request_id(req: falcon.Request) -> str:
    """The name of this request in answers and in the log."""
    return str(getattr(req.context, "request_id", ""))


def _descendants(trouble: type[Trouble]) -> list[type[Trouble]]:
    children = trouble.__subclasses__()
    return children + [below for child in children for below in _descendants(child)]


def _page(trouble: type[Trouble]) -> str:
    answer = ANSWERS[trouble.kind]
    meaning = html.escape((trouble.__doc__ or "").strip())
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8">'
        f"<title>{trouble.slug()}</title><h1>{trouble.slug()}</h1>"
        f"<p>{html.escape(answer.title)} ({answer.status}). {html.escape(trouble.vietnamese)}</p>"
        f'<p lang="en">{html.escape(answer.title_en)} ({answer.status}). {meaning}</p></html>'
    )
