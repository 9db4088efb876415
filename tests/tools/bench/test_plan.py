"""The corpus is planned before it is made, in the proportions it was frozen with."""

import hashlib
from collections import Counter

import msgspec
import pytest

from tools.bench.plan import FULL_SCALE, Kind, Stage, arrivals, papers


def test_the_same_scale_gives_the_same_plan():
    assert papers(40) == papers(40)
    assert arrivals(papers(40)) == arrivals(papers(40))


def test_the_whole_plan_has_the_frozen_size():
    copies = arrivals(papers(FULL_SCALE))

    assert len(set(copies)) == 1_883
    assert len(copies) == 4_019


def test_the_whole_plan_is_the_frozen_one_on_every_python():
    plan = papers(FULL_SCALE)

    told = msgspec.json.encode((plan, arrivals(plan)))
    assert hashlib.blake2b(told, digest_size=16).hexdigest() == "4b4de4122ac5af7c20fbc517ff6c9455"


@pytest.mark.parametrize("documents", [40, FULL_SCALE])
def test_kinds_attachments_and_recipients_keep_their_shares_on_every_scale(documents: int):
    plan = papers(documents)

    kinds = Counter(paper.kind for paper in plan)
    assert kinds[Kind.DIGITAL] / documents == pytest.approx(0.62, abs=0.02)
    assert kinds[Kind.SCAN] / documents == pytest.approx(0.23, abs=0.02)
    assert sum(paper.attached for paper in plan) / documents == pytest.approx(0.20)
    recipients = sum(paper.recipients for paper in plan)
    assert recipients / documents == pytest.approx(3.4, abs=0.1)
    certifying = sum(len(paper.certifications) for paper in plan)
    assert certifying / recipients == pytest.approx(0.15, abs=0.01)
    assert {paper.pages for paper in plan} <= set(range(1, 7))


def test_no_version_arrives_before_the_one_it_extends():
    first = {copy: place for place, copy in reversed(list(enumerate(arrivals(papers(40)))))}
    order = [Stage.DRAFT, Stage.INITIALLED, Stage.SIGNED, Stage.SEALED, Stage.CERTIFIED]

    for number in range(40):
        places = [
            min((place for copy, place in first.items()
                 if copy.paper == number and copy.stage is stage), default=None)
            for stage in order
        ]  # fmt: skip
        arrived = [place for place in places if place is not None]
        assert arrived == sorted(arrived)


def test_papers_overlap_in_their_arrival():
    numbers = [copy.paper for copy in arrivals(papers(40))]

    assert numbers != sorted(numbers)
