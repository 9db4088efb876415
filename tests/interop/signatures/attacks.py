"""What is done to a signed file by those who want another one to pass for it.

Each attack takes the signed bytes and gives the attacked ones. Names follow the literature: ISA
incremental saving, SWA signature wrapping, USF universal forgery, SSA hiding by signatures.
"""

import io
import re
from collections.abc import Callable
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.interop.signatures.papers import page_text

Attack = Callable[[bytes], bytes]
Writer = IncrementalPdfFileWriter
FORGED = page_text("Quyet dinh so 12 chi 999 dong")


def flipped(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 0x01
    return bytes(changed)


def last_range(data: bytes) -> tuple[int, int, int, int]:
    """The byte range of the signature made last."""
    found = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)[-1]
    first, length, second, rest = map(int, found)
    return first, length, second, rest


# Bytes.


def content_byte(data: bytes) -> bytes:
    return flipped(data, data.index(b"chi 100") + 4)


def cms_byte(data: bytes) -> bytes:
    """A digit inside the signature itself."""
    _, length, _, _ = last_range(data)
    at = length + 1 + 600
    return data[:at] + (b"1" if data[at : at + 1] != b"1" else b"2") + data[at + 1 :]


def padding_byte(data: bytes) -> bytes:
    """A digit in the zeros behind the signature."""
    _, _, second, _ = last_range(data)
    return data[: second - 3] + b"1" + data[second - 2 :]


def trailer_byte(data: bytes) -> bytes:
    return flipped(data, data.rindex(b"/Size") + 7)


def junk_before(data: bytes) -> bytes:
    return b"%junk\n" + data


def junk_behind(data: bytes) -> bytes:
    return data + b"trailing rubbish that nobody signed"


def white_behind(data: bytes) -> bytes:
    return data + b"\n \r\n"


def raw_objects_behind(data: bytes) -> bytes:
    body = b"\n900 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        len(FORGED),
        FORGED,
    )
    return data + body


def raw_objects_with_an_end(data: bytes) -> bytes:
    """The same, with the last ending of the file written again behind it."""
    return raw_objects_behind(data) + data[data.rindex(b"startxref") :]


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


# SWA and USF.


def moved_range(data: bytes) -> bytes:
    """The second signed range copied to the end, a forged one in its place."""
    first, length, second, rest = last_range(data)
    old = re.findall(rb"/ByteRange\s*\[[^\]]*\]", data)[-1]
    tail = data[second : second + rest]
    start = len(data) + 1
    new = b"/ByteRange [%d %d %d %d]" % (first, length, start, rest)
    forged = data.replace(old, new.ljust(len(old)))
    return forged + b"\n" + tail


def _range_as(replacement: bytes) -> Attack:
    def attack(data: bytes) -> bytes:
        old = re.findall(rb"/ByteRange\s*\[[^\]]*\]", data)[-1]
        at = data.rindex(old)
        return data[:at] + replacement.ljust(len(old)) + data[at + len(old) :]

    return attack


def _contents_as(replacement: bytes) -> Attack:
    def attack(data: bytes) -> bytes:
        _, length, second, _ = last_range(data)
        return data[:length] + replacement.ljust(second - length) + data[second:]

    return attack


def short_range(data: bytes) -> bytes:
    """The signature is said to end before the file's last bytes."""
    first, length, second, rest = last_range(data)
    return _range_as(b"/ByteRange [%d %d %d %d]" % (first, length, second, rest - 30))(data)


def far_range(data: bytes) -> bytes:
    first, length, second, rest = last_range(data)
    return _range_as(b"/ByteRange [%d %d %d %d]" % (first, length, second, rest + 10**6))(data)


def transplanted(other: bytes) -> Attack:
    """The signature of *other* put into this file."""

    def attack(data: bytes) -> bytes:
        _, length, second, _ = last_range(data)
        _, other_length, other_second, _ = last_range(other)
        foreign = other[other_length:other_second]
        return data[:length] + foreign[: second - length].ljust(second - length) + data[second:]

    return attack


# Updates.


def update(change: Callable[[Writer], None]) -> Attack:
    """An incremental update with what *change* does."""

    def attack(data: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        change(writer)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    return attack


def _page(writer: Writer, number: int = 0) -> generic.DictionaryObject:
    return writer.root["/Pages"]["/Kids"][number]


def appended_page(writer: Writer) -> None:
    pages = writer.root["/Pages"]
    content = writer.add_object(generic.StreamObject(stream_data=FORGED))
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/Parent"): generic.IndirectObject(2, 0, writer),
            pdf_name("/Contents"): content,
            pdf_name("/Resources"): _page(writer)["/Resources"],
        }
    )
    pages["/Kids"].append(writer.add_object(page))
    pages[pdf_name("/Count")] = generic.NumberObject(3)
    writer.update_container(pages["/Kids"])
    writer.update_container(pages)


def replaced_content(writer: Writer) -> None:
    page = _page(writer)
    page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=FORGED))
    writer.update_container(page)


def overwritten_content(writer: Writer) -> None:
    reference = generic.Reference(5, 0, writer)
    writer.objects[(0, 5)] = generic.StreamObject(stream_data=FORGED)
    writer.mark_update(reference)


def swapped_pages(writer: Writer) -> None:
    kids = writer.root["/Pages"]["/Kids"]
    kids.reverse()
    writer.update_container(kids)


def swapped_font(writer: Writer) -> None:
    font: Any = writer.get_object(generic.Reference(3, 0, writer))
    font[pdf_name("/BaseFont")] = pdf_name("/Symbol")
    writer.update_container(font)


def changed_title(writer: Writer) -> None:
    info: Any = writer.get_object(generic.Reference(4, 0, writer))
    info[pdf_name("/Title")] = pdf_string("Quyet dinh khac")
    writer.update_container(info)


def script(writer: Writer) -> None:
    action = generic.DictionaryObject(
        {
            pdf_name("/S"): pdf_name("/JavaScript"),
            pdf_name("/JS"): pdf_string("app.alert(1)"),
        }
    )
    writer.root[pdf_name("/OpenAction")] = writer.add_object(action)
    writer.update_root()


def annotated(
    subtype: str, box: tuple[int, int, int, int], **more: object
) -> Callable[[Writer], None]:
    """An annotation of *subtype* on the first page."""

    def change(writer: Writer) -> None:
        entries = {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name(subtype),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, box)),
            pdf_name("/Contents"): pdf_string("y kien"),
        }
        entries |= {pdf_name(f"/{key}"): value for key, value in more.items()}
        added = writer.add_object(generic.DictionaryObject(entries))
        page = _page(writer)
        listed = generic.ArrayObject([*page.get("/Annots", ()), added])
        page[pdf_name("/Annots")] = listed
        writer.update_container(page)

    return change


comment = annotated("/Text", (20, 700, 40, 720))
free_text = annotated("/FreeText", (200, 600, 400, 640), DA=pdf_string("/Helv 10 Tf"))
covering_text = annotated("/FreeText", (0, 0, 595, 842), DA=pdf_string("/Helv 90 Tf"))
covering_mark = annotated(
    "/Highlight",
    (200, 600, 201, 601),
    C=generic.ArrayObject(map(generic.NumberObject, (0, 0, 0))),
    QuadPoints=generic.ArrayObject(map(generic.NumberObject, (0, 842, 595, 842, 0, 0, 595, 0))),
)
mark = annotated(
    "/Highlight",
    (70, 690, 300, 715),
    QuadPoints=generic.ArrayObject(
        map(generic.NumberObject, (70, 715, 300, 715, 70, 690, 300, 690))
    ),
)
picture_stamp = annotated("/Stamp", (200, 600, 400, 640))
white_square = annotated("/Square", (60, 690, 500, 720))
redaction = annotated("/Redact", (60, 690, 500, 720))


def acting_comment(writer: Writer) -> None:
    action = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    )
    annotated("/Text", (20, 700, 40, 720), A=action)(writer)


def comment_that_vouches(writer: Writer) -> None:
    """A comment that points at content which the same update overwrites."""
    overwritten_content(writer)
    annotated("/Text", (20, 700, 40, 720), IRT=generic.IndirectObject(5, 0, writer))(writer)


def taken_annotation(writer: Writer) -> None:
    page = _page(writer, 1)
    page[pdf_name("/Annots")] = generic.ArrayObject()
    writer.update_container(page)


# Fields.


def _field(writer: Writer, number: int = -1) -> generic.DictionaryObject:
    return writer.root["/AcroForm"]["/Fields"][number]


def moved_widget(writer: Writer) -> None:
    field = _field(writer)
    field[pdf_name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 590, 840)))
    writer.update_container(field)


def replaced_look(writer: Writer) -> None:
    field = _field(writer)
    look = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 99, 99))),
        },
        stream_data=b"0 0 99 99 re f",
    )
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(look)})
    writer.update_container(field)


def filled_field(writer: Writer) -> None:
    """Another sum in a field of text that was signed."""
    field = _field(writer, 0)
    field[pdf_name("/V")] = pdf_string("999 dong")
    look = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 99, 20))),
        },
        stream_data=FORGED,
    )
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(look)})
    writer.update_container(field)


def idle_update(writer: Writer) -> None:
    """A revision of its own with an object that nobody names."""
    writer.add_object(generic.DictionaryObject({pdf_name("/Idle"): pdf_string("x")}))


def deleted_field(writer: Writer) -> None:
    fields = writer.root["/AcroForm"]["/Fields"]
    del fields[-1]
    writer.update_container(fields)


def renamed_field(writer: Writer) -> None:
    field = _field(writer)
    field[pdf_name("/T")] = pdf_string("Khac")
    writer.update_container(field)


def no_form(writer: Writer) -> None:
    del writer.root["/AcroForm"]
    writer.update_root()


def duplicated_field(writer: Writer) -> None:
    """A second field with the same signature, and the first page's content replaced."""
    field = _field(writer)
    second = generic.DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Sig"),
            pdf_name("/T"): pdf_string("Ban Sao"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 0, 0))),
            pdf_name("/V"): field.raw_get("/V"),
        }
    )
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.append(writer.add_object(second))
    writer.update_container(fields)


def both(*attacks: Attack) -> Attack:
    """One after the other."""

    def attack(data: bytes) -> bytes:
        for one in attacks:
            data = one(data)
        return data

    return attack


TAMPERING: dict[str, Attack] = {
    "flip-content": content_byte,
    "flip-cms": cms_byte,
    "flip-padding": padding_byte,
    "flip-trailer": trailer_byte,
    "junk-before": junk_before,
    "junk-behind": junk_behind,
    "objects-without-xref": raw_objects_behind,
    "objects-with-an-end": raw_objects_with_an_end,
    "swa-moved-range": moved_range,
    "usf-no-range": _range_as(b"/ByteRang_ []"),
    "usf-empty-range": _range_as(b"/ByteRange []"),
    "usf-null-range": _range_as(b"/ByteRange null"),
    "usf-negative-range": _range_as(b"/ByteRange [0 -1 -1 -1]"),
    "usf-no-contents": _contents_as(b"null"),
    "usf-zero-contents": _contents_as(b"<00>"),
    "usf-empty-contents": _contents_as(b"<>"),
    "short-range": short_range,
    "far-range": far_range,
    "appended-page": update(appended_page),
    "isa-new-content": update(replaced_content),
    "isa-overwritten-content": update(overwritten_content),
    "shadow-page-tree": update(swapped_pages),
    "shadow-font": update(swapped_font),
    "title": update(changed_title),
    "script": update(script),
    "annot-covering-text": update(covering_text),
    "annot-covering-mark": update(covering_mark),
    "annot-stamp": update(picture_stamp),
    "annot-square": update(white_square),
    "annot-redaction": update(redaction),
    "annot-acting": update(acting_comment),
    "annot-vouching": update(comment_that_vouches),
    "annot-taken": update(taken_annotation),
    "widget-moved": update(moved_widget),
    "widget-look": update(replaced_look),
    "field-deleted": update(deleted_field),
    "idle-update": update(idle_update),
    "field-renamed": update(renamed_field),
    "field-duplicated": update(duplicated_field),
    "form-removed": update(no_form),
    "content+junk": both(update(replaced_content), junk_behind),
    "comment+content": both(update(comment), update(replaced_content)),
    "comment+objects": both(update(comment), raw_objects_behind),
    "form+range": both(_range_as(b"/ByteRange []"), update(no_form)),
}
"""Of a file that was signed, whatever else is known of it, none of these may be accepted."""
