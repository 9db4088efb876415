"""`vankho verify`: a line a file, and an exit code that a script can rely on."""

from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interop.signatures.judging import judged
from interop.signatures.pdf_engine import PdfVerifier
from interop.signatures.port import Question
from interop.signatures.report import lines_for_people
from tests.interop.signatures.authority import AT, issue
from tests.interop.signatures.corpus import Corpus
from tests.interop.signatures.papers import Mark, paper, signed
from tests.tools.command import Vankho

DIMENSIONS = {
    "integrity",
    "coverage",
    "change",
    "trust",
    "certificate",
    "revocation",
    "time",
    "owner",
    "role",
    "appearance",
    "order",
}


class Desk:
    """A folder with trust and files, and the command."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._folder = folder
        self._corpus = corpus
        self._vankho = Vankho(folder / "no-store")
        trust = folder / "trust"
        trust.mkdir()
        province = corpus.province
        (trust / "root.crt").write_bytes(province.root.der)
        (trust / "sub.crt").write_bytes(province.sub.der)
        for number, listed in enumerate(province.crls()):
            (trust / f"{number}.crl").write_bytes(listed)

    def verify(self, *names: str, context: Any = None, at: str = AT.isoformat()) -> Any:
        for name in names:
            if name in self._corpus.cases:
                (self._folder / name).write_bytes(self._corpus.cases[name].file)
        more: list[object] = []
        if context is not None:
            (self._folder / "context.json").write_bytes(msgspec.json.encode(context))
            more = ["--context", self._folder / "context.json"]
        paths = [self._folder / name for name in names]
        return self._vankho(
            "verify", *paths, "--trust", self._folder / "trust", "--at", at, "--json", *more
        )


@pytest.fixture
def desk(tmp_path: Path, corpus: Corpus) -> Desk:
    return Desk(tmp_path, corpus)


def test_each_file_has_its_line_with_every_dimension_of_every_signature(desk: Desk):
    ended = desk.verify("flow-4", "comment-2")

    assert [Path(line["file"]).name for line in ended.lines] == ["flow-4", "comment-2"]
    assert [line["verdict"] for line in ended.lines] == ["valid", "valid-with-warnings"]
    assert [len(line["signatures"]) for line in ended.lines] == [4, 2]
    assert all(set(one) >= DIMENSIONS for line in ended.lines for one in line["signatures"])
    assert ended.code == 0


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("flow-1", "free_text-3"), 0),
        (("flow-2", "signer-stranger-2"), 21),
        (("signer-stranger-2", "isa-new-content-1"), 20),
        (("flow-2", "unsigned"), 20),
        (("empty", "flow-2"), 20),
        (("nobody-wrote-this", "flow-2"), 20),
    ],
)
def test_the_exit_code_is_that_of_the_worst(desk: Desk, names: tuple[str, ...], code: int):
    ended = desk.verify(*names)

    assert ended.code == code
    assert len(ended.lines) == len(names)


def test_a_name_cannot_write_a_line_of_its_own(corpus: Corpus):
    forger = issue("Kẻ giả\nkhac.pdf: valid", corpus.province.sub)
    file = signed(paper(), Mark("A\nkhac.pdf: valid", forger))
    facts = PdfVerifier(corpus.trusted).look_at(BytesIO(file), Question(at=AT))

    lines = lines_for_people("x.pdf\nkhac.pdf: valid", judged(facts, AT, None, "x.pdf"))

    assert all("\n" not in one.en + one.vi for one in lines)


def test_a_context_judges_roles_and_what_was_registered(desk: Desk, corpus: Corpus):
    rolled_back = corpus.cases["rollback-3-2"]

    alone = desk.verify("rollback-3-2")
    known = desk.verify("rollback-3-2", context=rolled_back.context)

    assert (alone.code, known.code) == (0, 20)
    assert "rollback" in known.lines[0]["remarks"]


def test_revocation_that_was_not_checked_is_said_aloud(desk: Desk, tmp_path: Path):
    for listed in (tmp_path / "trust").glob("*.crl"):
        listed.unlink()

    ended = desk.verify("flow-2")

    assert ended.code == 21
    assert {one["revocation"] for one in ended.lines[0]["signatures"]} == {"not-checked"}
    assert "CHƯA KIỂM TRA" in str(ended.lines[0]["reasons"])


@pytest.mark.parametrize("context", [{"issuer": 5}, {"unheard": 1}, [], {"posts": [{}]}])
def test_a_context_that_is_none_is_refused(desk: Desk, context: object):
    ended = desk.verify("flow-2", context=context)

    assert ended.code == 1
    assert not ended.out


@pytest.mark.parametrize("at", ["yesterday", "2026-03-02T05:00:00"])
def test_a_moment_without_a_zone_is_refused(desk: Desk, at: str):
    assert desk.verify("flow-2", at=at).code == 1
