"""Rules and values that need no disk: the Merkle tree, keys, identifiers, registers, rights."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import blake3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.catalogue import keys
from repository.catalogue.keys import KeyTooLong, pack_key, unpack_key
from repository.model import events as e
from repository.model import merkle
from repository.model.access import (
    OPERATOR,
    Caller,
    Hidden,
    NotAllowed,
    Right,
    authorize,
    authorize_everywhere,
    holds,
)
from repository.model.blobs import (
    RevisionMark,
    Segment,
    pack_marks,
    pack_segments,
    unpack_marks,
    unpack_segments,
)
from repository.model.ids import (
    AgencyId,
    BadIdentifier,
    BlobId,
    RegisterId,
    parse_agency_code,
    parse_blob,
    show_blob,
    time_ordered_ids,
)
from repository.model.moves import OFFERS, Act, OfferState
from repository.model.references import _NEEDED
from repository.model.registers import (
    Direction,
    NumberingPeriod,
    Register,
    day_in_vietnam,
    first_number,
    period_of,
)
from repository.taking_over import TRAVELLING
from repository.upkeep.travelling import _CONCERNING

DIGESTS = st.binary(min_size=32, max_size=32).map(BlobId)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers(0, 2**64 - 1)


# The Merkle tree.


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return blake3.blake3(b"").digest()
    if len(leaves) == 1:
        return blake3.blake3(b"\0" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return blake3.blake3(b"\1" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


@given(leaves=st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_is_that_of_the_rfc(leaves: list[bytes]):
    assert merkle.root_of(leaves) == naive_root(leaves)
    peaks: merkle.Peaks = ()
    for size, leaf in enumerate(leaves):
        peaks = merkle.appended(size, peaks, merkle.leaf(leaf))
        assert len(peaks) == (size + 1).bit_count()
        assert merkle.root(peaks) == naive_root(leaves[: size + 1])


def test_a_leaf_is_never_taken_for_a_node():
    left, right = merkle.leaf(b"a"), merkle.leaf(b"b")

    assert merkle.root_of([b"a", b"b"]) != merkle.root_of([left + right])
    assert merkle.root_of([]) == merkle.EMPTY_ROOT


# Keys.

KINDS = st.lists(st.sampled_from("tnd"), min_size=1, max_size=4)
DRAWN = {"t": TEXTS, "n": NUMBERS, "d": DIGESTS}
DECLARED = {"t": keys.text("t"), "n": keys.number("n"), "d": keys.digest("d")}


@given(data=st.data(), kinds=KINDS)
def test_keys_sort_as_their_parts_and_are_read_back(data: st.DataObject, kinds: list[str]):
    one, other = (tuple(data.draw(DRAWN[kind]) for kind in kinds) for _ in range(2))
    declared = tuple(DECLARED[kind] for kind in kinds)

    assert unpack_key(declared, pack_key(one)) == one
    assert (pack_key(one) < pack_key(other)) == (in_order(one) < in_order(other))
    assert (pack_key(one) == pack_key(other)) == (one == other)
    for length in range(len(one)):
        assert pack_key(one).startswith(pack_key(one[:length]))


def in_order(parts: tuple[object, ...]) -> tuple[object, ...]:
    """Text sorts by its UTF-8 bytes, which is the order of its characters."""
    return tuple(part.encode() if isinstance(part, str) else part for part in parts)


def test_a_zero_in_a_text_cannot_reach_into_the_next_part():
    assert pack_key(("a\0b",)) != pack_key(("a", "b"))
    assert not pack_key(("a\0b",)).startswith(pack_key(("a",)))


def test_a_key_longer_than_the_engine_takes_is_refused():
    assert len(pack_key(("x" * 510,))) == 511
    for parts in (("x" * 511,), ("ế" * 171,), (bytes(512),)):
        with pytest.raises(KeyTooLong):
            pack_key(parts)


def test_a_number_that_has_no_place_in_a_key_is_refused():
    for number in (-1, 2**64):
        with pytest.raises(OverflowError):
            pack_key((number,))


# Identifiers.


@given(blob=DIGESTS)
def test_a_blobs_name_is_read_as_it_is_shown(blob: BlobId):
    assert parse_blob(show_blob(blob)) == blob


@pytest.mark.parametrize(
    "text",
    [
        "",
        "blake3:",
        "blake3:" + "0" * 63,
        "blake3:" + "0" * 65,
        "blake3:" + "A" * 64,
        "sha256:" + "0" * 64,
        "BLAKE3:" + "0" * 64,
        " blake3:" + "0" * 64,
        "blake3:" + "0" * 64 + "\n",
        "blake3:" + "\N{ARABIC-INDIC DIGIT ZERO}" * 64,
    ],
)
def test_anything_else_is_no_blobs_name(text: str):
    with pytest.raises(BadIdentifier):
        parse_blob(text)


@pytest.mark.parametrize("code", ["H20", "H20.14", "H20.14.01", "G01.A1", "H20." + "1" * 10])
def test_agency_codes_of_the_decision_are_read(code: str):
    assert parse_agency_code(code) == code


@pytest.mark.parametrize(
    "code",
    [
        *("", "H2", "h20", "20H", "H200", "H20.", ".H20", "H20..1", "H20.a", "H20.14\n", "Đ20"),
        "H20." + "1" * 11,
        "H20" + ".1234567" * 5,
    ],
)
def test_other_agency_codes_are_refused(code: str):
    with pytest.raises(BadIdentifier):
        parse_agency_code(code)


def test_a_refused_identifier_is_quoted_short():
    with pytest.raises(BadIdentifier) as refused:
        parse_blob("x" * 100_000)

    assert len(refused.value.sentence) < 200


@given(moments=st.lists(st.integers(0, 2**40), min_size=1, max_size=20, unique=True))
def test_later_identifiers_sort_after_earlier_ones(moments: list[int]):
    moments = sorted(moments)
    times = (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=each) for each in moments)
    entropy = iter(moments)
    new_id = time_ordered_ids(
        lambda: next(times), lambda length: (next(entropy) * 7919 % 251).to_bytes(length, "big")
    )

    made = [new_id() for _ in moments]

    assert made == sorted(made)
    assert {len(each) for each in made} == {32}


def test_identifiers_of_one_millisecond_differ_by_entropy():
    drawn = iter(range(100))
    new_id = time_ordered_ids(
        lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda length: next(drawn).to_bytes(length, "big")
    )

    assert len({new_id() for _ in range(100)}) == 100


@given(
    segments=st.lists(st.builds(Segment, DIGESTS, NUMBERS, NUMBERS), max_size=5).map(tuple),
    marks=st.lists(st.builds(RevisionMark, DIGESTS, NUMBERS), max_size=5).map(tuple),
)
def test_segments_and_marks_are_read_back(
    segments: tuple[Segment, ...], marks: tuple[RevisionMark, ...]
):
    assert unpack_segments(pack_segments(segments)) == segments
    assert unpack_marks(pack_marks(marks)) == marks


# Registers.


def a_register(period: NumberingPeriod, opening: int = 1, opened_period: int = 0) -> Register:
    return Register(
        id=RegisterId("r"),
        agency=AgencyId("a"),
        code="den",
        direction=Direction.INCOMING,
        title="Sổ đến",
        period=period,
        opening=opening,
        opened_period=opened_period,
    )


def test_the_year_of_a_register_turns_at_midnight_in_vietnam():
    register = a_register(NumberingPeriod.CALENDAR_YEAR)
    before = datetime(2025, 12, 31, 16, 59, 59, 999_999, tzinfo=UTC)

    assert period_of(register, before) == 2025
    assert period_of(register, before + timedelta(microseconds=1)) == 2026
    assert day_in_vietnam(before) == date(2025, 12, 31)
    assert day_in_vietnam(before + timedelta(microseconds=1)) == date(2026, 1, 1)


def test_a_running_series_has_one_period():
    register = a_register(NumberingPeriod.NEVER, opening=501)

    assert {period_of(register, datetime(year, 6, 1, tzinfo=UTC)) for year in (1999, 2026)} == {0}
    assert first_number(register, 0) == 501


def test_an_opening_number_counts_only_in_the_period_it_was_declared_in():
    register = a_register(NumberingPeriod.CALENDAR_YEAR, opening=120, opened_period=2026)

    assert [first_number(register, year) for year in (2025, 2026, 2027)] == [1, 120, 1]


# Rights.

AGENCIES = st.sampled_from([AgencyId("a1"), AgencyId("a2"), AgencyId("a3")])
CALLERS = st.builds(
    Caller,
    name=st.just("văn thư"),
    rights=st.frozensets(st.sampled_from(Right)),
    agencies=st.frozensets(AGENCIES),
    every_agency=st.booleans(),
)


@given(caller=CALLERS, right=st.sampled_from(Right), agency=AGENCIES)
def test_who_does_not_belong_learns_nothing_and_who_lacks_the_right_is_told(
    caller: Caller, right: Right, agency: AgencyId
):
    belongs = caller.every_agency or agency in caller.agencies
    may = belongs and right in caller.rights

    assert holds(caller, right, agency) is may
    if may:
        authorize(caller, right, agency)
    else:
        with pytest.raises(NotAllowed if belongs else Hidden):
            authorize(caller, right, agency)


@given(caller=CALLERS, right=st.sampled_from(Right))
def test_all_agencies_are_only_for_who_holds_them_all(caller: Caller, right: Right):
    if caller.every_agency and right in caller.rights:
        authorize_everywhere(caller, right)
    else:
        with pytest.raises(NotAllowed):
            authorize_everywhere(caller, right)


def test_the_operator_may_do_everything_everywhere():
    for right in Right:
        authorize(OPERATOR, right, AgencyId("any"))
        authorize_everywhere(OPERATOR, right)


# References.

FATES = {
    "blobs-condemned",
    "blobs-revived",
    "blobs-swept",
    "purge-requested",
    "purge-confirmed",
    "file-erased",
    "blobs-destroyed",
    "text-missing",
    "incident-noted",
    "custody-released",
    "custody-let-go",
    "dossier-item-erased",
    "purge-order-placed",
    "purge-order-answered",
    "purge-order-received",
    "agency-arriving",
    "move-offered",
}
"""Events that name blobs without needing them."""


def test_every_event_that_names_a_blob_says_whether_it_needs_it():
    """Garbage collection believes `blobs_needed`: a kind of event left out there loses bytes."""
    bodies = e.AnyBody.__args__
    naming = {body for body in bodies if names_blobs(body)}

    assert {body.__struct_config__.tag for body in naming - set(_NEEDED)} == FATES
    assert set(_NEEDED) <= naming


# Moves.

AGENCYS_OWN = {
    "agency-opened",
    "register-opened",
    "term-declared",
    "number-reserved",
    "number-voided",
    "row-entered",
    "register-closed",
    "document-registered",
    "document-amended",
    "file-erased",
    "agency-renamed",
    "identifier-given",
    "identifier-withdrawn",
    "fonds-opened",
    "agency-concerned",
    "unit-opened",
    "unit-ended",
    "post-given",
    "post-ended",
    "receipt-given",
    "receipt-acted",
    "receipt-turned",
    "deadline-told",
    "delegation-given",
    "delegation-withdrawn",
    "relation-stated",
    "relation-withdrawn",
    "document-marked",
    "document-unmarked",
    "files-changed",
    "draft-opened",
    "draft-acted",
    "draft-signed",
    "draft-numbered",
    "draft-issued",
    "authority-given",
    "authority-withdrawn",
    "drafting-ruled",
    "dispatch-sent",
    "dispatch-arrived",
    "dispatch-acted",
    "dispatch-turned",
    "dispatch-told",
    "document-recalled",
    "file-list-drafted",
    "file-list-written",
    "file-list-issued",
    "dossier-opened",
    "dossier-amended",
    "dossier-acted",
    "dossier-turned",
    "dossier-items-added",
    "dossier-items-removed",
    "dossier-items-moved",
    "dossier-item-erased",
    "hand-over-asked",
    "hand-over-settled",
    "hand-over-withdrawn",
    "agency-leaving",
    "agency-stayed",
    "agency-left",
    "agency-arrived",
}
"""Events that are recorded in an agency: they go with it to another node, every one."""
STAYING = {
    "blobs-condemned",
    "blobs-revived",
    "blobs-swept",
    "purge-requested",
    "purge-withdrawn",
    "purge-confirmed",
    "blobs-destroyed",
    "purge-completed",
    "node-admitted",
    "node-dismissed",
    "epoch-raised",
    "custody-taken",
    "epoch-begun",
    "log-key-begun",
    "checkpoint-kept",
    "term-begun",
    "term-ended",
    "custody-released",
    "custody-let-go",
    "agency-arriving",
    "events-taken-over",
    "arrival-refused",
    "move-offered",
    "move-turned",
    "calendar-entered",
    "purge-order-placed",
    "purge-order-answered",
    "purge-order-carried-out",
    "purge-order-done",
    "purge-order-received",
}
"""Events of a node itself that say nothing of a single agency."""


def test_every_event_says_whether_it_goes_with_an_agency_that_moves():
    """What concerns an agency and is left out here stays behind, and nobody is told."""
    travelling = {str(body.__struct_config__.tag) for body in TRAVELLING}

    assert travelling == {str(body.__struct_config__.tag) for body in _CONCERNING}
    assert not travelling & (AGENCYS_OWN | STAYING)
    assert set(e.body_names()) == AGENCYS_OWN | STAYING | travelling


def test_a_claim_and_a_withdrawal_exclude_each_other_in_any_order():
    for before in (None, *OfferState):
        for act in Act:
            after = OFFERS.get((before, act))
            if before in (OfferState.CLAIMED, OfferState.WITHDRAWN):
                assert after in (None, before)


def names_blobs(body: type) -> bool:
    return any(
        kind in str(body.__annotations__) for kind in ("BlobId", "ComponentHeld", "ItemHeld")
    )
