"""The plain top-level names are ours: no other distribution may stand before them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.checkout import PACKAGES, ROOT


@pytest.mark.parametrize("name", [*PACKAGES, "tests"])
def test_a_top_level_name_resolves_inside_the_checkout(name: str, tmp_path: Path):
    # A fresh interpreter elsewhere: pytest itself puts the checkout first on the path.
    program = f"import {name}; print({name}.__file__)"
    found = subprocess.run(
        [sys.executable, "-I", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert Path(found.stdout.strip()) == ROOT / name / "__init__.py"


def test_every_test_folder_is_a_package():
    bare = [
        folder
        for folder in {path.parent for path in (ROOT / "tests").rglob("*.py")}
        if not (folder / "__init__.py").exists()
    ]

    assert bare == []
