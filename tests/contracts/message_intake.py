"""What every place for the files of a message promises: names by content, nothing of what is refused."""

import io
from collections.abc import Callable

import pytest

from interop.edxml.intake import Intake
from interop.edxml.messages import Document
from interop.edxml.reader import read
from interop.edxml.troubles import MessageFault
from tests.interop.edxml.building import PDF, TODAY, named, the_file, with_signs

Kept = Callable[[str], bytes | None]
"""The bytes that go by a name; None = nothing, or nothing is ever kept."""


class MessageIntakeContract:
    """Subclass it as `Test…` and give an intake, and a look at what it keeps."""

    keeps = True
    """Whether its files can be read afterwards."""

    @pytest.fixture
    def intake(self) -> Intake:
        raise NotImplementedError

    @pytest.fixture
    def kept(self, intake: Intake) -> Kept:
        raise NotImplementedError

    @pytest.mark.parametrize("content", [b"x", PDF, b"\0" * 200_000])
    def test_a_file_goes_by_the_name_of_its_bytes(self, intake: Intake, kept: Kept, content: bytes):
        sink = intake.sink()
        for start in range(0, len(content), 7000):
            sink.write(content[start : start + 7000])

        assert sink.done() == named(content)
        assert kept(named(content)) == (content if self.keeps else None)

    def test_an_abandoned_file_is_not_kept(self, intake: Intake, kept: Kept):
        sink = intake.sink()
        sink.write(PDF)
        sink.abandon()
        sink.abandon()

        assert kept(named(PDF)) is None

    def test_a_file_that_is_done_stays_when_its_message_is_abandoned(
        self, intake: Intake, kept: Kept
    ):
        sink = intake.sink()
        sink.write(PDF)
        name = sink.done()
        sink.abandon()

        assert kept(name) == (PDF if self.keeps else None)

    def test_a_spool_gives_back_what_it_took(self, intake: Intake):
        with intake.spool() as spool:
            spool.write(b"mot hai")
            spool.seek(4)

            assert spool.read() == b"hai"

    def test_the_files_of_a_message_are_taken(self, intake: Intake, kept: Kept):
        message = read(io.BytesIO(the_file("document")), intake, today=TODAY).message

        assert isinstance(message, Document)
        assert [one.content for one in message.attachments] == [named(PDF)]
        assert kept(named(PDF)) == (PDF if self.keeps else None)

    def test_a_message_that_is_refused_leaves_nothing(self, intake: Intake, kept: Kept):
        with pytest.raises(MessageFault):
            read(io.BytesIO(with_signs(b"QUJDREVG!")), intake, today=TODAY)

        assert kept(named(b"ABCDEF")) is None
