"""Numbers with a meaning: business statuses, purposes of a document message, and whom codes name."""

import enum
import re

from repository.model.agencies import Scheme
from repository.model.codes import given_code, received_code
from repository.model.ids import BadIdentifier

URI = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
"""The one namespace; messages are matched by it and the local name, never by a prefix."""
XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"


class BusinessStatus(enum.Enum):
    """How a document fares with its recipient (QĐ 28/2018/QĐ-TTg); apart from transport."""

    ARRIVED = "01"
    """Đã đến."""
    REFUSED = "02"
    """Từ chối tiếp nhận."""
    REGISTERED = "03"
    """Đã tiếp nhận."""
    ASSIGNED = "04"
    """Phân công xử lý."""
    IN_PROGRESS = "05"
    """Đang xử lý."""
    COMPLETED = "06"
    """Hoàn thành."""
    RECALL_ASKED = "13"
    """Yêu cầu lấy lại: the only one from the sender to the recipient."""
    AGREED = "15"
    """Đồng ý cập nhật/lấy lại."""
    DECLINED = "16"
    """Từ chối cập nhật/lấy lại."""


STATUS_NAMES = {
    BusinessStatus.ARRIVED: ("đã đến", "arrived"),
    BusinessStatus.REFUSED: ("từ chối tiếp nhận", "refused"),
    BusinessStatus.REGISTERED: ("đã tiếp nhận", "registered"),
    BusinessStatus.ASSIGNED: ("phân công xử lý", "assigned"),
    BusinessStatus.IN_PROGRESS: ("đang xử lý", "in progress"),
    BusinessStatus.COMPLETED: ("hoàn thành", "completed"),
    BusinessStatus.RECALL_ASKED: ("yêu cầu lấy lại", "recall asked"),
    BusinessStatus.AGREED: ("đồng ý cập nhật/lấy lại", "update or recall agreed"),
    BusinessStatus.DECLINED: ("từ chối cập nhật/lấy lại", "update or recall declined"),
}
"""In Vietnamese and in English."""
NEEDS_REASON = frozenset({BusinessStatus.REFUSED, BusinessStatus.RECALL_ASKED})
"""Statuses that say why in their description."""


class Purpose(enum.IntEnum):
    """What a document message is for: `BussinessDocType`."""

    NEW = 0
    REVOKE = 1
    """Thu hồi."""
    UPDATE = 2
    """Cập nhật."""
    REPLACE = 3
    """Thay thế."""


STATUS_FORM = re.compile(r"[0-9]{2}")


def status_of(code: str) -> BusinessStatus | None:
    """The status that *code* stands for; None for one we do not know.

    >>> status_of("03"), status_of("77")
    (<BusinessStatus.REGISTERED: '03'>, None)
    """
    try:
        return BusinessStatus(code)
    except ValueError:
        return None


def may_be_given(code: str) -> bool:
    """Whether *code* has the strict form of a code that we assign (QĐ 20/2020 or QCVN 102).

    >>> may_be_given("H20.14"), may_be_given("000.00.14.H20"), may_be_given("vxp.saas.03")
    (True, True, False)
    """
    return any(_fits(scheme, code) for scheme in (Scheme.QD20, Scheme.QCVN102))


def may_be_received(code: str) -> bool:
    """Whether an axis carries *code*, whoever gave it.

    >>> may_be_received("vxp.saas.03"), may_be_received("H20 14")
    (True, False)
    """
    try:
        received_code(code)
    except BadIdentifier:
        return False
    return True


def _fits(scheme: Scheme, code: str) -> bool:
    try:
        given_code(scheme, code)
    except BadIdentifier:
        return False
    return True
