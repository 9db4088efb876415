"""Types of documents are data: the decree's, dated, and more families by one file more."""

from repository.model import document_types

TODAY = "2026-03-02"
FAMILY = """
family = "party"
from = "2010-01-01"
to = "2025-12-31"

[[types]]
name = "Công văn"
abbreviation = "CV"

[[types]]
name = "Quy định"
abbreviation = "QĐ"
from = "2020-01-01"
"""


def administrative() -> list[document_types.DocumentType]:
    return [one for one in document_types.on(TODAY) if one.family == "administrative"]


def test_the_decree_has_29_types_of_which_27_are_abbreviated():
    abbreviations = [one.abbreviation for one in administrative() if one.abbreviation]

    assert len(administrative()) == 29
    assert len(abbreviations) == len(set(abbreviations)) == 27
    assert {one.name for one in administrative() if not one.abbreviation} == {
        "Công văn",
        "Thư công",
    }


def test_a_type_is_one_only_for_its_time():
    assert document_types.on("2020-03-04") == ()
    assert document_types.called("Quyết định", "2020-03-04") is None


def test_a_type_is_known_by_its_name_with_or_without_what_stands_in_brackets():
    found = [document_types.called(name, TODAY) for name in ("quyết  định", "Quyết định (cá biệt)")]

    assert [one.abbreviation for one in found if one] == ["QĐ", "QĐ"]
    assert document_types.called("Quyết", TODAY) is None


def test_a_family_is_a_file_more():
    types = document_types.parse(FAMILY)

    assert [(one.abbreviation, one.valid_from, one.valid_to) for one in types] == [
        ("CV", "2010-01-01", "2025-12-31"),
        ("QĐ", "2020-01-01", "2025-12-31"),
    ]
    assert [one.abbreviation for one in document_types.on("2019-05-01", types)] == ["CV"]
