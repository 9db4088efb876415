"""The processes of `vankho serve`: hidden verbs, started by the supervisor only.

Each takes the path of the orders; each ends with its supervisor.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from repository.errors import Trouble
from tools import settings as configuration
from tools.exits import exit_of
from tools.serving.orders import Orders, taken
from tools.terminal import Terminal

if TYPE_CHECKING:
    from api.services.directory_people import PeopleNoted
    from repository.holdings import Holdings
    from repository.keeping import Keeping
    from repository.upkeep.resend import Resent
    from tools.logs import Log

SEAL_SECONDS = 5.0
"""How often is looked for packs to be sealed."""
PURGE_SECONDS = 60.0
"""How often is looked for purges that were interrupted."""
REACH_SECONDS = 2.0
"""How often is looked for purges on their way from node to node: an office asks its store node."""
RELEASE_SECONDS = 60.0
"""How often an office node tells its store node what it has swept."""
MOVES_SECONDS = 10.0
"""Between two looks at whether agencies that are leaving have been claimed."""
SWEEP_SECONDS = 60.0
"""How often is looked for uploads that have expired."""

CHECKPOINT_SECONDS = 60.0
"""How often is looked whether the day's checkpoint is to be signed."""
CLOSING_SECONDS = 60.0
"""How often is looked for registers of agencies that have ended."""
DEADLINE_SECONDS = 60.0
"""How often is looked whose lines are due soon, or overdue, and were not told so today."""


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    cli.command("_keeper", hidden=True)(keeper)
    cli.command("_worker", hidden=True)(worker)
    cli.command("_follower", hidden=True)(follower)
    cli.command("_jobs", hidden=True)(jobs)


def keeper(orders: Path) -> None:
    """Own the catalogue and the log."""
    from api.services import RULES
    from repository.format import Layout
    from repository.keeper_process import run_keeper
    from tools import assembly

    def work(given: Orders, stop: threading.Event, log: "Log") -> None:
        def ready(keeping: "Keeping") -> None:
            log.info("keeper-ready", **keeping.recovered._asdict())

        root = given.settings.root
        run_keeper(
            root,
            assembly.options_of(given.settings),
            rules=RULES,
            socket_path=Layout(root).socket,
            stop=stop,
            ready=ready,
            office=assembly.office_of(given.settings),
        )

    _working("keeper", orders, work)


def worker(orders: Path, name: str) -> None:
    """Answer HTTP."""
    from api.app import create_app
    from tools import assembly
    from tools.serving.worker import listening
    from tools.serving.worker import work as answer

    def work(given: Orders, stop: threading.Event, log: "Log") -> None:
        settings = given.settings
        note = log.info if settings.serve.log_level == "info" else None
        with (
            assembly.opened_beside(settings, worker=name) as holdings,
            assembly.index_reader(settings) as index,
            assembly.entrance(settings) as (directory, negotiation),
        ):
            around = assembly.Surroundings(name, stop, note, directory, negotiation)
            services = assembly.services(settings, holdings, index, around)
            app = create_app(services, for_nodes=settings.serve.role == "store")
            bound = listening(given.host, given.port)
            log.info("worker-ready", host=given.host, port=given.port)
            answer(app, bound, settings, stop)

    _working(name, orders, work)


def follower(orders: Path) -> None:
    """Read texts, keep the index, seal packs, take up purges, sweep uploads, sign checkpoints, remind."""
    from tools import assembly
    from tools.serving.following import NICENESS, follow, noted, now_and_then, patiently

    def work(given: Orders, stop: threading.Event, log: "Log") -> None:
        settings = given.settings
        os.nice(NICENESS)
        with (
            assembly.opened_beside(settings, worker="follower") as holdings,
            assembly.following(settings, holdings) as following,
        ):
            seal = noted("packs-sealed", following.seal, log.info)
            purge = noted("purges-finished", following.finish_purges, log.info)
            reach = noted("purges-advanced", following.reach, log.info)
            reach = patiently(reach, log.warning)
            sweep = noted("uploads-swept", following.sweep, log.info)
            sign = noted("checkpoint-kept", following.keep_checkpoint, log.info)
            close = noted("registers-closed", following.close_ended, log.info)
            # A key that is not at hand hinders nothing else.
            sign = patiently(sign, log.warning)
            remind = noted("deadlines-told", following.tell_deadlines, log.info)
            steps = [
                noted("texts-read", following.read_texts, log.info),
                noted("index-kept", following.keep_index, log.info),
                noted("index-renewed", following.renew_index, log.info),
                now_and_then(reach, seconds=REACH_SECONDS, clock=time.monotonic),
                now_and_then(seal, seconds=SEAL_SECONDS, clock=time.monotonic),
                now_and_then(purge, seconds=PURGE_SECONDS, clock=time.monotonic),
                now_and_then(sweep, seconds=SWEEP_SECONDS, clock=time.monotonic),
                now_and_then(sign, seconds=CHECKPOINT_SECONDS, clock=time.monotonic),
                now_and_then(close, seconds=CLOSING_SECONDS, clock=time.monotonic),
                now_and_then(remind, seconds=DEADLINE_SECONDS, clock=time.monotonic),
            ]
            if assembly.office_of(settings):
                release = noted("files-let-go", following.release, log.info)
                release = now_and_then(release, seconds=RELEASE_SECONDS, clock=time.monotonic)
                moves = noted("agencies-moved", following.moves, log.info)
                moves = now_and_then(moves, seconds=MOVES_SECONDS, clock=time.monotonic)
                steps += [_resending(following.resend, log), release, moves]
                steps = [patiently(step, log.warning) for step in steps]
            _follow_directory(given, holdings, stop, log)
            log.info("follower-ready")
            follow(steps, stop=stop, rest=settings.search.poll_seconds)

    _working("follower", orders, work)


def _follow_directory(
    given: Orders, holdings: "Holdings", stop: threading.Event, log: "Log"
) -> None:
    """People follow the directory in a thread of their own: nothing waits for a silent controller."""
    from tools import assembly
    from tools.serving.following import follow

    seconds = given.settings.directory.sync_seconds
    directory = assembly.directory_of(given.settings)
    if directory is None or not seconds:
        return
    sync = assembly.directory_sync(holdings, directory)
    step = _synchronising(sync.step, log)
    called = partial(follow, [step], stop=stop, rest=float(seconds))
    threading.Thread(target=called, name="directory", daemon=True).start()


def _synchronising(step: "Callable[[], PeopleNoted]", log: "Log") -> Callable[[], int]:
    """*step* with a line about what it did; whatever hinders it is noted and tried again."""

    def told() -> int:
        try:
            noted = step()
        except Trouble as trouble:
            log.warning("people-not-synchronised", problem=trouble.slug())
            return 0
        if noted.done or noted.refused:
            figures = {"entered": noted.entered, "changed": noted.changed, "ended": noted.ended}
            log.info("people-synchronised", **figures, refused=len(noted.refused))
        return 0

    return told


def jobs(orders: Path) -> None:
    """Do the long work that was asked for over HTTP, one of each kind at a time."""
    from api.services.job_kinds import KINDS
    from tools import assembly
    from tools.serving.following import NICENESS
    from tools.serving.jobs import do

    def work(given: Orders, stop: threading.Event, log: "Log") -> None:
        settings = given.settings
        os.nice(NICENESS)
        with (
            assembly.opened_beside(settings, worker="jobs", writes=False) as holdings,
            assembly.index_reader(settings) as index,
        ):
            around = assembly.Surroundings("jobs", stop, log.info)
            services = assembly.services(settings, holdings, index, around)
            log.info("jobs-ready")
            do(services, KINDS, stop=stop, note=log.info)

    _working("jobs", orders, work)


def _resending(step: "Callable[[], Resent | None]", log: "Log") -> Callable[[], int]:
    """Once in each term of the store node, with a line about what it lacks."""

    def told() -> int:
        found = step()
        if found is None:
            return 0
        line = log.warning if found.missing else log.info
        line("files-asked-for", asked=found.asked, sent=found.sent, missing=len(found.missing))
        return 1

    return told


def _working(
    name: str,
    path: Path,
    work: "Callable[[Orders, threading.Event, Log], None]",
) -> None:
    """Do *work*; a trouble ends the process with its code, which the supervisor reads."""
    from tools import logs
    from tools.serving import child

    language = configuration.language(configuration.environment())
    try:
        given = taken(path)
        serve = given.settings.serve
        stop = child.begin(given.supervisor, grace=serve.grace_seconds)
        log = logs.begin(name, shape=serve.log_format, level=serve.log_level)
        work(given, stop, log)
        log.info("process-stopped")
    except Trouble as trouble:
        code = exit_of(trouble)
        Terminal(sys.stdout, sys.stderr, language=language).fail(trouble, code)
        raise typer.Exit(int(code)) from trouble
