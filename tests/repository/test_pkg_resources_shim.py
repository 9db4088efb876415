"""`fs` works with and without the `pkg_resources` it asks for.

Each test starts a fresh interpreter: what is imported here already would hide the question.
"""

import subprocess
import sys
from pathlib import Path

INSTALL = "from repository.blobs import pkg_resources_shim as shim; needed = shim.install()\n"


def test_the_locked_setuptools_has_no_pkg_resources_so_the_stand_in_is_used(tmp_path: Path):
    assert run(f"{INSTALL}print(needed, shim.install())", tmp_path) == "True False"


def test_an_installed_pkg_resources_is_left_alone(tmp_path: Path):
    (tmp_path / "pkg_resources.py").write_text("origin = 'the real one'\n")

    said = run(f"{INSTALL}import pkg_resources; print(needed, pkg_resources.origin)", tmp_path)

    assert said == "False the real one"


def test_every_opener_the_store_names_can_be_written_and_read(tmp_path: Path):
    program = f"""{INSTALL}
import fs
for url in ("osfs://.", "mem://", "temp://", "tar://a.tar", "zip://a.zip"):
    with fs.open_fs(url, create=True, writeable=True) as place:
        place.writetext("sổ.txt", "văn bản đến")
        if url.startswith(("osfs", "mem", "temp")):
            assert place.readtext("sổ.txt") == "văn bản đến", url
for url in ("osfs://.", "tar://a.tar", "zip://a.zip"):
    with fs.open_fs(url) as place:
        print(place.readtext("sổ.txt"))
"""

    assert run(program, tmp_path).splitlines() == ["văn bản đến"] * 3


def test_an_opener_of_another_distribution_is_found(tmp_path: Path):
    described = tmp_path / "kho_lanh-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: kho-lanh\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[fs.opener]\nkholanh = kho_lanh:ColdOpener\n")
    (tmp_path / "kho_lanh.py").write_text(
        "from fs.memoryfs import MemoryFS\n"
        "from fs.opener import Opener\n"
        "class ColdOpener(Opener):\n"
        "    protocols = ['kholanh']\n"
        "    def open_fs(self, url, parsed, writeable, create, cwd):\n"
        "        return MemoryFS()\n"
    )

    said = run(f"{INSTALL}import fs; print(type(fs.open_fs('kholanh://')).__name__)", tmp_path)

    assert said == "MemoryFS"


def run(program: str, folder: Path) -> str:
    """Run *program* in *folder*, whose modules it may import; give what it printed."""
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()
