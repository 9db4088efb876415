"""How far a paper may go among those who work with it (mức độ tiếp cận).

State secrets never enter (`repository.model.secrecy`); of what does, three grades are told apart
(decision 22 of the design: none, internal, restricted).
"""

import enum


class Confidentiality(enum.Enum):
    """A grade of a document, the lowest first."""

    NONE = "none"
    """Thông thường: for all who read in the agency."""
    INTERNAL = "internal"
    """Nội bộ: the same within; it is not meant to be issued or sent out."""
    RESTRICTED = "restricted"
    """Hạn chế: for who was given it, the agency's leaders, and who has a clearance there."""
