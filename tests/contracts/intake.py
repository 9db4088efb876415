"""What every intake promises: stored and registered once, however often it is asked."""

import io
from itertools import count

import msgspec
import pytest

from api.services.paper import ComponentGiven, Registration
from repository.blobs.address import digest_of
from repository.errors import Trouble
from repository.model.documents import ComponentRole
from repository.model.ids import BlobId, show_blob
from repository.model.registers import Direction
from tools.ingest.intake import Intake

_AGENCIES = (f"H20.{number}" for number in count(100))


@pytest.fixture
def agency(intake: Intake) -> str:
    """The code of an agency that nobody else uses, with a register `den`."""
    code = next(_AGENCIES)
    intake.declare(code, "den", Direction.INCOMING)
    return code


def incoming(agency: str, subject: str, **said: object) -> Registration:
    asked = {"agency": agency, "register": "den", "direction": Direction.INCOMING}
    return Registration(**{**asked, "subject": subject, "kind": "Công văn", **said})  # pyright: ignore[reportArgumentType]


def name_of(content: bytes) -> str:
    return show_blob(BlobId(digest_of(content)))


class IntakeContract:
    """For every adapter of `Intake`; a subclass brings the fixture `intake`."""

    def test_files_are_named_in_their_order_and_may_come_again(self, intake: Intake):
        contents = [f"nội dung {n}".encode() * n for n in (3, 1, 2, 3)]

        for _ in range(2):
            names = intake.store([io.BytesIO(content) for content in contents])
            assert names == [name_of(content) for content in contents]
        assert intake.store([]) == []

    def test_documents_get_consecutive_numbers(self, intake: Intake, agency: str):
        numbers = [
            intake.register(incoming(agency, f"Việc {n}"), f"{agency}-{n}").number for n in range(3)
        ]

        assert numbers == [1, 2, 3]

    def test_a_document_is_registered_with_the_file_stored_before(
        self, intake: Intake, agency: str
    ):
        (blob,) = intake.store([io.BytesIO(b"a paper of " + agency.encode())])
        paper = ComponentGiven(role=ComponentRole.MAIN, blob=blob, name="Công văn.txt")

        entered = intake.register(incoming(agency, "Việc", components=(paper,)), f"{agency}-1")

        assert entered.document
        assert entered.number == 1

    def test_the_same_key_gets_the_first_answer(self, intake: Intake, agency: str):
        asked = incoming(agency, "Việc", symbol="7/CV-SNV")
        first = intake.register(asked, f"{agency}-1")

        again = intake.register(asked, f"{agency}-1")

        assert (again.document, again.number) == (first.document, first.number)
        assert again.symbol == first.symbol == "7/CV-SNV"
        assert intake.register(incoming(agency, "Việc khác"), f"{agency}-2").number == 2

    def test_what_is_known_is_the_first_answer_or_nothing(self, intake: Intake, agency: str):
        before = intake.known(f"{agency}-1")
        first = intake.register(incoming(agency, "Việc"), f"{agency}-1")

        after = intake.known(f"{agency}-1")

        assert before is None
        assert after in (None, msgspec.structs.replace(first, known=True))

    def test_a_refusal_takes_no_number(self, intake: Intake, agency: str):
        for number, wrong in enumerate(({"register": "khong-co"}, {"subject": ""})):
            with pytest.raises(Trouble):
                intake.register(
                    incoming(agency, **{"subject": "Việc", **wrong}), f"{agency}-{number}"
                )

        assert intake.register(incoming(agency, "Việc"), f"{agency}-9").number == 1

    def test_declaring_what_is_there_changes_nothing(self, intake: Intake, agency: str):
        intake.register(incoming(agency, "Việc"), f"{agency}-1")

        intake.declare(agency, "den", Direction.INCOMING)
        intake.declare(agency, "den-2", Direction.INCOMING)

        assert intake.register(incoming(agency, "Việc"), f"{agency}-2").number == 2
        other = incoming(agency, "Việc", register="den-2")
        assert intake.register(other, f"{agency}-3").number == 1
