"""Drafts, their versions, and what was done with them, as they are shown."""

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from api import wire
from repository.catalogue import tables as t
from repository.catalogue.views import Reading
from repository.model.documents import Component
from repository.model.drafts import Deed, Draft, Version
from repository.model.ids import PersonId, show_blob
from repository.model.signing import SignatureClaim


class DraftFileView(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a version."""

    role: str
    name: str
    blob: str
    size: int
    media_type: str
    url: str
    continues: bool
    """Its bytes begin with those of the same file of the version before."""


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a draft's files."""

    version: int
    at: datetime
    actor: str
    act: str
    """What brought it: `revise`, or an act that signs."""
    note: str
    files: tuple[DraftFileView, ...]
    claims: tuple[SignatureClaim, ...]
    """What was said of the signatures in it; nobody here has judged them."""


class VersionList(msgspec.Struct, frozen=True, kw_only=True):
    """The versions of a draft, the first one first."""

    versions: tuple[VersionView, ...]


class InitialView(msgspec.Struct, frozen=True, kw_only=True):
    """Whose initials the wording bears."""

    login: str
    role: str
    """`drafter`, `head` or `checker`."""
    at: datetime
    version: int
    electronic: bool
    """They brought a signed file."""


class SigningView(msgspec.Struct, frozen=True, kw_only=True):
    """How a draft was signed."""

    login: str
    at: datetime
    capacity: str
    """As printed, `KT.`; empty = in their own right."""
    position: str
    on_behalf_of: str
    authority: str
    """Of `TUQ.`: the written authority; otherwise empty."""
    version: int
    electronic: bool
    """They brought signed files; otherwise they signed on paper."""


class DraftRelationView(msgspec.Struct, frozen=True, kw_only=True):
    """What the document will be to another, once it is issued."""

    kind: str
    document_url: str


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as it is shown."""

    id: str
    url: str
    agency: str
    """Code."""
    unit: str
    """Short name of the drafting unit, or empty."""
    drafter: str
    """Login."""
    kind: str
    subject: str
    receipt: str
    """The recipient line that it answers, or empty."""
    relations: tuple[DraftRelationView, ...]
    state: str
    opened: datetime
    since: datetime
    """When it came to that state."""
    version: int
    """Which version of its files holds now."""
    versions: int
    revision: int
    """Counts up with every act; what If-Match names."""
    signer: str
    """Login of who is to sign, or empty."""
    checker: str
    """Login of who was named for the form; empty = any clerk."""
    initials: tuple[InitialView, ...]
    signing: SigningView | None
    number: int
    """0 = none yet."""
    symbol: str
    issued: str
    register_url: str | UnsetType = UNSET
    seal_refusals: int
    reason: str
    """Why it was returned, refused its seal, or abandoned last."""
    document_url: str | UnsetType = UNSET
    """What it became."""


class ActList(msgspec.Struct, frozen=True, kw_only=True):
    """What you may do with it now."""

    state: str
    actions: tuple[str, ...]


class DeedView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done with a draft."""

    revision: int
    act: str
    before: str
    after: str
    at: datetime
    actor: str
    version: int
    words: str
    log_sequence: int
    """The event's place in the node's log."""


class DeedPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done with a draft, in order."""

    deeds: tuple[DeedView, ...]
    next: int | UnsetType = UNSET
    """Go on with this as `start`; not there on the last page."""


def draft_view(reading: Reading, draft: Draft) -> DraftView:
    """A draft as it is shown."""
    agency = reading.agency(draft.agency)
    unit = reading.get(t.UNITS, draft.unit) if draft.unit else None
    return DraftView(
        id=draft.id,
        url=f"/v1/drafts/{draft.id}",
        agency=agency.code if agency else "",
        unit=unit.code if unit else "",
        drafter=_login(reading, draft.drafter),
        kind=draft.kind,
        subject=draft.subject,
        receipt=draft.receipt,
        relations=tuple(
            DraftRelationView(kind=kind.value, document_url=f"/v1/documents/{document}")
            for kind, document in draft.relations
        ),
        state=draft.state.value,
        opened=wire.moment(draft.opened),
        since=wire.moment(draft.since),
        version=draft.version,
        versions=draft.versions,
        revision=draft.revision,
        signer=_login(reading, draft.signer),
        checker=_login(reading, draft.checker),
        initials=_initials(reading, draft),
        signing=_signing(reading, draft),
        number=draft.number,
        symbol=draft.symbol,
        issued=draft.issued,
        register_url=f"/v1/registers/{draft.register}" if draft.register else UNSET,
        seal_refusals=draft.seal_refusals,
        reason=draft.reason,
        document_url=f"/v1/documents/{draft.document}" if draft.document else UNSET,
    )


def _initials(reading: Reading, draft: Draft) -> tuple[InitialView, ...]:
    return tuple(
        InitialView(
            login=_login(reading, one.person),
            role=one.role.value,
            at=wire.moment(one.at),
            version=one.version,
            electronic=one.electronic,
        )
        for one in draft.initials
    )


def _signing(reading: Reading, draft: Draft) -> SigningView | None:
    signing = draft.signing
    return signing and SigningView(
        login=_login(reading, signing.person),
        at=wire.moment(signing.at),
        capacity=signing.capacity.value if signing.capacity else "",
        position=signing.position,
        on_behalf_of=signing.on_behalf_of,
        authority=signing.authority,
        version=signing.version,
        electronic=signing.electronic,
    )


def _login(reading: Reading, person: PersonId) -> str:
    found = reading.get(t.PEOPLE, person) if person else None
    return found.login if found else ""


def version_view(draft: Draft, version: Version) -> VersionView:
    """A version of *draft* as it is shown."""
    continues = version.continues or (False,) * len(version.components)
    return VersionView(
        version=version.number,
        at=wire.moment(version.at),
        actor=version.actor,
        act=version.act.value,
        note=version.note,
        files=tuple(
            _file(draft, version, place, one, continues=continues[place])
            for place, one in enumerate(version.components)
        ),
        claims=version.claims,
    )


def _file(
    draft: Draft, version: Version, place: int, one: Component, *, continues: bool
) -> DraftFileView:
    return DraftFileView(
        role=one.role.value,
        name=one.name,
        blob=show_blob(one.blob),
        size=one.size,
        media_type=one.media_type,
        url=f"/v1/drafts/{draft.id}/versions/{version.number}/files/{place}",
        continues=continues,
    )


def deed_view(revision: int, deed: Deed) -> DeedView:
    """What was done, as it is shown."""
    return DeedView(
        revision=revision,
        act=deed.act.value,
        before=deed.before.value,
        after=deed.after.value,
        at=wire.moment(deed.at),
        actor=deed.actor,
        version=deed.version,
        words=deed.words,
        log_sequence=deed.sequence,
    )
