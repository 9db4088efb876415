"""Records as the command line's JSON shows them: blobs by name, moments as RFC 3339."""

from datetime import UTC, datetime, timedelta

import msgspec

from api.metadata import metadata_shown
from api.services.numbers import NumberRow
from repository.model.closings import ClosingCertificate
from repository.model.documents import Component, Document
from repository.model.holds import Hold
from repository.model.ids import show_blob
from repository.model.purges import Purge
from repository.model.registers import VIETNAM_TIME

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(microseconds: int) -> datetime:
    """The moment so many *microseconds* after 1970-01-01 UTC, in the time of Vietnam."""
    return (_EPOCH + timedelta(microseconds=microseconds)).astimezone(VIETNAM_TIME)


def document_shown(document: Document) -> dict[str, object]:
    """*document* with the words the API uses."""
    return {
        "id": document.id,
        "direction": document.direction.value,
        "period": document.period,
        "number": document.number,
        "symbol": document.symbol,
        "issued": document.issued,
        "issuer": document.issuer,
        "kind": document.kind,
        "subject": document.subject,
        "registered": moment(document.registered),
        "revision": document.revision,
        "confidentiality": document.confidentiality.value,
        "components": [component_shown(one) for one in document.components],
        **msgspec.to_builtins(metadata_shown(document)),
    }


def component_shown(component: Component) -> dict[str, object]:
    """*component* with the words the API uses."""
    return {
        "role": component.role.value,
        "name": component.name,
        "blob": show_blob(component.blob),
        "size": component.size,
        "media_type": component.media_type,
        **({"number": component.number} if component.number else {}),
        **({"digitised": component.digitised} if component.digitised else {}),
    }


def hold_shown(hold: Hold) -> dict[str, object]:
    """*hold* for outside."""
    return {
        "id": hold.id,
        "target": hold.document or show_blob(hold.blob),
        "reason": hold.reason,
        "placed": moment(hold.placed),
        "placed_by": hold.placed_by,
        "lifted": moment(hold.lifted) if hold.lifted else None,
        "lifted_by": hold.lifted_by or None,
    }


def purge_shown(purge: Purge) -> dict[str, object]:
    """*purge* for outside."""
    return {
        "purge": purge.id,
        "target": show_blob(purge.blob),
        "state": purge.state.value,
        "reason": purge.reason,
        "requested": moment(purge.requested),
        "requested_by": purge.requested_by,
        "confirmed": moment(purge.confirmed) if purge.confirmed else None,
        "confirmed_by": purge.confirmed_by or None,
        "completed": moment(purge.completed) if purge.completed else None,
        "destroyed": [show_blob(blob) for blob in purge.blobs],
        "packs": [f"{pack:012x}" for pack in purge.packs],
        "bytes": purge.stored,
        "written": moment(purge.written) if purge.written else None,
        "everywhere": purge.everywhere,
        "ordered_at": purge.ordered_at,
    }


def number_shown(row: NumberRow) -> dict[str, object]:
    """A number of a register with the words the API uses."""
    entry = row.entry
    return {
        "period": row.period,
        "number": row.number,
        "state": entry.state.value,
        "taken": moment(entry.at),
        "day": entry.day,
        "symbol": row.document.symbol if row.document else "",
        "document": entry.document or None,
        "reserved_by": entry.reserved_by or None,
        "holder": entry.holder or None,
        "until": entry.until or None,
        "reason": entry.reason or None,
        "voided": moment(entry.voided) if entry.voided else None,
        "voided_by": entry.voided_by or None,
    }


def certificate_shown(certificate: ClosingCertificate) -> dict[str, object]:
    """A closing certificate with the words the API uses."""
    return {
        "period": certificate.period,
        "first": certificate.first,
        "last": certificate.last,
        "count": certificate.count,
        "voided": certificate.voided,
        "bound": certificate.bound,
        "digest": f"blake3:{certificate.digest.hex()}",
        "for_good": certificate.for_good,
        "closed": moment(certificate.closed),
        "closed_by": certificate.closed_by,
        "log_sequence": certificate.sequence,
    }
