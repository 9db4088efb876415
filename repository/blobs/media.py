"""What kind of file the bytes are, told from the bytes alone.

The codes are part of the format on disk: a code is never given another meaning, new ones are
added at the end. What a sender claims is not looked at.
"""

import enum


class Media(enum.IntEnum):
    """The media types that are told apart; the number is kept in every record."""

    BINARY = 0
    PDF = 1
    DOCX = 2
    XLSX = 3
    PPTX = 4
    ODT = 5
    ODS = 6
    ZIP = 7
    HTML = 8
    XML = 9
    TEXT = 10
    PNG = 11
    JPEG = 12
    TIFF = 13
    OLE = 14
    RTF = 15
    GZIP = 16
    SEVEN_ZIP = 17
    RAR = 18
    PKCS7 = 19


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
NAMES: dict[Media, str] = {
    Media.BINARY: "application/octet-stream",
    Media.PDF: "application/pdf",
    Media.DOCX: _OPEN_XML + "wordprocessingml.document",
    Media.XLSX: _OPEN_XML + "spreadsheetml.sheet",
    Media.PPTX: _OPEN_XML + "presentationml.presentation",
    Media.ODT: "application/vnd.oasis.opendocument.text",
    Media.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    Media.ZIP: "application/zip",
    Media.HTML: "text/html",
    Media.XML: "application/xml",
    Media.TEXT: "text/plain",
    Media.PNG: "image/png",
    Media.JPEG: "image/jpeg",
    Media.TIFF: "image/tiff",
    Media.OLE: "application/x-ole-storage",
    Media.RTF: "application/rtf",
    Media.GZIP: "application/gzip",
    Media.SEVEN_ZIP: "application/x-7z-compressed",
    Media.RAR: "application/vnd.rar",
    Media.PKCS7: "application/pkcs7-signature",
}

_BEGINNINGS: tuple[tuple[bytes, Media], ...] = (
    (b"\x89PNG\r\n\x1a\n", Media.PNG),
    (b"\xff\xd8\xff", Media.JPEG),
    (b"II*\0", Media.TIFF),
    (b"MM\0*", Media.TIFF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Media.OLE),
    (b"{\\rtf", Media.RTF),
    (b"\x1f\x8b\x08", Media.GZIP),
    (b"7z\xbc\xaf\x27\x1c", Media.SEVEN_ZIP),
    (b"Rar!\x1a\x07", Media.RAR),
    (b"-----BEGIN PKCS7", Media.PKCS7),
)
# Names that stand in the first entries of a ZIP container, and what they make it.
_ZIP_SIGNS: tuple[tuple[bytes, Media], ...] = (
    (b"mimetypeapplication/vnd.oasis.opendocument.text", Media.ODT),
    (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", Media.ODS),
    (b"word/", Media.DOCX),
    (b"xl/", Media.XLSX),
    (b"ppt/", Media.PPTX),
)
HEAD_BYTES = 4096
"""How much of a file is looked at."""
PDF_HEAD_BYTES = 1024
"""Readers accept `%PDF-` within the first 1,024 bytes (PDF 1.7, Annex H.3.4.1)."""


def recognise(head: bytes) -> Media:
    """The media type of a file that begins with *head* (its first `HEAD_BYTES`, or all of it)."""
    for beginning, media in _BEGINNINGS:
        if head.startswith(beginning):
            return media
    if b"%PDF-" in head[:PDF_HEAD_BYTES]:
        return Media.PDF
    if head.startswith(b"PK\x03\x04"):
        return next((media for sign, media in _ZIP_SIGNS if sign in head), Media.ZIP)
    return _recognise_text(head)


def _recognise_text(head: bytes) -> Media:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Media.TEXT
    if not head or _has_controls(head):
        return Media.BINARY
    beginning = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:256].lower()
    if beginning.startswith((b"<!doctype html", b"<html")):
        return Media.HTML
    if beginning.startswith(b"<?xml"):
        return Media.HTML if b"<html" in head.lower() else Media.XML
    return Media.TEXT


def _has_controls(head: bytes) -> bool:
    # A zero byte is what most files that are no text have: it is found thirty times as fast.
    return b"\0" in head or bool(head.translate(None, _PRINTABLE))


# Everything but the C0 controls that no text holds: text may have any byte from 0x20 up.
_PRINTABLE = bytes({9, 10, 12, 13, 27, *range(32, 256)} - {127})
