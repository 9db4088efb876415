"""A year of a province as a plan: who issues which paper, and who receives it. Pure and seeded.

A paper is one file. Its agency registers it as outgoing; each receiver registers the same file
as incoming, so that a file is stored once and registered several times. Agencies are as unlike
as in life: their shares follow Zipf's law. How large real shares and files are is not known;
these are assumptions.
"""

import io
import itertools
import random
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from xml.sax.saxutils import escape

import msgspec

from tools.bench.plan import SHARES_OF_RECIPIENTS
from tools.province.agencies import province_agencies
from tools.province.subjects import Figures, Topic, all_topics

AGENCIES = 550
OUTGOING = 1_040_000
INCOMING = 3_500_000
SMALLEST, LARGEST = 500, 4_000
"""Bytes of a file's text."""
OFFICE_SHARE = 0.1
"""Of the files that are .docx; the others are plain text."""
NOTATIONS = ("UBND-VP", "SNV-TCCB", "STC-NS", "VHXH", "KTHT", "HĐND-VP", "TTPVHCC")
KINDS = ("Công văn", "Báo cáo", "Quyết định", "Tờ trình", "Thông báo", "Kế hoạch")
MEAN_RECIPIENTS = sum(count * share for count, share in SHARES_OF_RECIPIENTS.items())


class House(msgspec.Struct, frozen=True):
    """An agency of the mix."""

    code: str
    name: str
    notation: str


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper before it has a number."""

    number: int
    issuer: int
    """Place among the agencies."""
    receivers: tuple[int, ...]
    issued: date
    """What its copies bear."""
    kind: str
    subject: str
    name: str
    content: bytes


def houses(count: int) -> tuple[House, ...]:
    """The first *count* agencies, the largest first."""
    names = [agency.name for agency in province_agencies()]
    return tuple(
        House(
            f"H20.{number + 1}",
            f"{names[number % len(names)]} số {number + 1}",
            NOTATIONS[number % len(NOTATIONS)],
        )
        for number in range(count)
    )


class Mix:
    """The papers of a year, any of them by its number."""

    def __init__(self, *, agencies: int, outgoing: int, incoming: int, today: date) -> None:
        """About *incoming* copies of *outgoing* papers, dated from the year's first day to *today*."""
        self._topics = all_topics()
        self._days = (today - date(today.year, 1, 1)).days + 1
        self._today = today
        self._outgoing = outgoing
        # Zipf: the n-th agency writes and receives a share of 1/n; of 550 the first has 14.5 %.
        self._weights = list(itertools.accumulate(1 / (n + 1) for n in range(agencies)))
        self._places = range(agencies)
        self._communes = tuple(house.name for house in houses(min(agencies, 100)))
        self._fewer = max(0.0, MEAN_RECIPIENTS - incoming / outgoing)

    def paper(self, number: int) -> Paper:
        """The paper of that *number*, always the same."""
        dice = random.Random(f"year {number}")
        day = date(self._today.year, 1, 1) + timedelta(number * self._days // self._outgoing)
        topic = dice.choice(self._topics)
        figures = Figures(dice, day, self._communes)
        text = self._text(dice, topic, figures, number)
        office = dice.random() < OFFICE_SHARE
        issuer = self._one(dice)
        return Paper(
            number=number,
            issuer=issuer,
            receivers=self._receivers(dice, issuer),
            issued=day,
            kind=dice.choice(KINDS),
            subject=_subject(topic, figures),
            name=f"{number}.docx" if office else f"{number}.txt",
            content=docx(text) if office else text.encode(),
        )

    def _one(self, dice: random.Random) -> int:
        return dice.choices(self._places, cum_weights=self._weights)[0]

    def _receivers(self, dice: random.Random, issuer: int) -> tuple[int, ...]:
        counts, shares = zip(*SHARES_OF_RECIPIENTS.items(), strict=True)
        count = dice.choices(counts, shares)[0] - (dice.random() < self._fewer)
        found: dict[int, None] = {}
        while len(found) < min(count, len(self._places) - 1):
            one = self._one(dice)
            if one != issuer:
                found[one] = None
        return tuple(found)

    def _text(self, dice: random.Random, topic: Topic, figures: Figures, number: int) -> str:
        """Sentences of two topics, to a length spread evenly over the sizes."""
        other = dice.choice(self._topics)
        wanted = dice.randint(SMALLEST, LARGEST)
        pieces, size = [f"Văn bản {number}"], 0
        for phrase in _phrases(dice, (topic, other)):
            piece = phrase.format_map(figures)
            size += len(piece.encode()) + 1
            if size > wanted and len(pieces) > 1:
                break
            pieces.append(piece)
        return "\n".join(pieces)


def _subject(topic: Topic, figures: Figures) -> str:
    return f"Về việc {topic.action}, {topic.matter} tại {{commune}}".format_map(figures)


def _phrases(dice: random.Random, topics: Sequence[Topic]) -> Iterator[str]:
    every = [
        phrase
        for topic in topics
        for phrase in (*topic.reasons, *topic.tasks, *topic.results, *topic.limits)
    ]
    while True:
        dice.shuffle(every)
        yield from every


def docx(text: str) -> bytes:
    """The smallest document of WordprocessingML with *text*, a paragraph a line."""
    body = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in text.splitlines())
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as parts:
        for name, content in (*_PARTS, ("word/document.xml", _DOCUMENT.format(body=body))):
            # Dated, so that the same paper is the same bytes.
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            parts.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return kept.getvalue()


_OFFICE = "http://schemas.openxmlformats.org"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = (
    f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_TYPE}"/></Types>'
)
_RELATIONS = (
    f'<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_PARTS = (("[Content_Types].xml", _TYPES), ("_rels/.rels", _RELATIONS))
_DOCUMENT = (
    f'<w:document xmlns:w="{_OFFICE}/wordprocessingml/2006/main">'
    "<w:body>{body}</w:body></w:document>"
)
