"""A clerk who puts files and registers documents, and notes outside the store what it was told."""

import io
import os
import random
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from api.services import RULES, paper
from api.services.agencies import OpenAgency
from api.services.amendment import AmendDocument, Amendment
from api.services.registers import OpenRegister
from api.services.registration import Registered, register
from api.services.tokens import TokenAsked, issue
from repository.blobs.address import digest_of
from repository.blobs.port import KiB, MiB
from repository.format import StoreOptions, create_store
from repository.holdings import Holdings
from repository.model.access import OPERATOR, Caller, Right
from repository.model.documents import ComponentRole
from repository.model.ids import BlobId, Clock, show_blob
from repository.model.registers import Direction
from tests.crash.faults import FaultyEngine, FaultyPackIO, Plan

SMALL = StoreOptions(map_size=64 * MiB, pack_target=48 * KiB, reserve=0)
NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
AGENCY = "H20.14"
OFFICE = Caller(name="office", rights=frozenset(Right), every_agency=True)


class BlobKept(msgspec.Struct, frozen=True, tag=True):
    """A receipt came for this blob."""

    blob: bytes


class Numbered(msgspec.Struct, frozen=True, tag=True):
    """A document was given its number."""

    key: str
    document: str
    register: str
    period: int
    number: int
    content: bytes


class Amended(msgspec.Struct, frozen=True, tag=True):
    """What is noted of a document was corrected."""

    document: str
    revision: int
    subject: str


class LogSeen(msgspec.Struct, frozen=True, tag=True):
    """The log had this size and root."""

    size: int
    root: bytes


Told = BlobKept | Numbered | Amended | LogSeen


class Acks:
    """A file outside the store, synced after each line: what the clerk was promised.

    Opened for each line: the tests make thousands of these, and whoever is killed closes none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, told: Told) -> None:
        # The line end in front closes what another clerk, killed within its write, left open.
        with self.path.open("ab", buffering=0) as file:
            file.write(b"\n" + msgspec.json.encode(told) + b"\n")
            os.fsync(file.fileno())

    def all(self) -> list[Told]:
        lines = self.path.read_bytes().splitlines(keepends=True)
        return [told for line in lines if (told := _whole(line)) is not None]


def _whole(line: bytes) -> Told | None:
    """What a line says; None for one that was cut off, and so was promised to nobody."""
    if not line.endswith(b"}\n"):
        return None
    return msgspec.json.decode(line, type=Told)


class Clerk:
    """Works with a store; whoever repeats a piece of work uses the same key."""

    def __init__(self, holdings: Holdings, acks: Acks) -> None:
        self.holdings = holdings
        self._acks = acks

    def brings(self, content: bytes) -> BlobId:
        blob = BlobId(digest_of(content))
        # Half of the files as somebody brings them who may not know that they are here.
        put = self.holdings.blobs.put(io.BytesIO(content), may_know=lambda name: name[0] % 2 == 0)
        assert put.id == blob
        self._acks.add(BlobKept(blob))
        return blob

    def brings_many(self, contents: Sequence[bytes], *, batch: int) -> None:
        streams = map(io.BytesIO, contents)
        for receipt in self.holdings.blobs.put_many(streams, batch=batch):
            self._acks.add(BlobKept(receipt.id))

    def registers(self, key: str, content: bytes) -> Registered:
        """Register a document whose main file is *content*."""
        self.brings(content)
        given = registration(key, content)
        answer = register(self.holdings.keeper, OFFICE, given, key=key)
        document = answer.document
        self._acks.add(
            Numbered(key, document.id, document.register, document.period, document.number, content)
        )
        return answer

    def amends(self, document: str, subject: str) -> None:
        """Correct the subject of a document, whatever it stands at."""
        command = AmendDocument(
            caller=OFFICE, document=document, amendment=Amendment(subject=subject), seen=None
        )
        now = self.holdings.keeper.submit(command).document
        self._acks.add(Amended(document, now.revision, subject))

    def notes_the_log(self) -> None:
        self._acks.add(LogSeen(*self.holdings.checkpoint()))


def registration(key: str, content: bytes) -> paper.Registration:
    main = paper.ComponentGiven(
        role=ComponentRole.MAIN, blob=show_blob(BlobId(digest_of(content))), name=f"{key}.pdf"
    )
    return paper.Registration(
        agency=AGENCY,
        register="den",
        direction=Direction.INCOMING,
        subject=f"Về việc {key}",
        components=(main,),
    )


def a_paper(seed: int, size: int = 3000) -> bytes:
    """Bytes that only *seed* has."""
    return b"%PDF-1.7\n" + random.Random(seed).randbytes(size) + b"\n%%EOF\n"


def revisions(seed: int, count: int) -> list[bytes]:
    """A file of 8 KB, and what it became each time somebody signed it."""
    grown = [a_paper(seed, 8 * KiB)]
    for n in range(1, count):
        grown.append(grown[-1] + random.Random(seed + n).randbytes(700) + b"\n%%EOF\n")
    return grown


def found_store(root: Path, acks: Acks) -> None:
    """A store with an agency, two registers, a token, two sealed packs, an open one, three documents."""
    create_store(root, store=uuid.UUID(int=7))
    with opened(root) as holdings:
        keeper = holdings.keeper
        keeper.submit(OpenAgency(caller=OPERATOR, code=AGENCY, name="Sở Tư pháp"))
        for code, direction in (("den", Direction.INCOMING), ("di", Direction.OUTGOING)):
            keeper.submit(
                OpenRegister(
                    caller=OPERATOR, agency=AGENCY, code=code, direction=direction, title="Sổ"
                )
            )
        asked = TokenAsked(label="thử", rights=(Right.READ,), agencies=(AGENCY,))
        issue(keeper, OPERATOR, asked, entropy=os.urandom)
        clerk = Clerk(holdings, acks)
        clerk.registers("founding-1", a_paper(1))
        holdings.seal()
        clerk.registers("founding-2", revisions(2, 1)[0])
        holdings.seal()
        clerk.registers("founding-3", a_paper(3))
        clerk.notes_the_log()


def opened(
    root: Path,
    plan: Plan | None = None,
    *,
    copies: Path | None = None,
    clock: Clock = lambda: NOON,
    options: StoreOptions = SMALL,
) -> Holdings:
    """The store with a keeper of its own, on storage that follows *plan*."""
    if plan is None:
        return Holdings.open_alone(root, options, rules=RULES, clock=clock)
    holdings = Holdings.open_alone(
        root, options, rules=RULES, clock=clock, folders=lambda folder: FaultyPackIO(folder, plan)
    )
    decider = decider_of(holdings)
    decider._engine = FaultyEngine(decider._engine, plan, copies)
    return holdings


def decider_of(holdings: Holdings) -> Any:
    """The one place where all writing passes."""
    keeper: Any = holdings.keeper
    return keeper._group._first.__self__


def bring_all(clerk: Clerk, contents: Iterable[bytes]) -> None:
    for content in contents:
        clerk.brings(content)
