"""Rows in pages: how many each holds, how many there are so far, and the chain at its end."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from api.services.printing import Line

ROWS_A_PAGE = 15


class Page(NamedTuple):
    """A page of a printed register."""

    number: int
    """From 1."""
    lines: tuple[Line, ...]
    total: int
    """Rows up to its end."""

    @property
    def link(self) -> str:
        """The chain at its end, as it is printed; empty on a page without rows."""
        return self.lines[-1].link.hex() if self.lines else ""


def paged(lines: Iterator[Line], size: int = ROWS_A_PAGE) -> Iterator[Page]:
    """*lines* page by page; one page without rows where there are none."""
    number = total = 0
    while (rows := tuple(islice(lines, size))) or not number:
        number, total = number + 1, total + len(rows)
        yield Page(number, rows, total)
        if len(rows) < size:
            return


def page_total(page: Page) -> str:
    """What a page says of itself at its end."""
    return f"Cộng trang {page.number}: {len(page.lines)} dòng; cộng dồn: {page.total} dòng"


def page_chain(page: Page) -> str:
    """The chain at a page's end, as it is printed."""
    return f"BLAKE3: {page.link or '-'}"
