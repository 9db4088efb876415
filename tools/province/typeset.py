"""Drafts become PDF: one typst compiler a template, fonts that typst carries, a fixed time.

The same draft gives the same bytes on every machine with the same typst.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
import typst

from tools.province.drafts import Annex, Draft
from tools.province.subjects import printed_month

TEMPLATES = Path(__file__).parent / "templates"
MILLIMETRE = 72 / 25.4
"""Points of PDF in a millimetre."""
PAGE_HEIGHT = 297 * MILLIMETRE
SEAL_DOTS = 200
"""Dots an inch of the drawn seal; 36 mm are about 283 dots."""

MAX_NAME_LINE = 21
"""Capitals of an agency's name that fit on one line of the left cell."""

Mode = Literal["draft", "whole"]
"""Whether number and day are left open, for the clerk's stamp, or printed, as on paper."""

_TEMPLATE_OF = {
    "Công văn": "letter",
    "Quyết định": "decision",
    "Tờ trình": "addressed",
    "Giấy mời": "addressed",
}


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """Where a signature belongs: the page, from 1, and points from its top left corner."""

    name: str
    page: int
    x: float
    y: float


class Typeset(msgspec.Struct, frozen=True, kw_only=True):
    """A typeset document."""

    pdf: bytes
    anchors: dict[str, Anchor]


class Typesetter:
    """Typesets everything; keeps its compilers, because fonts are loaded once by each."""

    def __init__(self) -> None:
        self._fonts = typst.Fonts(include_system_fonts=False)
        self._compilers: dict[str, typst.Compiler] = {}

    def document(self, draft: Draft, number: str, mode: Mode) -> Typeset:
        """The main file of *draft*; *number* is printed only in mode `whole`."""
        template = _TEMPLATE_OF.get(draft.kind, "titled")
        inputs = {"draft": _fields(draft, number), "mode": mode}
        pdf = self._pdf(template, inputs, draft.issued)
        found = self._compilers[template].query("<anchor>", field="value")
        anchors = msgspec.json.decode(found, type=list[Anchor])
        return Typeset(pdf=pdf, anchors={anchor.name: anchor for anchor in anchors})

    def annex(self, draft: Draft, annex: Annex) -> bytes:
        """An annex in a file of its own."""
        blocks = msgspec.to_builtins(annex.blocks)
        fields = json.loads(_fields(draft, "")) | {"subject": annex.title, "blocks": blocks}
        inputs = {"draft": json.dumps(fields, ensure_ascii=False), "mode": "draft"}
        return self._pdf("annex", inputs, draft.issued)

    def stamp(self, draft: Draft, number: str) -> bytes:
        """Number and day alone, on a transparent page as large as their line."""
        return self._pdf("stamp", {"draft": _fields(draft, number)}, draft.issued)

    def mark(self, lines: tuple[str, ...], at: datetime) -> bytes:
        """The text of a signature without image, on a transparent page of 70 x 20 mm."""
        return self._pdf("mark", {"lines": json.dumps(lines, ensure_ascii=False)}, at)

    def seal(self, name: str) -> bytes:
        """The seal of agency *name*: a transparent PNG, 36 mm in diameter."""
        compiler = self._compiler("seal")
        return _one_file(compiler.compile(format="png", ppi=SEAL_DOTS, sys_inputs={"name": name}))

    def _pdf(self, template: str, inputs: dict[str, str], at: datetime) -> bytes:
        return _one_file(
            self._compiler(template).compile(
                format="pdf", sys_inputs=inputs, timestamp=int(at.timestamp()), pdf_tags=False
            )
        )

    def _compiler(self, template: str) -> typst.Compiler:
        if template not in self._compilers:
            self._compilers[template] = typst.Compiler(
                TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=self._fonts
            )
        return self._compilers[template]


def _one_file(compiled: bytes | list[bytes] | None) -> bytes:
    if not isinstance(compiled, bytes):
        raise TypeError("a template of one page came out as several")
    return compiled


def _fields(draft: Draft, number: str) -> str:
    """What the templates read, as JSON."""
    issuer = draft.issuer
    fields = {
        "kind": draft.kind,
        "subject": draft.subject,
        "issuer": issuer.name,
        "issuer_lines": _name_lines(issuer.name.upper()),
        "superior": "" if issuer.collective else _SUPERIOR.get(issuer.superior or "", ""),
        "authority": _authority(issuer.leader.post, issuer.name).upper(),
        "place": issuer.place,
        "number": number,
        "notation": draft.notation,
        "day": f"{draft.issued.day:02d}",
        "month": printed_month(draft.issued.month),
        "year": str(draft.issued.year),
        "addressees": draft.addressees,
        "blocks": msgspec.to_builtins(draft.blocks),
        "recipients": draft.recipients,
        "signatory_lines": draft.signatory.lines,
        "signatory_name": draft.signatory.name,
    }
    return json.dumps(fields, ensure_ascii=False)


def _authority(post: str, agency: str) -> str:
    """Post and agency in one breath: what ends the one and begins the other is said once."""
    words = post.split()
    for start in range(len(words)):
        overlap = " ".join(words[start:])
        if agency.casefold().startswith(overlap.casefold()):
            return f"{post}{agency[len(overlap) :]}"
    return f"{post} {agency}"


_SUPERIOR = {"H20": "UBND TỈNH ĐỒNG THÁP", "H20.08": "SỞ KHOA HỌC VÀ CÔNG NGHỆ"}


def _name_lines(name: str) -> list[str]:
    """A committee's name takes two lines: what it is, and of which place; long ones too."""
    committee = "ỦY BAN NHÂN DÂN"
    if name.startswith(committee):
        return [committee, name.removeprefix(committee).strip()]
    return [name] if len(name) <= MAX_NAME_LINE else _halves(name)


def _halves(name: str) -> list[str]:
    """*name* in two lines of nearly the same length."""
    words = name.split()
    cut = min(range(1, len(words)), key=lambda n: abs(2 * len(" ".join(words[:n])) - len(name)))
    return [" ".join(words[:cut]), " ".join(words[cut:])]
