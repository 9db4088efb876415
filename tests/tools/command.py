"""The command as a test runs it: in this process for speed, as a program where signals matter."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from typer.testing import CliRunner

from tools.cli import create_cli
from tools.settings import environment

ENGLISH = {"VANKHO_LANG": "en"}


class Ended(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def lines(self) -> list[Any]:
        """Its JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class Vankho:
    """`vankho` on one store."""

    def __init__(self, store: Path, around: Mapping[str, str] | None = None) -> None:
        """*around*: what programs find in their environment besides."""
        self.store = store
        self._around = around or {}

    def __call__(self, *arguments: object, env: Mapping[str, str] = ENGLISH) -> Ended:
        given = {"VANKHO_STORE": str(self.store), **env}
        result = CliRunner().invoke(create_cli(), [str(each) for each in arguments], env=given)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr, result.stdout_bytes)

    def started(
        self, *arguments: object, stdout: int | None = None, stderr: IO[bytes] | None = None
    ) -> "subprocess.Popen[bytes]":
        """The same as a program of its own, in a session of its own."""
        environ = {**environment(), **self._around, **ENGLISH, "VANKHO_STORE": str(self.store)}
        command = [sys.executable, "-P", "-m", "tools", *map(str, arguments)]
        return subprocess.Popen(
            command, env=environ, stdout=stdout, stderr=stderr, start_new_session=True
        )


def a_settings_file(store: Path, text: str) -> None:
    """Put *text* where `vankho` looks for the settings of *store*."""
    (store / "vankho.toml").write_text(text, encoding="utf-8")
