"""What every keeper of uploads promises: an offset is a promise, one writer, nobody else's eyes."""

import hashlib
import io
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.blobs.port import MiB, Receipt, UploadCutShort
from repository.errors import Trouble
from repository.model.ids import BlobId, Clock, UploadId
from repository.uploads.port import (
    Announced,
    Chunk,
    ChunkBeyondEnd,
    ChunkGarbled,
    OffsetMismatch,
    TooManyUploadBytes,
    TooManyUploads,
    UploadBusy,
    UploadLimits,
    UploadMissing,
    Uploads,
    UploadState,
)

LIMITS = UploadLimits(uploads=5, size=64 * MiB)
OWNER, OTHER = "token:1", "token:2"
NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
RECEIPT = Receipt(
    id=BlobId(
        b"\1" * 32,
    ),
    size=6,
    media_type="text/plain",
    sha256=b"\2" * 32,
    known=False,
)


class Hand(NamedTuple):
    """Uploads, and the clock they look at."""

    uploads: Uploads
    clock: "MovableClock"

    def begun(self, length: int, owner: str = OWNER, *, seconds: int = 3600) -> UploadState:
        expires = round((self.clock.now.timestamp() + seconds) * 1_000_000)
        return self.uploads.begin(owner, Announced(length=length, expires=expires))

    def sends(self, upload: UploadId, offset: int, content: bytes) -> UploadState:
        return self.uploads.append(OWNER, upload, a_chunk(offset, content))

    def finishes(self, content: bytes) -> UploadId:
        """An upload that has become a blob."""
        begun = self.begun(len(content))
        self.sends(begun.id, 0, content)
        with self.uploads.held(OWNER, begun.id) as held:
            held.finish(RECEIPT)
            assert held.state.receipt == RECEIPT
        return begun.id

    def content(self, upload: UploadId) -> bytes:
        with self.uploads.held(OWNER, upload) as held:
            return held.stream().read()


class MovableClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def a_chunk(offset: int, content: bytes, *digests: tuple[str, bytes]) -> Chunk:
    return Chunk(offset, len(content), io.BytesIO(content), digests)


class UploadsContract:
    """Subclass it as `Test…` and say how uploads with `LIMITS` are kept."""

    def opened(self, folder: Path, clock: Clock) -> Uploads:
        raise NotImplementedError

    @pytest.fixture
    def hand(self, tmp_path: Path) -> Hand:
        clock = MovableClock()
        return Hand(self.opened(tmp_path, clock), clock)

    def test_an_upload_begins_with_nothing_and_tells_what_was_announced(self, hand: Hand):
        announced = Announced(
            length=7,
            expires=round(NOON.timestamp() * 1_000_000) + 1,
            metadata="filename YQ==",
            expected=BlobId(b"\7" * 32),
            agency="H20.14",
        )

        begun = hand.uploads.begin(OWNER, announced)

        assert begun == UploadState(id=begun.id, announced=announced, offset=0)
        assert hand.uploads.state(OWNER, begun.id) == begun

    def test_chunks_come_back_in_order_whole(self, hand: Hand):
        @given(chunks=st.lists(st.binary(max_size=300), max_size=8))
        @settings(max_examples=40)
        def holds(chunks: list[bytes]) -> None:
            begun = hand.begun(sum(map(len, chunks)))
            offset = 0
            for chunk in chunks:
                offset += len(chunk)
                assert hand.sends(begun.id, offset - len(chunk), chunk).offset == offset
            assert hand.uploads.state(OWNER, begun.id).complete
            assert hand.content(begun.id) == b"".join(chunks)
            hand.uploads.remove(OWNER, begun.id)

        holds()

    def test_a_chunk_of_many_pieces_is_taken_whole(self, hand: Hand):
        content = bytes(range(256)) * 4096 * 3 + b"end"
        begun = hand.begun(len(content))

        assert hand.sends(begun.id, 0, content).complete
        assert hand.content(begun.id) == content

    @pytest.mark.parametrize("offset", [0, 2, 4, 100])
    def test_a_chunk_for_another_place_is_refused_with_the_right_one(self, hand: Hand, offset: int):
        begun = hand.begun(6)
        hand.sends(begun.id, 0, b"abc")

        with pytest.raises(OffsetMismatch) as refused:
            hand.sends(begun.id, offset, b"x")

        assert refused.value.facts == {"offset": 3, "given": offset}
        assert hand.sends(begun.id, 3, b"def").complete
        assert hand.content(begun.id) == b"abcdef"

    def test_more_than_was_announced_is_refused(self, hand: Hand):
        begun = hand.begun(5)
        hand.sends(begun.id, 0, b"abc")

        with pytest.raises(ChunkBeyondEnd):
            hand.sends(begun.id, 3, b"def")

        assert hand.uploads.state(OWNER, begun.id).offset == 3

    @pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
    def test_a_chunk_that_is_not_what_was_promised_leaves_nothing(self, hand: Hand, algorithm: str):
        begun = hand.begun(6)
        hand.sends(begun.id, 0, b"abc")
        promised = (algorithm, hashlib.new(algorithm, b"def").digest())

        with pytest.raises(ChunkGarbled):
            hand.uploads.append(OWNER, begun.id, a_chunk(3, b"dxf", promised))

        assert hand.uploads.state(OWNER, begun.id).offset == 3
        assert hand.uploads.append(OWNER, begun.id, a_chunk(3, b"def", promised)).complete
        assert hand.content(begun.id) == b"abcdef"

    def test_a_chunk_cut_short_leaves_nothing(self, hand: Hand):
        begun = hand.begun(6)

        with pytest.raises(UploadCutShort):
            hand.uploads.append(OWNER, begun.id, Chunk(0, 6, io.BytesIO(b"abc")))

        assert hand.uploads.state(OWNER, begun.id).offset == 0

    @pytest.mark.parametrize("upload", ["", "..", "0" * 32, "../" + "0" * 32, "a/b", "Ữ", "\0"])
    def test_what_was_never_begun_is_missing(self, hand: Hand, upload: str):
        missing(hand.uploads, OWNER, UploadId(upload))

    def test_nobody_else_learns_that_an_upload_is_there(self, hand: Hand):
        begun = hand.begun(3)

        missing(hand.uploads, OTHER, begun.id)
        assert hand.uploads.state(OWNER, begun.id) == begun

    def test_what_was_removed_is_gone_and_its_place_is_free(self, hand: Hand):
        for _ in range(LIMITS.uploads + 1):
            begun = hand.begun(LIMITS.size)
            hand.uploads.remove(OWNER, begun.id)
            missing(hand.uploads, OWNER, begun.id)

    def test_what_has_expired_is_gone_swept_or_not(self, hand: Hand):
        soon = [hand.begun(3, owner, seconds=60) for owner in (OWNER, OTHER)]
        later = hand.begun(3, seconds=61)
        hand.sends(soon[0].id, 0, b"ab")
        assert hand.uploads.sweep() == 0

        hand.clock.now += timedelta(seconds=60)
        missing(hand.uploads, OWNER, soon[0].id)

        assert hand.uploads.sweep() == 2
        missing(hand.uploads, OWNER, soon[0].id)
        assert hand.sends(later.id, 0, b"abc").complete

    def test_there_is_a_limit_to_unfinished_uploads_for_each_owner(self, hand: Hand):
        first = [hand.begun(1) for _ in range(LIMITS.uploads)]

        with pytest.raises(TooManyUploads):
            hand.begun(1)
        hand.begun(1, OTHER)
        hand.uploads.remove(OWNER, first[2].id)

        hand.begun(1)

    def test_there_is_a_limit_to_what_they_announce_together(self, hand: Hand):
        hand.begun(LIMITS.size - 10)

        with pytest.raises(TooManyUploadBytes):
            hand.begun(11)

        hand.begun(10)
        hand.begun(LIMITS.size, OTHER)

    def test_many_that_begin_at_once_stay_within_the_limit(self, hand: Hand):
        begun: list[UploadState] = []
        together = Barrier(12)

        def begins() -> None:
            together.wait()
            with suppress(TooManyUploads):
                begun.append(hand.begun(1))

        threads = [Thread(target=begins) for _ in range(together.parties)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(begun) <= LIMITS.uploads
        for _ in range(LIMITS.uploads - len(begun)):
            hand.begun(1)
        with pytest.raises(TooManyUploads):
            hand.begun(1)

    def test_a_held_upload_is_nobody_elses(self, hand: Hand):
        begun = hand.begun(6)
        hand.sends(begun.id, 0, b"abc")

        with hand.uploads.held(OWNER, begun.id):
            for attempt in (
                lambda: hand.sends(begun.id, 3, b"def"),
                lambda: hand.uploads.remove(OWNER, begun.id),
                lambda: hand.content(begun.id),
            ):
                with pytest.raises(UploadBusy):
                    attempt()
            assert hand.uploads.state(OWNER, begun.id).offset == 3

        assert hand.sends(begun.id, 3, b"def").complete

    def test_a_finished_upload_remembers_its_receipt_and_counts_no_longer(self, hand: Hand):
        finished = [hand.finishes(b"abcdef") for _ in range(LIMITS.uploads + 1)]

        for upload in finished:
            kept = hand.uploads.state(OWNER, upload)
            assert (kept.offset, kept.receipt) == (6, RECEIPT)
            with pytest.raises(ChunkBeyondEnd):
                hand.sends(upload, 6, b"more")
            hand.uploads.remove(OWNER, upload)
            missing(hand.uploads, OWNER, upload)

    def test_an_empty_file_is_complete_from_the_start(self, hand: Hand):
        begun = hand.begun(0)

        assert begun.complete
        assert hand.sends(begun.id, 0, b"").complete
        assert hand.content(begun.id) == b""


def missing(uploads: Uploads, owner: str, upload: UploadId) -> None:
    """Whatever is asked of it gets the same answer."""
    told: set[str] = set()
    for ask in (
        lambda: uploads.state(owner, upload),
        lambda: uploads.append(owner, upload, a_chunk(0, b"a")),
        lambda: uploads.append(owner, upload, a_chunk(9, b"")),
        lambda: uploads.remove(owner, upload),
        lambda: uploads.held(owner, upload).__enter__(),
    ):
        with pytest.raises(Trouble) as refused:
            ask()
        assert isinstance(refused.value, UploadMissing)
        told.add(refused.value.sentence)
    assert len(told) == 1
