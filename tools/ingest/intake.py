"""The port of a bulk import: where files and registrations go; over services, or over HTTP."""

from collections.abc import Sequence
from typing import Any, BinaryIO, Protocol

import msgspec

from api.services.agencies import OpenAgency
from api.services.paper import Registration
from api.services.registers import OpenRegister
from api.services.registration import register
from repository.catalogue import tables as t
from repository.errors import Kind, Trouble
from repository.holdings import Holdings
from repository.model.access import Caller
from repository.model.ids import show_blob
from repository.model.registers import Direction
from tools import uploading
from tools.http import Client

_TITLES = {
    Direction.INCOMING: "Sổ đăng ký văn bản đến",
    Direction.OUTGOING: "Sổ đăng ký văn bản đi",
}
_FATAL = {Kind.EXHAUSTED, Kind.UNAVAILABLE, Kind.UNKNOWN_CALLER, Kind.DAMAGED}


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """A document in its register."""

    document: str
    number: int
    symbol: str
    known: bool = False
    """It had been registered under this key before."""


class Intake(Protocol):
    """Where an import goes."""

    def known(self, key: str) -> Entered | None:
        """What was once answered under *key*, where that can be told without asking again."""
        ...

    def store(self, streams: Sequence[BinaryIO]) -> list[str]:
        """Store all, durably; their names in order. MUST be repeatable."""
        ...

    def register(self, registration: Registration, key: str) -> Entered:
        """Register under *key*; MUST give the first answer when asked again."""
        ...

    def declare(self, agency: str, register: str, direction: Direction) -> None:
        """Let there be this agency and this register of it, if there is not."""
        ...


class StoreIntake:
    """Into a store of this machine."""

    def __init__(self, holdings: Holdings, caller: Caller, *, batch: int) -> None:
        self._holdings = holdings
        self._caller = caller
        self._batch = batch

    def known(self, key: str) -> Entered | None:
        with self._holdings.reading() as reading:
            answered = reading.get(t.IDEMPOTENCY, self._caller.name, key)
            document = reading.document(answered.document) if answered else None
        if document is None:
            return None
        return Entered(
            document=document.id, number=document.number, symbol=document.symbol, known=True
        )

    def store(self, streams: Sequence[BinaryIO]) -> list[str]:
        receipts = self._holdings.blobs.put_many(streams, batch=self._batch)
        return [show_blob(receipt.id) for receipt in receipts]

    def register(self, registration: Registration, key: str) -> Entered:
        answer = register(self._holdings.keeper, self._caller, registration, key=key)
        document = answer.document
        return Entered(
            document=document.id,
            number=document.number,
            symbol=document.symbol,
            known=answer.replayed,
        )

    def declare(self, agency: str, register: str, direction: Direction) -> None:
        keeper = self._holdings.keeper
        with self._holdings.reading() as reading:
            known = reading.agency_by_code(agency)
            book = reading.register_by_code(known.id, register) if known else None
        if known is None:
            keeper.submit(OpenAgency(caller=self._caller, code=agency, name=agency))
        if book is None:
            keeper.submit(
                OpenRegister(
                    caller=self._caller,
                    agency=agency,
                    code=register,
                    direction=direction,
                    title=_TITLES[direction],
                )
            )


class _Named(msgspec.Struct, frozen=True):
    id: str


class _Document(msgspec.Struct, frozen=True):
    id: str
    number: int
    symbol: str


class HttpIntake:
    """Over HTTP, into the store of a running server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def known(self, key: str) -> Entered | None:  # noqa: ARG002 - the port's
        """Nothing: only the keeper of the answers can tell, when it is asked again."""
        return None

    def store(self, streams: Sequence[BinaryIO]) -> list[str]:
        return [self._stored(one) for one in streams]

    def _stored(self, stream: BinaryIO) -> str:
        if uploading.size_of(stream) <= uploading.CHUNK_BYTES:
            return self._client.post_file("/v1/blobs", stream, _Named).id
        chunk = uploading.chunk_size(self._client)
        return uploading.store(self._client, stream, chunk=chunk).id

    def register(self, registration: Registration, key: str) -> Entered:
        kept = self._client.post("/v1/registrations", registration, _Document, key=key)
        return Entered(document=kept.id, number=kept.number, symbol=kept.symbol)

    def declare(self, agency: str, register: str, direction: Direction) -> None:
        known = self._client.get("/v1/agencies", dict[str, Any])["agencies"]
        if all(one["code"] != agency for one in known):
            self._client.post("/v1/agencies", {"code": agency, "name": agency}, dict[str, Any])
        path = f"/v1/agencies/{agency}/registers"
        books = self._client.get(path, dict[str, Any])["registers"]
        if all(one["code"] != register for one in books):
            asked = {"code": register, "direction": direction, "title": _TITLES[direction]}
            self._client.post(path, asked, dict[str, Any])


def is_fatal(trouble: Trouble) -> bool:
    """Say whether *trouble* concerns the whole import, not one row."""
    return trouble.kind in _FATAL
