"""A verdict for machines, as one flat value, and for people, as lines in both languages."""

import enum
from typing import Any

import msgspec

from interop.signatures.verdicts import POLICY, FileVerdict, SignatureVerdict, headline
from interop.signatures.wording import Sentence, said


def line_of(name: str, verdict: FileVerdict) -> dict[str, Any]:
    """*verdict* about the file *name* with every dimension of every signature, ready for JSON."""
    final = headline(verdict.final)
    return {
        "file": name,
        "verdict": verdict.final.value,
        "verdict_vi": final.vi,
        "at": verdict.at,
        "size": verdict.facts.size,
        "sha256": verdict.facts.sha256,
        "policy": POLICY,
        "trust": verdict.facts.trust_version,
        "remarks": [one.value for one in verdict.remarks],
        "reasons": [{"vi": one.vi, "en": one.en} for one in verdict.reasons],
        "detail": verdict.facts.detail,
        "signatures": [_signature(one) for one in verdict.signatures],
    }


def _signature(one: SignatureVerdict) -> dict[str, Any]:
    facts = one.facts
    return {
        "field": facts.field,
        "verdict": one.final.value,
        "kind": "document-timestamp" if facts.archival else "signature",
        "integrity": facts.integrity.value,
        "coverage": facts.coverage.value,
        "change": facts.change.value,
        "trust": facts.trust.value,
        "certificate": facts.certificate_state.value,
        "revocation": facts.revocation.value,
        "time": facts.time.value,
        "owner": one.owner.value,
        "role": one.role.value,
        "appearance": _values(one.appearance),
        "order": _values(one.order),
        "role_source": "declared" if one.role_declared else "inferred",
        "owner_id": one.owner_id,
        "agency": one.agency,
        "changed": facts.changed,
        "anchor": msgspec.to_builtins(facts.anchor),
        "signer": msgspec.to_builtins(facts.certificate),
        "revocation_source": msgspec.to_builtins(facts.revocation_source),
        "revoked": facts.revoked,
        "claimed": facts.claimed,
        "proved": facts.proved,
        "end": facts.end,
        "place": msgspec.to_builtins(facts.place),
        "text": facts.text,
    }


def _values(found: tuple[enum.Enum, ...]) -> list[Any]:
    return [one.value for one in found]


def lines_for_people(name: str, verdict: FileVerdict) -> list[Sentence]:
    """The verdict in a few lines: the file's, why, and one for each signature."""
    final = headline(verdict.final)
    name = _flat(name)
    lines = [Sentence(f"{name}: {final.vi}", f"{name}: {final.en}")]
    lines += [Sentence(f"  - {one.vi}", f"  - {one.en}") for one in verdict.reasons]
    return [*lines, *(_person_line(one) for one in verdict.signatures)]


def _person_line(one: SignatureVerdict) -> Sentence:
    facts = one.facts
    field = _flat(facts.field)
    signer = _flat(facts.certificate.subject) if facts.certificate else "?"
    issuer = _flat(facts.certificate.issuer) if facts.certificate else "?"
    when = facts.signed.isoformat(timespec="seconds") if facts.signed else "?"
    final, role, revocation = headline(one.final), said(one.role), said(facts.revocation)
    return Sentence(
        f"  [{field}] {signer} ({role.vi}; cấp bởi {issuer}; {when}; {revocation.vi}): {final.vi}",
        f"  [{field}] {signer} ({role.en}; issued by {issuer}; {when}; "
        f"{revocation.en}): {final.en}",
    )


def _flat(text: str) -> str:
    """*text* of a file on one line: it must not look like a line of ours."""
    return " ".join(text.split())
