"""What is written reads as it was, byte for byte the same each time."""

import io
from datetime import date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.edxml.codes import BusinessStatus
from interop.edxml.messages import (
    Answered,
    Attachment,
    Business,
    Changed,
    Document,
    Form,
    Hop,
    Message,
    Party,
    Receiver,
    Reference,
    Replaced,
    Staff,
    Status,
)
from interop.edxml.plain import tidy
from interop.edxml.shapes import DOCUMENT, STATUS, Field, Need, Shape, Sort
from interop.edxml.tree import Node
from interop.edxml.troubles import ContentDiffers, MessageRefused
from interop.edxml.writer import Writing
from repository.model.days import VIETNAM_TIME
from tests.interop.edxml.building import (
    PDF,
    TODAY,
    a_document,
    a_status,
    an_attachment,
    codes,
    named,
    reading,
    written,
    zipped,
)

SIGNS = st.characters(
    exclude_categories=("Cs", "Cc", "Cn", "Co"), include_characters="\n\t<>&'\"]]>"
)
CODES = st.sampled_from(["H20.14", "G06", "000.00.14.H20", "1400109999", "vxp.saas.03"])
OURS = st.sampled_from(["H20.14", "H20", "000.00.14.H20"])
DAYS = st.dates(min_value=date(1000, 1, 1), max_value=TODAY)
MOMENTS = st.builds(
    datetime.combine,
    DAYS,
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.just(VIETNAM_TIME),
)


def words(most: int, least: int = 0) -> st.SearchStrategy[str]:
    """Texts as values hold them: tidy, no longer than *most*."""
    texts = st.text(SIGNS, min_size=least, max_size=min(most or 60, 60)).map(tidy)
    return texts.filter(lambda text: least <= len(text) <= (most or 60))


def values(shape: Shape, **own: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Values of *shape* that hold to its table; *own* stand for what the table cannot say."""
    drawn = {field.name: word(field) for field in shape.fields if field.name not in own}
    return st.builds(shape.of, **drawn, **own)


def word(field: Field) -> st.SearchStrategy[object]:
    must = field.need is not Need.MAY
    if (shape := field.shape) is not None:
        one = values(shape).filter(lambda value: value != shape.of())
    elif field.sort is Sort.OPAQUE:
        return st.none()
    else:
        one = plain(field, least=must or field.many)
    if field.many:
        return st.lists(one, min_size=must, max_size=3).map(tuple)
    return one if must or field.shape is None else st.none() | one


def plain(field: Field, least: bool) -> st.SearchStrategy[object]:
    absent = st.nothing() if least else st.just(None)
    if field.sort is Sort.NUMBER:
        return absent | st.integers(field.least, field.most)
    if field.sort is Sort.DAY:
        return absent | DAYS
    if field.sort is Sort.MOMENT:
        return absent | MOMENTS
    if field.sort is Sort.CODE:
        return CODES
    if field.sort is Sort.MAIL:
        return st.sampled_from(["", "a@b.vn"])
    return words(field.most, int(least))


def party(codes: st.SearchStrategy[str]) -> st.SearchStrategy[Party]:
    return st.builds(Party, code=codes, name=words(200, 1), address=words(250))


@st.composite
def businesses(draw: st.DrawFn) -> Business | None:
    purpose = draw(st.sampled_from([None, 0, 1, 2, 3]))
    if purpose is None:
        return None
    receivers = st.builds(Receiver, code=CODES, sort=st.sampled_from([None, 0, 1]))
    changed = st.builds(
        Changed, document=st.sampled_from([0, 1]), named=st.lists(receivers, max_size=2).map(tuple)
    )
    replaced = st.builds(
        Replaced, document_id=words(200, 1), codes=st.lists(CODES, min_size=1).map(tuple)
    )
    return Business(
        purpose=purpose,
        reason=draw(words(500, 1)),
        paper=draw(st.sampled_from([None, 0, 1])),
        document_id=draw(words(200)),
        changed=draw(changed) if purpose == 2 else None,
        replaced=draw(st.lists(replaced, min_size=1, max_size=2).map(tuple))
        if purpose == 3
        else (),
        staff=draw(st.none() | st.builds(Staff, name=words(100, 1))),
    )


@st.composite
def files(draw: st.DrawFn) -> tuple[tuple[Attachment, ...], tuple[bytes, ...]]:
    contents = draw(st.lists(st.binary(min_size=1, max_size=300), max_size=3))
    forms = [draw(st.sampled_from(Form)) for _ in contents]
    # What begins like a ZIP is wrapped when it is no ZIP: nobody could tell it from a wrapping.
    forms = [Form.ZIP if c.startswith(b"PK") else f for c, f in zip(contents, forms, strict=True)]
    made = (an_attachment(c, n, f) for n, (c, f) in enumerate(zip(contents, forms, strict=True)))
    return tuple(made), tuple(contents)


@st.composite
def documents(draw: st.DrawFn) -> tuple[Document, tuple[bytes, ...]]:
    attachments, contents = draw(files())
    document = draw(
        values(
            DOCUMENT,
            sender=party(OURS),
            recipients=st.lists(
                party(CODES), min_size=1, max_size=3, unique_by=lambda p: p.code
            ).map(tuple),
            issued=DAYS,
            business=businesses(),
            attachments=st.just(attachments),
            references=st.just(a_document(*attachments).references),
        )
    )
    assert isinstance(document, Document)
    return document, contents


STATUSES = values(
    STATUS,
    sender=party(OURS),
    code=st.sampled_from([status.value for status in BusinessStatus]),
    description=words(1000, 1),
)


@given(documents())
def test_a_document_reads_as_it_was_written(given: tuple[Document, tuple[bytes, ...]]):
    document, contents = given

    found = reading(written(document, *contents))

    assert (codes(found), found.unknown) == ([], ())
    assert found.message == document


@given(STATUSES)
def test_a_status_reads_as_it_was_written(status: Status):
    found = reading(written(status), announced="status")

    assert (codes(found), found.unknown) == ([], ())
    assert found.message == status


@given(documents())
def test_equal_values_give_equal_bytes(given: tuple[Document, tuple[bytes, ...]]):
    document, contents = given
    first = written(document, *contents)

    assert written(reading(first).message, *contents) == first


def test_a_writing_gives_its_bytes_as_often_as_it_is_asked():
    writing = Writing(a_document(an_attachment()), lambda _: io.BytesIO(PDF), today=TODAY)

    assert list(writing.pieces()) == list(writing.pieces())


def test_an_opaque_element_goes_through_unchanged():
    signature = Node(
        name="Signature",
        uri="http://www.w3.org/2000/09/xmldsig#",
        attributes=(("Id", 'a "b"\n'), ("http://www.w3.org/XML/1998/namespace lang", "vi")),
        parts=("\n ", Node(name="X", uri="", attributes=(("urn:y z", "1"),)), " < đuôi & "),
    )

    found = reading(written(a_document(signature=signature)))

    assert found.message == a_document(signature=signature)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (a_document(subject=""), "N.MessageHeader.Subject"),
        (a_document(subject="x" * 501), "R.MessageHeader.Subject"),
        (a_document(subject="a\x00b"), "M.MessageHeader.Subject"),
        (a_document(sender=Party(code="vxp.saas.03", name="x")), "M.MessageHeader.From.OrganId"),
        (a_document(recipients=()), "N.MessageHeader.To"),
        (a_document(recipients=(Party(code="G06"),) * 2), "M.To.Duplicate"),
        (a_document(issued=None), "M.Date"),
        (a_document(issued=date(2026, 6, 2)), "M.Date"),
        (a_document(priority=5), "M.MessageHeader.OtherInfo.Priority"),
        (a_document(to_places=("",)), "N.MessageHeader.ToPlaces.Place"),
        (a_document(answered=(Answered(),)), "N.MessageHeader.ResponseFor"),
        (a_document(hops=(Hop(),)), "N.TraceHeaderList.TraceHeader"),
        (
            a_document(business=Business(purpose=1)),
            "N.TraceHeaderList.Bussiness.BussinessDocReason",
        ),
        (a_document(references=(Reference(content_id="x"),)), "B.Manifest"),
        (a_status(code="3"), "M.MessageHeader.StatusCode"),
        (a_status(code="77"), "UNKNOWN_STATUS"),
        (a_status(code="13"), "N.MessageHeader.Description"),
        (a_status(answered=None), "N.MessageHeader.ResponseFor"),
    ],
)
def test_a_message_of_ours_with_a_fault_is_not_written(message: Message, code: str):
    with pytest.raises(MessageRefused) as refused:
        written(message)

    assert code in str(refused.value.facts["faults"]).split(", ")


@pytest.mark.parametrize("entry", ["", "tep.exe", "x" * 1100 + ".pdf", "\ud800.pdf"])
def test_a_wrapping_that_nobody_could_undo_is_not_sent(entry: str):
    attachment = msgspec.structs.replace(an_attachment(), entry=entry)

    with pytest.raises(MessageRefused, match=r"B\.Zip"):
        written(a_document(attachment), PDF)


def test_a_zip_under_another_name_is_sent_only_wrapped():
    content = zipped(("a.pdf", PDF), ("b.pdf", PDF))

    with pytest.raises(MessageRefused, match=r"B\.Zip"):
        written(a_document(an_attachment(content, form=Form.RAW)), content)
    assert codes(reading(written(a_document(an_attachment(content)), content))) == []


def test_more_files_than_are_taken_are_not_sent():
    many = tuple(an_attachment(PDF, number) for number in range(51))

    with pytest.raises(MessageRefused, match=r"B\.Size"):
        written(a_document(*many), PDF)


def test_an_empty_file_is_not_sent():
    with pytest.raises(MessageRefused, match=r"B\.Empty"):
        written(a_document(an_attachment(b"")), b"")


@pytest.mark.parametrize("other", [PDF + b"x", PDF[:-1], PDF[:-1] + b"x"])
def test_a_file_that_is_not_the_one_named_is_not_sent(other: bytes):
    with pytest.raises(ContentDiffers):
        Writing(a_document(an_attachment()), lambda _: io.BytesIO(other), today=TODAY)


def test_a_file_that_changes_while_it_is_sent_ends_the_writing():
    contents = [PDF, PDF[:-1]]
    writing = Writing(
        a_document(an_attachment()), lambda _: io.BytesIO(contents.pop(0)), today=TODAY
    )

    with pytest.raises(ContentDiffers):
        list(writing.pieces())


def test_a_file_goes_by_the_name_of_its_bytes():
    assert an_attachment().content == named(PDF)
