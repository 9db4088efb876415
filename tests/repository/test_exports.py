"""An exported log is judged by its own bytes and a checkpoint; whatever was changed is named."""

import io
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.errors import Trouble
from repository.log.audit import Audit, Wrong
from repository.log.export import (
    EXPORT_HEADER_BYTES,
    ExportUnknown,
    ExportUnreadable,
    Header,
    read_frames,
    read_header,
    write_export,
)
from repository.log.frame import Read, read_frame, write_frame
from repository.model import events as e
from repository.model import merkle
from repository.model.checkpoints import Statement, origin_of
from repository.model.ids import AgencyCode, AgencyId
from repository.signing import private_key
from tools.verifying import ExportJudge, Given

STORE = uuid.UUID(int=7)
KEY = private_key(origin_of(STORE), bytes(range(32)))
LAST = 40


def an_event(sequence: int, body: e.AnyBody, beside: bytes = b"", agency: int = 0) -> bytes:
    event = e.Event(
        version=e.EVENT_VERSION,
        sequence=sequence,
        agency_sequence=agency or sequence,
        at=1_770_000_000_000_000 + sequence,
        actor="văn thư",
        agency="a1",
        on_behalf_of="",
        particulars=merkle.digest(beside) if beside else b"",
        body=body,
    )
    return e.encode(event)


def a_log() -> list[Read]:
    """A key, two kept checkpoints, and agencies in between, each with particulars."""
    frames: list[bytes] = []
    canonicals: list[bytes] = []

    def add(body: e.AnyBody, beside: bytes = b"") -> None:
        canonical = an_event(len(frames) + 1, body, beside)
        canonicals.append(canonical)
        frames.append(write_frame(len(canonicals), canonical, beside))

    add(e.LogKeyBegun(KEY.public.raw))
    while len(frames) < LAST:
        if len(frames) in (10, 20):
            size, root = len(frames), merkle.root_of(canonicals)
            note = KEY.sign(Statement(origin=origin_of(STORE), size=size, root=root))
            add(e.CheckpointKept(size, root, note.whole()))
        number = len(frames) + 1
        body = e.AgencyOpened(AgencyId("a1"), AgencyCode("H20"), f"Sở {number}")
        add(body, e.encode(e.ReasonGiven(bytes(16), f"lý do {number}")))
    return [found for frame in frames if (found := read_frame(frame))]


LOG = a_log()


def checkpoint(size: int) -> Given:
    root = merkle.root_of(read.canonical for read in LOG[:size])
    statement = Statement(origin=origin_of(STORE), size=size, root=root)
    return Given(f"c{size}", KEY.sign(statement))


def exported(first: int = 1, last: int = LAST, *, particulars: bool = True) -> bytes:
    peaks: merkle.Peaks = ()
    for read in LOG[: first - 1]:
        peaks = merkle.appended(read.sequence - 1, peaks, merkle.leaf(read.canonical))
    file = io.BytesIO()
    header = Header(STORE, first, last, particulars, peaks)
    write_export(file, header, LOG[first - 1 : last])
    return file.getvalue()


def judged(export: bytes, *given: Given) -> tuple[list[Wrong], ExportJudge]:
    judge = ExportJudge(io.BytesIO(export), given, (KEY.public,))
    return list(judge.wrongs(lambda _: None)), judge


WHOLE = exported()


def frame_starts() -> Iterator[tuple[int, int]]:
    """Where each event's frame begins in the whole export."""
    at = EXPORT_HEADER_BYTES + 16
    for read in LOG:
        yield read.sequence, at
        at += read.length


def event_at(offset: int) -> int:
    return max((n for n, start in frame_starts() if start <= offset), default=0)


@pytest.mark.parametrize(("first", "last"), [(1, LAST), (1, 0), (5, 30), (17, 16), (33, LAST)])
@pytest.mark.parametrize("particulars", [True, False])
def test_an_export_fits_the_checkpoints_of_its_sizes(first: int, last: int, *, particulars: bool):
    given = tuple(checkpoint(size) for size in {first - 1, last} if size)
    wrongs, judge = judged(exported(first, last, particulars=particulars), *given)

    assert wrongs == []
    assert (judge.verdict.size, judge.verdict.fitting) == (last, len(given))
    assert judge.verdict.root == merkle.root_of(read.canonical for read in LOG[:last])


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
@settings(max_examples=250)
def test_one_changed_byte_is_found_at_its_event(at: int, by: int):
    changed = bytearray(WHOLE)
    changed[at] ^= by

    try:
        wrongs, _ = judged(bytes(changed), checkpoint(LAST))
    except (ExportUnreadable, ExportUnknown):
        assert event_at(at) == 0
        return
    assert wrongs[0].event == event_at(at)
    assert {wrong.event for wrong in wrongs if wrong.what == "frame-broken"} <= {event_at(at)}


def with_forged(number: int) -> bytes:
    """The export with an event forged as whoever holds the store would: its frame is whole again."""
    frames = [write_frame(r.sequence, r.canonical, r.particulars, r.more) for r in LOG]
    body = e.AgencyOpened(AgencyId("a1"), AgencyCode("H20"), "Sở khác")
    frames[number - 1] = write_frame(number, an_event(number, body), b"")
    return WHOLE[: EXPORT_HEADER_BYTES + 16] + b"".join(frames)


@pytest.mark.parametrize(
    ("number", "between"), [(5, "1 to 10"), (15, "11 to 20"), (30, "21 to 40")]
)
def test_a_forged_event_is_narrowed_down_to_between_two_checkpoints(number: int, between: str):
    wrongs, _ = judged(with_forged(number), checkpoint(LAST))

    assert {wrong.what for wrong in wrongs} == {"root-differs"}
    assert f"of the events {between} at least one" in wrongs[0].detail


def test_a_missing_event_and_a_cut_off_end_are_named():
    starts = dict(frame_starts())

    without, _ = judged(WHOLE[: starts[7]] + WHOLE[starts[8] :])
    cut, _ = judged(WHOLE[: starts[30]])

    assert without[0][:2] == (7, "events-missing")
    assert cut == [Wrong(30, "events-missing", f"to {LAST}")]


def test_a_gap_among_an_agencys_events_is_named():
    audit = Audit(origin_of(STORE))
    body = e.AgencyOpened(AgencyId("a1"), AgencyCode("H20"), "Sở")

    assert list(audit.take(1, an_event(1, body), b"")) == []
    (wrong,) = audit.take(2, an_event(2, body, agency=3), b"")

    assert (wrong.event, wrong.what) == (2, "agency-sequence")


def test_a_checkpoint_of_another_log_or_another_root_does_not_fit():
    elsewhere = private_key("vankho/else", bytes(32))
    other = Statement(origin="vankho/else", size=3, root=bytes(32))
    false = Given("false", KEY.sign(Statement(origin=origin_of(STORE), size=3, root=bytes(32))))
    judge = ExportJudge(
        io.BytesIO(WHOLE),
        (Given("other", elsewhere.sign(other)), false),
        (KEY.public, elsewhere.public),
    )

    assert [wrong.what for wrong in judge.wrongs(lambda _: None)] == ["another-log", "root-differs"]


def test_a_checkpoint_beyond_the_export_says_so():
    wrongs, _ = judged(exported(1, 20), checkpoint(30))

    assert [wrong.what for wrong in wrongs] == ["size-not-there"]


def test_erased_particulars_are_counted_and_no_fault():
    erased = LOG[4]._replace(particulars=b"")
    file = io.BytesIO()
    write_export(file, Header(STORE, 1, LAST, True, ()), [*LOG[:4], erased, *LOG[5:]])

    wrongs, judge = judged(file.getvalue(), checkpoint(LAST))

    assert (wrongs, judge.verdict.missing) == ([], 1)


@given(st.binary(max_size=300))
def test_no_bytes_bring_the_reader_down(content: bytes):
    with pytest.raises(Trouble):
        read_header(io.BytesIO(content))
    assert list(read_frames(io.BytesIO(content))) == []
