"""One pass over the bytes sees the same however they fall into pieces."""

import hashlib
from io import BytesIO

import pytest

from interop.signatures.pdf_bytes import CHUNK, Definition, seen
from tests.interop.signatures.corpus import Corpus


@pytest.mark.parametrize("filler", [0, 1, 100, CHUNK - 40, CHUNK - 20, CHUNK, 2 * CHUNK - 4100])
def test_a_definition_is_seen_wherever_a_piece_ends(filler: int):
    content = b" " * filler + b"\n12 0 obj\n<< /ByteRange [0 1 2 3] >>\nendobj\n%%EOF\n"

    found = seen(BytesIO(content), (filler,))

    assert found.definitions == (Definition(12, 0, filler + 1),)
    assert (found.byte_ranges, found.last_eof) == (1, len(content) - 1)
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.begins == {filler: hashlib.sha256(b" " * filler).hexdigest()}


def test_what_lies_in_a_stream_is_content():
    content = b"1 0 obj\n<<>>\nstream\n2 0 obj /ByteRange [\nendstream\nendobj\n3 0 obj\n"

    found = seen(BytesIO(content))

    assert [one.number for one in found.definitions] == [1, 3]
    assert found.byte_ranges == 0


def test_every_object_and_every_signature_of_a_file_is_seen(corpus: Corpus):
    found = seen(BytesIO(corpus.flows[4]))

    assert found.byte_ranges == 4
    assert {one.number for one in found.definitions} >= set(range(1, 9))
