"""The lease: for how long an office node may go on giving numbers without hearing from its store node.

    taking ──▶ waiting ──▶ due ──▶ held ◀──▶ (lapsed)
      ▲                     │       │ adrift
      └─────────────────────┴───────┘
       └───────────┴────────┴───────┴─────▶ superseded

A life of the keeper *takes* an epoch, which refuses all older ones from then on; *waits* as long
as whoever held the one before may still believe itself alone; and is *due* to read the log once
more, for until then the other might have written. It *holds* a lease from the moment at which a
renewal that succeeded was sent. Where the store node was promoted or restored, its epoch is worth
nothing there: it takes another (*adrift*), and waits only when its lease has run out by then. All times are this machine's own and count while it sleeps; no
two clocks are compared.
"""

import enum
import logging
import threading
import time
from collections.abc import Callable

from repository.blobs.store_node import LogTold, StoreNode
from repository.errors import Trouble
from repository.keeper import OutcomeUnknown
from repository.model.moves import Away
from repository.model.nodes import LEASE_MARGIN, LeaseLapsed, LogBehind, NodeName, NodeSuperseded
from repository.model.terms import EpochAdrift, Term, parse_term

_LOG = logging.getLogger(__name__)
RENEWALS = 3
"""So often a lease is renewed before it would run out."""
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0


class Phase(enum.Enum):
    """Where a life of the keeper stands."""

    TAKING = "taking"
    WAITING = "waiting"
    DUE = "due"
    HELD = "held"
    SUPERSEDED = "superseded"


def uptime() -> float:
    """Seconds since the machine started, those included in which it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lease:
    """The right of one life of a keeper to decide; a `Fence`."""

    def __init__(
        self,
        node: StoreNode,
        name: NodeName,
        *,
        instance: str,
        seconds: float,
        stopwatch: Callable[[], float] = uptime,
        reached: Callable[[], int] = lambda: 0,
    ) -> None:
        """*reached* says up to which epoch this node's own log has come."""
        self._node = node
        self._name = name
        self._instance = instance
        self._seconds = seconds
        self._stopwatch = stopwatch
        self._reached = reached
        self._until = 0.0
        self._told: Callable[[], LogTold] = lambda: LogTold(0, b"")
        self._ended = threading.Event()
        self._turned = threading.Event()
        self._thread = threading.Thread(target=self._work, name="lease", daemon=True)
        self.phase = Phase.TAKING
        self.epoch = 0
        self.term = Term()
        """The store node's, in which the epoch was given."""
        self.away: tuple[Away, ...] = ()
        """Agencies that are not at home here, as the store node told with the epoch."""
        self.trouble: Trouble | None = None
        """Why this life can never begin, or must end."""

    # The fence.

    def require(self) -> None:
        if self.trouble:
            raise self.trouble
        if self.phase is not Phase.HELD or self._stopwatch() >= self._until:
            raise LeaseLapsed(node=self._name)

    def confirm(self) -> None:
        if self.trouble:
            raise self.trouble
        if self._stopwatch() >= self._until:
            raise OutcomeUnknown

    # A life.

    def start(self) -> None:
        """Take an epoch in the background, again and again until the store node answers; once."""
        if self._thread.ident is None:
            self._thread.start()

    def due(self, patience: float = 0.0) -> bool:
        """Say whether the log may be read for the last time and the epoch begun.

        Wait for it up to *patience* seconds, but not for a store node that does not answer.
        """
        deadline = self._stopwatch() + patience
        while self.phase in (Phase.TAKING, Phase.WAITING) and not self._ended.is_set():
            left = deadline - self._stopwatch()
            if left <= 0 or (self.phase is Phase.TAKING and self._turned.is_set()):
                break
            self._ended.wait(min(left, 0.02))
        return self.phase is Phase.DUE

    def begin(self, told: Callable[[], LogTold]) -> None:
        """Hold the lease from now on; *told* says where the log stands.

        Raise `LogBehind` when it is shorter than it was, then this life never begins.
        """
        self._told = told
        try:
            self._renew()
        except EpochAdrift:
            self.take_another()
            raise
        except LogBehind as behind:
            self.trouble = behind
            self.phase = Phase.SUPERSEDED
            raise
        if self.phase is Phase.DUE:
            self.phase = Phase.HELD
        self._turned.set()

    def take_another(self) -> None:
        """Take a later epoch: the one taken is not known to the store node, or to this log too well."""
        self.phase = Phase.TAKING

    def close(self) -> None:
        """Give the lease back, so that whoever comes next need not wait; nothing is decided any more."""
        self._ended.set()
        self._turned.set()
        if self._thread.is_alive():
            self._thread.join()
        if self.phase is Phase.HELD:
            self.phase = Phase.TAKING
            try:
                self._node.renew(self.epoch, self._told(), resigning=True)
            except Trouble as trouble:
                _LOG.info("the lease was not given back: %s", trouble)
        self._node.close()

    # The thread.

    def _work(self) -> None:
        pause = FIRST_PAUSE
        while not self._ended.is_set() and self.phase is not Phase.SUPERSEDED:
            try:
                self._step()
            except NodeSuperseded as trouble:
                self._lose(trouble)
            except EpochAdrift as trouble:
                _LOG.warning("%s", trouble)
                self.take_another()
            except Trouble as trouble:
                _LOG.warning("%s", trouble)
                self._turned.set()
                self._ended.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE, self._seconds / RENEWALS)
            else:
                pause = FIRST_PAUSE

    def _step(self) -> None:
        if self.phase is Phase.TAKING:
            given = self._node.take_epoch(self._instance, self._seconds, above=self._above())
            self.epoch, self.term = given.epoch, parse_term(given.term)
            self.away = given.away
            self.phase = Phase.WAITING
            if self._stopwatch() >= self._until:  # else nobody can have begun since it was renewed
                self._wait(given.wait * LEASE_MARGIN)
            self.phase = Phase.DUE
        elif self.phase is Phase.DUE:
            self._ended.wait(0.02)
        else:
            self._ended.wait(self._seconds / RENEWALS)
            if not self._ended.is_set():
                self._renew()

    def _above(self) -> int:
        return max(self.epoch, self._reached())

    def _wait(self, seconds: float) -> None:
        until = self._stopwatch() + seconds
        while (left := until - self._stopwatch()) > 0 and not self._ended.is_set():
            self._ended.wait(min(left, 1.0))

    def _renew(self) -> None:
        sent = self._stopwatch()
        self._node.renew(self.epoch, self._told())
        self._until = sent + self._seconds

    def _lose(self, trouble: NodeSuperseded) -> None:
        _LOG.error("%s", trouble)
        self.trouble = trouble
        self.phase = Phase.SUPERSEDED
