"""The signatures bench: `vankho bench signatures`, full verdicts beside plain pyHanko, on one core.

The peer is asked what a program would ask it: is each signature valid and trusted, revocation
required. One validation context serves all its files. Its own reader of hexadecimal strings and its
own preparation of names are put back for its turns.
"""

# pyHanko and asn1crypto are typed in part.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportPrivateUsage=false

import io
import logging
import multiprocessing
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from interop.signatures import hex_strings, names
from interop.signatures.dimensions import Final, Integrity
from interop.signatures.judging import judged
from interop.signatures.pdf_engine import PdfVerifier
from interop.signatures.port import Question
from interop.signatures.sweep import integrities
from tools.bench.frame import Bar, Emit, Peer, installed_version, measured, paired
from tools.bench.signatures_ground import SIGNERS, Ground, made

BENCH = "signatures"
DISTRIBUTIONS = ("vankho", "pyhanko", "pyhanko-certvalidator", "asn1crypto", "cryptography")
MIB = 1024 * 1024
_STOCK_HEX = generic.read_hex_string_from_stream
_STOCK_NAMES = x509.NameTypeAndValue._ldap_string_prep  # noqa: SLF001 - it has no public name


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How large a run is."""

    scratch: Path
    rounds: int = 9
    files: int = 40
    """Verdicts of one arm in one round."""
    swept: int = 400
    large_bytes: int = 100_000_000

    def quick(self) -> "Options":
        """The same in seconds, to try the bench."""
        return msgspec.structs.replace(self, rounds=2, files=3, swept=5, large_bytes=1_000_000)


class Unexpected(Exception):
    """An arm did not find the files valid: its figure would mean nothing."""


def run(options: Options, emit: Emit) -> None:
    """Measure verdicts, sweeps and the large file; hand every measure to *emit*."""
    logging.disable(logging.CRITICAL)
    ground = made(options.large_bytes)
    peer = Peer(name="pyHanko", version=installed_version("pyhanko"))
    arms = {
        "ours": partial(_rate, options.files, _ours(ground)),
        "pyhanko": partial(_rate, options.files, _pyhanko(ground)),
        "sweep": partial(_rate, options.swept, _sweep(ground)),
    }
    rounds = paired(arms, options.rounds, settle=lambda: None)
    signed = len(SIGNERS)
    emit(measured(BENCH, "verdicts", "files/s of processor", rounds.rates["ours"], peer=peer))
    emit(measured(BENCH, "pyhanko", "files/s of processor", rounds.rates["pyhanko"], peer=peer))
    ratios = rounds.ratios("ours", "pyhanko")
    emit(measured(BENCH, "verdicts_over_pyhanko", "x", ratios, peer=peer, bar=Bar(least=2.4)))
    swept = [signed * rate for rate in rounds.rates["sweep"]]
    emit(measured(BENCH, "sweep", "signatures/s of processor", swept, bar=Bar(least=3000)))
    _large(options, ground, emit)


def _rate(count: int, work: Callable[[], None], _: int) -> float:
    """How often *work* is done in a second of processor time, over *count* times."""
    work()
    start = time.process_time()
    for _number in range(count):
        work()
    return count / (time.process_time() - start)


def _ours(ground: Ground) -> Callable[[], None]:
    verifier, question = PdfVerifier(ground.trusted), Question(at=ground.at)

    def verdict() -> None:
        hex_strings.install()
        names.install()
        facts = verifier.look_at(io.BytesIO(ground.signed), question)
        if judged(facts, ground.at, None, "signed.pdf").final is not Final.VALID:
            raise Unexpected(facts)

    return verdict


def _pyhanko(ground: Ground) -> Callable[[], None]:
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(der) for der in ground.trusted.anchors],
        other_certs=[x509.Certificate.load(der) for der in ground.trusted.intermediates],
        crls=list(ground.trusted.crls),
        moment=ground.at,
        revocation_mode="require",
    )

    def verdict() -> None:
        generic.read_hex_string_from_stream = _STOCK_HEX
        setattr(x509.NameTypeAndValue, "_ldap_string_prep", _STOCK_NAMES)  # noqa: B010 - see above
        reader = PdfFileReader(io.BytesIO(ground.signed), strict=True)
        found = [validate_pdf_signature(one, context) for one in reader.embedded_signatures]
        if len(found) != len(SIGNERS) or not all(one.bottom_line for one in found):
            raise Unexpected(found)

    return verdict


def _sweep(ground: Ground) -> Callable[[], None]:
    def swept() -> None:
        found = integrities(io.BytesIO(ground.signed))
        if found != (Integrity.INTACT,) * len(SIGNERS):
            raise Unexpected(found)

    return swept


# The large file, in a process of its own, so that its memory is its own.


def _large(options: Options, ground: Ground, emit: Emit) -> None:
    options.scratch.mkdir(parents=True, exist_ok=True)
    path = options.scratch / "signed.pdf"
    path.write_bytes(ground.large)
    small = msgspec.structs.replace(ground, large=b"", signed=b"")
    try:
        found = [_looked_at(small, path) for _ in range(options.rounds)]
    finally:
        path.unlink()
    size = len(ground.large) / 1e6
    emit(measured(BENCH, "large.size", "MB", [size]))
    emit(measured(BENCH, "large", "s", [took for took, _ in found], bar=Bar(most=0.5)))
    emit(measured(BENCH, "large.memory", "MiB", [peak for _, peak in found], bar=Bar(most=200)))


def _looked_at(ground: Ground, path: Path) -> tuple[float, float]:
    """Seconds and the process's largest resident set, in MiB."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_child, args=(msgspec.msgpack.encode(ground), path, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join()


def _child(given: bytes, path: Path, answer: Connection) -> None:
    ground = msgspec.msgpack.decode(given, type=Ground)
    verifier = PdfVerifier(ground.trusted)
    start = time.perf_counter()
    facts = verifier.look(path, Question(at=ground.at))
    took = time.perf_counter() - start
    if judged(facts, ground.at, None, path.name).final is not Final.VALID:
        raise Unexpected(facts)
    answer.send((took, _largest()))


def _largest() -> float:
    """The largest resident set of this process, in MiB; getrusage would tell the parent's too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    told = next(line for line in lines if line.startswith("VmHWM:"))
    return int(told.split()[1]) / 1024
