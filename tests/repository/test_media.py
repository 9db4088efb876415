"""Kinds of files are told from their bytes alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.blobs import media
from repository.blobs.address import address_of
from repository.blobs.media import Media

ZIP = b"PK\x03\x04" + bytes(26)
RECOGNISED = [
    (b"", Media.BINARY),
    (b"\0\1\2", Media.BINARY),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", Media.PDF),
    (b"junk before\n%PDF-1.4", Media.PDF),
    (bytes(1100) + b"%PDF-1.4", Media.BINARY),
    (ZIP + b"mimetypeapplication/vnd.oasis.opendocument.text", Media.ODT),
    (ZIP + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", Media.ODS),
    (ZIP + b"[Content_Types].xml" + bytes(40) + b"word/document.xml", Media.DOCX),
    (ZIP + b"xl/workbook.xml", Media.XLSX),
    (ZIP + b"ppt/presentation.xml", Media.PPTX),
    (ZIP + b"a.txt", Media.ZIP),
    (b"\xef\xbb\xbf<!DOCTYPE html><p>", Media.HTML),
    (b"<?xml version='1.0'?>\n<edXML/>", Media.XML),
    (b"<?xml version='1.0'?><html xmlns='x'>", Media.HTML),
    ("Kính gửi: Sở Tư pháp".encode(), Media.TEXT),
    ("Kính gửi".encode("utf-16"), Media.TEXT),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Media.PNG),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", Media.JPEG),
    (b"II*\0\x08\0\0\0", Media.TIFF),
    (b"MM\0*\0\0\0\x08", Media.TIFF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Media.OLE),
    (b"{\\rtf1\\ansi", Media.RTF),
    (b"\x1f\x8b\x08\0", Media.GZIP),
    (b"7z\xbc\xaf\x27\x1c\0\4", Media.SEVEN_ZIP),
    (b"Rar!\x1a\x07\1\0", Media.RAR),
    (b"-----BEGIN PKCS7-----", Media.PKCS7),
]


@pytest.mark.parametrize(("head", "expected"), RECOGNISED)
def test_a_file_is_recognised_by_its_bytes(head: bytes, expected: Media):
    assert media.recognise(head) is expected
    assert address_of(head).media is expected


@given(head=st.binary(max_size=media.HEAD_BYTES))
def test_anything_is_recognised_as_something_that_has_a_name(head: bytes):
    assert "/" in media.NAMES[media.recognise(head)]
    assert set(media.NAMES) == set(Media)
