"""Collecting garbage, said one thing at a time; the model test mixes all of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from api.services.holds import LiftHold, PlaceHold
from api.services.paper import UnknownBlob
from repository.catalogue import tables as t
from repository.condemning import (
    CondemnBlobs,
    Doomed,
    GraceTooShort,
    KeeperBeganAnew,
    SweepBlobs,
)
from repository.derivation import RecordText
from repository.landing import NODE
from repository.model.access import OPERATOR
from repository.model.blobs import LITERAL
from repository.rebuild import rebuild_catalogue
from tests.repository.stores import noise, revisions
from tests.upkeep.yard import Yard, a_yard

PAPER = noise(3000)


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with a_yard(tmp_path) as made:
        yield made


def test_what_a_document_holds_is_never_condemned(yard: Yard):
    yard.registers(PAPER)

    yard.sweeps()

    assert yard.reads(PAPER)
    assert yard.condemned() == 0


def test_what_nobody_refers_to_goes_after_two_graces_and_not_before(yard: Yard):
    yard.brings(PAPER)
    yard.passes(days=29)
    assert yard.collects().condemned == 0
    yard.passes(days=2)
    assert yard.collects().condemned == 1
    assert yard.reads(PAPER)

    yard.passes(days=29)
    assert yard.collects().waiting == 1
    assert yard.reads(PAPER)
    yard.passes(days=2)
    assert yard.collects().swept == 1

    assert not yard.reads(PAPER)
    yard.compacts()
    assert not yard.holds_anywhere(PAPER[:100])


def test_without_really_nothing_happens(yard: Yard):
    yard.brings(PAPER)
    yard.passes(days=31)
    before = yard.holdings.checkpoint()

    told = yard.collects(really=False)

    assert (told.condemned, told.condemned_bytes > len(PAPER)) == (1, True)
    assert yard.holdings.checkpoint() == before
    assert yard.condemned() == 0


def test_who_brought_it_lately_protects_it_and_who_brought_it_long_ago_does_not(yard: Yard):
    yard.brings(PAPER, "a1")
    yard.passes(days=25)
    yard.brings(PAPER, "a1")
    yard.passes(days=25)
    assert yard.collects().condemned == 0

    yard.passes(days=6)

    assert yard.collects().condemned == 1


def test_a_condemned_blob_is_read_but_neither_known_nor_built_on(yard: Yard):
    first, second = revisions(2)
    blob = yard.brings(first)
    yard.passes(days=31)
    yard.collects()

    assert yard.reads(first)
    later = yard.brings(second)
    with yard.holdings.reading() as now:
        assert now.segments(later) == ()
    assert not yard.holdings.blobs.put(as_stream(first)).known
    assert yard.condemned() == 0
    with yard.holdings.reading() as now:
        assert now.row(blob)


def test_a_late_reference_revives_a_blob_and_what_it_is_put_together_from(yard: Yard):
    first, second = revisions(2)
    yard.brings(first)
    later = yard.brings(second)
    with yard.holdings.reading() as now:
        assert [one.base != LITERAL for one in now.segments(later)] == [True, False]
    yard.passes(days=31)
    assert yard.collects().condemned == 2

    yard.refers_to(second)

    assert yard.condemned() == 0
    yard.sweeps()
    assert yard.reads(first)
    assert yard.reads(second)


def test_a_reference_after_the_sweep_is_refused_and_the_file_may_be_brought_again(yard: Yard):
    yard.brings(PAPER)
    yard.sweeps()

    with pytest.raises(UnknownBlob):
        yard.refers_to(PAPER)

    assert not yard.holdings.blobs.put(as_stream(PAPER)).known
    yard.refers_to(PAPER)
    yard.sweeps()
    assert yard.reads(PAPER)


def test_what_waits_keeps_what_it_is_put_together_from(yard: Yard):
    """A collector whose look was old may condemn a base before what leans on it."""
    first, second = revisions(2)
    base, later = yard.brings(first), yard.brings(second)
    keeper = yard.holdings.keeper
    yard.passes(days=31)
    keeper.submit(CondemnBlobs(caller=NODE, blobs=(base,), brought_before=0))
    yard.passes(days=10)
    keeper.submit(CondemnBlobs(caller=NODE, blobs=(later,), brought_before=0))
    yard.passes(days=25)

    assert yard.collects().swept == 0

    assert yard.reads(second)
    yard.passes(days=10)
    assert yard.collects().swept == 2


def test_a_text_stays_as_long_as_its_file_and_goes_with_it(yard: Yard):
    blob = yard.brings(PAPER)
    text = yard.brings("lời văn".encode() * 40)
    yard.holdings.keeper.submit(RecordText(caller=NODE, blob=blob, text=text, reader="thử/1"))
    document = yard.registers(PAPER)
    yard.sweeps()
    assert yard.rows() == 2

    assert document
    other = yard.brings(noise(2000, 5))
    words = yard.brings(b"words" * 50)
    yard.holdings.keeper.submit(RecordText(caller=NODE, blob=other, text=words, reader="thử/1"))
    yard.sweeps()

    assert yard.rows() == 2
    with yard.holdings.reading() as now:
        assert now.derived(other) is None


def test_a_plain_text_that_is_its_own_text_goes_all_the_same(yard: Yard):
    blob = yard.brings(b"van ban thuan" * 30)
    yard.holdings.keeper.submit(RecordText(caller=NODE, blob=blob, text=blob, reader="thử/1"))

    yard.sweeps()

    assert yard.rows() == 0


def test_a_hold_keeps_what_nobody_refers_to_until_it_is_lifted(yard: Yard):
    blob = yard.brings(PAPER)
    yard.passes(days=31)
    yard.collects()
    keeper = yard.holdings.keeper
    hold = keeper.submit(PlaceHold(caller=OPERATOR, blob=blob, reason="thanh tra"))
    assert yard.condemned() == 0

    yard.sweeps()
    assert yard.reads(PAPER)

    keeper.submit(LiftHold(caller=OPERATOR, hold=hold.id, reason="xong"))
    yard.sweeps()
    assert not yard.reads(PAPER)


def test_a_grace_that_a_request_may_outlive_is_refused(yard: Yard):
    yard.brings(PAPER)
    yard.passes(days=31)
    yard.collects()
    yard.passes(days=31)

    with pytest.raises(GraceTooShort):
        yard.collects(grace=timedelta(minutes=59))
    assert yard.reads(PAPER)


def test_the_keeper_itself_counts_the_grace_and_looks_who_refers(yard: Yard):
    blob = yard.brings(PAPER)
    keeper = yard.holdings.keeper
    keeper.submit(CondemnBlobs(caller=NODE, blobs=(blob,), brought_before=0))
    with yard.holdings.reading() as now:
        doomed, start = Doomed(blob, now.get(t.CONDEMNED, blob) or 0, b""), now.start()
    month = 30 * 24 * 3600 * 1_000_000
    sweep = SweepBlobs(caller=NODE, doomed=(doomed,), grace=month, start=start)
    assert keeper.submit(sweep) == 0

    yard.passes(days=31)
    yard.refers_to(PAPER)
    assert keeper.submit(sweep) == 0
    with pytest.raises(KeeperBeganAnew):
        keeper.submit(msgspec.structs.replace(sweep, start=start - 1))

    assert yard.reads(PAPER)


def test_condemned_and_swept_are_told_by_the_log_alone(yard: Yard):
    swept, condemned = noise(2000, 1), noise(2000, 2)
    yard.brings(swept)
    yard.sweeps()
    yard.brings(condemned)
    yard.passes(days=31)
    yard.collects()
    yard.holdings.close()

    rebuild_catalogue(yard.root, yard.options)

    yard.reopen()
    assert (yard.rows(), yard.condemned()) == (1, 1)
    assert not yard.reads(swept)
    assert yard.reads(condemned)
    yard.passes(days=31)
    assert yard.collects().swept == 1


def as_stream(content: bytes):  # noqa: ANN201 - a stream of bytes
    import io

    return io.BytesIO(content)
