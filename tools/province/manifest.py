"""The rows that a province writes: what to register, and what issuers keep besides.

`manifest.jsonl` is what `vankho ingest` reads; `revisions.jsonl` lists earlier revisions.
"""

from typing import Literal

import msgspec

from api.services.metadata import MetadataGiven, RecipientGiven, SignerGiven
from repository.model.metadata import Capacity
from tools.province.agencies import Direction
from tools.province.drafts import Draft, Signatory

Role = Literal["main", "annex", "attachment"]


class ManifestFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a row."""

    path: str
    """Relative to the folder of the manifest, with `/`."""
    role: Role


class ManifestRow(msgspec.Struct, frozen=True, kw_only=True):
    """One registration, in the order in which they happened."""

    agency: str
    """Code of the agency that registers."""
    register: str
    direction: Direction
    symbol: str
    """Incoming: `05/QĐ-UBND`. Outgoing: only `QĐ-UBND`, because the register gives the number."""
    issued: str
    """`YYYY-MM-DD`."""
    issuer: str
    """Name of the agency whose document it is."""
    kind: str
    subject: str
    files: tuple[ManifestFile, ...]
    metadata: MetadataGiven


class RevisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier revision of an issued file, kept by the issuer's office, not registered."""

    agency: str
    stage: str
    at: str
    """RFC 3339."""
    path: str
    of: str
    """Path of the issued file that begins with these bytes."""


def noted(draft: Draft) -> MetadataGiven:
    """What is noted of a drafted document beside its words: who signs, to whom it goes."""
    return MetadataGiven(
        signer=_signer(draft.signatory),
        recipients=tuple(RecipientGiven(name=line) for line in draft.recipients),
    )


def _signer(signatory: Signatory) -> SignerGiven:
    """The last capacity that is printed is that of the hand: `TM. …`, `KT. CHỦ TỊCH` → KT."""
    printed = (line.partition(" ")[0] for line in signatory.lines)
    capacities = [Capacity(word) for word in printed if word in {one.value for one in Capacity}]
    return SignerGiven(
        name=signatory.name,
        position=signatory.lines[-1],
        capacity=capacities[-1] if capacities else None,
    )
