"""A process's lines: one shape, from our own code and from libraries, and never in the way."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def written(program: str, *, shape: str = "json", level: str = "info") -> list[str]:
    """The lines of a process that does *program* with its `log`."""
    begin = f"""
import logging
from tools import logs
log = logs.begin("worker-1", shape={shape!r}, level={level!r})
"""
    ended = subprocess.run(
        [sys.executable, "-c", begin + program],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    return ended.stderr.splitlines()


def test_our_own_lines_and_those_of_libraries_have_one_shape():
    own, other = written(
        "log.info('request', status=200)\nlogging.getLogger('waitress').info('x %d', 7)"
    )

    first, second = json.loads(own), json.loads(other)
    assert list(first) == ["time", "level", "process", "pid", "event", "status"]
    assert list(second) == ["time", "level", "process", "pid", "event", "logger"]
    assert (first["event"], first["status"]) == ("request", 200)
    assert (second["event"], second["logger"]) == ("x 7", "waitress")


def test_an_error_stays_one_line_with_its_traceback():
    (line,) = written(
        """
try:
    raise ValueError("a\\nb")
except ValueError:
    logging.getLogger("api").exception("unexpected")
"""
    )

    told = json.loads(line)
    assert told["level"] == "error"
    assert "ValueError: a\nb" in told["exception"]


def test_only_what_somebody_should_look_at_is_written_where_that_is_wished():
    lines = written("log.info('a')\nlog.warning('b')\nlogging.info('c')", level="warning")

    assert [json.loads(line)["event"] for line in lines] == ["b"]


def test_text_is_for_people():
    (line,) = written("log.info('request', route='/v1', note='một hai')", shape="text")

    assert line.endswith('event=request route=/v1 note="một hai"')
    assert line.startswith("time=")


def test_nobody_who_reads_is_no_reason_to_fail():
    written(
        """
import os, sys
reading, writing = os.pipe()
os.close(reading)
os.dup2(writing, 2)
for _ in range(3):
    log.info("x" * 10)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
"""
    )
