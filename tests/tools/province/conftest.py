"""A small province, made once for all tests that only look at it."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tools.province.make import Province, make_province

TODAY = date(2026, 11, 23)
SEED = 7
DOCUMENTS = 14

Rows = list[dict[str, Any]]


@pytest.fixture(scope="package")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    folder = tmp_path_factory.mktemp("province")
    return make_province(folder, DOCUMENTS, SEED, TODAY, lambda _done, _of: None)


@pytest.fixture(scope="package")
def rows_of() -> Callable[[Path], Rows]:
    def read(path: Path) -> Rows:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    return read
