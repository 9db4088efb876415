"""A sweep says of integrity what the engine says, where both can read."""

from io import BytesIO

import pytest

from interop.signatures.dimensions import Integrity
from interop.signatures.sweep import integrities
from tests.interop.signatures import attacks
from tests.interop.signatures.corpus import Corpus


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_signature_of_an_honest_file_is_intact(corpus: Corpus, count: int):
    assert integrities(BytesIO(corpus.flows[count])) == (Integrity.INTACT,) * count


def test_a_byte_of_content_breaks_all_and_one_of_the_last_signature_breaks_it(corpus: Corpus):
    content = attacks.content_byte(corpus.flows[3])
    last = attacks.trailer_byte(corpus.flows[3])

    assert integrities(BytesIO(content)) == (Integrity.BROKEN,) * 3
    assert integrities(BytesIO(last)) == (Integrity.INTACT, Integrity.INTACT, Integrity.BROKEN)


def test_of_no_file_of_the_corpus_anything_is_raised(corpus: Corpus):
    for case in corpus.cases.values():
        integrities(BytesIO(case.file))


def test_a_file_without_signatures_has_none(corpus: Corpus):
    assert integrities(BytesIO(corpus.cases["unsigned"].file)) == ()
