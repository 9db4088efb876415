"""A process that looks at files one after the other, within limits it cannot leave by accident.

Run as `python -m interop.signatures.worker`, told on its standard input what is trusted and then one
file after the other. Its environment is empty, it writes no file, opens no connection and starts no
process; when it dies only the file in its hands is unreadable.
"""

import sys
from pathlib import Path

import msgspec

from interop.signatures.channel import Answer, Exhausted, Limits, Refused, Request, Setup
from interop.signatures.pdf_engine import PdfVerifier
from repository.walls.frames import Ready, next_frame, packed
from repository.walls.inside import confine, one_file, private_output


def main() -> None:
    """Answer requests until there are none, or until a file uses up the memory."""
    requests, answers = sys.stdin.buffer, private_output()
    setup = msgspec.msgpack.decode(next_frame(requests), type=Setup)
    verifier = PdfVerifier(setup.trusted, setup.allowance)
    confine(setup.limits)
    answers.write(packed(Ready()))
    while body := next_frame(requests):
        request = msgspec.msgpack.decode(body, type=Request)
        answer = _answer(verifier, request, setup.limits)
        answers.write(packed(answer))
        if isinstance(answer, Exhausted):
            return


def _answer(verifier: PdfVerifier, request: Request, allowed: Limits) -> Answer:
    try:
        with one_file(allowed):
            return verifier.look(Path(request.path), request.question)
    except MemoryError:
        return Exhausted()
    except OSError as refused:
        return Refused(number=refused.errno or 0, reason=refused.strerror or "")


if __name__ == "__main__":
    main()
