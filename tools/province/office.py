"""The office at work: a draft is initialled, signed, numbered and sealed; copies are certified.

The order is that of Decree 30/2020, Art. 14, 15.3, 17.2 and 32.2d: authorised person, then
number and day, then the agency's own signature. Every stage's bytes are kept.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from tools.province import placing
from tools.province.agencies import ProvinceAgency
from tools.province.artwork import Picture, seal_of, written_name
from tools.province.pki import TestAuthority
from tools.province.scans import Ink, scanned
from tools.province.schedule import Copy, Issuance
from tools.province.signing import Act, sign
from tools.province.typeset import Anchor, Typesetter

StageName = Literal["draft", "initialled", "authorised", "numbered"]

_DRAFTED_BEFORE = timedelta(days=1)
_INITIALLED_BEFORE = timedelta(minutes=90)
_AUTHORISED_BEFORE = timedelta(minutes=25)
_SEALED_AFTER = timedelta(minutes=1)


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it stood between two signatures, as the issuer's office stores it."""

    name: StageName
    pdf: bytes
    at: datetime


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A document that is out."""

    main: bytes
    stages: tuple[Stage, ...]
    """Earlier revisions, oldest first; each is a prefix of the next. None of a scan."""
    annex: bytes | None


class Office:
    """Makes the files of all agencies; draws seals and written names once each."""

    def __init__(self, typesetter: Typesetter, authority: TestAuthority, *, seed: int) -> None:
        self._typesetter = typesetter
        self._authority = authority
        self._seed = seed
        self._seals: dict[str, Picture] = {}
        self._names: dict[str, Picture] = {}

    def issue(self, issuance: Issuance) -> Issued:
        """All files of *issuance* that carry signatures."""
        annex = self._annex(issuance)
        if issuance.draft.medium == "scan":
            return Issued(main=self._scan(issuance), stages=(), annex=annex)
        stages, main = self._signed(issuance)
        return Issued(main=main, stages=stages, annex=annex)

    def certify(self, pdf: bytes, copy: Copy, *, earlier_marks: int) -> bytes:
        """*pdf* with the certification (sao y) of the copying agency as one more revision."""
        lines = ("SAO Y", copy.agency.name, f"Số: {copy.symbol}", copy.moment.isoformat())
        return self._marked(pdf, copy.agency, "Sao y", lines, copy.moment, earlier_marks)

    def _signed(self, issuance: Issuance) -> tuple[tuple[Stage, ...], bytes]:
        number, moment = f"{issuance.number:02d}", issuance.moment
        typeset = self._typesetter.document(issuance.draft, number, "draft")
        anchor = typeset.anchors["authorised"]
        initialled = sign(typeset.pdf, self._initial(issuance, typeset.anchors["initial"]))
        authorised = sign(initialled, self._authorise(issuance, anchor))
        numbered = sign(authorised, self._give_number(issuance))
        sealed = sign(numbered, self._put_seal(issuance, anchor))
        stages = (
            Stage(name="draft", pdf=typeset.pdf, at=moment - _DRAFTED_BEFORE),
            Stage(name="initialled", pdf=initialled, at=moment - _INITIALLED_BEFORE),
            Stage(name="authorised", pdf=authorised, at=moment - _AUTHORISED_BEFORE),
            Stage(name="numbered", pdf=numbered, at=moment),
        )
        return stages, sealed

    def _initial(self, issuance: Issuance, anchor: Anchor) -> Act:
        name = issuance.draft.initialler
        return Act(
            field="KyNhay",
            reason="Ký nháy",
            signer=self._authority.person(name, issuance.agency.name),
            at=issuance.moment - _INITIALLED_BEFORE,
            place=placing.initial(anchor),
            look=self._name(name),
        )

    def _authorise(self, issuance: Issuance, anchor: Anchor) -> Act:
        name = issuance.draft.signatory.name
        return Act(
            field="KyDuyet",
            reason="Ký ban hành",
            signer=self._authority.person(name, issuance.agency.name),
            at=issuance.moment - _AUTHORISED_BEFORE,
            place=placing.authorised(anchor),
            look=self._name(name),
        )

    def _give_number(self, issuance: Issuance) -> Act:
        return Act(
            field="SoVaNgay",
            reason=f"Cấp số {issuance.symbol}",
            signer=self._authority.organisation(issuance.agency.name),
            at=issuance.moment,
            place=placing.number_and_date(),
            look=self._typesetter.stamp(issuance.draft, f"{issuance.number:02d}"),
        )

    def _put_seal(self, issuance: Issuance, anchor: Anchor) -> Act:
        return Act(
            field="DauCoQuan",
            reason="Phát hành",
            signer=self._authority.organisation(issuance.agency.name),
            at=issuance.moment + _SEALED_AFTER,
            place=placing.seal(anchor),
            look=self._seal(issuance.agency),
        )

    def _scan(self, issuance: Issuance) -> bytes:
        """Signed and sealed on paper, scanned, and certified as an electronic copy."""
        draft = issuance.draft
        typeset = self._typesetter.document(draft, f"{issuance.number:02d}", "whole")
        anchor = typeset.anchors["authorised"]
        name = Ink(picture=self._name(draft.signatory.name), place=placing.authorised(anchor))
        seal = Ink(picture=self._seal(draft.issuer), place=placing.seal(anchor))
        seed = f"{self._seed} {issuance.agency.code} {issuance.symbol}"
        paper = scanned(typeset.pdf, (name, seal), seed=seed, at=issuance.moment)
        lines = ("SAO Y", draft.issuer.name, issuance.moment.isoformat())
        return self._marked(paper, draft.issuer, "Sao y", lines, issuance.moment, 0)

    def _annex(self, issuance: Issuance) -> bytes | None:
        draft = issuance.draft
        if draft.annex is None:
            return None
        pdf = self._typesetter.annex(draft, draft.annex)
        at = issuance.moment + _SEALED_AFTER
        lines = (issuance.symbol, at.isoformat())
        return self._marked(pdf, draft.issuer, "Phụ lục", lines, at, 0)

    def _marked(
        self,
        pdf: bytes,
        agency: ProvinceAgency,
        reason: str,
        lines: tuple[str, ...],
        at: datetime,
        earlier: int,
    ) -> bytes:
        """Sign for *agency*, showing *lines* as text and no image."""
        act = Act(
            field=f"CoQuan{earlier + 1}",
            reason=reason,
            signer=self._authority.organisation(agency.name),
            at=at,
            place=placing.mark(earlier),
            look=self._typesetter.mark(lines, at),
        )
        return sign(pdf, act)

    def _seal(self, agency: ProvinceAgency) -> Picture:
        if agency.code not in self._seals:
            self._seals[agency.code] = seal_of(self._typesetter.seal(agency.name))
        return self._seals[agency.code]

    def _name(self, name: str) -> Picture:
        if name not in self._names:
            self._names[name] = written_name(name, self._seed)
        return self._names[name]
