"""The directory bench: `vankho bench directory`, against a real Samba of 18,000 people.

The domain is made once and kept in the bench's folder; its people have no passwords but one.
Controller and client share the machine's processors.
"""

import shutil
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from api.services import RULES
from api.services.directory_people import PeopleNoted
from api.services.directory_sync import DirectorySync
from interop.directory.active_directory import ActiveDirectory
from interop.directory.limits import access
from repository.format import StoreOptions, create_store
from repository.holdings import Holdings
from repository.model.ids import system_clock
from tools.bench.domain import people
from tools.bench.domain.controller import Gate, running
from tools.bench.domain.template import copied, load, make_template
from tools.bench.frame import Bar, Emit, measured, seconds

BENCH = "directory"
DISTRIBUTIONS = ("vankho", "ldap3", "msgspec")
CLERK = "clerk"
_LOADED_AT_ONCE = 1000


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How large a run is."""

    kept: Path
    """Where the domain is kept from run to run."""
    scratch: Path
    people: int = 18_000
    rounds: int = 9
    logins: int = 20
    """Of one round."""
    changed: int = 100
    """People changed before each incremental synchronisation."""

    def quick(self) -> "Options":
        """The same in seconds, to try the bench."""
        return msgspec.structs.replace(self, people=200, rounds=2, logins=3, changed=5)


def run(options: Options, emit: Emit) -> None:
    """Measure logins, groups and synchronisation; hand every measure to *emit*."""
    template = _template(options, emit)
    folder = options.scratch / "directory"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    copied(template, folder)
    try:
        with running(folder) as (_, (gate,)):
            _measure(options, folder, gate, emit)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _template(options: Options, emit: Emit) -> Path:
    """The domain with its people: made where it is not there."""
    made = options.kept / f"domain-{options.people}"
    if made.exists():
        return made
    making = made.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.parent.mkdir(parents=True, exist_ok=True)
    provisioned = seconds(lambda: make_template(making))
    loaded = seconds(lambda: load_crowd(making, options.people))
    emit(measured(BENCH, "template.provisioned", "s", [provisioned]))
    emit(measured(BENCH, "template.loaded", "people/s", [options.people / loaded]))
    making.rename(made)
    return made


def load_crowd(folder: Path, count: int) -> None:
    """Put *count* people and one with a password into the domain in *folder*."""
    load(folder, people.person(f"CN={CLERK},{people.OFFICE}", CLERK))
    batch: list[str] = []
    for entry in people.crowd(count):
        batch.append(entry)
        if len(batch) == _LOADED_AT_ONCE:
            load(folder, "".join(batch))
            batch = []
    load(folder, "".join(batch))


def _measure(options: Options, folder: Path, gate: Gate, emit: Emit) -> None:
    url = f"ldaps://localhost:{gate.doors.ldaps}"
    given = access((url,), people.TOWN, f"{people.SERVICE}@vankho.test", lambda: people.PASSWORD)
    way = msgspec.structs.replace(given, ca=folder / "tls/ca.pem", answer_seconds=60)
    connect = partial(ActiveDirectory, way, system_clock, time.monotonic)
    directory = connect()
    try:
        guid = directory.authenticate(CLERK, people.PASSWORD).guid

        def fresh() -> None:
            other = connect()
            other.authenticate(CLERK, people.PASSWORD)
            other.close()

        many = options.logins
        log_in = partial(directory.authenticate, CLERK, people.PASSWORD)
        _emit_times(emit, "login.pooled", options.rounds, many, log_in, Bar(most=50))
        _emit_times(emit, "login.fresh", options.rounds, many, fresh)
        _emit_times(emit, "groups", options.rounds, many, partial(directory.groups, guid))
        _synchronise(options, folder, directory, emit)
        _note_all(options, directory, emit)
    finally:
        directory.close()


def _emit_times(
    emit: Emit,
    name: str,
    rounds: int,
    many: int,
    work: Callable[[], object],
    bar: Bar | None = None,
) -> None:
    """Milliseconds of one *work*, the mean of *many* in each round."""

    def repeated() -> None:
        for _ in range(many):
            work()

    taken = [1000 * seconds(repeated) / many for _ in range(rounds)]
    emit(measured(BENCH, name, "ms", taken, bar=bar))


def _synchronise(options: Options, folder: Path, directory: ActiveDirectory, emit: Emit) -> None:
    found: list[int] = []
    full = [
        seconds(lambda: found.append(len(directory.users()))) for _ in range(min(3, options.rounds))
    ]
    emit(measured(BENCH, "sync.full", "s", full))
    emit(measured(BENCH, "sync.full.people", "people", found, bar=Bar(least=options.people)))
    idle: list[float] = []
    some: list[float] = []
    told: list[int] = []
    for number in range(options.rounds):
        position = directory.position()
        idle.append(1000 * seconds(partial(directory.changes, position)))
        load(folder, _retitled(options, number), modifying=True)
        some.append(
            1000 * seconds(lambda at=position: told.append(len(directory.changes(at).users)))
        )
    emit(measured(BENCH, "sync.nothing", "ms", idle))
    emit(measured(BENCH, "sync.changed", "ms", some))
    whole = Bar(least=options.changed, most=options.changed)
    emit(measured(BENCH, "sync.changed.people", "people", told, bar=whole))


def _note_all(options: Options, directory: ActiveDirectory, emit: Emit) -> None:
    """Enter everybody into a store on disk, then read everybody once more."""
    root = options.scratch / "people"
    shutil.rmtree(root, ignore_errors=True)
    create_store(root, store=uuid.uuid4())
    try:
        with Holdings.open_alone(root, StoreOptions(), rules=RULES) as holdings:
            sync = DirectorySync(holdings, directory, system_clock, whole_seconds=3600.0)
            noted: list[PeopleNoted] = []
            first = seconds(lambda: noted.append(sync.whole()))
            again = seconds(lambda: noted.append(sync.whole()))
        emit(measured(BENCH, "noted.all", "s", [first]))
        emit(measured(BENCH, "noted.all.people", "people", [noted[0].entered]))
        emit(measured(BENCH, "noted.again", "s", [again]))
        emit(measured(BENCH, "noted.again.changes", "people", [noted[1].done], bar=Bar(most=0)))
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _retitled(options: Options, number: int) -> str:
    """Some people get another title."""
    step = max(1, options.people // options.changed)
    return "".join(
        people.change(people.seat(at * step), "title", f"Chuyên viên {number}")
        for at in range(options.changed)
    )
