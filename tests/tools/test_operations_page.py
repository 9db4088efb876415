"""What is said in docs/operations.md is what there is: every command, setting and exit code."""

import re
from pathlib import Path

import pytest
import typer.main

from tools.cli import create_cli
from tools.exits import Exit
from tools.settings import GiB, MiB, Settings, Size, names

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """Every command people may type, by its full name."""
    found: list[str] = []
    for name, command in typer.main.get_command(create_cli()).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", {})
        found += [f"{name} {each}" for each in below] or ([] if command.hidden else [name])
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_named(command: str):
    assert re.search(rf"^\| `vankho {command}\b", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", commands())
def test_every_command_says_what_it_does_in_both_languages(command: str):
    found = typer.main.get_command(create_cli())
    for name in command.split():
        found = found.commands[name]  # type: ignore[attr-defined]

    assert " / " in (found.help or "")


@pytest.mark.parametrize("name", names())
def test_every_setting_is_named_with_its_default(name: str):
    section, field = name.split(".")
    default = getattr(getattr(Settings(), section), field)
    row = re.search(rf"^\| `{name}` \| (.+?) \|", PAGE, re.MULTILINE)

    assert row
    assert told(default) == row[1].strip("`")


def told(default: object) -> str:
    """*default* as the page writes it."""
    if isinstance(default, Size):
        unit = GiB if default >= GiB else MiB
        return f"{default // unit} {'GiB' if unit == GiB else 'MiB'}"
    return str(default or "") or "rỗng / empty" if default != 0 else "0"


def test_no_setting_is_named_that_is_not_there():
    sections = "|".join({name.split(".")[0] for name in names()})
    rows = re.findall(rf"^\| `((?:{sections})\.\w+)`", PAGE, re.MULTILINE)

    assert sorted(rows) == sorted(names())


@pytest.mark.parametrize("code", Exit)
def test_every_exit_code_is_told(code: Exit):
    assert re.search(rf"^\| {int(code)} \|", PAGE, re.MULTILINE)
