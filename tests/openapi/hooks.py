"""What schemathesis has to be told about our media types; loaded by its command line."""

import json
from typing import Any

import schemathesis

NDJSON = "application/x-ndjson"
MERGE_PATCH = "application/merge-patch+json"


@schemathesis.serializer(NDJSON)
def to_lines(_ctx: schemathesis.SerializationContext, value: Any) -> bytes:
    """A list as one JSON value a line; what is no list is one line."""
    rows = value if isinstance(value, list) else [value]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@schemathesis.deserializer(NDJSON)
def from_lines(_ctx: schemathesis.DeserializationContext, response: schemathesis.Response) -> Any:
    """The list that the lines are."""
    return [json.loads(line) for line in response.content.splitlines()]


@schemathesis.deserializer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def from_workbook(
    _ctx: schemathesis.DeserializationContext, response: schemathesis.Response
) -> Any:
    """As text, byte for byte; what is inside is tested elsewhere."""
    return response.content.decode("latin-1")


@schemathesis.serializer("application/offset+octet-stream")
def to_chunk(_ctx: schemathesis.SerializationContext, value: Any) -> bytes:
    """Bytes as they are."""
    return value if isinstance(value, bytes) else str(value).encode()
