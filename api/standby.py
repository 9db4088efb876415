"""`/v1/node/position…`: what the standby of a store node reads, to take its place."""

from typing import Annotated, ClassVar

import falcon
import msgspec

from api import headers as h
from api import refusals, wire
from api.nodes import TERM, ForNodes
from api.operations import Answered, Operation, Resource
from api.services import Services, purge_orders
from repository.log.event_log import LogBroken
from repository.nodes.source import PackAt, PackGone
from repository.upkeep.position import OpenStore

Natural = Annotated[int, msgspec.Meta(ge=0, lt=2**62)]
BYTES = "application/octet-stream"


class PackView(msgspec.Struct, frozen=True, kw_only=True):
    """A pack at the position."""

    number: int
    sealed: bool
    size: int
    """Bytes: all of a sealed pack, an open one's landed records."""


class PositionView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the store node stands."""

    store: str
    format: int
    term: str
    events: int
    """Of its log."""
    root: str
    """Of the log's tree, hex."""
    at: int
    """Its clock, microseconds since 1970-01-01 UTC."""
    packs: tuple[PackView, ...]
    """They hold every file that the log names."""


class PieceAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which bytes of which pack."""

    number: Natural
    sealed: bool
    size: Natural
    """None beyond it are given."""
    offset: Natural = 0


class PositionAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What the standby tells of itself."""

    followed: Natural = 0
    """The event up to which it has followed, with nothing older left on its disk; 0 = not known."""


class EventsAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which events."""

    after: Natural
    upto: Natural


class _ForStandbys(ForNodes):
    """A resource that only standbys may ask."""

    for_standbys = True

    def store(self, req: falcon.Request) -> OpenStore:
        """The store, for the standby that asks; raise as `node` does."""
        self.node(req)
        return OpenStore(self._services.holdings)


class StorePosition(_ForStandbys):
    """`/v1/node/position`: one look at the catalogue."""

    operations: ClassVar = {
        "GET": Operation(
            name="read_position",
            told="How long the log is, and which packs hold what it names.",
            query=PositionAsked,
            headers=(h.STORE_TERM,),
            answers=(Answered(told="The position now.", shape=PositionView),),
            problems=(*refusals.QUERY, *refusals.KEEPER, *TERM),
        )
    }

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        holdings = self._services.holdings
        node, asked = self.node(req), wire.query(req, PositionAsked)
        with holdings.reading() as reading:
            news = purge_orders.is_news(reading, node, asked.followed)
        if news:
            purge_orders.note_followed(holdings.keeper, node, asked.followed)
        now = OpenStore(holdings).position()
        told = PositionView(
            store=str(now.store),
            format=now.format,
            term=str(now.term),
            events=now.events,
            root=now.root.hex(),
            at=now.at,
            packs=tuple(
                PackView(number=one.number, sealed=one.sealed, size=one.size) for one in now.packs
            ),
        )
        wire.send(resp, told)


class PackPiece(_ForStandbys):
    """`/v1/node/position/pack`: bytes of a pack."""

    operations: ClassVar = {
        "GET": Operation(
            name="read_pack",
            told="Up to 4 MiB of a pack.",
            query=PieceAsked,
            headers=(h.STORE_TERM,),
            answers=(Answered(told="The bytes.", shape=bytes, media_type=BYTES),),
            problems=(*TERM, PackGone),
        )
    }

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        store, asked = self.store(req), wire.query(req, PieceAsked)
        pack = PackAt(number=asked.number, sealed=asked.sealed, size=asked.size)
        resp.content_type, resp.data = BYTES, store.pack(pack, asked.offset)


class LogPiece(_ForStandbys):
    """`/v1/node/position/events`: frames of the log."""

    operations: ClassVar = {
        "GET": Operation(
            name="read_frames",
            told="Frames of the log, some at a time, those of a command together.",
            query=EventsAsked,
            headers=(h.STORE_TERM,),
            answers=(Answered(told="The frames.", shape=bytes, media_type=BYTES),),
            problems=(*TERM, LogBroken),
        )
    }

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        store, asked = self.store(req), wire.query(req, EventsAsked)
        resp.content_type, resp.data = BYTES, store.events(asked.after, asked.upto)


def routes(services: Services) -> dict[str, Resource]:
    """What a store node answers to its standbys."""
    return {
        "/v1/node/position": StorePosition(services),
        "/v1/node/position/pack": PackPiece(services),
        "/v1/node/position/events": LogPiece(services),
    }
