"""The rule of who sees a document stands twice, as a decision and as tokens: they agree."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from repository.model.access import OPERATOR, Caller, Right, Rule, authorize, holds, judge
from repository.model.confidentiality import Confidentiality
from repository.model.document_access import judge_document, tokens_for, tokens_of
from repository.model.documents import Document
from repository.model.ids import AgencyId, DocumentId, PersonId, RegisterId
from repository.model.registers import Direction

AGENCIES = tuple(map(AgencyId, "abc"))
HANDS = ("p:1", "p:2", "u:1", "u:2")
some = st.frozensets(st.sampled_from(AGENCIES))
rights = st.frozensets(st.sampled_from(Right))
people = st.builds(
    Caller,
    name=st.just("person:1"),
    rights=st.just(frozenset[Right]()),
    person=st.just(PersonId("1")),
    standing=st.dictionaries(st.sampled_from(AGENCIES), rights),
    hands=st.frozensets(st.sampled_from(HANDS)),
    inherited=some,
    custody=some,
    cleared=some,
)
programs = st.builds(
    Caller,
    name=st.just("token:1"),
    rights=rights,
    agencies=some,
    every_agency=st.booleans(),
    inherited=some,
    clearance=st.booleans(),
)
callers = people | programs
grades = st.sampled_from(Confidentiality)


def a_document(agency: AgencyId, grade: Confidentiality) -> Document:
    return Document(
        id=DocumentId("d"), agency=agency, register=RegisterId("r"),
        direction=Direction.INCOMING, period=2026, number=1, symbol="", issued="", kind="",
        registered=0, issuer="", subject="", confidentiality=grade,
    )  # fmt: skip


@given(callers, st.sampled_from(AGENCIES), grades, st.frozensets(st.sampled_from(HANDS)))
def test_who_may_read_holds_a_token_of_the_document_and_nobody_else(
    caller: Caller, agency: AgencyId, grade: Confidentiality, lines: frozenset[str]
):
    document = a_document(agency, grade)

    allowed = judge_document(caller, Right.READ, document, lines.__contains__).allowed

    shared = tokens_for(caller, AGENCIES).intersection(tokens_of(document, lines))
    assert allowed is bool(shared)


@given(
    people, st.sampled_from(AGENCIES), grades, st.frozensets(st.sampled_from(HANDS)), st.booleans()
)
def test_who_saw_the_draft_holds_a_token_until_the_recall(
    caller: Caller,
    agency: AgencyId,
    grade: Confidentiality,
    drafted_by: frozenset[str],
    recalled: bool,
):
    document = msgspec.structs.replace(a_document(agency, grade), recalled=int(recalled))
    saw = agency in caller.standing and bool(drafted_by & caller.hands) and not recalled

    held = tokens_of(document, (), drafted_by=drafted_by)

    allowed = judge(caller, Right.READ, agency, grade).allowed or saw
    assert allowed is bool(tokens_for(caller, AGENCIES).intersection(held))


@given(callers, st.sampled_from(Right), st.sampled_from(AGENCIES), grades)
def test_a_grade_takes_away_and_never_gives(
    caller: Caller, right: Right, agency: AgencyId, grade: Confidentiality
):
    plain, graded = judge(caller, right, agency), judge(caller, right, agency, grade)

    assert plain.allowed or not graded.allowed
    if grade is not Confidentiality.RESTRICTED:
        assert plain == graded
    assert holds(caller, right, agency) is plain.allowed


@given(callers, st.sampled_from(AGENCIES), grades, st.frozensets(st.sampled_from(HANDS)))
def test_a_line_lets_read_and_nothing_more(
    caller: Caller, agency: AgencyId, grade: Confidentiality, lines: frozenset[str]
):
    document = a_document(agency, grade)

    for right in (Right.WRITE, Right.ADMINISTER, Right.ERASE):
        with_line = judge_document(caller, right, document, lines.__contains__)
        assert with_line == judge(caller, right, agency, grade)


def test_the_operator_may_do_all():
    document = a_document(AGENCIES[0], Confidentiality.RESTRICTED)

    for right in Right:
        authorize(OPERATOR, right, AGENCIES[0])
        assert judge_document(OPERATOR, right, document, lambda _: False).rule is Rule.PROGRAM
