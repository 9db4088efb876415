"""The term (đời) of a store node: which of two that were one is to be believed (ADR 21).

A store node that was never promoted is in the term without a number. Each promotion begins the
next one. Two of the same number are rivals: nobody knows which was meant.
"""

import enum
import hmac
import re

import msgspec

from repository.errors import Kind, Trouble
from repository.model.ids import BadIdentifier
from repository.model.merkle import digest

NONCE_BYTES, PROOF_BYTES = 8, 16
_TEXT = re.compile(r"([1-9][0-9]{0,9})-([0-9a-f]{16})-([0-9a-f]{32})")


class Term(msgspec.Struct, frozen=True, array_like=True):
    """A term, as it is written `2-0011223344556677-…`."""

    number: int = 0
    """0: before any promotion; it is written as the empty text."""
    nonce: str = ""
    """Tells two promotions of the same number apart."""
    proof: str = ""
    """What only the store node's own standby could have known."""

    def __str__(self) -> str:
        return f"{self.number}-{self.nonce}-{self.proof}" if self.number else ""


class Standing(enum.Enum):
    """How a term that somebody shows stands to a store node's own."""

    SAME = "same"
    FORMER = "former"
    """It has not begun here yet."""
    LATER = "later"
    """The store node was replaced."""
    RIVAL = "rival"


class StoreNodeReplaced(Trouble):
    """This store node was replaced by another, in term {term}; it keeps nothing any more."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Nút kho này đã được nút khác thay (đời {term}); không lưu thêm gì nữa."


class EpochAdrift(Trouble):
    """The store node does not know the epoch {epoch} of the node {node}; a new one is needed.

    It was promoted or restored since. The node takes one by itself.
    """

    kind = Kind.UNAVAILABLE
    vietnamese = "Nút kho không biết nhiệm kỳ {epoch} của nút {node}; nút sẽ tự lấy nhiệm kỳ mới."


def parse_term(text: str) -> Term:
    """Read a term; the empty text is the first. Raise `BadIdentifier`."""
    if not text:
        return Term()
    match = _TEXT.fullmatch(text)
    if match is None:
        raise BadIdentifier(given=text, expected="a term: number-nonce-proof")
    return Term(int(match[1]), match[2], match[3])


def following(term: Term, nonce: bytes, key: bytes) -> Term:
    """The term after *term*; *key* is the digest of the secret that the standby shows.

    >>> str(following(Term(), bytes(8), b"key"))[:18]
    '1-0000000000000000'
    """
    number, shown = term.number + 1, nonce.hex()
    return Term(number, shown, _proof(number, shown, key))


def is_proven(term: Term, key: bytes) -> bool:
    """Say whether *term* was begun by whoever knows *key*."""
    return hmac.compare_digest(term.proof, _proof(term.number, term.nonce, key))


def standing(own: Term, shown: Term) -> Standing:
    """How *shown* stands to *own*.

    >>> one, other = (following(Term(), bytes([n] * 8), b"") for n in (1, 2))
    >>> [standing(one, shown).value for shown in (one, other, Term(), following(one, b"", b""))]
    ['same', 'rival', 'former', 'later']
    """
    if shown.number != own.number:
        return Standing.LATER if shown.number > own.number else Standing.FORMER
    return Standing.SAME if shown == own else Standing.RIVAL


def _proof(number: int, nonce: str, key: bytes) -> str:
    return digest(f"vankho term {number} {nonce} ".encode() + key).hex()[: 2 * PROOF_BYTES]
