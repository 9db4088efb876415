"""A process that reads files one after the other, within limits it cannot leave by accident.

Run as `python -m indexer.extract.worker MODULE:READERS LIMITS`, with requests on its standard
input and answers on its standard output. It holds no secrets: its environment is empty, it can
write no file, and when it dies only the file in its hands goes without text.
"""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from indexer.extract.channel import Limits, Request
from indexer.extract.in_process import InProcessExtractor
from indexer.extract.reading import Reader
from indexer.text import Reason, Unreadable
from repository.walls.frames import Ready, next_frame, packed
from repository.walls.inside import confine, one_file, private_output


def main(readers: str, limits: str) -> None:
    """Answer requests until there are none, or until a file uses up the memory."""
    allowed = msgspec.json.decode(limits, type=Limits)
    extractor = InProcessExtractor(_loaded(readers))
    requests, answers = sys.stdin.buffer, private_output()
    confine(allowed)
    answers.write(packed(Ready()))
    while body := next_frame(requests):
        request = msgspec.msgpack.decode(body, type=Request)
        with one_file(allowed):
            outcome = extractor.extract(Path(request.path), request.media_type)
        answers.write(packed(outcome))
        if isinstance(outcome, Unreadable) and outcome.reason is Reason.CRASHED:
            return


def _loaded(readers: str) -> Mapping[str, Reader]:
    module, _, name = readers.partition(":")
    return getattr(importlib.import_module(module), name)


if __name__ == "__main__":
    main(*sys.argv[1:])
