"""PDF by typst: A4 landscape, the form's head on every page, totals and chain at its end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import typst

from api.services.printing import Line, Sheet
from repository.model.days import VIETNAM_TIME
from tools.printing.pages import page_chain, page_total, paged

TEMPLATE = Path(__file__).with_name("register.typ")


def write_pdf(sheet: Sheet, lines: Iterator[Line], out: BinaryIO) -> None:
    """Write *lines* as PDF; all of it is in memory meanwhile, hence the bound on rows."""
    pages = [
        {
            "rows": [line.cells for line in page.lines],
            "total": page_total(page),
            "chain": page_chain(page),
        }
        for page in paged(lines)
    ]
    printed = sheet.printed.astimezone(VIETNAM_TIME)
    told = {
        "agency": sheet.agency,
        "title": sheet.title,
        "period": sheet.period,
        "columns": sheet.columns,
        "printed": printed.strftime("%d/%m/%Y %H:%M"),
        "pages": pages,
        "widths": sheet.widths,
        "signers": sheet.signers,
    }
    made = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=typst.Fonts(include_system_fonts=False),
        format="pdf",
        sys_inputs={"sheet": json.dumps(told, ensure_ascii=False)},
        timestamp=int(sheet.printed.timestamp()),
        pdf_tags=False,
    )
    out.write(made)
