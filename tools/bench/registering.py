"""The request that registers an incoming document, as benches send it."""

import random

import msgspec

from tools.bench.http_ground import Ground
from tools.bench.http_line import Answered, Line
from tools.bench.http_load import Ask
from tools.bench.wording import ACTORS, ACTS, OPENINGS

MAX_SYMBOL = 42
"""Characters of a symbol that are sent at most."""


def registering(ground: Ground, run: str) -> Ask:
    """One incoming document after another, in turn over the agencies."""

    def ask(line: Line, number: int) -> Answered:
        key = f"{run}-{number}"
        return line.ask(registration(ground, number, key, ()))

    return ask


def registration(ground: Ground, number: int, key: str, blobs: tuple[str, ...]) -> bytes:
    """The request of that *number* under *key*, by turns in the registers of all agencies."""
    dice = random.Random(key)
    opening, actor, act = map(dice.choice, (OPENINGS, ACTORS, ACTS))
    body = {
        "agency": ground.agencies[number % len(ground.agencies)],
        "register": "den",
        "direction": "incoming",
        "symbol": symbol_of(number, key),
        "issued": "2026-01-05",
        "issuer": "UBND tỉnh",
        "kind": "Công văn",
        "subject": f"{opening}, {actor} {act}",
        "components": [{"role": "main", "blob": blob, "name": "cv.txt"} for blob in blobs],
    }
    return ground.asking(
        "POST", "/v1/registrations", msgspec.json.encode(body), Idempotency_Key=key,
        Content_Type="application/json",
    )  # fmt: skip


def symbol_of(number: int, key: str) -> str:
    """What stands on the paper: no two requests have the same."""
    return f"{number}/CV-{key}"[:MAX_SYMBOL]
