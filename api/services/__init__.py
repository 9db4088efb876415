"""The use cases, wired: what HTTP and the command line both call; none knows either."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from api.services import nodes
from api.services.agencies import OpenAgency, decide_open_agency
from api.services.health import AreYouThere, decide_are_you_there
from api.services.registers import OpenRegister, decide_open_register
from api.services.registration import RegisterDocument, decide_register
from api.services.tokens import (
    IssueToken,
    RevokeToken,
    decide_issue_token,
    decide_revoke_token,
)
from indexer.index import IndexReader
from repository.blobs.port import GiB, MiB
from repository.holdings import Holdings
from repository.keeper import Rules
from repository.model.ids import Clock

RULES: Rules = {
    AreYouThere: decide_are_you_there,
    OpenAgency: decide_open_agency,
    OpenRegister: decide_open_register,
    RegisterDocument: decide_register,
    IssueToken: decide_issue_token,
    RevokeToken: decide_revoke_token,
    **nodes.RULES,
}
"""What the keeper decides, and by which rule."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one request may bring; told at `/v1/`."""

    max_blob: int = 2 * GiB
    """Bytes of one file."""
    max_json: int = 1 * MiB
    """Bytes of a JSON body."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """What the use cases work with."""

    holdings: Holdings
    index: IndexReader
    clock: Clock
    entropy: Callable[[int], bytes]
    """Gives that many unpredictable bytes (`os.urandom`)."""
    limits: Limits
