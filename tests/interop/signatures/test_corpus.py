"""Every file of the corpus gets the verdict that it names: attacks none, honest files theirs."""

from interop.signatures.dimensions import Final
from interop.signatures.verdicts import FileVerdict
from tests.interop.signatures.conftest import Judge
from tests.interop.signatures.corpus import GOOD, Case, Corpus

ACCEPTED = {Final.VALID, Final.WARNINGS}


def test_no_file_is_accepted_beyond_what_it_deserves_and_none_judged_otherwise(
    corpus: Corpus, judge: Judge
):
    verdicts = {name: judge(case) for name, case in corpus.cases.items()}

    wrong = {name: shown(corpus.cases[name], *found) for name, found in verdicts.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_the_corpus_is_large_enough_and_has_every_number_of_signatures(corpus: Corpus):
    attacks = [name for name, case in corpus.cases.items() if not case.known & GOOD]

    assert len(attacks) >= 120
    assert all(any(name.endswith(f"-{count}") for name in attacks) for count in range(1, 5))


def shown(case: Case, alone: FileVerdict, known: FileVerdict) -> str:
    """What is wrong about the verdicts on *case*; nothing where they are right."""
    if alone.final in case.alone and known.final in case.known:
        return ""
    reasons = [[one.en for one in verdict.reasons] for verdict in (alone, known)]
    return f"{alone.final}, {known.final}: {reasons}"
