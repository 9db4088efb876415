"""Telling who has a line that it is due soon, or overdue (nhắc hạn): an event for each line and day.

A follower looks which lines are to be told today and gives them to the keeper, some at a time; the
keeper looks at each once more. What was told stands in the line, by the same event: a line is told
once however often it is asked for, and what was missed while nobody looked is not told afterwards.
"""

from itertools import islice

from repository.catalogue import tables as t
from repository.catalogue.change import Change
from repository.catalogue.deadlines import seen_from
from repository.catalogue.directions import to_be_told
from repository.catalogue.homes import state_of
from repository.catalogue.views import Reading
from repository.holdings import Holdings
from repository.keeper import Command
from repository.landing import NODE
from repository.model import events as e
from repository.model.access import Right, authorize_everywhere
from repository.model.days import Day, day_of
from repository.model.deadlines import Reckoning, Timing, is_to_be_told, next_telling, timing
from repository.model.ids import Clock, ReceiptId
from repository.model.moves import HomeState
from repository.model.working_days import day_after, working_between

LINES_AT_ONCE = 100
"""Lines of one command: so long nobody else is decided."""
LINES_A_STEP = 5_000
"""Then the follower's other work has its turn."""


class TellDeadlines(Command[int], frozen=True, kw_only=True, tag="tell-deadlines"):
    """Tell whoever has these lines, where they are to be told today; how many were."""

    receipts: tuple[ReceiptId, ...]


def tell_deadlines(holdings: Holdings, clock: Clock, *, most: int = LINES_A_STEP) -> int:
    """Tell the lines that are to be told today, at most *most*; how many were. Not on days off."""
    told = 0
    while told < most:
        with holdings.reading() as now:
            some = _waiting(now, day_of(clock()), LINES_AT_ONCE)
        done = holdings.keeper.submit(TellDeadlines(caller=NODE, receipts=some)) if some else 0
        if not done:  # nobody is left, or the keeper's day is another one
            return told
        told += done
    return told


def _waiting(now: Reading, today: Day, limit: int) -> tuple[ReceiptId, ...]:
    seen = seen_from(now, today)
    if _is_day_off(seen):
        return ()
    return tuple(islice((one for one in to_be_told(now, seen) if _is_at_home(now, one)), limit))


def _is_at_home(now: Reading, receipt: ReceiptId) -> bool:
    """Say whether the line is of an agency at home here; of others their home tells."""
    found = now.get(t.RECEIPTS, receipt)
    return found is not None and state_of(now, found.agency) is HomeState.HERE


def decide_tell_deadlines(change: Change, command: TellDeadlines) -> int:
    """Tell those that are to be told; raise `NotAllowed`."""
    authorize_everywhere(command.caller, Right.ADMINISTER)
    seen = seen_from(change, day_of(change.stamp.at))
    if _is_day_off(seen):
        return 0
    return sum(_tell(change, receipt, seen) for receipt in command.receipts)


def _tell(change: Change, receipt: ReceiptId, seen: Reckoning) -> bool:
    found = change.get(t.RECEIPTS, receipt)
    if found is None or not (is_to_be_told(found, seen) and _is_at_home(change, receipt)):
        return False
    body = e.DeadlineTold(
        id=found.id,
        document=found.document,
        due=found.due,
        day=seen.today,
        overdue=timing(found, seen) is Timing.OVERDUE,
        next=next_telling(found.due, seen),
    )
    change.record(body, agency=found.agency)
    return True


def _is_day_off(seen: Reckoning) -> bool:
    """Say whether it is known that nobody works today."""
    return working_between(day_after(seen.today, -1), seen.today, seen.calendar) == 0


RULES = {TellDeadlines: decide_tell_deadlines}
