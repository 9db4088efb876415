"""Rot: whatever byte of a pack changes, a checked read says so and never gives wrong bytes."""

import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repository.blobs.codec import unpacker
from repository.blobs.pack import open_name, sealed_name
from repository.blobs.port import MiB
from repository.blobs.record import CHECK_BYTES, check_count
from repository.catalogue.views import Reading
from repository.errors import Trouble
from repository.holdings import Holdings
from repository.model.blobs import BlobDamaged
from repository.model.ids import BlobId
from tests.repository.stores import a_store, noise, prose, revisions, stored

PAPERS = {
    "short": noise(3000),
    "raw": noise(200_000),
    "packed in one frame": prose(100_000),
    "packed in many frames": prose(1_400_000),
}


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("sealed", [False, True])
def test_a_flipped_byte_is_told_never_given_out(tmp_path: Path, paper: str, sealed: bool):
    content = PAPERS[paper]
    with a_store(tmp_path) as holdings:
        blob = stored(holdings, content).id
        if sealed:
            holdings.seal()
        path, begin, end = stored_bytes(tmp_path, holdings, blob)
        sound = path.read_bytes()

        @given(place=st.floats(0, 0.999999), mask=st.integers(1, 255))
        @example(place=0.0, mask=255)
        @settings(max_examples=40)
        def holds(place: float, mask: int) -> None:
            at = begin + int(place * (end - begin))
            overwrite(path, at, bytes([sound[at] ^ mask]))
            with pytest.raises(BlobDamaged):
                holdings.blobs.read(blob)
            with pytest.raises(BlobDamaged):
                holdings.blobs.read_range(blob, 0, len(content))
            with pytest.raises(BlobDamaged):
                list(holdings.blobs.chunks(blob))
            overwrite(path, at, sound[at : at + 1])

        holds()
        assert holdings.blobs.read(blob) == content


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("sealed", [False, True])
def test_anything_overwritten_gives_the_right_bytes_or_none(
    tmp_path: Path, paper: str, sealed: bool
):
    """Also in checks, lengths of frames, padding, the trailer and the next record."""
    content = PAPERS[paper]
    with a_store(tmp_path) as holdings:
        blob = stored(holdings, content).id
        stored(holdings, noise(500, 9))
        if sealed:
            holdings.seal()
        path, begin, end = stored_bytes(tmp_path, holdings, blob)
        sound = path.read_bytes()

        @given(
            at=st.integers(end - 20, end + 400) | st.integers(begin, end),
            garbage=st.binary(min_size=1, max_size=9) | st.just(b"\xff" * 8) | st.just(bytes(64)),
            offset=st.integers(0, len(content) - 1),
        )
        @settings(max_examples=60)
        def holds(at: int, garbage: bytes, offset: int) -> None:
            at = min(at, len(sound) - len(garbage))
            overwrite(path, at, garbage)
            for read, expected in (
                (lambda: holdings.blobs.read(blob), content),
                (lambda: holdings.blobs.read_range(blob, offset, 5000), content[offset:][:5000]),
            ):
                with suppress(BlobDamaged):
                    assert read() == expected
            overwrite(path, at, sound[at : at + len(garbage)])

        holds()
        assert holdings.blobs.read(blob) == content


def test_rot_in_a_base_is_told_by_every_later_revision(tmp_path: Path):
    papers = revisions(4)
    with a_store(tmp_path) as holdings:
        blobs = [stored(holdings, paper).id for paper in papers]
        path, begin, _ = stored_bytes(tmp_path, holdings, blobs[0])
        overwrite(path, begin + 100, bytes([path.read_bytes()[begin + 100] ^ 1]))

        for blob in blobs:
            with pytest.raises(BlobDamaged):
                holdings.blobs.read(blob)
            with pytest.raises(BlobDamaged):
                holdings.blobs.read_range(blob, 50, 100)
        # What the rot did not touch is still given.
        last = papers[-1]
        assert holdings.blobs.read_range(blobs[-1], len(last) - 50, 50) == last[-50:]


def test_rot_in_a_packs_dictionary_is_told(tmp_path: Path):
    papers = [prose(6000, 7)[n * 7 :] + noise(500, n) * 30 for n in range(100)]
    with a_store(tmp_path) as holdings:
        blobs = [stored(holdings, paper).id for paper in papers]
        holdings.seal()
        _, begin, _ = stored_bytes(tmp_path, holdings, blobs[0])
    with a_store(tmp_path) as holdings:
        path, begin, _ = stored_bytes(tmp_path, holdings, blobs[0])
        assert begin > 1000, "the pack begins with a dictionary"
        assert codec_of(holdings, blobs[0]) == 2
        overwrite(path, 1000, bytes([path.read_bytes()[1000] ^ 1]))

        with pytest.raises(BlobDamaged):
            holdings.blobs.read(blobs[0])
        with pytest.raises(BlobDamaged):
            holdings.blobs.read_range(blobs[0], 3, 10)


def test_a_pack_that_is_gone_or_cut_off_is_told(tmp_path: Path):
    content = noise(200_000)
    with a_store(tmp_path) as holdings:
        blob = stored(holdings, content).id
        path, begin, _ = stored_bytes(tmp_path, holdings, blob)
        with path.open("r+b") as file:
            file.truncate(begin + 70_000)
        with pytest.raises(BlobDamaged):
            holdings.blobs.read(blob)
        with pytest.raises(BlobDamaged):
            holdings.blobs.read_range(blob, 60_000, 50_000)
    path.unlink()
    with a_store(tmp_path) as holdings, pytest.raises(BlobDamaged):
        holdings.blobs.read(blob)


@pytest.mark.parametrize("garbage", [b"\xff" * 8, b"\xff\xff\xff\x7f", bytes(4), b"\0\0\0\x01"])
def test_rot_in_the_lengths_of_frames_is_told_and_asks_for_no_memory(
    tmp_path: Path, garbage: bytes
):
    content = PAPERS["packed in many frames"]
    with a_store(tmp_path) as holdings:
        blob = stored(holdings, content).id
        holdings.seal()
        assert codec_of(holdings, blob) == 1
        path, begin, end = stored_bytes(tmp_path, holdings, blob)
        overwrite(path, end + check_count(end - begin) * CHECK_BYTES, garbage)

        tracemalloc.start()
        for read in (
            lambda: holdings.blobs.read(blob),
            lambda: holdings.blobs.read_range(blob, 5, 10),
            lambda: holdings.blobs.read_range(blob, 1_000_000, 300_000),
        ):
            with pytest.raises(BlobDamaged):
                read()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20 * MiB


def test_a_frame_that_claims_to_be_huge_is_refused_before_it_is_unpacked():
    import zstandard

    huge = zstandard.ZstdCompressor().compress(bytes(64 * 1024 * 1024))

    with pytest.raises(zstandard.ZstdError):
        unpacker()(huge)
    # A header alone, which claims an exbibyte.
    with pytest.raises(zstandard.ZstdError):
        unpacker()(b"\x28\xb5\x2f\xfd\xe0" + (1 << 60).to_bytes(8, "little") + b"\x01\0\0")


def test_the_trouble_names_the_blob_in_both_languages():
    trouble: Trouble = BlobDamaged(blob="blake3:00", pack=1, offset=64)

    assert "blake3:00" in trouble.sentence
    assert "blake3:00" in trouble.sentence_vi


def stored_bytes(folder: Path, holdings: Holdings, blob: BlobId) -> tuple[Path, int, int]:
    """The file of *blob*, and where its stored bytes begin and end in it."""
    with holdings.engine.reading() as txn:
        row = Reading(txn).row(blob)
    assert row is not None
    packs = folder / "store" / "packs"
    path = packs / open_name(row.pack)
    if not path.exists():
        path = packs / sealed_name(row.pack)
    begin = row.offset + row.header
    return path, begin, begin + row.stored


def codec_of(holdings: Holdings, blob: BlobId) -> int:
    with holdings.engine.reading() as txn:
        row = Reading(txn).row(blob)
    assert row is not None
    return row.codec


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)
