"""The faster reader of hexadecimal strings says what pyHanko's own says, of anything."""

import importlib.util
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfStreamError

from interop.signatures.hex_strings import PIECE, read_hex_string


def stock() -> Any:
    """pyHanko's module as it comes, loaded beside the one in use, which may be replaced in part."""
    place = Path(str(generic.__file__))
    spec = importlib.util.spec_from_file_location("pyhanko.pdf_utils.generic_stock", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STOCK = stock()
STRINGS = st.lists(
    st.sampled_from([b"0", b"9", b"a", b"F", b" ", b"\n", b"\r", b"\t", b"\x00"]), max_size=200
)


@given(STRINGS, st.binary(max_size=20))
def test_the_same_string_and_the_same_place_behind_it(digits: list[bytes], rest: bytes):
    written = b"<" + b"".join(digits) + b">" + rest
    ours, theirs = BytesIO(written), BytesIO(written)

    value, expected = read_hex_string(ours), STOCK.read_hex_string_from_stream(theirs)

    assert value.original_bytes == expected.original_bytes
    assert ours.tell() == theirs.tell()


@pytest.mark.parametrize("digits", [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 1])
def test_a_string_longer_than_a_piece(digits: int):
    written = b"<" + b"a" * digits + b">rest"
    stream = BytesIO(written)

    value = read_hex_string(stream)

    assert value.original_bytes == bytes.fromhex("a" * digits + "0" * (digits % 2))
    assert stream.read() == b"rest"


@pytest.mark.parametrize("written", [b"<0g>", b"<00", b"<", b"<(00)>"])
def test_what_is_no_string_is_refused(written: bytes):
    with pytest.raises(PdfStreamError):
        read_hex_string(BytesIO(written))
