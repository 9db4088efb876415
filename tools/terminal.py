"""Where a command speaks: results on standard output, everything else on standard error.

With `--json` every result is one JSON line with English keys; otherwise it is text in the
reader's language. Text from documents is hostile: what a terminal would obey is shown, not sent.
"""

import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from typing import TextIO

import msgspec

from repository.errors import Trouble
from tools.exits import Exit
from tools.progress import Counting, Silence, bar, lines
from tools.settings import Language

# Cc: escape sequences; Cf: among others the signs that turn the direction of a line.
_OBEYED = frozenset({"Cc", "Cf", "Zl", "Zp"})


class Terminal:
    """One command's standard output and error, in one language."""

    def __init__(
        self,
        out: TextIO,
        err: TextIO,
        *,
        language: Language = "en",
        json: bool = False,
        quiet: bool = False,
        progress: bool = True,
    ) -> None:
        self._out = out
        self._err = err
        self._language = language
        self.json = json
        self.quiet = quiet
        self._progress = progress and not quiet

    def choose(self, vi: str, en: str) -> str:
        """The one of two sentences that is in the reader's language."""
        return vi if self._language == "vi" else en

    def result(self, value: object, text: str) -> None:
        """Give *value* as a JSON line, or *text* without `--json`."""
        line = msgspec.json.encode(value).decode() if self.json else printable(text)
        self._out.write(line + "\n")
        self._out.flush()

    def say(self, vi: str, en: str) -> None:
        """Tell a sentence on standard error, unless `--quiet`."""
        if not self.quiet:
            self._tell(self.choose(vi, en))

    def fail(self, trouble: Trouble, code: Exit) -> None:
        """Tell why the command ends, in one line on standard error."""
        sentence = self.choose(trouble.sentence_vi, trouble.sentence)
        if not self.json:
            self._tell(f"vankho: {sentence}")
            return
        last = {
            "message_type": "exit_error",
            "code": int(code),
            "type": trouble.slug(),
            "message": sentence,
        }
        self._err.write(msgspec.json.encode(last).decode() + "\n")

    @contextmanager
    def counting(self, title_vi: str, title_en: str, total: int | None) -> Generator[Counting]:
        """Show how a long work goes on: a bar on a terminal, else a line every 30 seconds."""
        title = self.choose(title_vi, title_en)
        if not self._progress:
            yield Silence()
        elif self._err.isatty():
            with bar(self._err, title, total) as counting:
                yield counting
        else:
            with lines(self._err, title, total) as counting:
                yield counting

    def _tell(self, sentence: str) -> None:
        self._err.write(printable(sentence).replace("\n", " ") + "\n")
        self._err.flush()


def printable(text: str) -> str:
    r"""*text* with everything a terminal would obey made visible; line ends stay.

    >>> printable("một\x1b[31m\u202ehai")
    'một\\x1b[31m\\u202ehai'
    """
    return "".join(map(_shown, text))


def _shown(sign: str) -> str:
    if sign in "\n\t" or unicodedata.category(sign) not in _OBEYED:
        return sign if not 0xD800 <= ord(sign) <= 0xDFFF else f"\\u{ord(sign):04x}"
    return ascii(sign)[1:-1]
