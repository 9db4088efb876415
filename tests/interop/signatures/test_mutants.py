"""Some hundreds of mutated files; `python -m tests.interop.signatures.mutants` runs thousands."""

from tests.interop.signatures.corpus import Corpus
from tests.interop.signatures.mutants import run

MUTANTS = 300


def test_every_mutant_gets_a_verdict_soon_and_none_passes_for_what_was_signed(corpus: Corpus):
    told = run(corpus, MUTANTS, seed=20260302)

    assert told.mutants == sum(told.finals.values()) == MUTANTS
    assert (told.untyped, told.hangs, told.false_accepts) == ([], [], [])
