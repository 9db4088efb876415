"""One corpus and one engine over it for the whole session."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest

from interop.signatures.context import Context
from interop.signatures.judging import judged
from interop.signatures.pdf_engine import PdfVerifier
from interop.signatures.port import Question, Trusted
from interop.signatures.verdicts import FileVerdict
from tests.interop.signatures.authority import AT
from tests.interop.signatures.corpus import Case, Corpus

Judge = Callable[[Case], tuple[FileVerdict, FileVerdict]]


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return Corpus()


@pytest.fixture(scope="session")
def judge(corpus: Corpus) -> Judge:
    """The verdicts about a case, without and with what is known of its document."""
    usual = PdfVerifier(corpus.trusted)

    def verdicts(case: Case) -> tuple[FileVerdict, FileVerdict]:
        engine = usual if case.trusted is None else PdfVerifier(case.trusted)
        question = Question(at=AT, revisions=case.context.file("x").revisions)
        facts = engine.look_at(BytesIO(case.file), question)
        return judged(facts, AT, None, "x"), judged(facts, AT, case.context, "x")

    return verdicts


@pytest.fixture(scope="session")
def look(corpus: Corpus) -> Callable[..., FileVerdict]:
    """The verdict about bytes, under the usual trust unless another is given."""

    def verdict(
        file: bytes,
        *,
        at: datetime = AT,
        trusted: Trusted | None = None,
        context: Context | None = None,
    ) -> FileVerdict:
        revisions = context.file("x").revisions if context else ()
        question = Question(at=at, revisions=revisions)
        facts = PdfVerifier(trusted or corpus.trusted).look_at(BytesIO(file), question)
        return judged(facts, at, context, "x")

    return verdict
