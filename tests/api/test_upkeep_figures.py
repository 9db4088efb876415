"""`/metrics` tells how the node was last looked after, from what was kept; and the page tells them all."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from api.services.nodes import AdmitNode
from repository.checking import NoteCheck
from repository.model.access import OPERATOR
from repository.model.nodes import parse_node
from repository.runs import RunKind, note_run
from repository.upkeep.stats import statistics
from tests.api.conftest import Node
from tests.api.office import a_file
from tests.api.test_node import figure
from tests.nodes.test_offices import AtHome

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ALERTS = (ROOT / "tools" / "deploy" / "prometheus" / "vankho.rules.yml").read_text(encoding="utf-8")


def noted(node: Node, kind: RunKind, **figures: int) -> None:
    assert note_run(node.holdings.keeper, kind, seconds=1.5, figures=figures)


def families(node: Node) -> set[str]:
    """The names of all figures that are told."""
    text = node.province.get("/metrics").text
    names = re.findall(r"^# TYPE (\w+) \w+$", text, re.MULTILINE)
    return {name for name in names if not name.endswith("_created")}


@pytest.mark.parametrize("kind", RunKind)
def test_what_was_never_done_has_no_time_and_what_was_done_has_its_own(node: Node, kind: RunKind):
    name = f'vankho_run_timestamp_seconds{{run="{kind.value}"}}'
    before = figure(node, name)
    noted(node, kind)
    at = node.clock.now.timestamp()
    node.clock.now += timedelta(hours=5)

    assert (before, figure(node, name)) == (0, at)
    assert figure(node, f'vankho_run_seconds{{run="{kind.value}"}}') == 1.5


def test_the_last_check_tells_what_it_found(node: Node):
    assert "vankho_check_damaged" not in families(node)
    noted(node, RunKind.CHECK, findings=3, damaged=2, packs=7)
    assert figure(node, "vankho_check_findings") == 3
    assert figure(node, "vankho_check_damaged") == 2

    noted(node, RunKind.CHECK, findings=0, damaged=0, packs=7)
    assert figure(node, "vankho_check_damaged") == 0


@pytest.mark.parametrize("node", ["disk"], indirect=True)
def test_a_damaged_pack_is_told_until_it_is_found_sound(node: Node):
    node.clerk.brings(b"x" * 1000)
    node.holdings.seal()
    pack = next(n for n in range(1, 50) if _is_sealed(node, n))
    assert figure(node, "vankho_packs_unchecked") == 1

    found = NoteCheck(caller=OPERATOR, pack=pack, damaged=2)
    node.holdings.keeper.submit(found)
    assert figure(node, "vankho_packs_damaged") == 1
    assert figure(node, "vankho_packs_unchecked") == 0
    assert figure(node, "vankho_packs_sound_timestamp_seconds") == 0

    node.holdings.keeper.submit(NoteCheck(caller=OPERATOR, pack=pack, damaged=0))
    assert figure(node, "vankho_packs_damaged") == 0
    assert figure(node, "vankho_packs_sound_timestamp_seconds") == node.clock.now.timestamp()


def _is_sealed(node: Node, pack: int) -> bool:
    return f"{pack:012x}.pack" in node.holdings.shelves.packs.names()


@pytest.mark.parametrize("node", ["disk"], indirect=True)
def test_bytes_are_those_of_the_last_count(node: Node):
    content = b"van ban " * 5000
    node.clerk.brings(content)
    for n in range(3):
        paper = node.clerk.registers(f"k-{n}", components=[a_file(content)])
        assert paper.status_code == 201
    counted = statistics(node.holdings)
    noted(node, RunKind.STATS, **counted.figures)

    assert figure(node, 'vankho_counted_bytes{counted="naive"}') == 3 * len(content)
    assert figure(node, 'vankho_counted_bytes{counted="once"}') == len(content)
    assert figure(node, "vankho_counted_files") == 3
    left = 3 * len(content) - counted.packs - counted.log
    assert figure(node, "vankho_saved_bytes") == left


def test_an_office_node_that_was_never_heard_of_and_one_without_its_store_node_are_told(
    node: Node, tmp_path: Path
):
    node.holdings.keeper.submit(AdmitNode(caller=OPERATOR, node=parse_node("xa-1"), digest=b"d"))
    assert figure(node, 'vankho_node_heard_timestamp_seconds{node="xa-1"}') == 0

    home = AtHome(tmp_path / "office")
    with home.opened() as holdings:
        office = Node(holdings, home.clock)
        assert figure(office, "vankho_store_node_up") == 1
        home.shared.away = True
        assert figure(office, "vankho_store_node_up") == 0


def test_all_figures_are_on_the_page_and_alerts_ask_for_no_others(node: Node, tmp_path: Path):
    for kind in RunKind:
        noted(node, kind)
    node.holdings.keeper.submit(AdmitNode(caller=OPERATOR, node=parse_node("xa-1"), digest=b"d"))
    home = AtHome(tmp_path / "office")
    with home.opened() as holdings:
        told = families(node) | families(Node(holdings, home.clock))

    assert told == documented()
    asked = {re.sub(r"_bucket$", "", name) for name in re.findall(r"\bvankho_\w+", ALERTS)}
    assert asked <= told


def documented() -> set[str]:
    """The names in the page's table, `a_{b,c}_d` written out."""
    table = PAGE[PAGE.index("### Số đo / Metrics") : PAGE.index("### systemd")]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `vankho_")]
    names: set[str] = set()
    for name in re.findall(r"`(vankho_[^`]+)`", " ".join(rows)):
        inside = re.fullmatch(r"(\w+_)\{([\w,]+)\}(_\w+)", name)
        if inside:
            names.update(inside[1] + word + inside[3] for word in inside[2].split(","))
        else:
            names.add(name.split("{")[0])
    return names
