"""CSV (RFC 4180) in UTF-8 with a byte order mark, without which Excel reads no Vietnamese."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from api.services.printing import Line, Sheet
from interop.sheets import harmless
from tools.printing.pages import page_chain, page_total, paged

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def write_csv(sheet: Sheet, lines: Iterator[Line], out: BinaryIO) -> None:
    """Write *lines* as CSV, row by row; a page's totals and chain are a row of their own."""
    out.write(BYTE_ORDER_MARK)
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    rows = csv.writer(text)
    rows.writerow(sheet.columns)
    for page in paged(lines):
        rows.writerows([harmless(cell) for cell in line.cells] for line in page.lines)
        rows.writerow([page_total(page), page_chain(page), *[""] * (len(sheet.columns) - 2)])
    if sheet.signers:
        rows.writerow([harmless(who) for who in sheet.signers])
    text.detach()
