"""The corpus judged by others: plain pyHanko, and poppler's pdfsig where its path is given.

`python -m tests.interop.signatures.peers [--pdfsig PATH --certutil PATH]`. Accepted means: every
signature valid and trusted, and there is one; with `end` also that one of them covers the whole
file. Neither knows roles, so each case counts with what the file alone deserves. Told, no test.
"""

import argparse
import logging
import re
import subprocess
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from interop.signatures.dimensions import Final
from interop.signatures.judging import judged
from interop.signatures.pdf_engine import PdfVerifier
from interop.signatures.port import Question, Trusted
from tests.interop.signatures.authority import AT
from tests.interop.signatures.corpus import GOOD, Case, Corpus

Accepts = Callable[[Case], tuple[bool, bool]]
"""Whether all signatures are accepted, and whether one covers the end too."""


def by_us(corpus: Corpus) -> Accepts:
    def accepts(case: Case) -> tuple[bool, bool]:
        engine = PdfVerifier(case.trusted or corpus.trusted)
        facts = engine.look_at(BytesIO(case.file), Question(at=AT))
        accepted = judged(facts, AT, None, "x").final in {Final.VALID, Final.WARNINGS}
        return accepted, accepted

    return accepts


def by_pyhanko(corpus: Corpus) -> Accepts:
    logging.disable(logging.CRITICAL)

    def accepts(case: Case) -> tuple[bool, bool]:
        trusted = case.trusted or corpus.trusted
        try:
            reader = PdfFileReader(BytesIO(case.file), strict=True)
            found = [
                validate_pdf_signature(one, _context(trusted)) for one in reader.embedded_signatures
            ]
        except Exception:  # noqa: BLE001 - it raises whatever it likes: not accepted
            return False, False
        accepted = bool(found) and all(one.bottom_line for one in found)
        whole = any(one.coverage is SignatureCoverageLevel.ENTIRE_FILE for one in found)
        return accepted, accepted and whole

    return accepts


def _context(trusted: Trusted) -> ValidationContext:
    return ValidationContext(
        trust_roots=[x509.Certificate.load(one) for one in trusted.anchors],
        other_certs=[x509.Certificate.load(one) for one in trusted.intermediates],
        crls=[crl.CertificateList.load(one) for one in trusted.crls],
        moment=AT,
        revocation_mode="soft-fail",
    )


def by_pdfsig(corpus: Corpus, pdfsig: str, certutil: str, folder: Path) -> Accepts:
    """poppler over NSS: the root and the issuing authority are in its store; no lists."""
    store = f"sql:{folder}"
    subprocess.run([certutil, "-N", "-d", store, "--empty-password"], check=True)
    for name, one in (("root", corpus.province.root), ("sub", corpus.province.sub)):
        path = folder / f"{name}.crt"
        path.write_bytes(one.der)
        trust = "CT,C,C" if name == "root" else ",,"
        subprocess.run(
            [certutil, "-A", "-d", store, "-n", name, "-t", trust, "-i", path], check=True
        )

    def accepts(case: Case) -> tuple[bool, bool]:
        path = folder / "file.pdf"
        path.write_bytes(case.file)
        told = subprocess.run(
            [pdfsig, "-nssdir", store, path], capture_output=True, check=False, timeout=60
        ).stdout.decode(errors="replace")
        signatures = re.split(r"^Signature #", told, flags=re.MULTILINE)[1:]
        good = [
            "Signature is Valid." in one and "Certificate is Trusted." in one for one in signatures
        ]
        accepted = bool(good) and all(good)
        return accepted, accepted and "- Total document signed" in told

    return accepts


def main() -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pdfsig")
    parser.add_argument("--certutil")
    given = parser.parse_args()
    corpus = Corpus()
    with tempfile.TemporaryDirectory() as folder:
        peers = {"pyHanko": by_pyhanko(corpus), "vankho": by_us(corpus)}
        if given.pdfsig:
            peers["pdfsig"] = by_pdfsig(corpus, given.pdfsig, given.certutil, Path(folder))
        for name, accepts in peers.items():
            _tell(name, corpus, accepts)


def _tell(name: str, corpus: Corpus, accepts: Accepts) -> None:
    found = {case.name: accepts(case) for case in corpus.cases.values()}
    bad = [case.name for case in corpus.cases.values() if not case.alone & GOOD]
    good = [case.name for case in corpus.cases.values() if case.alone <= GOOD]
    rules = [one.name for one in corpus.cases.values() if one.alone <= GOOD and not one.good]
    for which, label in ((0, "signatures"), (1, "and the end")):
        wrong = [one for one in bad if found[one][which]]
        lost = [one for one in good if not found[one][which]]
        print(  # noqa: T201 - the result of a script
            f"{name}, {label}: accepts {len(wrong)} of {len(bad)} attacks, "
            f"refuses {len(lost)} of {len(good)} honest files "
            f"({len(rules)} of them break a rule of the document)\n  {wrong}\n  {lost}"
        )


if __name__ == "__main__":
    main()
