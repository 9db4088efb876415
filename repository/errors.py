"""Everything that can go wrong and be told: a class is a trouble, its docstring the sentence.

Rules for the file: only the base class and the kinds stand here; a specific trouble is
declared beside the code that raises it. The floor above translates once, at its edge:
HTTP by `Kind` in `api.problems`, exit codes by `Kind` in `tools.cli`.
"""

import enum
import inspect
import re
from typing import ClassVar


class Kind(enum.Enum):
    """What sort of trouble it is, as far as the caller's next step depends on it."""

    MISSING = "missing"
    """The thing asked for is not here, or not for this caller."""
    CONFLICT = "conflict"
    """The thing clashes with what is already recorded."""
    INVALID = "invalid"
    """Well formed, but against a rule; the facts name the place."""
    MALFORMED = "malformed"
    """Not readable at all."""
    MISDIRECTED = "misdirected"
    """Somebody else has it; the facts name who."""
    GONE = "gone"
    """It was here and will not come back; the caller may know it."""
    BUSY = "busy"
    """Somebody else has the thing in hand right now."""
    PRECONDITION = "precondition"
    """The request was made for another version than there is."""
    UNCONDITIONAL = "unconditional"
    """The caller must say on which state it decided."""
    GARBLED = "garbled"
    """Bytes did not arrive as they were sent; send them again."""
    TOO_LARGE = "too-large"
    """Over a stated limit of size, depth, count or time."""
    TOO_OFTEN = "too-often"
    """The caller asks more often than it may; later the same is answered."""
    UNKNOWN_CALLER = "unknown-caller"
    """Nobody has shown who is asking."""
    FORBIDDEN = "forbidden"
    """The caller is known and may not do this."""
    DAMAGED = "damaged"
    """Stored bytes no longer are what their name says."""
    EXHAUSTED = "exhausted"
    """Disk reserve, catalogue map or another bounded resource is used up; reads still work."""
    UNAVAILABLE = "unavailable"
    """Not now; the outcome may be unknown; try again with the same idempotency key."""


class Trouble(Exception):
    """Something went wrong: {what}."""

    kind: ClassVar[Kind] = Kind.INVALID
    vietnamese: ClassVar[str] = ""
    """The same sentence in Vietnamese, with the same `{facts}`."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The English sentence: the class docstring's first paragraph with the facts filled in."""
        template = inspect.getdoc(type(self)) or ""
        return _fill(template.split("\n\n")[0].replace("\n", " "), self.facts)

    @property
    def sentence_vi(self) -> str:
        """The Vietnamese sentence, or the English one where none was written."""
        return _fill(self.vietnamese, self.facts) if self.vietnamese else self.sentence

    @classmethod
    def slug(cls) -> str:
        """The stable name of the trouble: `DuplicateDocument` is `duplicate-document`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.facts))


def _rebuild(trouble: type[Trouble], facts: dict[str, object]) -> Trouble:
    return trouble(**facts)


def _fill(template: str, facts: dict[str, object]) -> str:
    """Put *facts* into *template*; a fact that is not given stays visible as `{name}`."""
    return re.sub(r"\{(\w+)\}", lambda m: str(facts.get(m[1], m[0])), template)
