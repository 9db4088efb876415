"""Draws some hundred administrative documents: who writes what to whom, and when.

Pure: the same agencies, topics, count, seed and day give the same drafts. Layout and fields
follow Decree 30/2020/NĐ-CP, Art. 8 and Annex I; the texts are the project's own.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone

from tools.province.agencies import ProvinceAgency
from tools.province.bodies import Writer, body, capitalised
from tools.province.drafts import (
    KINDS,
    Annex,
    Attachment,
    Block,
    Draft,
    Medium,
    SheetFormat,
    Signatory,
)
from tools.province.subjects import Topic, printed_month

VIETNAM_TIME = timezone(timedelta(hours=7), "UTC+7")
WINDOW_DAYS = 60
"""How far back the oldest document may lie; never before 01 January of the same year."""
MAX_RECEIVERS = 8
MAX_SUBJECT = 500
"""Characters, Decree 30/2020, Annex VI: Subject."""
SATURDAY = 5

_KIND_WEIGHTS = {
    "Công văn": 34,
    "Quyết định": 18,
    "Báo cáo": 14,
    "Kế hoạch": 10,
    "Tờ trình": 8,
    "Thông báo": 8,
    "Giấy mời": 8,
}
# Shares of the signed-chain corpus of the storage bench, so that the demo shows the same ratio.
_SCANNED_SHARE = 0.15
_ANNEX_SHARE = 0.35
_ATTACHMENT_SHARE = 0.2
_MEAN_FURTHER_RECEIVERS = 3.1
_KINDS_WITH_ANNEX = frozenset({"Quyết định", "Kế hoạch", "Báo cáo", "Công văn"})


def draw_drafts(
    agencies: Sequence[ProvinceAgency],
    topics: Sequence[Topic],
    *,
    count: int,
    seed: int,
    today: date,
) -> tuple[Draft, ...]:
    """*count* drafts in order of their moment of issue, all within the year of *today*."""
    rng = random.Random(f"drafts {seed}")
    moments = sorted(_moment(rng, day) for day in rng.choices(working_days(today), k=count))
    authors = _authors(rng, agencies, count)
    return tuple(
        _draft(random.Random(f"{seed} {number}"), author, moment, agencies, topics)
        for number, (author, moment) in enumerate(zip(authors, moments, strict=True))
    )


def working_days(today: date) -> list[date]:
    """Days on which documents are issued: up to yesterday, within the year of *today*.

    On the first days of a year there may be none; then *today* itself stands in.
    """
    new_year = date(today.year, 1, 1)
    first = max(new_year, today - timedelta(days=WINDOW_DAYS))
    span = [first + timedelta(days=n) for n in range((today - first).days)]
    return [day for day in span if day.weekday() < SATURDAY] or [today]


def _moment(rng: random.Random, day: date) -> datetime:
    """A moment within office hours, late enough for the signatures before it."""
    clock = time(rng.choice((9, 10, 13, 14, 15)), rng.randint(0, 59), rng.randint(0, 59))
    return datetime.combine(day, clock, VIETNAM_TIME)


def _authors(
    rng: random.Random, agencies: Sequence[ProvinceAgency], count: int
) -> list[ProvinceAgency]:
    """Who writes: the province's committee three times as often as others."""
    weights = [3 if agency.superior is None else 1 for agency in agencies]
    return rng.choices(agencies, weights, k=count)


def _draft(
    rng: random.Random,
    issuer: ProvinceAgency,
    issued: datetime,
    agencies: Sequence[ProvinceAgency],
    topics: Sequence[Topic],
) -> Draft:
    kind = rng.choices(tuple(_KIND_WEIGHTS), tuple(_KIND_WEIGHTS.values()))[0]
    own = [topic for topic in topics if issuer.writes_about(topic.name)]
    chosen = rng.sample(own, min(len(own), rng.randint(2, 5) if kind == "Báo cáo" else 1))
    writer = Writer(rng, issuer, issued.date(), _communes(issuer, agencies))
    receivers = _receivers(rng, kind, issuer, agencies)
    unit = rng.choice(issuer.units)
    return Draft(
        issuer=issuer,
        kind=kind,
        notation=f"{KINDS[kind]}-{issuer.short}" if KINDS[kind] else f"{issuer.short}-{unit}",
        subject=_subject(kind, writer, chosen[0], issued.date())[:MAX_SUBJECT],
        addressees=tuple(r.name for r in receivers) if kind in _ADDRESSED else (),
        blocks=body(kind, writer, chosen),
        recipients=_distribution(kind, receivers, unit),
        receivers=tuple(receiver.code for receiver in receivers),
        signatory=_signatory(rng, issuer, kind),
        initialler=rng.choice(issuer.deputies).name,
        issued=issued,
        medium=_medium(rng),
        annex=_annex(rng, kind, writer, chosen[0]),
        attachments=_attachments(rng, writer, chosen[0]),
    )


_ADDRESSED = frozenset({"Công văn", "Tờ trình", "Giấy mời"})


def _communes(issuer: ProvinceAgency, agencies: Sequence[ProvinceAgency]) -> tuple[str, ...]:
    """The places a document may speak of: a commune speaks of itself only."""
    prefix = "Ủy ban nhân dân "
    candidates = [issuer] if issuer.collective and issuer.superior else agencies
    return tuple(
        agency.name.removeprefix(prefix)
        for agency in candidates
        if agency.collective and agency.superior
    )


def _subject(kind: str, writer: Writer, topic: Topic, day: date) -> str:
    month = f"tháng {printed_month(day.month)} năm {day.year}"
    return {
        "Công văn": writer.say(topic.action),
        "Quyết định": "Về việc " + writer.say(topic.decision),
        "Báo cáo": f"Kết quả {topic.matter} {month}",
        "Kế hoạch": f"Triển khai thực hiện {topic.matter} năm {day.year}",
        "Tờ trình": "Về việc " + writer.say(topic.decision),
        "Thông báo": f"Kết luận tại cuộc họp về {topic.matter}",
        "Giấy mời": f"Dự họp về {topic.matter}",
    }[kind]


def _receivers(
    rng: random.Random, kind: str, issuer: ProvinceAgency, agencies: Sequence[ProvinceAgency]
) -> list[ProvinceAgency]:
    """One to eight agencies; reports and proposals go to the superior first."""
    others = [agency for agency in agencies if agency.code != issuer.code]
    superior = [agency for agency in others if agency.code == issuer.superior]
    rest = [agency for agency in others if agency not in superior]
    upward = (
        superior if superior and (kind in {"Báo cáo", "Tờ trình"} or rng.random() < 0.4) else []
    )
    count = min(MAX_RECEIVERS, 1 + int(rng.expovariate(1 / _MEAN_FURTHER_RECEIVERS)))
    return upward + rng.sample(rest, count - len(upward))


def _distribution(kind: str, receivers: Sequence[ProvinceAgency], unit: str) -> tuple[str, ...]:
    first = ["Như trên"] if kind in _ADDRESSED else [agency.name for agency in receivers]
    return (*(f"- {line};" for line in first), f"- Lưu: VT, {unit}.")


def _signatory(rng: random.Random, issuer: ProvinceAgency, kind: str) -> Signatory:
    """Leader, a deputy for him (KT.), or the delegate (TL.), as Decree 30/2020, Art. 13 allows."""
    collective = ("TM. ỦY BAN NHÂN DÂN",) if issuer.collective else ()
    head = issuer.leader.post.upper()
    draw = rng.random()
    if issuer.delegate and kind in _ADDRESSED and draw < 0.3:
        lines = (f"TL. {head}", issuer.delegate.post.upper())
        return Signatory(lines=lines, name=issuer.delegate.name)
    if draw < 0.6:
        return Signatory(lines=(*collective, head), name=issuer.leader.name)
    deputy = rng.choice(issuer.deputies)
    return Signatory(lines=(*collective, f"KT. {head}", deputy.post.upper()), name=deputy.name)


def _medium(rng: random.Random) -> Medium:
    return "scan" if rng.random() < _SCANNED_SHARE else "digital"


def _annex(rng: random.Random, kind: str, writer: Writer, topic: Topic) -> Annex | None:
    if kind not in _KINDS_WITH_ANNEX or rng.random() > _ANNEX_SHARE:
        return None
    title = f"Biểu phân công và số liệu về {topic.matter}"
    tasks = [Block(style="item", text=line) for line in writer.some(topic.tasks, 2)]
    return Annex(title=title, blocks=(writer.table(topic, rng.randint(8, 30)), *tasks))


def _attachments(rng: random.Random, writer: Writer, topic: Topic) -> tuple[Attachment, ...]:
    if rng.random() > _ATTACHMENT_SHARE:
        return ()
    form: SheetFormat = rng.choice(("docx", "xlsx"))
    name = "bieu-so-lieu.xlsx" if form == "xlsx" else "de-cuong.docx"
    rows = writer.table(topic, rng.randint(5, 40)).rows
    title = capitalised(f"{topic.matter}: biểu số liệu kèm theo")
    return (Attachment(name=name, format=form, title=title, rows=rows),)
