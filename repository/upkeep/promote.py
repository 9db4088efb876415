"""Promoting a standby: its copy is made a store, checked, and begins a term of its own (ADR 21).

A cut promotion is simply run again. Before `format.json` is moved up, which is last, nobody can
serve the store; by then the term is in its log.
"""

import time
from pathlib import Path
from typing import NamedTuple

from repository.blobs.local_pack_io import LocalPackIO
from repository.catalogue.nodes import term_of
from repository.epochs import BeginTerm
from repository.errors import Kind, Trouble
from repository.format import FORMAT_FILE, Layout, StoreOptions, identify
from repository.holdings import Checkpoint, Holdings
from repository.keeper import Rules
from repository.landing import NODE
from repository.log.prefix import log_prefix
from repository.model.terms import Term
from repository.rebuild import rebuild_catalogue
from repository.upkeep.check import Severity, check_structure
from repository.upkeep.restore import put_in_place
from repository.upkeep.standby import WORK, Followed, followed, leave_out_unfinished


class NothingFollowed(Trouble):
    """The folder {folder} is no store, and no standby's that has finished a round."""

    kind = Kind.MISSING
    vietnamese = (
        "Thư mục {folder} không phải kho, cũng không phải bản dự phòng đã theo xong một lượt."
    )


class StandbyDamaged(Trouble):
    """The standby's copy is not whole ({why}); it was not promoted."""

    kind = Kind.DAMAGED
    vietnamese = "Bản dự phòng không toàn vẹn ({why}); chưa đưa vào thay thế."


class OfficeNotPromoted(Trouble):
    """The store in {folder} is that of the office node {node}: a term is a store node's."""

    kind = Kind.INVALID
    vietnamese = "Kho ở {folder} thuộc nút cơ quan {node}: chỉ nút kho mới có nhiệm kỳ."


class Promoted(NamedTuple):
    """What stands in the folder now."""

    term: Term
    head: Checkpoint
    """With the event that begins the term."""
    followed: Followed | None
    """The position that the standby held; None for a store that was none (one that was restored)."""
    seconds: float


def promote(folder: Path, options: StoreOptions, *, rules: Rules) -> Promoted:
    """Make a store of the standby in *folder*, or let the store there begin a new term.

    Raise `NothingFollowed`, `StandbyDamaged`, `OfficeNotPromoted`, `StoreLocked`.
    """
    begun = time.monotonic()
    work = folder / WORK
    noted = followed(folder)
    if (work / FORMAT_FILE).exists():
        if noted is None:
            raise NothingFollowed(folder=folder)
        if not Layout(folder).packs.exists():  # else a run that was cut was moving the parts up
            _require_whole(work, options, noted)
            _begin(work, options, rules, after=noted.term)
        put_in_place(work)
    elif (folder / FORMAT_FILE).exists():
        _begin(folder, options, rules, after=None)
    else:
        raise NothingFollowed(folder=folder)
    with Holdings.open_alone(folder, options, rules=rules) as holdings, holdings.reading() as now:
        term, head = term_of(now), holdings.checkpoint()
    return Promoted(term, head, noted, time.monotonic() - begun)


def _require_whole(work: Path, options: StoreOptions, noted: Followed) -> None:
    """Make the catalogue and compare what it tells with the position, where no run did so before."""
    layout = Layout(work)
    leave_out_unfinished(layout)
    rebuild_catalogue(work, options)
    with Holdings.open_alone(work, options, rules={}) as holdings:
        size = holdings.checkpoint().size
        log = log_prefix(LocalPackIO(layout.log), identify(work).store, size, [noted.events])
        if log.roots.get(noted.events, b"").hex() != noted.root:
            raise StandbyDamaged(why=f"the root at event {noted.events}")
        for finding in check_structure(holdings):
            if finding.severity is Severity.DAMAGED:
                raise StandbyDamaged(why=f"{finding.what} {finding.where}")


def _begin(root: Path, options: StoreOptions, rules: Rules, *, after: Term | None) -> None:
    """Begin a term, unless a run that was cut has done so: then it is not *after* any more."""
    office = identify(root).office
    if office:
        raise OfficeNotPromoted(folder=root, node=office)
    with Holdings.open_alone(root, options, rules=rules) as holdings:
        with holdings.reading() as now:
            own = term_of(now)
        if after in (None, own):
            holdings.keeper.submit(BeginTerm(caller=NODE))
