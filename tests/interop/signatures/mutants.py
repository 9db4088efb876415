"""Mutated files: whatever a byte becomes, the answer is a verdict, and no other content is accepted.

`python -m tests.interop.signatures.mutants --mutants 20000` is the long form; tests run a short one.
"""

import argparse
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from interop.signatures.dimensions import Final
from interop.signatures.judging import judged
from interop.signatures.pdf_engine import PdfVerifier
from interop.signatures.port import Question
from tests.interop.signatures.authority import AT
from tests.interop.signatures.corpus import Corpus

HANGS = 5.0
"""Seconds over which an answer counts as none."""
TOKENS = (
    b"/Contents", b"/ByteRange", b"/Kids", b"/Pages", b"/Type", b"/Prev", b"/Size", b"/Root",
    b"/AcroForm", b"/Fields", b"/Annots", b"/Length", b"/V", b"/Rect", b"endobj", b"stream",
    b"xref", b"trailer", b"startxref", b"%%EOF", b"null", b"true", b"[", b"]", b"<<", b">>",
    b"0 0 R", b"1 0 R", b"-1", b"99999999999", b"(", b")", b"<", b">",
)  # fmt: skip


@dataclass
class Told:
    """What a run found."""

    mutants: int = 0
    finals: Counter[str] = field(default_factory=Counter)
    untyped: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    false_accepts: list[str] = field(default_factory=list)
    slowest: float = 0.0
    kept: dict[str, tuple[bytes, bytes]] = field(default_factory=dict, repr=False)
    """Of each false accept the file as it was and as it became."""


def mutated(file: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """*file* with one to three changes."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        file = chance.choice(_WAYS)(file, chance, others)
    return file


def _flip(file: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    changed = bytearray(file)
    for _times in range(chance.choice((1, 1, 2, 8))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _number(file: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    """A number becomes another of as many digits."""
    found = list(re.finditer(rb"(?<=[\s\[])\d{1,10}(?=[\s\]])", file))
    if not found:
        return file
    one = chance.choice(found)
    digits = b"%d" % chance.randrange(10 ** len(one[0]))
    return file[: one.start()] + digits.rjust(len(one[0]), b"0") + file[one.end() :]


def _token(file: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    """A word of the format becomes another, its length kept where it can be."""
    found = list(re.finditer(b"|".join(map(re.escape, TOKENS)), file))
    if not found:
        return file
    one = chance.choice(found)
    new = chance.choice(TOKENS)
    if chance.random() < 0.7:
        new = new[: len(one[0])].ljust(len(one[0]))
    return file[: one.start()] + new + file[one.end() :]


def _deleted(file: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    at = chance.randrange(len(file) + 1)
    return file[:at] + file[at + chance.randrange(1, 200) :]


def _inserted(file: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    other, at = chance.choice(others), chance.randrange(len(file) + 1)
    start = chance.randrange(len(other))
    return file[:at] + other[start : start + chance.randrange(1, 2000)] + file[at:]


def _behind(file: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """A piece of another file, or of this one, behind the end."""
    other = chance.choice([*others, file])
    return file + other[chance.randrange(len(other)) :]


def _cut(file: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    return file[: chance.randrange(len(file) + 1)]


_WAYS = (_flip, _flip, _number, _number, _token, _token, _deleted, _inserted, _behind, _cut)


def may_be_accepted(file: bytes, original: bytes) -> bool:
    """Say whether *file* is *original* in all that is signed, or an earlier revision of it.

    Inside the places of signatures bytes may differ: what stands there is not content.
    """
    lengths = [len(original), *(end for _, end in _gaps(original, ends=True))]
    return any(_same(file, original, length) for length in lengths)


def _same(file: bytes, original: bytes, length: int) -> bool:
    if file[length:].strip(b"\0\t\n\x0c\r ") or len(file) < length:
        return False
    ours, theirs = bytearray(file[:length]), bytearray(original[:length])
    for start, end in _gaps(original, ends=False):
        if end <= length:
            ours[start:end] = theirs[start:end] = b"0" * (end - start)
    return ours == theirs


def _gaps(file: bytes, *, ends: bool) -> list[tuple[int, int]]:
    """Where signatures lie; with *ends*, where their revisions end."""
    found = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", file)
    numbers = [tuple(map(int, one)) for one in found]
    if ends:
        return [(0, second + rest) for _, _, second, rest in numbers]
    return [(length, second) for _, length, second, _ in numbers]


def run(corpus: Corpus, mutants: int, seed: int) -> Told:
    """Judge so many *mutants* and tell what came of them."""
    told, chance = Told(), random.Random(seed)
    verifier = PdfVerifier(corpus.trusted)
    names = ["comment-2", "annex", *(f"flow-{count}" for count in (1, 2, 3, 4))]
    originals = {name: corpus.cases[name].file for name in names}
    others = list(originals.values())
    for number in range(mutants):
        name = chance.choice(names)
        file = mutated(originals[name], chance, others)
        _judge(told, verifier, f"{seed}/{number}/{name}", file, originals[name])
    return told


def _judge(told: Told, verifier: PdfVerifier, name: str, file: bytes, original: bytes) -> None:
    began = time.monotonic()
    told.mutants += 1
    try:
        facts = verifier.look_at(BytesIO(file), Question(at=AT))
        final = judged(facts, AT, None, name).final
    except Exception as surprise:  # noqa: BLE001 - this is what is looked for
        told.untyped.append(f"{name}: {surprise!r}")
        return
    took = time.monotonic() - began
    told.slowest = max(told.slowest, took)
    told.finals[final.value] += 1
    if took > HANGS:
        told.hangs.append(f"{name}: {took:.1f} s")
    if not _is_right(final, file, original):
        told.false_accepts.append(f"{name}: {final.value}")
        told.kept[name] = (original, file)


def _is_right(final: Final, file: bytes, original: bytes) -> bool:
    if final is Final.VALID:
        return may_be_accepted(file, original)
    if final is Final.WARNINGS:
        # A comment is not signed, so another comment is one too; what is signed is as it was.
        signed = original[: max(end for _, end in _gaps(original, ends=True))]
        return may_be_accepted(file, original) or may_be_accepted(file[: len(signed)], signed)
    return True


def main() -> None:
    """Run the long form from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where false accepts are written")
    given = parser.parse_args()
    told = run(Corpus(), given.mutants, given.seed)
    for number, pair in enumerate(told.kept.values()):
        for which, content in zip(("original", "mutant"), pair, strict=True):
            (given.keep / f"{number}-{which}.pdf").write_bytes(content)
    print(told)  # noqa: T201 - the result of a script


if __name__ == "__main__":
    main()
