"""Operators of a content stream, whatever stands between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.signatures.drawing import Operand, Operator, operators


@pytest.mark.parametrize(
    ("content", "right"),
    [
        (b"q 1 0 0 -1 .5 +2 cm Q", [("q", []), ("cm", [1, 0, 0, -1, 0.5, 2]), ("Q", [])]),
        (b"0 0 9 9 re f n", [("re", [0, 0, 9, 9]), ("f", []), ("n", [])]),
        (b"(a(b)\\)\\101\\n) Tj", [("Tj", [b"a(b))A\n"])]),
        (b"[(a) -120 <4 1 4>] TJ", [("TJ", [[b"a", -120, b"A@"]])]),
        (b"/F1 8 Tf % a remark\nT*", [("Tf", ["/F1", 8]), ("T*", [])]),
        (b"/OC /MC0 BDC EMC", [("BDC", ["/OC", "/MC0"]), ("EMC", [])]),
        (b"/Tx << /A 1 >> BDC", [("BDC", ["/Tx", "/A", 1])]),
        (b"BI /W 1 ID \x00(\xff EI Q", [("BI", []), ("ID", ["/W", 1]), ("Q", [])]),
        (b"(without an end", []),
        (b"] ) > }", []),
    ],
)
def test_operators_come_with_what_stands_before_them(
    content: bytes, right: list[tuple[str, list[Operand]]]
):
    assert list(operators(content)) == [Operator(*one) for one in right]


@given(st.binary(max_size=400))
def test_nothing_is_ever_raised(content: bytes):
    for found in operators(content):
        assert found.name
