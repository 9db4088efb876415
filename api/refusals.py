"""Which refusals belong together: what any request may meet, and what reading and writing add."""

from api import problems
from api.digests import BadContentDigest
from api.rates import TooManyRequests
from api.services.blob_access import BlobErased
from api.services.fields import FieldMissing, FieldTooLong, FieldUnclean, FieldUnfit
from api.services.numbering import (
    DateOutOfOrder,
    NoTermNow,
    NumbersUsedUp,
    PeriodClosed,
    RegisterClosed,
    RegisterHistorical,
    RegisterNotOpenYet,
)
from api.services.tokens import UnknownCaller
from api.session import CsrfTokenMissing
from api.wire import (
    BodyTooLarge,
    FieldOfWrongType,
    FieldUnknown,
    MalformedJson,
    ParameterMissing,
    ParameterUnfit,
)
from repository.blobs.ledger import BlobWentAway
from repository.blobs.pack import PackBroken
from repository.blobs.pack_io import DiskFailed, MediumFull, WriteFailed
from repository.blobs.port import (
    BlobTooLarge,
    DigestMismatch,
    ReserveReached,
    UploadCutShort,
)
from repository.blobs.store import WritingStopped
from repository.blobs.store_node import StoreNodeFull, StoreNodeRefuses, StoreNodeUnreachable
from repository.blobs.writer import SpoolChanged
from repository.catalogue.lmdb_engine import CatalogueFailed, CatalogueFull
from repository.errors import Trouble
from repository.keeper import KeeperStopped, OutcomeUnknown
from repository.keeper_wire import KeeperFailed, NumberTooLarge
from repository.landing import PackNotOpen
from repository.model.access import Hidden, NotAllowed
from repository.model.blobs import BlobDamaged, BlobMissing
from repository.model.events import EventTooLarge
from repository.model.moves import AgencyElsewhere, AgencyMoving
from repository.model.nodes import LeaseLapsed, NodeNotAdmitted, NodeSuperseded
from repository.uploads.port import (
    ChunkBeyondEnd,
    ChunkGarbled,
    OffsetMismatch,
    UploadBusy,
    UploadMissing,
)

Refusals = tuple[type[Trouble], ...]

ALWAYS: Refusals = (problems.RequestUnreadable, problems.Unexpected)
"""Any request at all."""
ASKED: dict[str, Refusals] = {
    "bearer": (UnknownCaller, CsrfTokenMissing, TooManyRequests),
    "node": (NodeNotAdmitted,),
    "": (),
}
"""Any request to whatever asks by that scheme who is there."""
OFFICE: Refusals = (LeaseLapsed, NodeSuperseded, AgencyElsewhere, AgencyMoving)
"""What an office node may not decide now."""
ELSEWHERE: Refusals = (StoreNodeUnreachable, StoreNodeRefuses)
"""An office node's files, which lie at its store node."""
QUERY: Refusals = (ParameterMissing, ParameterUnfit)
BODY: Refusals = (
    problems.LengthRequired,
    problems.MediaTypeUnsupported,
    BodyTooLarge,
    BadContentDigest,
    DigestMismatch,
)
JSON_BODY: Refusals = (*BODY, MalformedJson, FieldUnknown, FieldOfWrongType)
FIELDS: Refusals = (FieldMissing, FieldTooLong, FieldUnclean, FieldUnfit)
ACCESS: Refusals = (Hidden, NotAllowed)
KEEPER: Refusals = (
    KeeperStopped,
    OutcomeUnknown,
    KeeperFailed,
    NumberTooLarge,
    CatalogueFailed,
    CatalogueFull,
    DiskFailed,
    WriteFailed,
    MediumFull,
    EventTooLarge,
    *OFFICE,
)
"""Whatever has to be decided."""
NUMBERS: Refusals = (
    DateOutOfOrder,
    NoTermNow,
    NumbersUsedUp,
    PeriodClosed,
    RegisterClosed,
    RegisterHistorical,
    RegisterNotOpenYet,
)
"""Why a register gives no number now."""
BYTES_IN: Refusals = (
    *KEEPER,
    problems.LengthRequired,
    problems.MediaTypeUnsupported,
    BlobTooLarge,
    BadContentDigest,
    DigestMismatch,
    UploadCutShort,
    ReserveReached,
    WritingStopped,
    SpoolChanged,
    PackNotOpen,
    BlobWentAway,
    *ELSEWHERE,
    StoreNodeFull,
)
"""Storing a file."""
UPLOADS: Refusals = (UploadMissing, UploadBusy, WritingStopped, DiskFailed, WriteFailed)
"""An upload in chunks that is under way."""
CHUNK_IN: Refusals = (
    *UPLOADS,
    problems.LengthRequired,
    problems.MediaTypeUnsupported,
    MediumFull,
    ReserveReached,
    BadContentDigest,
    DigestMismatch,
    UploadCutShort,
    OffsetMismatch,
    ChunkBeyondEnd,
    ChunkGarbled,
)
"""The next bytes of one."""
BYTES_OUT: Refusals = (
    BlobErased,
    BlobMissing,
    BlobDamaged,
    PackBroken,
    problems.RangeNotSatisfiable,
    *ELSEWHERE,
)
"""Giving a file out."""
