"""A real server answers as `/openapi.json` says it does, whatever schemathesis asks.

Each time the same cases; with `--long` many more, and others each time.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.openapi.seeds import AGENCY, NEIGHBOUR, Seeds, sown
from tests.tools.command import Vankho
from tests.tools.serving import Running, serving

EXAMPLES, LONG_EXAMPLES = 8, 400
"""Cases of each operation in each phase."""
SETTINGS = Path(__file__).with_name("schemathesis.toml")
RIGHTS = ("read", "write", "administer")
NO_DIRECTORY = {
    ("POST", "/v1/sessions"),
    ("GET", "/v1/sessions/ticket"),
    ("HEAD", "/v1/sessions/ticket"),
}
"""What cannot succeed here, where no directory stands beside the server."""
_COUNTED = re.compile(r'vankho_requests_total{method="(\w+)",route="(.+)",status="([23]..)"')


def test_what_is_served_is_what_is_described(
    vankho: Vankho, tmp_path: Path, request: pytest.FixtureRequest
):
    long = request.config.getoption("--long")
    amount = [str(LONG_EXAMPLES)] if long else [str(EXAMPLES), "--seed", "1"]
    with serving(vankho, "--workers", 1, "--quiet") as running:
        bearer = a_token(vankho)
        config = tmp_path / "schemathesis.toml"
        config.write_text(configured(sown(running.address, bearer), bearer), encoding="utf-8")

        ended = asked(config, f"{running.address}/openapi.json", amount)

        assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr
        assert described(running) - succeeded(running, bearer) == NO_DIRECTORY


def a_token(vankho: Vankho) -> str:
    rights = [word for right in RIGHTS for word in ("--right", right)]
    issue = ("token", "issue", "--label", "test", *rights, "--every-agency", "--cleared", "--json")
    return vankho(*issue).lines[0]["bearer"]


def asked(config: Path, url: str, amount: list[str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)]
    command += ["run", url, "--max-examples", *amount]
    return subprocess.run(command, cwd=config.parent, capture_output=True, text=True, check=False)


def configured(seeds: Seeds, bearer: str) -> str:
    """The settings beside this file, with what there is and who asks."""
    words: dict[str, list[Any]] = {
        "agencies": [AGENCY, NEIGHBOUR],
        "books": ["den", "di"],
        "queries": ["hộ tịch", '"hộ tịch"', "so_den:[1 TO 5]", "loai:", "(a AND"],
        "keys": [f"key-{n}" for n in range(8)],
        "places": [0],
        "numbers": [1, 2, 3, 7],
        "waits": [0, 1],
        "offsets": [0, 8],
        "slugs": ["hidden", "duplicate-document", "nothing"],
        **seeds._asdict(),
    }
    told = [f"[dictionaries.{name}]\nvalues = {json.dumps(each)}" for name, each in words.items()]
    settings = SETTINGS.read_text(encoding="utf-8").replace("{bearer}", bearer)
    return settings + "\n" + "\n".join(told) + "\n"


def described(running: Running) -> set[tuple[str, str]]:
    paths = httpx.get(f"{running.address}/openapi.json").json()["paths"]
    return {
        (method.upper(), path)
        for path, item in paths.items()
        for method in item
        if method != "parameters"
    }


def succeeded(running: Running, bearer: str) -> set[tuple[str, str]]:
    """What was answered with success at least once: otherwise little would have been shown."""
    headers = {"Authorization": f"Bearer {bearer}"}
    figures = httpx.get(f"{running.address}/metrics", headers=headers).text
    counted = (_COUNTED.match(line) for line in figures.splitlines())
    return {(each[1], each[2].replace(":int}", "}")) for each in counted if each}
