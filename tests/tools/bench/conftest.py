"""One small corpus for all tests of the bench."""

from pathlib import Path

import pytest

from tools.bench.corpus import Corpus, signed_chains

DOCUMENTS = 8
"""What the quick scale of the storage bench asks for too."""


@pytest.fixture(scope="session")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpora")


@pytest.fixture(scope="session")
def chains(corpora: Path) -> Corpus:
    return signed_chains(corpora, DOCUMENTS)
