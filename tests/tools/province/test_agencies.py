from repository.model.ids import parse_agency_code
from repository.model.registers import Direction
from tools.province.agencies import EVERY_TOPIC, REGISTERS, province_agencies
from tools.province.subjects import all_topics

AGENCIES = province_agencies()


def test_every_code_is_one_that_the_repository_accepts():
    codes = [agency.code for agency in AGENCIES]

    assert [parse_agency_code(code) for code in codes] == codes
    assert len(set(codes)) == len(codes)


def test_superiors_come_before_those_below_them():
    seen: set[str] = set()
    for agency in AGENCIES:
        assert agency.superior is None or agency.superior in seen
        seen.add(agency.code)


def test_there_are_enough_agencies_for_eight_receivers_and_forwarding():
    assert 12 <= len(AGENCIES) <= 20


def test_names_differ_so_that_an_issuer_is_never_mistaken():
    assert len({agency.name for agency in AGENCIES}) == len(AGENCIES)


def test_every_agency_writes_about_something_that_exists():
    known = {topic.name for topic in all_topics()} | {EVERY_TOPIC}

    assert all(agency.topics and known.issuperset(agency.topics) for agency in AGENCIES)


def test_registers_are_one_a_direction():
    assert {Direction(register.direction) for register in REGISTERS} == set(Direction)
