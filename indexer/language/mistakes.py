"""The one thing that goes wrong with a typed query, and what would have been right there."""

import enum

from repository.errors import Kind, Trouble

_FIELDS = (
    "trich_yeu, noi_dung, co_quan_ban_hanh, loai, ky_hieu, so, so_den, so_di, "
    "ngay, ngay_dang_ky, so_dang_ky, chieu, co_quan"
)


class Expected(enum.Enum):
    """What should have stood at the place of a mistake: English, then Vietnamese."""

    OPERAND = ("a word, a phrase or a field", "một từ, một cụm từ hoặc một trường")
    VALUE = ("a value for the field", "giá trị cho trường")
    CLOSING_QUOTE = ("a closing quote", "dấu ngoặc kép đóng")
    CLOSING_BRACKET = ("a closing bracket", "dấu ngoặc đóng")
    NO_BRACKET = ("no closing bracket without an opening one", "không có ngoặc đóng thừa")
    FIELD_NAME = (f"a known field: {_FIELDS}", f"một trường đã biết: {_FIELDS}")
    NUMBER = ("a number", "một số")
    DATE = (
        "a date dd/mm/yyyy, a month mm/yyyy or a year",
        "ngày dd/mm/yyyy, tháng mm/yyyy hoặc năm",
    )
    RANGE = ("a range [from TO until], the smaller end first", "khoảng [từ TO đến], đầu nhỏ trước")
    NO_RANGE = (
        "a word; ranges are for numbers and dates",
        "một từ; khoảng chỉ dùng cho số và ngày",
    )
    DIRECTION = ("đến, đi or nội bộ", "đến, đi hoặc nội bộ")
    PATTERN = ("at least two letters before * or ?", "ít nhất hai chữ trước * hoặc ?")
    NEARNESS = ("a nearness from ~0 to ~9", "độ gần từ ~0 đến ~9")
    LIKENESS = ("one word and ~1 or ~2", "một từ và ~1 hoặc ~2")
    SHORTER = ("at most 1024 bytes", "không quá 1024 byte")
    FEWER_WORDS = ("at most 64 words", "không quá 64 từ")
    SHALLOWER = ("at most 16 brackets inside each other", "không quá 16 ngoặc lồng nhau")
    TEXT = ("text that can be encoded", "văn bản mã hóa được")


class QueryMistake(Trouble):
    """The query is wrong at character {position}: expected {expected}.

    *position* counts the characters of the composed (NFC) query from 1.
    """

    kind = Kind.MALFORMED
    vietnamese = "Câu tìm kiếm sai ở ký tự thứ {position}: cần {expected_vi}."


def mistake(position: int, expected: Expected) -> QueryMistake:
    """Make the trouble for a mistake at *position*, counted from 0."""
    english, vietnamese = expected.value
    return QueryMistake(
        position=position + 1, expected=english, expected_vi=vietnamese, reason=expected.name
    )
