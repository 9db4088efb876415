"""What one revision of a document says otherwise than the one before it, field by field.

Rules for the file: pure. Fields are called as requests call them: `signer.name`, `components[1]`.
"""

from collections.abc import Iterator
from itertools import zip_longest

import msgspec

from repository.model.documents import Component, Document
from repository.model.ids import show_blob

Shown = str | int | bool | tuple[str, ...] | None
"""A field as history tells it; None = it was not there."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A field that changed."""

    field: str
    before: Shown
    after: Shown


def differences(before: Document, after: Document) -> tuple[Difference, ...]:
    """The fields that *after* says otherwise than *before*, in the order in which they are shown."""
    was, now = dict(_noted(before)), dict(_noted(after))
    fields = (
        Difference(field=name, before=was[name], after=now[name])
        for name in now
        if was[name] != now[name]
    )
    return (*fields, *_files(before, after))


def _noted(document: Document) -> Iterator[tuple[str, Shown]]:
    noted, signer = document.metadata, document.metadata.signer
    for name in ("symbol", "issued", "issuer", "kind", "subject"):
        yield name, str(getattr(document, name))
    yield "confidentiality", document.confidentiality.value
    yield "issuer_code", noted.issuer_code
    yield "signer.name", signer.name
    yield "signer.position", signer.position
    yield "signer.capacity", signer.capacity.value if signer.capacity else ""
    yield "language", noted.language
    yield "pages", noted.pages
    yield "copies", noted.copies
    yield "urgency", noted.urgency.value
    yield (
        "recipients",
        tuple(f"{one.name} ({one.code})" if one.code else one.name for one in noted.recipients),
    )
    yield "to_places", noted.to_places
    yield "sphere", noted.sphere
    yield "keywords", noted.keywords
    yield "note", noted.note
    yield "due", str(noted.due)
    yield "arrived", str(noted.arrived)
    yield "paper", noted.paper
    yield "location", noted.location


def _files(before: Document, after: Document) -> Iterator[Difference]:
    pairs = zip_longest(before.components, after.components)
    for place, (one, other) in enumerate(pairs):
        if one != other:
            yield Difference(field=f"components[{place}]", before=_file(one), after=_file(other))


def _file(component: Component | None) -> str | None:
    """A file in one line: `annex I: phụ lục.pdf (blake3:…)`."""
    if component is None:
        return None
    role = f"{component.role.value} {component.number}".strip()
    return f"{role}: {component.name} ({show_blob(component.blob)})"
