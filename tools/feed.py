"""Keeping up with an agency: its events in order, as they happen, over lines that break."""

from collections.abc import Iterator
from urllib.parse import urlencode

from api.changes import ChangePage, ChangeView
from api.services.changes import MAX_WAIT_SECONDS
from tools.http import Client, decoded, retry_after

PAGE = 50


def page(
    client: Client, agency: str, after: int, *, limit: int = PAGE, wait: int = 0
) -> ChangePage:
    """The events of *agency* after number *after*; none = nothing has happened within *wait* seconds.

    Where the server has no place for one more who waits, it is waited for here. Raise `Refused`:
    with the problem `changes-gone` there is less than you have seen; begin anew after its `first`.
    """
    asked = {"agency": agency, "after": after, "limit": limit, "wait": wait}
    answer = client.ask("GET", f"/v1/changes?{urlencode(asked)}")
    told = decoded(answer, ChangePage)
    pause = retry_after(answer)
    if wait and not told.changes and pause:
        client.patience.sleep(pause)
    return told


def follow(
    client: Client, agency: str, after: int = 0, *, wait: int = MAX_WAIT_SECONDS
) -> Iterator[ChangeView]:
    """Every event after number *after*, and those to come; without *wait* it ends at the last.

    Keep the `sequence` of what you have worked on and begin there the next time: nothing is missed
    and nothing comes twice.
    """
    while True:
        told = page(client, agency, after, wait=wait)
        for change in told.changes:
            yield change
            after = change.sequence
        if not wait and after >= told.last:
            return
