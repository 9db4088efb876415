"""Bringing files: small ones by one PUT, large ones in chunks that survive a broken line."""

import base64
import hashlib
import os
from typing import BinaryIO, Self
from urllib.parse import quote

import msgspec

from api.blobs import ReceiptView
from api.node import Discovery
from api.tus import CHUNK_TYPE, VERSION
from repository.blobs.address import Naming
from repository.blobs.port import MiB
from repository.blobs.spool import read_up_to
from repository.errors import Kind, Trouble
from repository.model.ids import show_blob
from tools.http import Answer, Client, Patience, Refused, decoded

PIECE_BYTES = 1 * MiB
CHUNK_BYTES = 8 * MiB
"""What a server takes at least that does not say how much; smaller files go in one request."""
COMMIT_TRIES = 40
"""A large file is hashed and written at its commit; whoever asks again meanwhile is told to wait."""
GARBLED_TRIES = 5
_TUS = {"Tus-Resumable": VERSION}


class SourceChanged(Trouble):
    """The file has changed while it was sent: the server got {actual}, not {expected}."""

    kind = Kind.CONFLICT
    vietnamese = "Tệp đã thay đổi trong lúc gửi: máy chủ nhận {actual}, không phải {expected}."


class Upload:
    """A file on its way in chunks; with its *address* another process can go on.

    Begun by `Upload.begin`, sent by `send`, made a stored file by `commit(name_of(stream))`.
    """

    def __init__(self, client: Client, stream: BinaryIO, *, address: str, chunk: int) -> None:
        """*stream* can be rewound; *address* is where the upload was begun; *chunk* in bytes."""
        self.address = address
        self._client = client
        self._stream = stream
        self._size = size_of(stream)
        self._chunk = chunk

    @classmethod
    def begin(cls, client: Client, stream: BinaryIO, *, chunk: int, agency: str = "") -> Self:
        """A new upload; *agency* as in `store`. Raise `Refused`."""
        headers = {**_TUS, "Upload-Length": str(size_of(stream)), "Content-Length": "0"}
        # Begun twice is begun once too often: the first expires by itself.
        answer = client.ask("POST", "/v1/uploads" + _in_the_name_of(agency), b"", headers)
        return cls(client, stream, address=answer.headers["location"], chunk=chunk)

    def send(self) -> None:
        """Send what is missing; return once all of it is on the server's disk.

        Raise `ServerDown` when the server stays away: call it again later, or from another
        process. Raise `Refused`, with 404 when the upload has expired.
        """
        offset = self.offset()
        while offset < self._size:
            offset = self._sent(offset)

    def offset(self) -> int:
        """How many bytes are on the server's disk."""
        return int(self._client.ask("HEAD", self.address, headers=_TUS).headers["upload-offset"])

    def commit(self, blob: str) -> ReceiptView:
        """Let it become the stored file *blob*; may be asked again. Raise `Refused`."""
        body = msgspec.json.encode({"blob": blob})
        answer = self._client.ask(
            "POST",
            self.address + "/commit",
            body,
            {"Content-Type": "application/json"},
            patience=_replaced(self._client.patience, COMMIT_TRIES),
        )
        return decoded(answer, ReceiptView)

    def end(self) -> None:
        """Give it up; what was sent is let go."""
        self._client.ask("DELETE", self.address, headers=_TUS)

    def _sent(self, offset: int) -> int:
        """Send the chunk at *offset*; say where the server stands then."""
        self._stream.seek(offset)
        chunk = read_up_to(self._stream, min(self._chunk, self._size - offset))
        for left in reversed(range(GARBLED_TRIES)):
            try:
                return int(self._patched(offset, chunk).headers["upload-offset"])
            except Refused as refused:
                # An answer that was lost on its way: the server has more than we know of.
                if refused.problem == "offset-mismatch":
                    return int(str(refused.facts["offset"]))
                if refused.problem != "chunk-garbled" or not left:
                    raise
        raise AssertionError("unreachable")

    def _patched(self, offset: int, chunk: bytes) -> Answer:
        digest = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
        headers = {
            **_TUS,
            "Content-Type": CHUNK_TYPE,
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {digest}",
        }
        return self._client.ask("PATCH", self.address, chunk, headers)


def store(client: Client, stream: BinaryIO, *, chunk: int, agency: str = "") -> ReceiptView:
    """Bring the bytes of *stream*, which can be rewound; return once they are stored.

    More than *chunk* bytes go in chunks. *agency* is the code of the agency in whose name it comes; empty = all of the token's.
    Raise `Refused`, `ServerDown`, `ServerFull`, `SourceChanged`.
    """
    blob = name_of(stream)
    if size_of(stream) <= chunk:
        return _put(client, stream, blob, agency)
    upload = Upload.begin(client, stream, chunk=chunk, agency=agency)
    upload.send()
    try:
        return upload.commit(blob)
    except Refused as refused:
        if refused.problem != "digest-mismatch":
            raise
        raise SourceChanged(actual=refused.facts["actual"], expected=blob) from refused


def name_of(stream: BinaryIO) -> str:
    """The name of the bytes of *stream*, from its beginning."""
    naming = Naming()
    stream.seek(0)
    while piece := stream.read(PIECE_BYTES):
        naming.update(piece)
    return show_blob(naming.finish())


def size_of(stream: BinaryIO) -> int:
    """How many bytes *stream* has."""
    return stream.seek(0, os.SEEK_END)


def chunk_size(client: Client) -> int:
    """How many bytes the server takes in one request."""
    limits = client.get("/v1", Discovery).limits
    return limits.get("max_chunk", CHUNK_BYTES)


def _put(client: Client, stream: BinaryIO, blob: str, agency: str) -> ReceiptView:
    stream.seek(0)
    path = f"/v1/blobs/{blob}{_in_the_name_of(agency)}"
    headers = {"Content-Type": "application/octet-stream"}
    return decoded(client.ask("PUT", path, stream.read(), headers), ReceiptView)


def _in_the_name_of(agency: str) -> str:
    return f"?agency={quote(agency, safe='')}" if agency else ""


def _replaced(patience: Patience, tries: int) -> Patience:
    return patience._replace(tries=max(tries, patience.tries))
