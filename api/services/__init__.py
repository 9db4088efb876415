"""The use cases, wired: what HTTP and the command line both call; none knows either."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import msgspec

from api.services import (
    assignment,
    checkpoints,
    deadlines,
    delegating,
    dossier_commands,
    moves,
    nodes,
    purge_orders,
    reminding,
)
from api.services.agencies import OpenAgency, decide_open_agency
from api.services.amendment import AmendDocument, decide_amend
from api.services.checkpoints import KeySource
from api.services.closing import CloseRegister, decide_close
from api.services.directory_people import NotePeople, decide_note_people
from api.services.draft_acts import decide_act_on_draft
from api.services.draft_command import ActOnDraft
from api.services.drafting import OpenDraft, decide_open_draft
from api.services.files import AddFiles, ReplaceFile, decide_add_files, decide_replace_file
from api.services.health import AreYouThere, decide_are_you_there
from api.services.historical import EnterRow, decide_enter_row
from api.services.holds import LiftHold, PlaceHold, decide_lift_hold, decide_place_hold
from api.services.incidents import NoteRefusal, decide_note_refusal
from api.services.numbers import ReserveNumbers, VoidNumber, decide_reserve, decide_void
from api.services.onboarding import ImportOrganisation, decide_import
from api.services.organisation import (
    EndPost,
    EndUnit,
    EnterPerson,
    GivePost,
    OpenUnit,
    decide_end_post,
    decide_end_unit,
    decide_enter_person,
    decide_give_post,
    decide_open_unit,
)
from api.services.printing import Printers
from api.services.purges import (
    ConfirmPurge,
    RequestPurge,
    WithdrawPurge,
    decide_confirm_purge,
    decide_request_purge,
    decide_withdraw_purge,
)
from api.services.recalling import (
    ActOnDispatch,
    RecallDocument,
    decide_act_on_dispatch,
    decide_recall,
)
from api.services.receipts import (
    ActOnReceipt,
    GiveReceipts,
    decide_act,
    decide_give_receipts,
)
from api.services.registers import OpenRegister, decide_open_register
from api.services.registration import RegisterDocument, decide_register
from api.services.registration_batch import RegisterBatch, decide_register_batch
from api.services.relations import (
    StateRelation,
    WithdrawRelation,
    decide_state_relation,
    decide_withdraw_relation,
)
from api.services.reorganisation import (
    GiveIdentifier,
    OpenFonds,
    RenameAgency,
    Reorganise,
    WithdrawReorganisation,
    decide_give_identifier,
    decide_open_fonds,
    decide_rename,
    decide_reorganise,
    decide_withdraw,
)
from api.services.signatories import (
    GiveAuthority,
    RuleDrafting,
    WithdrawAuthority,
    decide_give_authority,
    decide_rule_drafting,
    decide_withdraw_authority,
)
from api.services.signing_in import SignIn, decide_sign_in
from api.services.terms import DeclareTerm, decide_declare_term
from api.services.tokens import (
    IssueToken,
    RevokeToken,
    decide_issue_token,
    decide_revoke_token,
)
from indexer.index import IndexReader
from interop.directory.port import Directory, Negotiation
from repository.blobs.port import GiB, MiB
from repository.holdings import Holdings
from repository.keeper import Rules
from repository.model.ids import Clock
from repository.watch import LogWatch

RULES: Rules = {
    AreYouThere: decide_are_you_there,
    OpenAgency: decide_open_agency,
    RenameAgency: decide_rename,
    GiveIdentifier: decide_give_identifier,
    OpenFonds: decide_open_fonds,
    Reorganise: decide_reorganise,
    WithdrawReorganisation: decide_withdraw,
    OpenUnit: decide_open_unit,
    EndUnit: decide_end_unit,
    EnterPerson: decide_enter_person,
    NotePeople: decide_note_people,
    GivePost: decide_give_post,
    EndPost: decide_end_post,
    ImportOrganisation: decide_import,
    OpenRegister: decide_open_register,
    DeclareTerm: decide_declare_term,
    ReserveNumbers: decide_reserve,
    VoidNumber: decide_void,
    EnterRow: decide_enter_row,
    CloseRegister: decide_close,
    NoteRefusal: decide_note_refusal,
    RegisterDocument: decide_register,
    RegisterBatch: decide_register_batch,
    AmendDocument: decide_amend,
    GiveReceipts: decide_give_receipts,
    ActOnReceipt: decide_act,
    OpenDraft: decide_open_draft,
    ActOnDraft: decide_act_on_draft,
    GiveAuthority: decide_give_authority,
    WithdrawAuthority: decide_withdraw_authority,
    RuleDrafting: decide_rule_drafting,
    RecallDocument: decide_recall,
    ActOnDispatch: decide_act_on_dispatch,
    AddFiles: decide_add_files,
    ReplaceFile: decide_replace_file,
    StateRelation: decide_state_relation,
    WithdrawRelation: decide_withdraw_relation,
    IssueToken: decide_issue_token,
    RevokeToken: decide_revoke_token,
    SignIn: decide_sign_in,
    PlaceHold: decide_place_hold,
    LiftHold: decide_lift_hold,
    RequestPurge: decide_request_purge,
    ConfirmPurge: decide_confirm_purge,
    WithdrawPurge: decide_withdraw_purge,
    **nodes.RULES,
    **purge_orders.RULES,
    **moves.RULES,
    **checkpoints.RULES,
    **assignment.RULES,
    **deadlines.RULES,
    **delegating.RULES,
    **reminding.RULES,
    **dossier_commands.RULES,
}
"""What the keeper decides, and by which rule."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one request may bring; told at `/v1/`."""

    max_blob: int = 2 * GiB
    """Bytes of one file."""
    max_json: int = 1 * MiB
    """Bytes of a JSON body."""
    max_chunk: int = 8 * MiB
    """Bytes of one chunk of an upload: a request's body arrives whole before it is looked at."""
    max_uploads: int = 64
    """Unfinished uploads in chunks that one token may have."""
    max_upload_bytes: int = 16 * GiB
    """Bytes that these may announce together."""
    upload_seconds: int = 24 * 3600
    """How long an upload in chunks may take, from its beginning to its commit."""
    max_batch: int = 8 * MiB
    """Bytes of a batch of documents to be registered."""
    rate: int = 0
    """Requests a second that one token may make of one worker; 0 = as many as it likes."""
    burst: int = 0
    """Requests that a token may save up."""


class Note(Protocol):
    """Writes one line of the process's own log; MUST NOT raise."""

    def __call__(self, event: str, **facts: object) -> object:
        """Note that *event* happened; no text of a document or a query is a fact."""
        ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """What the use cases work with."""

    holdings: Holdings
    index: IndexReader
    clock: Clock
    entropy: Callable[[int], bytes]
    """Gives that many unpredictable bytes (`os.urandom`)."""
    limits: Limits
    watch: LogWatch
    """Wakes who waits for an event."""
    note: Note | None
    """Where a line is written for each request; None = nowhere."""
    log_key: KeySource = lambda: None
    """The private half of the log's key, where this process may use it."""
    printers: Printers
    """As what registers are printed."""
    directory: Directory | None = None
    """Whom people sign in with; None = nobody, tokens alone."""
    negotiation: Negotiation | None = None
    """Takes tickets of the domain; None = passwords alone."""
    worker: str = "worker"
    """The name of this process, as figures are told by it."""
