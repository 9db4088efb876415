"""Every header field that the API reads or sets, with the grammar it has here."""

import msgspec


class Header(msgspec.Struct, frozen=True):
    """A field, what it says, and what it looks like."""

    name: str
    told: str
    pattern: str = ""
    """An ECMA regular expression of the whole value; empty = any text."""
    required: bool = False
    """A request must bring it; in answers that name it, it is always there."""
    whole_number: bool = False


_TAG = r'^"[\x21\x23-\x7e]+"$'
_DIGEST = r"^(sha-256=:[A-Za-z0-9+/]{43}=:|sha-512=:[A-Za-z0-9+/]{86}==:)$"
_TERM = r"^([1-9][0-9]{0,9}-[0-9a-f]{16}-[0-9a-f]{32})?$"

IDEMPOTENCY_KEY = Header(
    "Idempotency-Key",
    "1 to 200 visible ASCII characters, new for every new intention.",
    r"^[\x21-\x7e]{1,200}$",
    required=True,
)
OPTIONAL_KEY = Header(
    "Idempotency-Key",
    "Where a number is taken: 1 to 200 visible ASCII characters, new for every new intention.",
    r"^[\x21-\x7e]{1,200}$",
)
IF_MATCH = Header(
    "If-Match",
    "The entity tag that was last seen; only up to its dot it names a revision.",
    r"^.+$",
    required=True,
)
IF_NONE_MATCH = Header("If-None-Match", "Entity tags already held: 304 when one still fits.")
RANGE = Header("Range", "One range of bytes; several are answered with the whole.")
IF_RANGE = Header("If-Range", "The entity tag for which the range is meant.")
CONTENT_DIGEST = Header(
    "Content-Digest", "sha-256 or sha-512 of the bytes sent (RFC 9530); checked.", f"^$|{_DIGEST}"
)

LOCATION = Header("Location", "Where it stands now.", required=True)
ETAG = Header("ETag", "A strong entity tag.", _TAG, required=True)
REPLAYED = Header("Idempotency-Replayed", "`true` on an answer given before.", "^true$")
REPR_DIGEST = Header("Repr-Digest", "sha-256 of the whole file.", _DIGEST, required=True)
CONTENT_RANGE = Header(
    "Content-Range", "Which bytes follow.", r"^bytes [0-9]+-[0-9]+/[0-9]+$", required=True
)
ACCEPT_RANGES = Header("Accept-Ranges", "`bytes`", "^bytes$", required=True)
DISPOSITION = Header("Content-Disposition", "Always an attachment.", "^attachment", required=True)
INDEX_SEQUENCE = Header(
    "X-Index-Sequence", "Up to which event the index has read.", required=True, whole_number=True
)
RETRY_AFTER = Header("Retry-After", "Seconds to wait before asking again.", whole_number=True)
REQUEST_ID = Header(
    "X-Request-Id", "The name of this request in the log.", r"^[0-9A-Za-z._-]{1,64}$", required=True
)
AUTHENTICATE = Header(
    "WWW-Authenticate", "How to say who is asking.", "^(Bearer|Negotiate)", required=True
)
CSRF = Header("X-CSRF-Token", "Of a session in a cookie: proves that its own page is asking.")
ACCEPT_PATCH = Header("Accept-Patch", "The type of a patch.", required=True)
RATE = Header("RateLimit", "What is left of the token's rate, where one is set.")
RATE_POLICY = Header("RateLimit-Policy", "The token's rate, where one is set.")

TUS_RESUMABLE = Header("Tus-Resumable", "Version of tus: `1.0.0`.", r"^1\.0\.0$", required=True)
TUS_VERSION = Header("Tus-Version", "Versions of tus spoken here.", required=True)
TUS_EXTENSION = Header("Tus-Extension", "Extensions of tus offered here.", required=True)
TUS_MAX_SIZE = Header(
    "Tus-Max-Size", "Bytes of the largest file.", required=True, whole_number=True
)
TUS_CHECKSUM_ALGORITHM = Header(
    "Tus-Checksum-Algorithm", "What a chunk may be checked with.", required=True
)
UPLOAD_LENGTH = Header(
    "Upload-Length", "Bytes of the whole file.", required=True, whole_number=True
)
UPLOAD_OFFSET = Header(
    "Upload-Offset", "Bytes that are on disk; where the next chunk begins.", required=True,
    whole_number=True,
)  # fmt: skip
UPLOAD_METADATA = Header("Upload-Metadata", "`key base64` pairs, kept as they came.")
UPLOAD_CHECKSUM = Header("Upload-Checksum", "`sha1|sha256|sha512 base64` of the chunk.")
UPLOAD_EXPIRES = Header("Upload-Expires", "Until when the upload may go on.", required=True)

NODE_EPOCH = Header(
    "X-Node-Epoch", "In which epoch the office node works.", required=True, whole_number=True
)
STORE_TERM = Header(
    "X-Store-Term", "The store node's term in which the node works; empty = the first.", _TERM
)


def always(header: Header) -> Header:
    """*header*, where it is never left out."""
    return msgspec.structs.replace(header, required=True)
