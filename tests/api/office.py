"""An office at its desk: requests with its token, and words for what it does most."""

import hashlib
import itertools
from base64 import b64encode
from typing import Any

from blake3 import blake3
from falcon.testing import Result, TestClient

_KEYS = itertools.count(1)


def blob_name(content: bytes) -> str:
    return f"blake3:{blake3(content).hexdigest()}"


def sha256_field(content: bytes) -> str:
    return f"sha-256=:{b64encode(hashlib.sha256(content).digest()).decode()}:"


class Office:
    """Somebody with a token (or without one) before the API."""

    def __init__(self, client: TestClient, bearer: str = "") -> None:
        self.bearer = bearer
        self._client = client
        self._headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, **rest: Any
    ) -> Result:
        return self._client.simulate_request(
            method, path, headers=self._headers | (headers or {}), **rest
        )

    def get(self, path: str, headers: dict[str, str] | None = None, **rest: Any) -> Result:
        return self.ask("GET", path, headers, **rest)

    def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> Result:
        return self.ask("POST", path, headers, json=body)

    def put_blob(self, content: bytes, name: str = "", **headers: str) -> Result:
        told = {field.replace("_", "-"): value for field, value in headers.items()}
        path = f"/v1/blobs/{name or blob_name(content)}"
        told["Content-Length"] = str(len(content))  # falcon's client leaves out a zero
        return self.ask("PUT", path, told, body=content)

    def brings(self, content: bytes) -> str:
        """Store *content*; its name."""
        answer = self.put_blob(content)
        assert answer.status_code in (200, 201), answer.text
        return answer.json["id"]

    def registers(self, key: str = "", **changes: Any) -> Result:
        """Register an arrival; says only what matters, a new key each time unless given."""
        body = an_arrival(**changes)
        return self.post(
            "/v1/registrations", body, {"Idempotency-Key": key or f"key-{next(_KEYS)}"}
        )


def an_arrival(**changes: Any) -> dict[str, Any]:
    plain = {
        "agency": "H20.14",
        "register": "den",
        "direction": "incoming",
        "subject": "Về việc rà soát hộ tịch",
    }
    return plain | changes


def a_draft(**changes: Any) -> dict[str, Any]:
    """An outgoing document."""
    return an_arrival(**{"register": "di", "direction": "outgoing"} | changes)


def a_file(content: bytes, name: str = "công văn.pdf", role: str = "main") -> dict[str, str]:
    return {"role": role, "blob": blob_name(content), "name": name}
