"""Agencies (cơ quan): who registers, holds and exchanges documents."""

import msgspec

from repository.model.ids import AgencyCode, AgencyId


class Agency(msgspec.Struct, frozen=True, kw_only=True):
    """One agency as it stands now."""

    id: AgencyId
    code: AgencyCode
    """The code it bears now (mã định danh), QĐ 20/2020/QĐ-TTg."""
    name: str
    """Its name in full, NFC, at most 200 characters (Decree 30/2020, Annex VI: OrganName)."""
    opened: int
    """When it was declared here: microseconds since 1970-01-01 UTC."""
