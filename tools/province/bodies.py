"""Bodies of documents: what each type says in which order, in the words of a topic.

Pure: the same topic, day and random state give the same text.
"""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from tools.province.agencies import ProvinceAgency
from tools.province.drafts import Block
from tools.province.subjects import Figures, Topic, written_date

END_OF_TEXT = "./."


class Writer:
    """Chooses sentences of topics and fills their figures, for one document of one agency."""

    def __init__(
        self, rng: random.Random, agency: ProvinceAgency, day: date, communes: tuple[str, ...]
    ) -> None:
        self.rng = rng
        self.agency = agency
        self.day = day
        self._figures = Figures(rng, day, communes)

    def say(self, phrase: str) -> str:
        """Fill the words in braces."""
        return phrase.format_map(self._figures)

    def some(self, phrases: Sequence[str], least: int) -> list[str]:
        """At least *least* of *phrases* (or all there are), in their order, filled."""
        count = self.rng.randint(min(least, len(phrases)), len(phrases))
        kept = sorted(self.rng.sample(range(len(phrases)), count))
        return [self.say(phrases[index]) for index in kept]

    def table(self, topic: Topic, lines: int) -> Block:
        """A table of the topic's figures for *lines* places."""
        head = ("STT", "Đơn vị", *topic.figures)
        rows = (
            (str(n + 1), self.say("{commune}") if n == 0 else f"Khu vực {n}", *self._numbers(topic))
            for n in range(lines)
        )
        return Block(style="table", rows=(head, *rows))

    def _numbers(self, topic: Topic) -> list[str]:
        return [self.say("{many}") for _ in topic.figures]


def body(kind: str, writer: Writer, topics: Sequence[Topic]) -> tuple[Block, ...]:
    """The body of a document of *kind*; the first of *topics* is its subject."""
    blocks = _BODIES[kind](writer, topics)
    last = blocks[-1]
    return (*blocks[:-1], Block(style=last.style, text=last.text.rstrip(".;") + END_OF_TEXT))


def capitalised(text: str) -> str:
    """*text* with its first letter in upper case and all others as they are."""
    return text[:1].upper() + text[1:]


def _letter(writer: Writer, topics: Sequence[Topic]) -> list[Block]:
    topic = topics[0]
    return [
        *_paragraphs(writer.some(topic.reasons, 1)),
        _paragraph(
            f"Để thực hiện tốt {topic.matter} trong thời gian tới, {writer.agency.name} đề nghị "
            "thủ trưởng các cơ quan, đơn vị tập trung thực hiện các nội dung sau:"
        ),
        *_numbered(writer.some(topic.tasks, 2)),
        _paragraph(
            "Trong quá trình thực hiện nếu có khó khăn, vướng mắc, đề nghị các cơ quan, đơn vị "
            f"kịp thời phản ánh về {writer.agency.name} để được hướng dẫn, xem xét giải quyết."
        ),
    ]


def _decision(writer: Writer, topics: Sequence[Topic]) -> list[Block]:
    topic = topics[0]
    articles = [capitalised(writer.say(topic.decision)) + " theo các nội dung sau đây."]
    articles += writer.some(topic.tasks, 2)
    articles.append(
        "Quyết định này có hiệu lực kể từ ngày ký. Các quy định trước đây trái với Quyết định "
        "này đều bãi bỏ."
    )
    articles.append(
        f"Thủ trưởng các đơn vị trực thuộc {writer.agency.name} và các tổ chức, cá nhân có liên "
        "quan chịu trách nhiệm thi hành Quyết định này."
    )
    organisation = "Căn cứ quy định về chức năng, nhiệm vụ, quyền hạn và cơ cấu tổ chức của "
    return [
        *(Block(style="basis", text=basis) for basis in topic.basis),
        Block(style="basis", text=f"{organisation}{writer.agency.name};"),
        Block(style="basis", text="Theo đề nghị của trưởng bộ phận tham mưu."),
        Block(style="resolution", text="QUYẾT ĐỊNH:"),
        *(
            Block(style="article", text=f"Điều {number}.|{text}")
            for number, text in enumerate(articles, 1)
        ),
    ]


def _report(writer: Writer, topics: Sequence[Topic]) -> list[Block]:
    blocks = [
        _paragraph(
            f"Thực hiện chế độ thông tin, báo cáo, {writer.agency.name} báo cáo kết quả thực "
            f"hiện {topics[0].matter} đến hết ngày {written_date(writer.day)} như sau:"
        ),
        _heading("I. TÌNH HÌNH VÀ KẾT QUẢ THỰC HIỆN"),
    ]
    for number, topic in enumerate(topics, 1):
        blocks.append(_paragraph(f"{number}. Về {topic.matter}"))
        blocks += _paragraphs(writer.some(topic.reasons, 1))
        blocks += _items(writer.some(topic.results, 2))
    blocks += [
        _paragraph("Số liệu chi tiết như sau:"),
        writer.table(topics[0], writer.rng.randint(3, 7)),
        _heading("II. TỒN TẠI, HẠN CHẾ"),
        *_paragraphs([line for topic in topics for line in writer.some(topic.limits, 1)]),
        _heading("III. PHƯƠNG HƯỚNG, NHIỆM VỤ TRỌNG TÂM THỜI GIAN TỚI"),
        *_numbered([line for topic in topics for line in writer.some(topic.tasks, 2)]),
        _paragraph(f"Trên đây là báo cáo của {writer.agency.name}, kính gửi cấp trên xem xét."),
    ]
    return blocks


def _plan(writer: Writer, topics: Sequence[Topic]) -> list[Block]:
    topic = topics[0]
    return [
        *_paragraphs(writer.some(topic.reasons, 1)),
        _paragraph(f"{writer.agency.name} xây dựng kế hoạch thực hiện với các nội dung sau:"),
        _heading("I. MỤC ĐÍCH, YÊU CẦU"),
        _paragraph(
            f"1. Nâng cao nhận thức và trách nhiệm của các cơ quan, đơn vị và người dân đối với "
            f"{topic.matter}; xác định rõ việc, rõ người, rõ thời hạn và kết quả."
        ),
        _paragraph(
            "2. Tổ chức thực hiện thiết thực, tiết kiệm, phù hợp tình hình của từng địa bàn; "
            "lồng ghép với các chương trình, phong trào đang triển khai."
        ),
        _heading("II. NỘI DUNG THỰC HIỆN"),
        *_numbered(writer.some(topic.tasks, 3)),
        _heading("III. KINH PHÍ"),
        _paragraph(
            writer.say("Tổng kinh phí dự kiến {money} tỷ đồng, ")
            + "sử dụng từ dự toán chi thường xuyên được giao và các nguồn huy động hợp pháp khác."
        ),
        _heading("IV. TỔ CHỨC THỰC HIỆN"),
        *_numbered(_duties(writer)),
        _paragraph(
            "Trên đây là Kế hoạch thực hiện, đề nghị các cơ quan, đơn vị tổ chức triển khai đạt "
            "hiệu quả"
        ),
    ]


def _proposal(writer: Writer, topics: Sequence[Topic]) -> list[Block]:
    topic = topics[0]
    return [
        *(Block(style="basis", text=basis) for basis in topic.basis),
        _paragraph(
            f"{writer.agency.name} kính trình xem xét, quyết định việc "
            f"{writer.say(topic.decision)} như sau:"
        ),
        _heading("1. Sự cần thiết"),
        *_paragraphs(writer.some(topic.reasons, 1)),
        *_paragraphs(writer.some(topic.limits, 1)),
        _heading("2. Nội dung trình"),
        *_items(writer.some(topic.tasks, 2)),
        _heading("3. Dự kiến nguồn lực và thời gian thực hiện"),
        _paragraph(
            writer.say("Kinh phí thực hiện khoảng {money} tỷ đồng, hoàn thành trước ngày {day}.")
        ),
        _paragraph("Kính trình cấp có thẩm quyền xem xét, quyết định"),
    ]


def _notice(writer: Writer, topics: Sequence[Topic]) -> list[Block]:
    topic = topics[0]
    meeting = written_date(writer.day - timedelta(days=writer.rng.randint(1, 4)))
    return [
        _paragraph(
            f"Ngày {meeting}, tại trụ sở cơ quan, {writer.agency.leader.post} "
            f"{writer.agency.leader.name} chủ trì cuộc họp về {topic.matter}. Sau khi nghe báo "
            "cáo và ý kiến của các đại biểu dự họp, người chủ trì kết luận như sau:"
        ),
        _heading("1. Đánh giá chung"),
        *_paragraphs(writer.some(topic.results, 1)),
        *_paragraphs(writer.some(topic.limits, 1)),
        _heading("2. Nhiệm vụ trong thời gian tới"),
        *_items(writer.some(topic.tasks, 2)),
        _paragraph(
            f"{writer.agency.name} thông báo để các cơ quan, đơn vị biết và tổ chức thực hiện"
        ),
    ]


def _invitation(writer: Writer, topics: Sequence[Topic]) -> list[Block]:
    topic = topics[0]
    day = writer.day + timedelta(days=writer.rng.randint(2, 6))
    hour = writer.rng.choice(("7 giờ 30", "8 giờ 00", "13 giờ 30", "14 giờ 00"))
    return [
        _paragraph(f"{writer.agency.name} trân trọng kính mời dự họp về {topic.matter}, cụ thể:"),
        _paragraph(f"1. Thời gian: {hour} phút, ngày {written_date(day)}."),
        _paragraph(f"2. Địa điểm: Phòng họp số {writer.rng.randint(1, 5)}, trụ sở cơ quan."),
        _paragraph(f"3. Chủ trì: {writer.agency.leader.post} {writer.agency.leader.name}."),
        _paragraph("4. Nội dung:"),
        *_items(writer.some(topic.tasks, 2)),
        _paragraph(
            "Do tính chất quan trọng của cuộc họp, đề nghị các đại biểu sắp xếp thời gian dự "
            "đúng thành phần; trường hợp vắng mặt phải báo cáo và cử người dự thay"
        ),
    ]


_BODIES = {
    "Công văn": _letter,
    "Quyết định": _decision,
    "Báo cáo": _report,
    "Kế hoạch": _plan,
    "Tờ trình": _proposal,
    "Thông báo": _notice,
    "Giấy mời": _invitation,
}


def _duties(writer: Writer) -> list[str]:
    return [
        f"Bộ phận {unit} chủ trì tham mưu, theo dõi, đôn đốc; tổng hợp báo cáo kết quả về "
        f"{writer.agency.name} trước ngày {writer.say('{day}')}."
        for unit in writer.agency.units
    ]


def _heading(text: str) -> Block:
    return Block(style="heading", text=text)


def _paragraph(text: str) -> Block:
    return Block(style="paragraph", text=text)


def _paragraphs(texts: Sequence[str]) -> list[Block]:
    return [_paragraph(text) for text in texts]


def _items(texts: Sequence[str]) -> list[Block]:
    return [Block(style="item", text=text) for text in texts]


def _numbered(texts: Sequence[str]) -> list[Block]:
    return [_paragraph(f"{number}. {text}") for number, text in enumerate(texts, 1)]
