"""Many files and many documents at once, in requests as large as the server takes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from api.blob_batch import BatchAsked, BatchView, BlobAsked, ObjectView
from api.lines import NDJSON
from api.registration_batch import LineView
from api.services.blob_batch import MAX_OBJECTS, Transfer
from api.services.paper import Registration
from repository.errors import Kind, Trouble
from tools import uploading
from tools.http import Client, Refused, decoded

T = TypeVar("T")
_LINES = msgspec.json.Decoder(LineView)


class Brought(NamedTuple):
    """A file that is stored and ours to use."""

    path: Path
    blob: str
    sent: bool
    """Its bytes were sent; else it was here, and ours, before."""


class FileRefused(Trouble):
    """The server does not take {path} ({status}, {type}): {detail}."""

    kind = Kind.INVALID
    vietnamese = "Máy chủ không nhận {path} ({status}, {type}): {detail}."


def plan(
    client: Client, transfer: Transfer, files: Mapping[str, int], agency: str = ""
) -> Iterator[ObjectView]:
    """What to do about each of *files* (name → bytes), in their order."""
    for some in _parts(files.items(), MAX_OBJECTS):
        objects = tuple(BlobAsked(id=name, size=size) for name, size in some)
        asked = BatchAsked(operation=transfer, objects=objects, agency=agency)
        body = msgspec.json.encode(asked)
        # Only looks: it may be asked as often as one likes.
        answer = client.ask("POST", "/v1/blobs/batch", body, {"Content-Type": "application/json"})
        yield from decoded(answer, BatchView).objects


def store_all(
    client: Client, paths: Iterable[Path], *, chunk: int, agency: str = ""
) -> Iterator[Brought]:
    """Bring every file of *paths* that is not here yet; yields each once it is stored, in order.

    Files with the same bytes are sent once. Raise `FileRefused` for one that the server will not take, and
    what `uploading.store` raises.
    """
    for some in _parts(paths, MAX_OBJECTS):
        named = [(path, _name_of(path)) for path in some]
        sizes = {blob: path.stat().st_size for path, blob in named}
        planned = {one.id: one for one in plan(client, Transfer.UPLOAD, sizes, agency)}
        for path, blob in named:
            todo = planned[blob]
            if todo.error:
                error = todo.error
                raise FileRefused(
                    path=path, status=error.code, type=error.type, detail=error.message_en
                )
            wanted = todo.actions is not None
            if wanted:
                with path.open("rb") as stream:
                    stored = uploading.store(client, stream, chunk=chunk, agency=agency)
                if stored.id != blob:
                    raise uploading.SourceChanged(actual=stored.id, expected=blob)
                planned[blob] = msgspec.structs.replace(todo, actions=None)
            yield Brought(path, blob, wanted)


def register_all(
    client: Client,
    registrations: Sequence[Registration | Mapping[str, Any]],
    *,
    key: str,
    atomic: bool = False,
) -> tuple[LineView, ...]:
    """Give each its number, in one decision; what became of each, in their order.

    The same *key* and the same lines again: the first answers. *atomic*: all or none, and a refusal
    of one is raised as `Refused` with its `line`. At most 500 lines; raise `Refused` for more.
    """
    body = b"".join(msgspec.json.encode(each) + b"\n" for each in registrations)
    path = "/v1/registrations:batch" + ("?atomic=true" if atomic else "")
    answer = client.ask("POST", path, body, {"Content-Type": NDJSON, "Idempotency-Key": key})
    try:
        return tuple(map(_LINES.decode, answer.body.splitlines()))
    except msgspec.DecodeError as error:
        raise Refused(status=answer.status, type="not our answer", detail=error) from error


def _name_of(path: Path) -> str:
    with path.open("rb") as stream:
        return uploading.name_of(stream)


def _parts(every: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(every)
    while part := list(islice(left, size)):
        yield part
