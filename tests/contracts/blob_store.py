"""What every store of blobs promises: each blob once, under its name, whole or not at all."""

import hashlib
import io
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import blake3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.blobs.port import (
    BlobTooLarge,
    DigestMismatch,
    MiB,
    RangeOutside,
    Receipt,
    UploadCutShort,
)
from repository.catalogue import tables as t
from repository.holdings import Holdings
from repository.model.blobs import BlobMissing
from repository.model.ids import AgencyId, BlobId
from tests.repository.stores import noise, prose, revisions

LIMIT = 3 * MiB
"""The largest blob that the stores under this contract take."""
SIZES = [0, 1, 255, 4096, 65_535, 65_536, 65_537, MiB - 1, MiB, MiB + 1, 2 * MiB + 77]


class Trickle(io.RawIOBase):
    """A stream that gives less than it is asked for, as sockets do."""

    def __init__(self, content: bytes, most: int) -> None:
        self._left = io.BytesIO(content)
        self._most = most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._left.read(min(size, self._most) if size >= 0 else self._most)


class BlobStoreContract:
    """Subclass it as `Test…` and say how holdings with a limit of `LIMIT` are opened."""

    def opened(self, folder: Path) -> AbstractContextManager[Holdings]:
        raise NotImplementedError

    @pytest.fixture
    def holdings(self, tmp_path: Path) -> Iterator[Holdings]:
        with self.opened(tmp_path) as holdings:
            yield holdings

    @pytest.mark.parametrize("size", SIZES)
    def test_a_blob_comes_back_under_the_digest_of_its_bytes(self, holdings: Holdings, size: int):
        content = noise(size, size)

        receipt = put(holdings, content)

        assert receipt.id == name_of(content)
        assert (receipt.size, receipt.known) == (size, False)
        assert receipt.sha256 == hashlib.sha256(content).digest()
        assert holdings.blobs.read(receipt.id) == content

    def test_what_is_known_of_a_blob_is_told_without_reading_it(self, holdings: Holdings):
        content = revisions(1)[0]
        receipt = put(holdings, content)

        told = holdings.blobs.stat(receipt.id)

        assert told.id == receipt.id
        assert (told.size, told.media_type) == (len(content), "application/pdf")
        assert told.media_type == receipt.media_type
        assert told.sha256 == hashlib.sha256(content).digest()
        assert told.crc32 == zlib.crc32(content)

    def test_the_same_bytes_again_are_known_and_kept_once(self, holdings: Holdings):
        first, again = put(holdings, b"van ban"), put(holdings, b"van ban")

        assert (first.known, again.known) == (False, True)
        assert first.id == again.id
        assert rows(holdings) == 1

    def test_sixteen_threads_with_the_same_blob_keep_it_once(self, holdings: Holdings):
        content = noise(200_000)
        with ThreadPoolExecutor(16) as pool:
            receipts = list(pool.map(lambda _: put(holdings, content), range(48)))

        assert {receipt.id for receipt in receipts} == {name_of(content)}
        assert rows(holdings) == 1
        assert holdings.blobs.read(name_of(content)) == content

    def test_a_stream_that_trickles_is_taken_whole(self, holdings: Holdings):
        for content in (noise(20_000), noise(MiB + 5000)):
            receipt = holdings.blobs.put(Trickle(content, 7000))  # type: ignore[arg-type]

            assert holdings.blobs.read(receipt.id) == content

    def test_an_expected_digest_that_fits_is_accepted(self, holdings: Holdings):
        receipt = holdings.blobs.put(io.BytesIO(b"x"), expected=name_of(b"x"), size=1)

        assert receipt.id == name_of(b"x")

    @pytest.mark.parametrize("size", [10, MiB + 10])
    def test_a_digest_that_does_not_fit_keeps_nothing(self, holdings: Holdings, size: int):
        content = noise(size)

        with pytest.raises(DigestMismatch) as refused:
            holdings.blobs.put(io.BytesIO(content), expected=name_of(b"another"))

        assert name_of(content).hex() in refused.value.sentence
        assert_nothing_is_kept(holdings, content)

    @pytest.mark.parametrize("size", [10, MiB + 10])
    @pytest.mark.parametrize("announced", [-1, 1])
    def test_an_upload_of_another_length_than_announced_keeps_nothing(
        self, holdings: Holdings, size: int, announced: int
    ):
        content = noise(size)

        with pytest.raises(UploadCutShort):
            holdings.blobs.put(io.BytesIO(content), size=size + announced)

        assert_nothing_is_kept(holdings, content)

    @pytest.mark.parametrize("announced", [None, LIMIT + 1])
    def test_a_file_over_the_limit_is_refused_and_not_kept(
        self, holdings: Holdings, announced: int | None
    ):
        content = noise(LIMIT + 1)

        with pytest.raises(BlobTooLarge):
            holdings.blobs.put(io.BytesIO(content), size=announced)

        assert_nothing_is_kept(holdings, content)
        assert put(holdings, content[:LIMIT]).size == LIMIT

    def test_a_blob_that_is_not_stored_is_missed(self, holdings: Holdings):
        unknown = name_of(b"never put")
        for ask in (
            holdings.blobs.stat,
            holdings.blobs.read,
            lambda blob: holdings.blobs.read_range(blob, 0, 1),
            lambda blob: list(holdings.blobs.chunks(blob)),
        ):
            with pytest.raises(BlobMissing):
                ask(unknown)

    def test_holders_are_noted_for_new_and_for_known_blobs(self, holdings: Holdings):
        for agency in ("a1", "a2", "a2"):
            receipt = holdings.blobs.put(io.BytesIO(b"shared"), holders=[AgencyId(agency)])

        with holdings.reading() as now:
            assert sorted(now.grants(receipt.id)) == ["a1", "a2"]

    def test_who_may_not_know_that_a_blob_is_here_brings_it_all_the_same(self, holdings: Holdings):
        base, whole = revisions(2)
        put(holdings, base)

        for content, known in ((base, True), (whole, False), (whole, True), (noise(500), False)):
            receipt = holdings.blobs.put(
                io.BytesIO(content), holders=[AgencyId("a3")], may_know=lambda _: False
            )

            assert (receipt.id, receipt.known) == (name_of(content), known)
            assert holdings.blobs.read(receipt.id) == content
            with holdings.reading() as now:
                assert list(now.grants(receipt.id)) == ["a3"]

    def test_many_are_receipted_in_their_order_and_read_back(self, holdings: Holdings):
        contents = [noise(n * 997, n) for n in range(12)] + [noise(0), noise(997, 1)]
        contents[5:5] = revisions(4)

        receipts = list(holdings.blobs.put_many(map(io.BytesIO, contents), batch=4))

        assert [receipt.id for receipt in receipts] == [name_of(each) for each in contents]
        assert [holdings.blobs.read(receipt.id) for receipt in receipts] == contents
        assert [receipt.known for receipt in receipts[-2:]] == [True, True]
        assert rows(holdings) == len(set(contents))

    def test_ranges_are_slices(self, holdings: Holdings):
        contents = [noise(150_000), prose(700_000), *revisions(4, tail=80_000, head=90_000)]
        blobs = [put(holdings, content).id for content in contents]

        @given(which=st.integers(0, len(blobs) - 1), place=st.floats(0, 0.9999), data=st.data())
        @settings(max_examples=60)
        def holds(which: int, place: float, data: st.DataObject) -> None:
            content, blob = contents[which], blobs[which]
            offset = int(place * len(content))
            length = data.draw(st.integers(0, len(content) - offset + 10))
            expected = content[offset : offset + length]

            for checked in (True, False):
                assert holdings.blobs.read_range(blob, offset, length, checked=checked) == expected
            assert b"".join(holdings.blobs.chunks(blob, offset, length)) == expected

        holds()

    def test_a_range_past_the_end_is_refused(self, holdings: Holdings):
        blob = put(holdings, b"12345").id

        assert holdings.blobs.read_range(blob, 4, 100) == b"5"
        for offset in (5, 6, 1 << 40, -1):
            with pytest.raises(RangeOutside):
                holdings.blobs.read_range(blob, offset, 1)
            with pytest.raises(RangeOutside):
                list(holdings.blobs.chunks(blob, offset))

    def test_an_empty_blob_has_one_empty_range(self, holdings: Holdings):
        blob = put(holdings, b"").id

        assert holdings.blobs.read_range(blob, 0, 10) == b""
        assert b"".join(holdings.blobs.chunks(blob)) == b""

    def test_pieces_are_of_a_mebibyte_at_most(self, holdings: Holdings):
        content = noise(2 * MiB + 5)
        pieces = list(holdings.blobs.chunks(put(holdings, content).id))

        assert b"".join(pieces) == content
        assert max(map(len, pieces)) <= MiB

    def test_what_was_put_reads_the_same_after_sealing(self, holdings: Holdings):
        contents = [b"", noise(5000), prose(600_000), *revisions(5)]
        blobs = [put(holdings, content).id for content in contents]

        holdings.seal()
        put(holdings, b"a new pack")
        holdings.seal()

        assert [holdings.blobs.read(blob) for blob in blobs] == contents
        assert put(holdings, contents[1]).known


def put(holdings: Holdings, content: bytes) -> Receipt:
    return holdings.blobs.put(io.BytesIO(content))


def name_of(content: bytes) -> BlobId:
    return BlobId(blake3.blake3(content).digest())


def rows(holdings: Holdings) -> int:
    """How many blobs the catalogue knows."""
    with holdings.reading() as now:
        return now.count(t.BLOBS)


def assert_nothing_is_kept(holdings: Holdings, content: bytes) -> None:
    assert rows(holdings) == 0
    with pytest.raises(BlobMissing):
        holdings.blobs.read(name_of(content))
