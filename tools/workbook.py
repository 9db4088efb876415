"""The first sheet of a workbook, read in a process of its own: a few bytes can claim billions of cells.

The process has an empty environment and limits on memory, processor time and written bytes; whatever
becomes of it, this one goes on. Run as `python -m tools.workbook`: the workbook in, JSON out.
"""

import io
import resource
import subprocess
import sys
from datetime import date

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from repository.blobs.port import GiB, MiB

MEMORY_BYTES = 1 * GiB
PROCESSOR_SECONDS = 30
PATIENCE_SECONDS = 60
MAX_TOLD = 64 * MiB
"""Bytes of the rows as JSON."""


def rows_of_workbook(content: bytes) -> list[list[str]] | None:
    """The rows of the first sheet as texts; None where it is no workbook, or one without bounds."""
    command = [sys.executable, "-P", "-m", "tools.workbook"]
    try:
        ended = subprocess.run(
            command,
            input=content,
            capture_output=True,
            env={},
            timeout=PATIENCE_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    return msgspec.json.decode(ended.stdout, type=list[list[str]])


def main() -> None:
    """Read a workbook from standard input; exit 1 where it cannot be read."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        told = msgspec.json.encode([[_text(cell) for cell in row] for row in rows])
    except (CalamineError, IndexError, MemoryError):
        sys.exit(1)
    if len(told) > MAX_TOLD:
        sys.exit(1)
    sys.stdout.buffer.write(told)


def _text(cell: object) -> str:
    """A cell as it would be typed: `20`, not `20.0`."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return str(cell)


if __name__ == "__main__":
    main()
