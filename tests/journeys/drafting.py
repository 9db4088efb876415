"""A draft on its way through the house, each step by whoever takes it."""

from typing import Any

from tests.journeys.desks import Bureau, a_file, a_paper, done, signed


def opened(bureau: Bureau, wording: bytes, subject: str, **rest: Any) -> dict[str, Any]:
    """The officer opens a draft."""
    drafted = {
        "kind": "Công văn",
        "subject": subject,
        "files": [a_file(bureau.officer.brings(wording))],
    }
    body = {"agency": bureau.code, "drafted": drafted, **rest}
    return done(bureau.officer.post("/v1/drafts", body))


def approved(bureau: Bureau, draft: dict[str, Any]) -> None:
    """It is submitted, checked and approved."""
    bureau.officer.does(draft, "submit", signer=bureau.leader.login)
    bureau.head.does(draft, "check-content")
    bureau.clerk.does(draft, "check-form")
    bureau.leader.does(draft, "approve")


def with_signature(bureau: Bureau, draft: dict[str, Any], wording: bytes, by: str) -> bytes:
    """The leader signs; the file that came of it."""
    made = signed(wording, by)
    bureau.leader.does(draft, "sign", files=[a_file(bureau.leader.brings(made))])
    return made


def with_seal(bureau: Bureau, draft: dict[str, Any], before: bytes) -> bytes:
    """The clerk seals it; the file that came of it."""
    made = signed(before, bureau.code)
    bureau.clerk.does(draft, "seal", files=[a_file(bureau.clerk.brings(made))])
    return made


def issued(
    bureau: Bureau, page: str, subject: str, *recipients: dict[str, str], **rest: Any
) -> dict[str, Any]:
    """The document that a draft becomes when nothing comes in between."""
    wording = a_paper(page)
    draft = opened(bureau, wording, subject, **rest)
    approved(bureau, draft)
    made = with_signature(bureau, draft, wording, "Giám đốc")
    bureau.clerk.does(draft, "number", register="di")
    with_seal(bureau, draft, made)
    became = bureau.clerk.does(draft, "issue", recipients=list(recipients))
    return bureau.clerk.sees(became["document_url"])
