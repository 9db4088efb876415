"""A bundle is looked through before anything is claimed: what could not be taken in is found while all can be undone."""

from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.log.bundle import BundleManifest
from repository.log.frame import Read
from repository.model import events as e
from repository.model.moves import ArrivalClashes, BundleUnfit, Move

_PASSAGES = ("agency-left", "agency-arrived")
"""The same step, as the two nodes tell it: each has its own in the other's place."""


class Looking:
    """One look through a bundle."""

    def __init__(self, move: Move, manifest: BundleManifest) -> None:
        self._move = move
        self._manifest = manifest
        self._last: int = 0
        self._ended = False
        self.people_known: list[str] = []

    def look(self, now: Reading, read: Read) -> None:
        """Look at the next item."""
        event = read.event
        if event.agency == self._move.agency:
            self._look_at_its_own(now, event)
        elif event.agency:
            raise BundleUnfit(why=f"an event of {event.agency}")
        elif isinstance(event.body, e.PersonEntered) and read.particulars:
            self._look_at_person(now, event.body, e.decode_person(read.particulars))

    def end(self) -> None:
        """All has been looked at."""
        if not self._ended or self._last != self._manifest.events:
            raise BundleUnfit(why="its last event is not that it leaves")

    def _look_at_its_own(self, now: Reading, event: e.Event) -> None:
        if event.agency_sequence != self._last + 1:
            raise BundleUnfit(why=f"event {self._last + 1} of the agency is missing")
        self._last = event.agency_sequence
        body = event.body
        self._ended = isinstance(body, e.AgencyLeaving) and body.move == self._move.id
        tag = str(body.__struct_config__.tag)
        here = now.get(t.FEED, self._move.agency, event.agency_sequence)
        same = here is None or (here.at, here.what) == (event.at, tag)
        if here and not same and not (here.what in _PASSAGES and tag in _PASSAGES):
            raise BundleUnfit(why=f"event {self._last} of the agency is another one here")
        if isinstance(body, e.FondsOpened):
            fonds = now.get(t.FONDS, body.code)
            if fonds and fonds.agency != self._move.agency:
                raise ArrivalClashes(what="fonds", value=body.code)

    def _look_at_person(
        self, now: Reading, body: e.PersonEntered, told: e.PersonParticulars
    ) -> None:
        known = now.get(t.LOGINS, told.login)
        if now.get(t.PEOPLE, body.id) or known is None:
            return
        kept = now.get(t.PEOPLE, known)
        if kept and kept.directory and told.directory and kept.directory != told.directory:
            raise ArrivalClashes(what="login", value=told.login)
        self.people_known.append(told.login)
