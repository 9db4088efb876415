"""Every trouble can be told: an English sentence, a Vietnamese one, the same facts in both."""

import re
import unicodedata
from collections import Counter

import pytest

from repository.errors import Trouble
from tests.architecture.checkout import PACKAGES, modules


@pytest.fixture(scope="module")
def troubles() -> list[type[Trouble]]:
    for _ in modules():
        pass
    return sorted(
        (found for found in descendants(Trouble) if found.__module__.split(".")[0] in PACKAGES),
        key=lambda trouble: (trouble.__module__, trouble.__qualname__),
    )


def test_there_are_troubles_to_judge(troubles: list[type[Trouble]]):
    assert troubles


def test_every_trouble_has_its_own_sentence(troubles: list[type[Trouble]]):
    silent = [trouble for trouble in troubles if not vars(trouble).get("__doc__")]

    assert silent == []


def test_every_trouble_has_a_vietnamese_sentence_in_composed_form(troubles: list[type[Trouble]]):
    wrong = [
        trouble
        for trouble in troubles
        if not vars(trouble).get("vietnamese")
        or not unicodedata.is_normalized("NFC", trouble.vietnamese)
    ]

    assert wrong == []


def test_both_sentences_of_a_trouble_tell_the_same_facts(troubles: list[type[Trouble]]):
    differing = {
        trouble: facts(english(trouble)) ^ facts(trouble.vietnamese)
        for trouble in troubles
        if facts(english(trouble)) != facts(trouble.vietnamese)
    }

    assert differing == {}


def test_no_two_troubles_share_the_name_clients_know_them_by(troubles: list[type[Trouble]]):
    shared = [slug for slug, times in Counter(t.slug() for t in troubles).items() if times > 1]

    assert shared == []


def descendants(trouble: type[Trouble]) -> set[type[Trouble]]:
    children = set(trouble.__subclasses__())
    return children.union(*(descendants(child) for child in children))


def english(trouble: type[Trouble]) -> str:
    """The sentence a caller is told: the docstring's first paragraph."""
    return (trouble.__doc__ or "").split("\n\n")[0]


def facts(sentence: str) -> set[str]:
    """The facts a sentence tells; `{expected_vi}` is `{expected}` in the other language."""
    return {name.removesuffix("_vi") for name in re.findall(r"\{(\w+)\}", sentence)}
