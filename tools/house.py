"""What every command is given: its settings and its terminal; and the options all of them have.

`verb` turns `def run(house, …)` into a typer command with `--store`, `--config`, `--json`,
`--quiet` and `--no-progress`, and every `Trouble` into one line and an exit code.
"""

import inspect
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from repository.errors import Trouble
from tools import settings as configuration
from tools.exits import Exit, exit_of
from tools.settings import Settings
from tools.terminal import Terminal

P = ParamSpec("P")


@dataclass(frozen=True)
class House:
    """A command's surroundings."""

    settings: Settings
    terminal: Terminal


Store = Annotated[
    Path | None,
    typer.Option("--store", help="Thư mục kho. / The store's folder."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", help="Tệp cấu hình. / The configuration file."),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Kết quả là các dòng JSON. / Results as JSON lines."),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", help="Chỉ báo lỗi. / Tell nothing but errors."),
]
NoProgress = Annotated[
    bool,
    typer.Option("--no-progress", help="Không hiện tiến độ. / Show no progress."),
]

_EVERYWHERE: dict[str, tuple[object, object]] = {
    "store": (Store, None),
    "config": (Config, None),
    "json": (Json, False),
    "quiet": (Quiet, False),
    "no_progress": (NoProgress, False),
}


def verb(run: Callable[Concatenate[House, P], None]) -> Callable[..., None]:
    """*run* as a command: it is given a `House`, its own options keep their names."""

    @wraps(run)
    def command(**given: Any) -> None:
        common = {name: given.pop(name) for name in _EVERYWHERE}
        terminal = _terminal(common)
        with _answering(terminal):
            settings = configuration.load(
                configuration.environment(), config=common["config"], store=common["store"]
            )
            run(House(settings, terminal), **given)  # pyright: ignore[reportCallIssue]

    signature = inspect.signature(run, eval_str=True)
    own = list(signature.parameters.values())[1:]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, (kind, default) in _EVERYWHERE.items()
    ]
    named = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
    command.__signature__ = signature.replace(parameters=named + shared)  # pyright: ignore[reportAttributeAccessIssue]
    command.__annotations__ = {one.name: one.annotation for one in named + shared}
    return command


def end(code: Exit) -> None:
    """End the command with *code*."""
    raise typer.Exit(int(code))


def _terminal(common: dict[str, Any]) -> Terminal:
    return Terminal(
        sys.stdout,
        sys.stderr,
        language=configuration.language(configuration.environment()),
        json=common["json"],
        quiet=common["quiet"],
        progress=not common["no_progress"],
    )


@contextmanager
def _answering(terminal: Terminal) -> Generator[None]:
    try:
        yield
    except Trouble as trouble:
        code = exit_of(trouble)
        terminal.fail(trouble, code)
        raise typer.Exit(int(code)) from trouble
    except BrokenPipeError as gone:
        # Whoever read our output has gone; nothing may be flushed to them at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(int(Exit.ERROR)) from gone
    except OSError as refused:
        code = exit_of(NotReached(reason=refused))
        terminal.fail(NotReached(reason=refused), code)
        raise typer.Exit(int(code)) from refused


class NotReached(Trouble):
    """The system refused: {reason}."""

    vietnamese = "Hệ điều hành từ chối: {reason}."
