"""What the keeper decides about file lists, dossiers and hand-overs, and by which rule."""

from api.services.dossier_acts import (
    ActOnDossier,
    CloseDossier,
    decide_act_on_dossier,
    decide_close_dossier,
)
from api.services.dossier_amendment import (
    AmendDossier,
    AssignDossier,
    decide_amend_dossier,
    decide_assign_dossier,
)
from api.services.dossier_items import (
    AddItems,
    MoveItem,
    RemoveItems,
    decide_add_items,
    decide_move_item,
    decide_remove_items,
)
from api.services.dossiers import OpenDossier, decide_open_dossier
from api.services.file_lists import (
    DraftFileList,
    IssueFileList,
    WriteFileList,
    decide_draft,
    decide_issue,
    decide_write,
)
from api.services.hand_overs import (
    ActOnHandOver,
    AskHandOver,
    decide_act_on_hand_over,
    decide_ask_hand_over,
)
from repository.keeper import Rules

RULES: Rules = {
    DraftFileList: decide_draft,
    WriteFileList: decide_write,
    IssueFileList: decide_issue,
    OpenDossier: decide_open_dossier,
    AmendDossier: decide_amend_dossier,
    AssignDossier: decide_assign_dossier,
    AddItems: decide_add_items,
    RemoveItems: decide_remove_items,
    MoveItem: decide_move_item,
    CloseDossier: decide_close_dossier,
    ActOnDossier: decide_act_on_dossier,
    AskHandOver: decide_ask_hand_over,
    ActOnHandOver: decide_act_on_hand_over,
}
