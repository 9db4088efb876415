"""Files that were replaced are kept as long as their document; relations come back from the log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.services import documents
from api.services.amendment import AmendDocument, Amendment
from api.services.blob_access import BlobErased
from api.services.files import AddFiles, ReplaceFile
from api.services.metadata import SignerAmended
from api.services.paper import ComponentGiven, DigitisedGiven
from api.services.relations import OutsideGiven, StateRelation, WithdrawRelation
from indexer.extract.in_process import InProcessExtractor
from indexer.follower import TextFollower
from repository.blobs.address import digest_of
from repository.catalogue import tables as t
from repository.model.access import OPERATOR
from repository.model.documents import ComponentRole
from repository.model.ids import BlobId, DocumentId, show_blob
from repository.model.relations import RelationKind
from tests.upkeep.yard import DIRECTOR, Yard, a_yard

FIRST, SECOND, ANNEX = (b"van ban thu " + str(n).encode() * 3_000 for n in (1, 2, 3))


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with a_yard(tmp_path) as made:
        yield made


def a_file(content: bytes, role: ComponentRole = ComponentRole.MAIN) -> ComponentGiven:
    blob = show_blob(BlobId(digest_of(content)))
    return ComponentGiven(role=role, blob=blob, name="tệp.txt", digitised=DigitisedGiven(by="A"))


def replaced(yard: Yard) -> DocumentId:
    """A document whose main file was replaced."""
    document = yard.registers(FIRST)
    yard.brings(SECOND)
    command = ReplaceFile(
        caller=OPERATOR, document=document, place=0, file=a_file(SECOND), reason="Nhầm"
    )
    yard.holdings.keeper.submit(command)
    return document


def rows(yard: Yard) -> dict[str, list[tuple[bytes, bytes]]]:
    """Everything that follows from the log."""
    with yard.holdings.reading() as now:
        return {table.name: now.raw(table, b"", 10_000) for table in t.FROM_LOG}


def test_a_replaced_file_is_never_collected(yard: Yard):
    replaced(yard)

    yard.sweeps()

    assert yard.reads(FIRST)
    assert yard.reads(SECOND)


def test_a_file_that_waits_to_be_swept_is_revived_when_it_is_added(yard: Yard):
    document = yard.registers(FIRST)
    yard.brings(ANNEX)
    yard.passes(days=31)
    assert yard.collects().condemned == 1

    annex = a_file(ANNEX, ComponentRole.ANNEX)
    yard.holdings.keeper.submit(AddFiles(caller=OPERATOR, document=document, files=(annex,)))

    yard.sweeps()
    assert yard.reads(ANNEX)


def test_a_replaced_file_that_is_purged_is_gone_at_its_revision_and_the_other_stays(yard: Yard):
    document = replaced(yard)

    yard.purges(BlobId(digest_of(FIRST)))

    with yard.holdings.reading() as now:
        assert documents.file_of(now, OPERATOR, document, 0).size == len(SECOND)
        with pytest.raises(BlobErased):
            documents.file_of(now, OPERATOR, document, 0, revision=1)
    assert not yard.holds_anywhere(FIRST)


def test_what_was_purged_and_is_put_back_is_read_again(yard: Yard):
    document = replaced(yard)
    yard.purges(BlobId(digest_of(FIRST)))
    yard.brings(FIRST)

    back = ReplaceFile(
        caller=DIRECTOR, document=document, place=0, file=a_file(FIRST), reason="Đúng bản"
    )
    sheet = yard.holdings.keeper.submit(back)

    assert sheet.erased == (None,)
    assert yard.reads(FIRST)


def test_everything_that_is_noted_of_documents_comes_back_from_the_log_alone(yard: Yard):
    document, other = replaced(yard), yard.registers(ANNEX)
    submit = yard.holdings.keeper.submit
    signer = SignerAmended(name="Nguyễn Văn Á")
    amendment = Amendment(signer=signer, note="Ghi", issuer="UBND tỉnh")
    for one in (document, other):
        submit(AmendDocument(caller=OPERATOR, document=one, amendment=amendment, seen=None))
    kinds = (RelationKind.RECALLS, RelationKind.REPLACES)
    stated = [
        submit(StateRelation(caller=OPERATOR, document=other, kind=kind, target=document))
        for kind in kinds
    ]
    outside = OutsideGiven(issuer="Cục Thuế", symbol="9/CT")
    asked = StateRelation(caller=OPERATOR, document=other, kind=kinds[0], outside=outside)
    submit(asked)
    submit(WithdrawRelation(caller=OPERATOR, relation=stated[0].id, reason="Nhầm"))
    before = rows(yard)
    assert len(before["marks"]) == 1

    yard.rebuilds()

    assert rows(yard) == before


def test_the_text_of_a_file_that_comes_later_is_read(yard: Yard):
    replaced(yard)

    TextFollower(yard.holdings, InProcessExtractor()).step()

    with yard.holdings.reading() as now:
        assert now.derived(BlobId(digest_of(SECOND)))
