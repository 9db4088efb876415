"""What can be wrong with a message, each with the stable code that peers and scripts are told.

A code is a class letter and a path: `X` not readable as a message, `N` missing, `R` too long, `M`
malformed, `B` a file in it. The path names elements from MessageHeader, TraceHeaderList,
edXMLManifest or AttachmentEncoded on.
"""

import enum
from typing import Self

from repository.errors import Kind, Trouble


class Level(enum.Enum):
    """What follows for a message that was received; a message of ours is refused for either."""

    ERROR = "error"
    """It is put aside (cách ly) and a person looks at it."""
    FLAG = "flag"
    """It is taken, and the remark is shown beside it."""


class MessageFault(Trouble):
    """{code} at {place}: the message is at fault."""

    kind = Kind.INVALID
    vietnamese = "{code} tại {place}: thông điệp có lỗi."

    def __init__(
        self,
        *,
        code: str,
        place: str = "edXML",
        line: int = 0,
        level: Level = Level.ERROR,
        **facts: object,
    ) -> None:
        self.code = code
        self.place = place
        self.line = line
        """Where in the file; 0 = not known."""
        self.level = level
        super().__init__(code=code, place=place, line=line, level=level, **facts)

    def at(self, line: int) -> Self:
        """The same fault, told with its *line*."""
        return type(self)(**{**self.facts, "line": line})  # pyright: ignore[reportArgumentType]


class NotXml(MessageFault):
    """{code} at {place}: not well-formed XML in UTF-8 ({reason})."""

    kind = Kind.MALFORMED
    vietnamese = "{code} tại {place}: không phải XML đúng dạng, mã UTF-8 ({reason})."


class DoctypeRefused(MessageFault):
    """{code} at {place}: a DOCTYPE is refused, whatever it declares."""

    kind = Kind.MALFORMED
    vietnamese = "{code} tại {place}: từ chối mọi DOCTYPE, bất kể khai báo gì."


class OtherNamespace(MessageFault):
    """{code} at {place}: the root is {found}, not edXML of QCVN 102:2016."""

    kind = Kind.MALFORMED
    vietnamese = "{code} tại {place}: phần tử gốc là {found}, không phải edXML theo QCVN 102:2016."


class BeyondLimit(MessageFault):
    """{code} at {place}: more than {most} {what}."""

    kind = Kind.TOO_LARGE
    vietnamese = "{code} tại {place}: quá {most} {what}."


class ElementMissing(MessageFault):
    """{code} at {place}: required, not there or empty."""

    vietnamese = "{code} tại {place}: bắt buộc nhưng thiếu hoặc rỗng."


class ElementTooLong(MessageFault):
    """{code} at {place}: {length} characters, at most {most} are allowed."""

    vietnamese = "{code} tại {place}: {length} ký tự, tối đa {most}."


class ElementMalformed(MessageFault):
    """{code} at {place}: {found} is not {expected}."""

    vietnamese = "{code} tại {place}: {found} không phải {expected}."


class RecipientTwice(MessageFault):
    """{code} at {place}: {found} is addressed twice."""

    vietnamese = "{code} tại {place}: {found} được gửi hai lần."


class UnknownStatus(MessageFault):
    """{code} at {place}: status {found} is none we know; it is kept and changes nothing."""

    vietnamese = "{code} tại {place}: không biết trạng thái {found}; giữ lại, không đổi gì."


class MessageTypeDiffers(MessageFault):
    """{code} at {place}: announced as {announced}, but it is {found}."""

    vietnamese = "{code} tại {place}: được báo là {announced} nhưng nội dung là {found}."


class NotBase64(MessageFault):
    """{code} at {place}: the payload is not strict Base64 (RFC 4648, 4)."""

    kind = Kind.MALFORMED
    vietnamese = "{code} tại {place}: nội dung không phải Base64 đúng chuẩn (RFC 4648, 4)."


class ZipRefused(MessageFault):
    """{code} at {place}: the ZIP around the file is refused ({reason})."""

    vietnamese = "{code} tại {place}: từ chối tệp ZIP bọc ngoài ({reason})."


class EmptyAttachment(MessageFault):
    """{code} at {place}: the attached file is empty."""

    vietnamese = "{code} tại {place}: tệp đính kèm rỗng."


class ManifestDiffers(MessageFault):
    """{code} at {place}: manifest and attachments do not match ({reason})."""

    vietnamese = "{code} tại {place}: danh mục và tệp đính kèm không khớp ({reason})."


class MessageOversized(MessageFault):
    """{code} at {place}: over the limit of {most} {what}."""

    kind = Kind.TOO_LARGE
    vietnamese = "{code} tại {place}: quá giới hạn {most} {what}."


class ContentDiffers(MessageFault):
    """{code} at {place}: the file to send has not the size that was told."""

    vietnamese = "{code} tại {place}: tệp gửi đi không có kích thước đã báo."


class MessageRefused(Trouble):
    """The message is not written: {faults}."""

    kind = Kind.INVALID
    vietnamese = "Không ghi thông điệp: {faults}."


def refused(faults: tuple[MessageFault, ...]) -> MessageRefused:
    """The trouble that *faults* of a message of ours come to."""
    return MessageRefused(faults=", ".join(fault.code for fault in faults))
