"""Sending a printed sheet: written to a file that is none yet, then given out whole."""

import tempfile
from collections.abc import Callable
from typing import Annotated, BinaryIO, cast

import falcon
import msgspec
from msgspec import UNSET, Meta, UnsetType

from api import headers as h
from api.operations import Answered
from api.services.printing import MEDIA_TYPES, Format

IN_MEMORY_BYTES = 1024 * 1024


class PrintedWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows, and as what."""

    format: Format = Format.PDF
    start: Annotated[int, Meta(ge=0, le=9999)] = 0
    """From this row on."""
    stop: Annotated[int, Meta(ge=0, le=9999)] | UnsetType = UNSET
    """Up to this row; to the end unless said."""


def answers(told: str) -> tuple[Answered, ...]:
    """The answers of `send_printed`, one for each format."""
    return tuple(
        Answered(
            told=f"{told} as {format_.value.upper()}.",
            shape=bytes,
            media_type=MEDIA_TYPES[format_].partition(";")[0],
            headers=(h.DISPOSITION,),
        )
        for format_ in Format
    )


def send_printed(resp: falcon.Response, format_: Format, write: Callable[[BinaryIO], str]) -> None:
    """Answer with what *write* writes, under the name that it returns."""
    out = cast("BinaryIO", tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))  # noqa: SIM115
    try:
        name = write(out)
    except BaseException:
        out.close()
        raise
    length = out.tell()
    out.seek(0)
    resp.content_type = MEDIA_TYPES[format_]
    resp.set_header("X-Content-Type-Options", "nosniff")
    resp.set_header("Cache-Control", "private, no-store")
    resp.set_header("Content-Disposition", f'attachment; filename="{name}"')
    resp.set_stream(out, length)
