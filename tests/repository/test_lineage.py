"""Files signed again and again: every revision comes back, what they share is kept once."""

import io
from itertools import chain, pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from repository.blobs.address import MAX_REVISIONS, address_of
from repository.blobs.lineage import revisions_within
from repository.blobs.local_pack_io import LocalPackIO
from repository.holdings import Holdings
from repository.model.blobs import MAX_SEGMENTS, BlobRow
from repository.model.ids import BlobId
from tests.repository.stores import a_store, noise, revisions, stored

CHAIN = revisions(24)


class CountedReads(LocalPackIO):
    """A folder of packs that counts how often it was read from."""

    count = 0

    def pread(self, name: str, offset: int, length: int) -> bytes:
        self.count += 1
        return super().pread(name, offset, length)


def test_a_chain_in_any_order_comes_back_byte_for_byte(tmp_path: Path):
    """One store for all orders: each order has papers of its own."""
    with a_store(tmp_path) as holdings:
        seeds = iter(range(1000))

        @given(order=st.permutations(range(7)), together=st.booleans(), seal=st.integers(0, 7))
        @settings(max_examples=30)
        def holds(order: list[int], together: bool, seal: int) -> None:
            papers = revisions(7, seed=next(seeds))
            arriving = [papers[n] for n in order]
            if together:
                blobs = [r.id for r in holdings.blobs.put_many(map(io.BytesIO, arriving), batch=3)]
            else:
                blobs = []
                for n, paper in enumerate(arriving):
                    if n == seal:
                        holdings.seal()
                    blobs.append(stored(holdings, paper).id)

            for blob, paper in zip(blobs, arriving, strict=True):
                assert holdings.blobs.read(blob) == paper
                assert holdings.blobs.read_range(blob, 5900, 700) == paper[5900:6600]
            # However they came, what they share is kept once: the longest, and no more.
            literal = sum(row_of(holdings, blob).literal for blob in blobs)
            assert literal == len(papers[-1])

        holds()


def test_after_sealing_a_chain_is_read_at_once_however_its_revisions_came(tmp_path: Path):
    """Five files signed in turns: in the open pack their revisions lie scattered."""
    files = [revisions(5, seed=seed, tail=3000) for seed in range(5)]
    with a_store(tmp_path) as holdings:
        for paper in chain.from_iterable(zip(*files, strict=True)):
            stored(holdings, paper)
        holdings.seal()
    reads = CountedReads(tmp_path / "store/packs")
    folders = {"packs": reads}

    with a_store(tmp_path, folders=lambda at: folders.get(at.name) or LocalPackIO(at)) as holdings:
        for papers in files:
            for paper in papers:
                reads.count = 0
                assert holdings.blobs.read(address_of(paper).blob) == paper
                assert reads.count <= 2  # the first time one looks whether the pack is open


def test_more_than_twenty_revisions_stay_within_sixteen_segments(tmp_path: Path):
    with a_store(tmp_path) as holdings:
        blobs = [stored(holdings, paper).id for paper in CHAIN]

        segments = [row_of(holdings, blob).segments for blob in blobs]
        assert max(segments) <= MAX_SEGMENTS
        assert sum(row_of(holdings, blob).literal for blob in blobs) < 3 * len(CHAIN[-1])
        assert [holdings.blobs.read(blob) for blob in blobs] == CHAIN
        holdings.seal()
        assert [holdings.blobs.read(blob) for blob in blobs] == CHAIN

    with a_store(tmp_path) as holdings:
        assert [holdings.blobs.read(blob) for blob in blobs] == CHAIN


def test_twenty_revisions_backwards_cost_no_more_than_the_last_one(tmp_path: Path):
    with a_store(tmp_path) as holdings:
        blobs = [stored(holdings, paper).id for paper in reversed(CHAIN)]

        assert [row_of(holdings, blob).literal for blob in blobs] == [len(CHAIN[-1])] + [0] * 23
        assert [holdings.blobs.read(blob) for blob in reversed(blobs)] == CHAIN


def test_a_predecessor_that_comes_later_costs_no_literal_byte(tmp_path: Path):
    first, _, third = revisions(3)
    with a_store(tmp_path) as holdings:
        stored(holdings, third)

        receipt = stored(holdings, first)

        assert not receipt.known
        assert row_of(holdings, receipt.id).literal == 0
        assert holdings.blobs.read(receipt.id) == first
        # It is a base like any other now.
        sibling = stored(holdings, first + b"\nanother signature\n%%EOF")
        assert row_of(holdings, sibling.id).literal == len(b"\nanother signature\n%%EOF")


def test_siblings_share_a_base_that_was_never_stored(tmp_path: Path):
    base = revisions(1, head=50_000)[0]
    tails = [b"\n" + noise(400, n).replace(b"%", b"x") + b"\n%%EOF\n" for n in range(5)]
    with a_store(tmp_path) as holdings:
        receipts = [stored(holdings, base + tail) for tail in tails]

        literals = [row_of(holdings, receipt.id).literal for receipt in receipts]
        assert literals == [len(base + tails[0])] + [len(tail) for tail in tails[1:]]
        for receipt, tail in zip(receipts, tails, strict=True):
            assert holdings.blobs.read(receipt.id) == base + tail


def test_large_chains_give_any_range_before_and_after_sealing(tmp_path: Path):
    papers = revisions(5, head=1_200_000, tail=300_000)
    with a_store(tmp_path) as holdings:
        blobs = [stored(holdings, paper).id for paper in papers]
        for _ in range(2):

            @given(which=st.integers(0, 4), data=st.data())
            @settings(max_examples=40)
            def holds(which: int, data: st.DataObject) -> None:
                paper = papers[which]
                offset = data.draw(st.integers(0, len(paper) - 1))
                length = data.draw(st.integers(0, 700_000))
                found = holdings.blobs.read_range(blobs[which], offset, length)
                assert found == paper[offset : offset + length]

            holds()
            assert b"".join(holdings.blobs.chunks(blobs[-1])) == papers[-1]
            holdings.seal()


def test_a_short_beginning_is_not_worth_a_segment(tmp_path: Path):
    with a_store(tmp_path) as holdings:
        first, second = revisions(2, head=1000)
        stored(holdings, first)

        assert row_of(holdings, stored(holdings, second).id).segments == 0


def test_a_hostile_file_of_markers_is_stored_whole_without_lineage(tmp_path: Path):
    hostile = b"%PDF-1.7\n" + b"%%EOF\n" * 100_000
    with a_store(tmp_path) as holdings:
        receipt = stored(holdings, hostile)

        row = row_of(holdings, receipt.id)
        assert (row.segments, row.literal) == (0, len(hostile))
        assert holdings.blobs.read(receipt.id) == hostile
    assert address_of(hostile).marks == ()


def test_marks_are_bounded_for_a_file_that_is_merely_long():
    many = b"%PDF-1.7\n" + b"paper\n%%EOF\n" * 3000

    assert 0 < len(address_of(many).marks) <= 2 * MAX_REVISIONS


def test_the_revisions_within_a_file_are_found_without_a_store():
    papers = revisions(4)

    address, seen = revisions_within(io.BytesIO(papers[-1]))

    assert address.blob == address_of(papers[-1]).blob
    assert [each.length for each in seen] == [len(paper) for paper in papers[:-1]]
    assert [each.tail for each in seen] == [
        len(later) - len(paper) for paper, later in pairwise(papers)
    ]
    assert revisions_within(io.BytesIO(papers[0]))[1] == ()
    assert revisions_within(io.BytesIO(b"no PDF"))[1] == ()


def row_of(holdings: Holdings, blob: BlobId) -> BlobRow:
    with holdings.reading() as now:
        row = now.row(blob)
    assert row is not None
    return row
