"""Blobs that went and came back, seen by a catalogue that is older, or made anew.

The log tells that they came back, some pack has them; which copy, the catalogue alone knew.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repository.stores import noise, revisions
from tests.upkeep.yard import Yard, a_yard

OTHER = noise(4000)


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with a_yard(tmp_path) as made:
        yield made


def test_what_came_back_is_found_in_a_pack_that_the_older_catalogue_knew(yard: Yard):
    first, second = revisions(2)
    yard.brings(second)
    yard.seals()
    older = yard.keeps_the_catalogue()
    yard.sweeps()
    # Written anew as the first with a tail, while its earlier record still stands, whole.
    yard.brings(first)
    yard.registers(second)
    yard.rebuilds()
    yard.sweeps()
    assert (yard.reads(first), yard.reads(second)) == (False, True)

    yard.goes_back_to(older)

    assert yard.reads(second)


def test_a_torn_copy_is_taken_for_none_while_there_is_a_whole_one(yard: Yard):
    first, second = revisions(2)
    yard.brings(OTHER)
    yard.reopen()
    yard.brings(second)
    yard.reopen()
    torn, whole = yard.files()
    with torn.open("ab") as file:  # as if its writer had died while it wrote the same
        file.write(whole.read_bytes()[64:-200])
    older = yard.keeps_the_catalogue()
    yard.sweeps()
    yard.brings(first)
    yard.registers(second)
    yard.rebuilds()
    yard.sweeps()
    assert (yard.reads(first), yard.reads(second)) == (False, True)

    yard.goes_back_to(older)

    assert yard.reads(second)
