"""Destroying content: by two, at once, wherever it lies; what others need stays whole."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.services.blob_access import BlobErased
from api.services.blobs import stat
from api.services.documents import file_of, show
from api.services.holds import LiftHold, OnHold, PlaceHold
from api.services.purges import (
    ConfirmPurge,
    PurgeNotOpen,
    RequestPurge,
    SamePerson,
    WithdrawPurge,
)
from repository.blobs.address import digest_of
from repository.blobs.local_pack_io import LocalPackIO
from repository.blobs.pack import dictionary_of
from repository.blobs.port import MiB
from repository.derivation import RecordText
from repository.errors import Trouble
from repository.format import Layout
from repository.keeper import Command
from repository.landing import NODE
from repository.model.access import OPERATOR, Caller, Hidden, NotAllowed, Right
from repository.model.blobs import LITERAL, BlobDamaged
from repository.model.events import FileErased
from repository.model.ids import AgencyId, BlobId
from repository.model.purges import PurgeState
from repository.rebuild import rebuild_catalogue
from repository.upkeep.check import check_structure
from repository.upkeep.kin import Kin, Relation, kin_of
from repository.upkeep.purge import finish, finish_all
from repository.upkeep.scrub import check_packs, packs_due
from tests.repository.stores import noise, prose, revisions
from tests.upkeep.yard import ARCHIVIST, DIRECTOR, Yard, a_yard

SECRET = noise(3000, 1)


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with a_yard(tmp_path) as made:
        yield made


def name_of(content: bytes) -> BlobId:
    return BlobId(digest_of(content))


def are_refused(yard: Yard, trouble: type[Trouble], *commands: Command[Any]) -> None:
    for command in commands:
        with pytest.raises(trouble):
            yard.holdings.keeper.submit(command)


# Two persons.


def test_one_person_alone_destroys_nothing(yard: Yard):
    yard.registers(SECRET)
    submit = yard.holdings.keeper.submit
    asked = submit(RequestPurge(caller=DIRECTOR, blob=name_of(SECRET), reason="nhầm"))

    with pytest.raises(SamePerson):
        submit(ConfirmPurge(caller=DIRECTOR, purge=asked.id))

    assert yard.reads(SECRET)
    assert stat(yard.holdings, OPERATOR, name_of(SECRET))


def test_the_second_person_may_ask_twice_and_a_third_may_not(yard: Yard):
    yard.registers(SECRET)
    submit = yard.holdings.keeper.submit
    asked = submit(RequestPurge(caller=DIRECTOR, blob=name_of(SECRET), reason="nhầm"))
    confirm = ConfirmPurge(caller=ARCHIVIST, purge=asked.id)

    first, again = submit(confirm), submit(confirm)

    assert first == again
    with pytest.raises(PurgeNotOpen):
        submit(ConfirmPurge(caller=OPERATOR, purge=asked.id))


def test_what_was_given_up_cannot_be_confirmed(yard: Yard):
    yard.registers(SECRET)
    submit = yard.holdings.keeper.submit
    asked = submit(RequestPurge(caller=DIRECTOR, blob=name_of(SECRET), reason="nhầm"))
    give_up = WithdrawPurge(caller=DIRECTOR, purge=asked.id)
    assert submit(give_up).state is submit(give_up).state is PurgeState.WITHDRAWN

    with pytest.raises(PurgeNotOpen):
        submit(ConfirmPurge(caller=ARCHIVIST, purge=asked.id))
    assert yard.reads(SECRET)


@pytest.mark.parametrize("everywhere", [True, False])
def test_it_takes_the_right_to_erase_in_all_agencies(yard: Yard, *, everywhere: bool):
    yard.registers(SECRET)
    rights = frozenset(Right) - {Right.ERASE} if everywhere else frozenset(Right)
    clerk = Caller(
        name="văn thư",
        rights=rights,
        agencies=frozenset([AgencyId("a1")]),
        every_agency=everywhere,
    )
    submit = yard.holdings.keeper.submit
    asked = submit(RequestPurge(caller=DIRECTOR, blob=name_of(SECRET), reason="nhầm"))

    are_refused(
        yard,
        NotAllowed,
        RequestPurge(caller=clerk, blob=name_of(SECRET), reason="nhầm"),
        ConfirmPurge(caller=clerk, purge=asked.id),
        WithdrawPurge(caller=clerk, purge=asked.id),
        PlaceHold(caller=clerk, blob=name_of(SECRET), reason="giữ"),
    )


@pytest.mark.parametrize("what", ["blob", "document"])
def test_what_is_held_is_not_purged_until_the_hold_is_lifted(yard: Yard, what: str):
    document, blob = yard.registers(SECRET), name_of(SECRET)
    submit = yard.holdings.keeper.submit
    asked = submit(RequestPurge(caller=DIRECTOR, blob=blob, reason="nhầm"))
    command = PlaceHold(caller=OPERATOR, blob=blob, reason="thanh tra")
    if what == "document":
        command = PlaceHold(caller=OPERATOR, document=document, reason="thanh tra")
    hold = submit(command)

    are_refused(
        yard,
        OnHold,
        RequestPurge(caller=DIRECTOR, blob=blob, reason="nhầm"),
        ConfirmPurge(caller=ARCHIVIST, purge=asked.id),
    )

    for _ in range(2):
        submit(LiftHold(caller=OPERATOR, hold=hold.id, reason="xong"))
    submit(ConfirmPurge(caller=ARCHIVIST, purge=asked.id))
    finish(yard.holdings, asked.id)
    assert not yard.reads(SECRET)


def test_what_is_not_here_can_be_neither_held_nor_purged(yard: Yard):
    nothing = name_of(b"never brought")
    are_refused(
        yard,
        Hidden,
        PlaceHold(caller=OPERATOR, blob=nothing, reason="giữ"),
        RequestPurge(caller=DIRECTOR, blob=nothing, reason="nhầm"),
    )


# The bytes.


@pytest.mark.parametrize("sealed", [False, True])
def test_no_pack_holds_the_bytes_any_more_and_all_else_is_there(yard: Yard, *, sealed: bool):
    others = [noise(5000, n) for n in range(2, 6)]
    for other in others[:2]:
        yard.registers(other)
    yard.registers(SECRET)
    for other in others[2:]:
        yard.registers(other)
    if sealed:
        yard.seals()
    assert yard.holds_anywhere(SECRET[:64])

    purge = yard.purges(name_of(SECRET))

    assert purge.state is PurgeState.COMPLETED
    assert (purge.stored, len(purge.packs)) == (len(SECRET), 1)
    assert not any(yard.holds_anywhere(SECRET[n : n + 64]) for n in range(0, 2900, 64))
    assert all(yard.reads(other) for other in others)
    assert list(check_structure(yard.holdings)) == []
    assert list(check_packs(yard.holdings, packs_due(yard.holdings))) == []


def test_a_second_copy_that_nothing_points_to_is_found_too(yard: Yard):
    yard.registers(SECRET)
    yard.seals()
    twin = next(iter(yard.packs().values()))
    yard.registers(noise(3000, 2))
    yard.seals()
    yard.holdings.close()
    taken = max(int(name[:12], 16) for name in yard.packs()) + 1
    (Layout(yard.root).packs / f"{taken:012x}.pack").write_bytes(twin)
    yard.reopen()

    purge = yard.purges(name_of(SECRET))

    assert (len(purge.packs), purge.stored) == (2, 2 * len(SECRET))
    assert not yard.holds_anywhere(SECRET[:64])


def test_later_revisions_that_somebody_holds_are_written_anew_and_read_as_before(yard: Yard):
    first, second, third, fourth = revisions(4, tail=5000)
    for content in (first, second, third, fourth):
        yard.registers(content)
    yard.seals()

    purge = yard.purges(name_of(second))

    assert purge.blobs == (name_of(second),)
    assert [yard.reads(content) for content in (first, second, third, fourth)] == [
        True,
        False,
        True,
        True,
    ]
    with yard.holdings.reading() as now:
        for content in (third, fourth):
            segments = now.segments(name_of(content))
            assert name_of(second) not in {one.base for one in segments}
            assert segments[0].base == name_of(first)
            # Readers count on it: a blob's own bytes are its last ones.
            assert [one.base == LITERAL for one in segments] == [False] * (len(segments) - 1) + [
                True
            ]
    yard.holdings.close()
    rebuild_catalogue(yard.root, yard.options)
    yard.reopen()
    assert yard.reads(third)
    assert yard.reads(fourth)


def test_a_revision_written_anew_tells_the_marks_that_only_its_base_told(yard: Yard):
    drafts = revisions(4, tail=5000)
    yard.registers(drafts[2])
    yard.registers(drafts[3])

    yard.purges(name_of(drafts[2]))

    # Never brought before: it costs no bytes, for the last revision begins with it.
    earlier = yard.brings(drafts[1])
    with yard.holdings.reading() as now:
        assert [one.base for one in now.segments(earlier)] == [name_of(drafts[3])]


def test_what_shares_its_bytes_and_nobody_refers_to_goes_with_it(yard: Yard):
    draft, final, signed = revisions(3, tail=5000)
    yard.brings(draft)
    yard.registers(final)
    yard.brings(signed)
    yard.passes(days=31)

    purge = yard.purges(name_of(final))

    assert set(purge.blobs) == {name_of(each) for each in (draft, final, signed)}
    assert yard.rows() == 0
    assert not any(yard.holds_anywhere(part) for part in (draft[100:200], signed[-200:-100]))


def test_what_somebody_refers_to_stays_and_is_told_before(yard: Yard):
    draft, final, signed = revisions(3, tail=5000)
    yard.registers(draft)
    yard.registers(final)
    yard.brings(signed, "a1")

    kin = kin_of(yard.holdings, name_of(final), brought_before=0)

    assert set(kin) == {
        Kin(blob=name_of(draft), relation=Relation.BASE, goes=False),
        Kin(blob=name_of(signed), relation=Relation.DERIVED, goes=False),
    }
    assert yard.purges(name_of(final)).blobs == (name_of(final),)
    assert yard.reads(draft)
    assert yard.reads(signed)


def test_its_text_goes_unless_another_file_reads_the_same(yard: Yard):
    words, shared = b"chi mot van ban " * 20, b"hai van ban " * 20
    other = noise(3000, 2)
    yard.registers(SECRET)
    yard.registers(other)
    for blob, text in ((name_of(SECRET), words), (name_of(other), shared)):
        command = RecordText(caller=NODE, blob=blob, text=yard.brings(text), reader="thử/1")
        yard.holdings.keeper.submit(command)

    yard.purges(name_of(SECRET))
    assert not yard.reads(words)
    assert yard.reads(shared)

    again = yard.registers(noise(2000, 3))
    assert again
    command = RecordText(
        caller=NODE, blob=name_of(noise(2000, 3)), text=yard.brings(shared), reader="thử/1"
    )
    yard.holdings.keeper.submit(command)
    yard.purges(name_of(other))
    assert yard.reads(shared)


def test_a_text_that_was_read_while_its_file_went_is_not_recorded(yard: Yard):
    yard.registers(SECRET)
    text = yard.brings(b"loi van" * 30)
    yard.purges(name_of(SECRET))

    command = RecordText(caller=NODE, blob=name_of(SECRET), text=text, reader="thử/1")
    assert yard.holdings.keeper.submit(command) is False

    with yard.holdings.reading() as now:
        assert now.derived(name_of(SECRET)) is None


def test_no_dictionary_keeps_pieces_of_it(yard: Yard):
    """zstd learns by heart what many files share; here, what only one purged file had twice."""
    shared = prose(3000, 7)
    secret = b"".join(noise(500, 999) * 2 + shared[n : n + 50] for n in range(40))
    papers = [shared[n * 7 :] + noise(500, n) * 30 for n in range(100)]
    for paper in [secret, *papers]:
        yard.registers(paper)
    yard.seals()
    packs = LocalPackIO(Layout(yard.root).packs)
    (name,) = packs.names()
    assert noise(500, 999)[:32] in dictionary_of(packs, name)

    yard.purges(name_of(secret))

    (name,) = packs.names()
    assert noise(500, 999)[:32] not in dictionary_of(packs, name)
    assert not yard.holds_anywhere(noise(500, 999)[:32])
    assert all(yard.reads(paper) for paper in papers)


def test_a_pack_with_a_damaged_record_is_overwritten_though_it_cannot_be_rewritten(yard: Yard):
    other = noise(5000, 2)
    yard.registers(SECRET)
    yard.registers(other)
    yard.seals()
    (path,) = Layout(yard.root).packs.iterdir()
    content = path.read_bytes()
    at = content.index(other[:64])
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])

    done = finish(yard.holdings, yard.confirms(name_of(SECRET)).id)

    assert done.left == done.purge.packs
    assert not yard.holds_anywhere(SECRET[:64])
    found = list(check_packs(yard.holdings, packs_due(yard.holdings)))
    assert [finding.what for finding in found] == ["blob-damaged"]


def test_a_large_dependent_is_written_anew_piece_by_piece(tmp_path: Path):
    import tracemalloc

    head = b"%PDF-1.7\n" + noise(5000, 1).replace(b"%", b"x") + b"\n%%EOF\n"
    large = head + noise(34 * MiB, 2).replace(b"%", b"x") + b"\n%%EOF\n"
    with a_yard(tmp_path) as yard:
        yard.registers(head)
        yard.registers(large)
        tracemalloc.start()
        yard.purges(name_of(head))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert peak < 30 * MiB
        assert yard.reads(large)


# What people see.


def test_the_document_stays_and_says_why_its_file_is_gone(yard: Yard):
    document = yard.registers(SECRET)
    yard.purges(name_of(SECRET))

    with yard.holdings.reading() as now:
        sheet = show(now, OPERATOR, document)
        with pytest.raises(BlobErased) as erased:
            file_of(now, OPERATOR, document, 0)

    (purge,) = sheet.erased
    assert purge
    assert purge.reason == "Nhầm văn bản mật"
    assert erased.value.facts["day"] == "2026-03-02"


def test_from_the_confirmation_on_nobody_is_given_it(yard: Yard):
    yard.registers(SECRET)
    yard.confirms(name_of(SECRET))

    with pytest.raises(BlobErased):
        stat(yard.holdings, OPERATOR, name_of(SECRET))


def test_whoever_could_not_read_it_is_told_nothing(yard: Yard):
    yard.registers(SECRET)
    yard.purges(name_of(SECRET))
    elsewhere = Caller(
        name="khác", rights=frozenset(Right), agencies=frozenset([AgencyId("another")])
    )

    with pytest.raises(Hidden):
        stat(yard.holdings, elsewhere, name_of(SECRET))


def test_whoever_had_only_brought_it_may_know_that_it_is_gone(yard: Yard):
    yard.brings(SECRET, "a1")
    yard.purges(name_of(SECRET))
    clerk = Caller(name="a1", rights=frozenset(Right), agencies=frozenset([AgencyId("a1")]))

    with pytest.raises(BlobErased):
        stat(yard.holdings, clerk, name_of(SECRET))


def test_brought_again_it_is_its_bringers_and_not_the_old_documents(yard: Yard):
    document = yard.registers(SECRET)
    yard.purges(name_of(SECRET))

    receipt = yard.holdings.blobs.put(io.BytesIO(SECRET), holders=[AgencyId("a2")])
    assert not receipt.known
    newcomer = Caller(name="a2", rights=frozenset(Right), agencies=frozenset([AgencyId("a2")]))

    assert stat(yard.holdings, newcomer, name_of(SECRET))
    with yard.holdings.reading() as now, pytest.raises(BlobErased):
        file_of(now, OPERATOR, document, 0)
    later = yard.refers_to(SECRET)
    with yard.holdings.reading() as now:
        assert file_of(now, OPERATOR, later, 0).blob == name_of(SECRET)
    yard.holdings.close()
    rebuild_catalogue(yard.root, yard.options)
    yard.reopen()
    assert yard.reads(SECRET)
    with yard.holdings.reading() as now, pytest.raises(BlobErased):
        file_of(now, OPERATOR, document, 0)


def test_every_agency_reads_in_its_own_feed_that_a_file_went(yard: Yard):
    documents = [yard.registers(SECRET) for _ in range(3)]
    with yard.holdings.reading() as now:
        (agency,) = now.agencies()
    yard.purges(name_of(SECRET))

    told = [
        read.event for read in yard.holdings.events(0) if isinstance(read.event.body, FileErased)
    ]

    assert {event.agency for event in told} == {agency.id}
    assert {event.body.document for event in told} == set(documents)  # type: ignore[union-attr]


def test_the_reason_stands_beside_the_event_for_it_may_name_people(yard: Yard):
    yard.registers(SECRET)
    yard.purges(name_of(SECRET))

    reason = "Nhầm văn bản mật".encode()
    reads = list(yard.holdings.events(0))
    assert not any(reason in read.canonical for read in reads)
    assert any(reason in read.particulars for read in reads)


# Being interrupted.


def test_a_purge_that_was_cut_off_is_taken_up_by_whoever_looks_after_the_store(yard: Yard):
    yard.registers(SECRET)
    yard.seals()
    purge = yard.confirms(name_of(SECRET))
    found = list(check_structure(yard.holdings))
    assert [finding.what for finding in found] == ["purge-unfinished"]
    yard.reopen()

    (done,) = finish_all(yard.holdings)

    assert (done.purge.id, done.purge.state) == (purge.id, PurgeState.COMPLETED)
    assert not yard.holds_anywhere(SECRET[:64])
    assert finish_all(yard.holdings) == []


def test_a_purge_that_cannot_be_finished_hinders_nobody_and_withholds_it_all_the_while(
    yard: Yard,
):
    """A later revision that is damaged cannot be written anew without its base."""
    first, second = revisions(2, tail=5000)
    yard.registers(first)
    yard.registers(second)
    yard.seals()
    (path,) = Layout(yard.root).packs.iterdir()
    content = path.read_bytes()
    at = content.index(second[-200:-100])
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    purge = yard.confirms(name_of(first))

    assert finish_all(yard.holdings) == []
    with pytest.raises(BlobDamaged):
        finish(yard.holdings, purge.id)

    with pytest.raises(BlobErased):
        stat(yard.holdings, OPERATOR, name_of(first))
    path.write_bytes(content)
    (done,) = finish_all(yard.holdings)
    assert done.purge.state is PurgeState.COMPLETED
    assert yard.reads(second)


def test_a_half_sealed_pack_and_a_torn_end_are_no_hiding_place(yard: Yard):
    yard.registers(SECRET)
    yard.seals()
    yard.registers(noise(2000, 2))
    yard.holdings.close()
    packs = Layout(yard.root).packs
    (packs / "0000000000ff.sealing").write_bytes(SECRET)
    torn = max(path for path in packs.iterdir() if path.suffix == ".open")
    with torn.open("ab") as file:
        file.write(SECRET)
    yard.reopen()
    (packs / "0000000000fe.sealing").write_bytes(SECRET)

    yard.purges(name_of(SECRET))

    assert not yard.holds_anywhere(SECRET[:64])
