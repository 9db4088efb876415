"""Addresses, records, packs and frames: what is written is read back, and a flipped bit is seen."""

import hashlib
import re
import zlib
from pathlib import Path

import blake3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.blobs.address import Digesting, address_of
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.media import Media
from repository.blobs.pack import (
    HEADER_BYTES,
    PackBroken,
    entry_items,
    intact,
    mark_items,
    next_record,
    pack_header,
    read_footer,
    require_header,
    walk,
)
from repository.blobs.record import (
    BLOCK_BYTES,
    HEADER_CHECK_BYTES,
    MAX_HEADER_BYTES,
    RAW,
    ZSTD,
    Record,
    checks_of,
    header_length,
    read_header,
    read_tail,
    record_of,
    row_of,
    write_header,
    write_tail,
)
from repository.log.frame import HEAD_BYTES, erased, read_frame, write_frame
from repository.model.blobs import (
    LITERAL,
    MARK_BYTES,
    RevisionMark,
    Segment,
    pack_marks,
    pack_row,
    pack_segments,
    unpack_row,
)
from repository.model.ids import BlobId
from tests.contracts.event_log import an_event
from tests.repository.stores import STORE, a_store, noise, prose, revisions, stored

DIGESTS = st.binary(min_size=32, max_size=32).map(BlobId)
LENGTHS = st.integers(0, 2**48)
PIECES = st.lists(
    st.sampled_from([b"%%EOF", b"%%EOF\n", b"%%EOF\r\n", b"%%EOF\r", b"%", b"%EOF", b"\n", b"\r"])
    | st.binary(max_size=30),
    max_size=30,
)

# Addresses.


@given(pieces=PIECES, cuts=st.lists(st.integers(0, 6000), max_size=12), pdf=st.booleans())
@settings(max_examples=200)
def test_marks_are_digests_of_beginnings_however_the_stream_is_cut(
    pieces: list[bytes], cuts: list[int], pdf: bool
):
    content = (b"%PDF-1.7\n" if pdf else b"PDF\n") + b"".join(pieces)
    content += bytes(4096) + b"".join(pieces)
    digesting = Digesting()
    at = 0
    for cut in [*sorted(cuts), len(content)]:
        digesting.update(content[at:cut])
        at = max(at, cut)

    address = digesting.finish()

    assert address.blob == blake3.blake3(content).digest()
    assert address.sha256 == hashlib.sha256(content).digest()
    assert address.sha512 == hashlib.sha512(content).digest()
    assert address.crc32 == zlib.crc32(content)
    assert address.size == digesting.size == len(content)
    ends = ends_of_revisions(content) if b"%PDF-" in content[:1024] else []
    assert [mark.length for mark in address.marks] == [end for end in ends if end < len(content)]
    for mark in address.marks:
        assert mark.digest == blake3.blake3(content[: mark.length]).digest()
    assert address == address_of(content)


def ends_of_revisions(content: bytes) -> list[int]:
    """Right behind each marker, and behind the line end that may follow it."""
    ends: list[int] = []
    for marker in re.finditer(rb"%%EOF(\r\n|\r|\n)?", content):
        ends += sorted({marker.start() + 5, marker.end()})
    return ends


# Records.


@st.composite
def records(draw: st.DrawFn) -> Record:
    segments = tuple(
        Segment(draw(DIGESTS | st.just(LITERAL)), draw(LENGTHS), draw(LENGTHS))
        for _ in range(draw(st.integers(0, 4)))
    )
    marks = tuple(
        RevisionMark(draw(DIGESTS), draw(LENGTHS)) for _ in range(draw(st.integers(0, 4)))
    )
    return Record(
        blob=draw(DIGESTS),
        codec=draw(st.sampled_from([RAW, ZSTD])),
        media=draw(st.sampled_from(Media)),
        header=header_length(len(segments), len(marks)),
        stored=draw(LENGTHS),
        literal=draw(LENGTHS),
        length=draw(LENGTHS),
        crc32=draw(st.integers(0, 2**32 - 1)),
        sha256=draw(st.binary(min_size=32, max_size=32)),
        sha512=draw(st.binary(min_size=64, max_size=64)),
        at=draw(LENGTHS),
        segments=segments,
        marks=marks,
    )


@given(record=records(), behind=st.binary(max_size=50))
def test_a_header_is_read_back_with_whatever_follows_it(record: Record, behind: bytes):
    written = write_header(record)

    assert len(written) == record.header <= MAX_HEADER_BYTES
    assert len(written) % 8 == 0
    assert read_header(written + behind) == record
    assert read_header(written[:-1]) is None
    row = row_of(record, 7, 4096)
    assert unpack_row(pack_row(row)) == row


def test_every_flipped_bit_of_a_header_is_seen():
    marks = (RevisionMark(BlobId(b"m" * 32), 77),)
    segments = (Segment(BlobId(b"b" * 32), 0, 5000), Segment(LITERAL, 0, 9))
    address = address_of(b"123456789")
    written = write_header(record_of(address, segments=segments, marks=marks, at=1))

    for bit in range(len(written) * 8):
        flipped = bytearray(written)
        flipped[bit // 8] ^= 1 << bit % 8
        assert read_header(bytes(flipped) + bytes(MAX_HEADER_BYTES)) is None, bit


def test_a_record_of_another_version_is_not_read_though_its_check_is_right():
    written = write_header(record_of(address_of(b"1"), segments=(), marks=(), at=1))
    told = written[:8] + b"\1" + written[9:-HEADER_CHECK_BYTES]

    assert read_header(told + blake3.blake3(told).digest(HEADER_CHECK_BYTES)) is None


@pytest.mark.parametrize("size", [0, 1, 8, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 5])
def test_a_tail_is_read_back_and_every_flip_that_matters_is_seen(size: int):
    content = noise(size)
    record = record_of(address_of(content), segments=(), marks=(), at=0)
    tail = write_tail(record, checks_of(content))

    assert record.total == record.header + size + len(tail)
    assert record.total % 8 == 0
    assert read_tail(record, tail) == (checks_of(content), ())
    table = len(checks_of(content))
    for bit in [*range(table * 8), *range((len(tail) - 16) * 8, len(tail) * 8)]:
        flipped = bytearray(tail)
        flipped[bit // 8] ^= 1 << bit % 8
        assert read_tail(record, bytes(flipped)) is None, bit
    assert read_tail(record, tail[:10]) is None


@given(lengths=st.lists(st.integers(1, 2**20), min_size=1, max_size=9))
def test_lengths_of_frames_are_read_back(lengths: list[int]):
    record = record_of(address_of(b""), segments=(), marks=(), at=0)
    literal = 256 * 1024 * len(lengths)
    record = record._replace(codec=ZSTD, stored=10, literal=literal, length=literal)
    tail = write_tail(record, b"8 bytes!", tuple(lengths))

    assert read_tail(record, tail) == (b"8 bytes!", tuple(lengths))


# Packs.


def test_a_walk_and_the_footer_tell_the_same(tmp_path: Path):
    with a_store(tmp_path) as holdings:
        for content in [b"", noise(70_000), prose(700_000), *revisions(6), *revisions(3, seed=1)]:
            stored(holdings, content)
        (sealed,) = holdings.seal()
    packs = LocalPackIO(tmp_path / "store" / "packs")
    (name,) = packs.names()

    footer = read_footer(packs, name)
    walked = list(walk(packs, name, start=0, whole=True))

    assert sealed.records == len(walked) == 12
    assert footer.replaces == (sealed.source,)
    assert entry_items(footer) == sorted(
        (each.record.blob, pack_row(row_of(each.record, sealed.target, each.offset)))
        for each in walked
    )
    assert mark_items(footer) == sorted(
        (mark.digest, each.record.blob + pack_marks((mark,))[32:MARK_BYTES])
        for each in walked
        for mark in each.record.marks
    )
    assert list(footer.segments) == sorted(
        (each.record.blob, pack_segments(each.record.segments))
        for each in walked
        if each.record.segments
    )
    assert walked == list(walk(packs, name, start=0, whole=False))
    assert all(intact(packs, name, each.offset, each.record) for each in walked)


def test_a_walk_tells_broken_bytes_ends_at_a_broken_header_and_goes_on_behind_it(tmp_path: Path):
    with a_store(tmp_path) as holdings:
        for n in range(4):
            stored(holdings, noise(3000, n))
    packs = LocalPackIO(tmp_path / "store" / "packs")
    (name,) = packs.names()
    placed = list(walk(packs, name, start=0, whole=True))
    path = tmp_path / "store" / "packs" / name
    kept = bytearray(path.read_bytes())
    kept[placed[1].offset + placed[1].record.header + 5] ^= 1
    kept[placed[2].offset + 9] ^= 1
    path.write_bytes(kept)

    assert list(walk(packs, name, start=0, whole=True)) == [
        placed[0],
        placed[1]._replace(broken=True),
    ]
    assert list(walk(packs, name, start=0, whole=False)) == placed[:2]
    found = next_record(packs, name, placed[2].offset)
    assert found is not None
    assert found == placed[3].offset
    assert list(walk(packs, name, start=found, whole=True)) == placed[3:]
    assert next_record(packs, name, found + 1) is None


def test_every_flipped_bit_of_a_packs_header_is_refused(tmp_path: Path):
    packs = LocalPackIO(tmp_path)
    header = pack_header(3, STORE, 1)
    assert len(header) == HEADER_BYTES
    for bit in [None, *range(HEADER_BYTES * 8)]:
        written = bytearray(header)
        if bit is not None:
            written[bit // 8] ^= 1 << bit % 8
        (tmp_path / f"{bit}.open").write_bytes(written)

    require_header(packs, "None.open", STORE)
    for bit in range(HEADER_BYTES * 8):
        with pytest.raises(PackBroken):
            require_header(packs, f"{bit}.open", STORE)


def test_a_footer_with_a_flipped_byte_is_refused(tmp_path: Path):
    with a_store(tmp_path) as holdings:
        for n in range(3):
            stored(holdings, noise(300, n))
        holdings.seal()
    folder = tmp_path / "store" / "packs"
    (name,) = LocalPackIO(folder).names()
    sound = (folder / name).read_bytes()
    length = int.from_bytes(sound[-48:-40], "little") + 56

    for at in range(len(sound) - length, len(sound)):
        rotten = bytearray(sound)
        rotten[at] ^= 1
        (tmp_path / name).write_bytes(rotten)
        with pytest.raises(PackBroken):
            read_footer(LocalPackIO(tmp_path), name)


# Frames of the log.


@given(name=st.text(max_size=30), beside=st.binary(max_size=200), more=st.binary(max_size=40))
def test_a_frame_is_read_back_with_whatever_follows_it(name: str, beside: bytes, more: bytes):
    canonical, *_ = an_event(9, name, beside)
    written = write_frame(9, canonical, beside)

    read = read_frame(written + more)

    assert read is not None
    assert (read.sequence, read.canonical, read.particulars) == (9, canonical, beside)
    assert read.length == len(written)
    assert all(read_frame(written[:cut]) is None for cut in range(len(written)))


def test_every_flipped_bit_of_a_frame_is_seen():
    beside = b"Nguyen Van A, so 12"
    written = write_frame(1, *an_event(1, "Sở", beside))

    for bit in range(len(written) * 8):
        flipped = bytearray(written)
        flipped[bit // 8] ^= 1 << bit % 8
        assert read_frame(bytes(flipped) + bytes(200)) is None, bit


@given(beside=st.binary(min_size=1, max_size=100))
def test_erased_particulars_leave_the_event_and_its_leaf(beside: bytes):
    canonical, *_ = an_event(1, beside=beside)
    written = write_frame(1, canonical, beside)
    begin = HEAD_BYTES + len(canonical)

    read = read_frame(written[:begin] + erased(len(beside)))

    assert read is not None
    assert (read.canonical, read.length) == (canonical, len(written))
    assert read.particulars in (b"", beside)
