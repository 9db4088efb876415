"""Nothing kept here tells where it was made or fetched from: whoever installs brings their own.

The patterns carry a bracket in the middle of each word, so that this file does not hold
what it looks for.
"""

import re

import pytest

from tests.architecture.checkout import ROOT, files

TRACES = {
    "a registry's host": r"p[y]pi\.org|python[h]osted|npm[j]s\.|deb\.d[e]bian|files\.p[y]thon",
    "an index or a folder of wheels": r"--(extra-)?ind[e]x-url|--find-l[i]nks\b|^-[if]\s+\S*/",
    "a join left half-done": r"^(<{7}|>{7}) ",
    "a folder of somebody's machine": r"(?<![\w/.:-])/(h[o]me|r[o]ot|Us[e]rs|w[o]rk)/\w",
}


@pytest.mark.parametrize("trace", TRACES)
def test_no_kept_file_holds(trace: str):
    pattern = re.compile(TRACES[trace], re.MULTILINE)

    found = [f"{name}: {hit[0]}" for name, text in texts() for hit in pattern.finditer(text)]

    assert found == []


@pytest.mark.parametrize(
    ("trace", "line"),
    [
        ("a registry's host", "https://" + "py" + "pi.org/simple"),
        ("an index or a folder of wheels", "--index" + "-url https://example.vn"),
        ("an index or a folder of wheels", "-f " + "/wheels"),
        ("a join left half-done", "<<<<" + "<<< HEAD"),
        ("a folder of somebody's machine", "open('" + "/ho" + "me/lan/vankho')"),
    ],
)
def test_a_planted_trace_is_seen(trace: str, line: str):
    assert re.search(TRACES[trace], line, re.MULTILINE)


def texts() -> list[tuple[str, str]]:
    """Name and text of every kept file that is text."""
    kept = ((path, path.read_bytes()) for path in files())
    return [
        (str(path.relative_to(ROOT)), content.decode(errors="replace"))
        for path, content in kept
        if b"\0" not in content
    ]
