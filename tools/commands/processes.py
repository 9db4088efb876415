"""The processes of `vankho serve`: hidden verbs, started by the supervisor only.

Each takes the path of the orders; each ends with its supervisor.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import typer

from repository.errors import Trouble
from tools import settings as configuration
from tools.exits import exit_of
from tools.serving.orders import Orders, taken
from tools.terminal import Terminal

SEAL_SECONDS = 5.0
"""How often is looked for packs to be sealed."""


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    cli.command("_keeper", hidden=True)(keeper)
    cli.command("_worker", hidden=True)(worker)
    cli.command("_follower", hidden=True)(follower)


def keeper(orders: Path) -> None:
    """Own the catalogue and the log."""
    from api.services import RULES
    from repository.format import Layout
    from repository.keeper_process import run_keeper
    from tools import assembly
    from tools.serving import child

    def work(given: Orders) -> None:
        root = given.settings.root
        run_keeper(
            root,
            assembly.options_of(given.settings),
            rules=RULES,
            socket_path=Layout(root).socket,
            stop=child.begin(given.supervisor, grace=given.settings.serve.grace_seconds),
            office=assembly.office_of(given.settings),
        )

    _answering(orders, work)


def worker(orders: Path, name: str) -> None:
    """Answer HTTP."""
    from api.app import create_app
    from tools import assembly
    from tools.serving import child
    from tools.serving.worker import listening
    from tools.serving.worker import work as answer

    def work(given: Orders) -> None:
        settings = given.settings
        stop = child.begin(given.supervisor, grace=settings.serve.grace_seconds)
        with (
            assembly.opened_beside(settings, worker=name) as holdings,
            assembly.index_reader(settings) as index,
        ):
            services = assembly.services(settings, holdings, index)
            app = create_app(services, for_nodes=settings.serve.role == "store")
            answer(app, listening(given.host, given.port), settings, stop)

    _answering(orders, work)


def follower(orders: Path) -> None:
    """Read texts, keep the index, seal packs."""
    from tools import assembly
    from tools.serving import child
    from tools.serving.following import follow, now_and_then, patiently

    def work(given: Orders) -> None:
        settings = given.settings
        stop = child.begin(given.supervisor, grace=settings.serve.grace_seconds)
        with (
            assembly.opened_beside(settings, worker="follower") as holdings,
            assembly.following(settings, holdings) as following,
        ):
            seal = now_and_then(following.seal, seconds=SEAL_SECONDS, clock=time.monotonic)
            steps = [following.read_texts, following.keep_index, seal]
            if holdings.reaches_store_node() is not None:
                steps = [patiently(step) for step in steps]
            follow(steps, stop=stop, rest=settings.search.poll_seconds)

    _answering(orders, work)


def _answering(path: Path, work: Callable[[Orders], None]) -> None:
    """Do *work*; a trouble ends the process with its code, which the supervisor reads."""
    language = configuration.language(configuration.environment())
    try:
        work(taken(path))
    except Trouble as trouble:
        code = exit_of(trouble)
        Terminal(sys.stdout, sys.stderr, language=language).fail(trouble, code)
        raise typer.Exit(int(code)) from trouble
