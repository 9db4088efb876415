"""Whatever the bytes: a message is read, or refused by a code; `--mutants N` tries so many."""

import io
import sys
from collections import Counter

import pytest

from interop.edxml.envelope import recomposed
from interop.edxml.intake import MemoryIntake
from interop.edxml.troubles import MessageFault
from tests.interop.edxml.building import codes, reading
from tests.interop.edxml.mutants import mutants

SHORT = 3000
PARTS = 4
KINDS = {"X", "N", "R", "M", "B", "UNKNOWN_STATUS", "TYPE_MISMATCH"}
"""What codes begin with."""


@pytest.mark.parametrize("part", range(PARTS))
def test_a_spoilt_message_is_read_or_refused_by_its_code(part: int, request: pytest.FixtureRequest):
    count = (request.config.getoption("--mutants") or SHORT) // PARTS
    seed = part if count <= SHORT else 1000 + part
    ended = Counter(how_it_ends(message) for message in mutants(count, seed))

    sys.stdout.write(f"{count} mutants: {dict(ended)}\n")
    assert ended.total() == count
    assert min(ended["taken"], ended["put aside"], ended["X"], ended["B"]) > count // 200


def how_it_ends(message: bytes) -> str:
    """What becomes of *message*; one that was read reads the same when put together again."""
    intake = MemoryIntake()
    try:
        found = reading(message, intake)
    except MessageFault as fault:
        return kind_of(fault)
    assert {kind_of(fault) for fault in found.faults} <= KINDS
    again = b"".join(recomposed(found.envelope, lambda name: io.BytesIO(intake.files[name])))
    second = reading(again)
    assert (second.message, codes(second)) == (found.message, codes(found))
    assert second.envelope.skeleton == found.envelope.skeleton
    return "taken" if found.acceptable else "put aside"


def kind_of(fault: MessageFault) -> str:
    """The class letter of *fault*, which can be told in both languages."""
    assert fault.sentence
    assert fault.sentence_vi
    kind = fault.code.partition(".")[0]
    assert kind in KINDS
    return kind
