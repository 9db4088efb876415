"""Vietnamese sentences of the kind offices write, dealt by a seeded generator.

Only the look and the entropy of the text matter here; the demo's documents are the readable
ones.
"""

import random

OPENINGS = (
    "Căn cứ Luật Tổ chức chính quyền địa phương",
    "Thực hiện ý kiến chỉ đạo của Chủ tịch Ủy ban nhân dân tỉnh",
    "Xét đề nghị của Giám đốc Sở Tài chính",
    "Để bảo đảm tiến độ giải ngân vốn đầu tư công",
    "Trước diễn biến phức tạp của thời tiết",
    "Nhằm nâng cao chất lượng phục vụ người dân và doanh nghiệp",
    "Trên cơ sở kết quả kiểm tra thực tế tại cơ sở",
    "Theo kế hoạch công tác đã được phê duyệt",
    "Tiếp theo văn bản đã gửi về việc nêu trên",
    "Qua rà soát hồ sơ lưu trữ của đơn vị",
)
ACTORS = (
    "Ủy ban nhân dân các xã, phường",
    "Sở Nông nghiệp và Môi trường",
    "Văn phòng Ủy ban nhân dân tỉnh",
    "các phòng chuyên môn trực thuộc",
    "Trung tâm Phục vụ hành chính công",
    "Ban Quản lý dự án đầu tư xây dựng",
    "Thủ trưởng các cơ quan, đơn vị",
    "Sở Khoa học và Công nghệ",
    "Công an tỉnh và các lực lượng liên quan",
)
ACTS = (
    "khẩn trương rà soát, thống kê số liệu và báo cáo kết quả",
    "chủ trì, phối hợp xây dựng phương án cụ thể",
    "tổ chức tuyên truyền, hướng dẫn người dân thực hiện",
    "bố trí kinh phí từ nguồn ngân sách được giao",
    "kiểm tra, đôn đốc việc xử lý các hồ sơ quá hạn",
    "hoàn thành việc số hóa hồ sơ, giấy tờ còn hiệu lực",
    "cử cán bộ đầu mối theo dõi và chịu trách nhiệm",
    "lập danh sách các hộ dân bị ảnh hưởng để hỗ trợ kịp thời",
    "tham mưu điều chỉnh quy hoạch sử dụng đất",
    "cập nhật đầy đủ thông tin lên hệ thống quản lý văn bản",
)
CLOSINGS = (
    "trước ngày {day}/{month}/2025",
    "với tổng kinh phí {amount} triệu đồng",
    "theo đúng quy định tại Nghị định số {number}/2020/NĐ-CP",
    "bảo đảm đạt tỷ lệ {share}% trong quý tới",
    "tại {count} điểm trên địa bàn",
    "và gửi về Văn phòng để tổng hợp chung",
    "đối với {count} trường hợp nêu tại Phụ lục kèm theo",
)
KINDS = ("QUYẾT ĐỊNH", "BÁO CÁO", "TỜ TRÌNH", "KẾ HOẠCH", "THÔNG BÁO", "CÔNG VĂN")


def sentence(dice: random.Random) -> str:
    """One administrative sentence."""
    closing = dice.choice(CLOSINGS).format(
        day=dice.randint(1, 28),
        month=dice.randint(1, 12),
        amount=f"{dice.randint(50, 90_000):,}".replace(",", "."),
        number=dice.randint(10, 180),
        share=dice.randint(60, 99),
        count=dice.randint(2, 480),
    )
    return f"{dice.choice(OPENINGS)}, {dice.choice(ACTORS)} {dice.choice(ACTS)} {closing}."


def paragraph(dice: random.Random) -> str:
    """Two to five sentences."""
    return " ".join(sentence(dice) for _ in range(dice.randint(2, 5)))


def title(dice: random.Random) -> str:
    """A kind of document and its notation."""
    return f"{dice.choice(KINDS)} số {dice.randint(1, 4_000)}/UBND-VX"
