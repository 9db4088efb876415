"""The corpus: files with what is to be said of each, with and without a context.

Made once a session. `Case.alone` and `Case.known` name the verdicts that are right; of an attack
none is `valid` or `valid-with-warnings`.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ExtendedKeyUsage
from pyhanko.sign.fields import MDPPerm

from interop.signatures.context import (
    AgencyKnown,
    CertificateOwner,
    Context,
    FileContext,
    FileKind,
    PostHeld,
    Stage,
)
from interop.signatures.dimensions import Final, Owner, Role
from interop.signatures.port import Revision, Trusted
from tests.interop.signatures import attacks
from tests.interop.signatures.authority import DAY, NOW, Identity, Province, issue, listed
from tests.interop.signatures.papers import (
    LOWER,
    SEAL,
    TOP_LEFT,
    TOP_RIGHT,
    WHOLE_PAGE,
    Mark,
    paper,
    pdf_of,
    signed,
    stream,
)

NUMBER = "12/QĐ-SM1"
MINUTE = timedelta(minutes=1)
VALID = frozenset({Final.VALID})
WARNED = frozenset({Final.WARNINGS})
GOOD = VALID | WARNED
REFUSED = frozenset({Final.INDETERMINATE, Final.INVALID, Final.UNREADABLE})
OPEN = frozenset({Final.INDETERMINATE})
INVALID = frozenset({Final.INVALID})
UNREADABLE = frozenset({Final.UNREADABLE})


@dataclass(frozen=True)
class Case:
    """One file and what is right to say of it."""

    name: str
    file: bytes
    alone: frozenset[Final]
    known: frozenset[Final]
    context: Context = field(default_factory=Context)
    trusted: Trusted | None = None

    @property
    def good(self) -> bool:
        """An honest file: it has to be accepted, with the context too."""
        return self.alone <= GOOD and self.known <= GOOD


class Corpus:
    """All cases over one province."""

    def __init__(self) -> None:
        self.province = Province()
        self.trusted = self._trusted(self.province.crls())
        self.flows = self._flows()
        self.cases: dict[str, Case] = {}
        for case in self._all():
            assert case.name not in self.cases, case.name
            self.cases[case.name] = case

    def _trusted(self, crls: tuple[bytes, ...]) -> Trusted:
        province = self.province
        return Trusted(
            anchors=(province.root.der,),
            intermediates=(province.sub.der,),
            crls=crls,
            version="test",
        )

    # What is known of the document.

    def context(self, **of_file: Any) -> Context:
        province = self.province
        owners = (
            (province.officer, Owner.PERSON, "officer", "SM1"),
            (province.leader, Owner.PERSON, "leader", "SM1"),
            (province.outsider, Owner.PERSON, "outsider", "SM2"),
            (province.revoked, Owner.PERSON, "leader", "SM1"),
            (province.office, Owner.ORGANISATION, "SM1", "SM1"),
            (province.other_office, Owner.ORGANISATION, "SM2", "SM2"),
        )
        return Context(
            issuer="SM1",
            number=NUMBER,
            agencies=(AgencyKnown(code="SM1", name="Sở Mẫu Một"), AgencyKnown(code="SM2")),
            owners=tuple(
                CertificateOwner(sha256=one.sha256, kind=kind, id=who, agency=agency)
                for one, kind, who, agency in owners
            ),
            posts=(PostHeld(person="leader", agency="SM1"),),
            files={"*": FileContext(**of_file)},
        )

    # Flows.

    def marks(self) -> tuple[Mark, ...]:
        province = self.province
        return (
            Mark("KyNhay", province.officer, NOW, box=LOWER["initial"]),
            Mark("LanhDao", province.leader, NOW + 5 * MINUTE, box=LOWER["leader"]),
            Mark("CoQuan", province.office, NOW + 9 * MINUTE, box=SEAL, tsa=province.tsa),
            Mark(
                "Den",
                province.other_office,
                NOW + 60 * MINUTE,
                box=TOP_LEFT,
                page=0,
                tsa=province.tsa,
            ),
        )

    def _flows(self) -> dict[int, bytes]:
        """Signed once by the leader; by leader and office; with initials; with a stamp behind."""
        nhay, leader, office, den = self.marks()
        chosen = {1: (leader,), 2: (leader, office), 3: (nhay, leader, office)}
        flows = {count: _signed(paper(), *marks) for count, marks in chosen.items()}
        return flows | {4: signed(flows[3], den)}

    def stage(self, count: int) -> Stage:
        return Stage.SIGNED if count == 1 else Stage.ISSUED

    # Cases.

    def _all(self) -> Iterator[Case]:
        yield from self._honest()
        yield from self._tampered()
        yield from self._filled()
        yield from self._signers()
        yield from self._times()
        yield from self._looks()
        yield from self._rules()
        yield from self._certified()
        yield from self._broken_files()
        yield from self._lists()
        yield from self._hidden()

    def _honest(self) -> Iterator[Case]:
        for count, file in self.flows.items():
            context = self.context(stage=self.stage(count))
            known = WARNED if count == 4 else VALID
            yield Case(f"flow-{count}", file, VALID, known, context)
            for name in ("comment", "free_text", "mark"):
                commented = attacks.update(getattr(attacks, name))(file)
                yield Case(f"{name}-{count}", commented, WARNED, WARNED, context)
            white = attacks.white_behind(file)
            yield Case(f"white-space-{count}", white, WARNED, WARNED, context)
        commented = attacks.update(attacks.comment)(self.flows[3])
        yield Case(
            "stamp-over-a-comment",
            signed(commented, self.marks()[3]),
            WARNED,
            WARNED,
            self.context(),
        )

    def _tampered(self) -> Iterator[Case]:
        other = _signed(paper("Mot van ban khac"), *self.marks()[:3])
        harm = attacks.TAMPERING | {"transplant": attacks.transplanted(other)}
        for count, file in self.flows.items():
            context = self.context(stage=self.stage(count))
            for name, attack in harm.items():
                yield Case(f"{name}-{count}", attack(file), REFUSED, REFUSED, context)

    def _filled(self) -> Iterator[Case]:
        """A form with a sum in it, signed; another sum is filled in."""
        form = paper(form=True)
        nhay, leader, office, den = self.marks()
        orders = {1: (leader,), 2: (leader, office), 3: (nhay, leader, office)}
        for count, marks in (orders | {4: (nhay, leader, office, den)}).items():
            file = _signed(form, *marks)
            context = self.context(stage=self.stage(count))
            yield Case(f"form-{count}", file, VALID, GOOD, context)
            filled = attacks.update(attacks.filled_field)(file)
            yield Case(f"form-filled-{count}", filled, REFUSED, REFUSED, context)
        certified = signed(form, leader._replace(permitted=MDPPerm.FILL_FORMS))
        filled = attacks.update(attacks.filled_field)(certified)
        stage = self.context(stage=Stage.SIGNED)
        yield Case("form-certified-filled", filled, GOOD, GOOD, stage)

    def _signers(self) -> Iterator[Case]:
        province = self.province
        forged_chain = (province.fake_sub,)
        signers: dict[str, tuple[Identity, tuple[Identity, ...], frozenset[Final]]] = {
            "revoked": (province.revoked, (), INVALID),
            "expired": (province.expired, (), INVALID),
            "wrong-use": (province.wrong_use, (), INVALID),
            "server": (province.server, (), INVALID),
            "leaf-as-ca": (province.below_a_leaf, (province.outsider,), INVALID),
            "fake-name": (province.fake, forged_chain, INVALID),
            "fake-name-alone": (province.fake, (), INVALID),
            "stranger": (province.stranger, (province.stranger_sub,), OPEN),
            "self-made": (province.self_made, (), OPEN),
            "authority": (province.sub, (), INVALID),
            "time-stamper": (province.tsa, (), INVALID),
            "weak-key": (self._weak(), (), INVALID),
        }
        nhay, leader, office, den = self.marks()
        for name, (signer, chain, right) in signers.items():
            bad = leader._replace(signer=signer, chain=chain)
            for count, marks in {1: (bad,), 2: (bad, office), 3: (nhay, bad, office)}.items():
                context = self.context(stage=self.stage(count))
                file = _signed(paper(), *marks)
                yield Case(f"signer-{name}-{count}", file, right, REFUSED, context)
            file = _signed(paper(), nhay, leader, office, den._replace(signer=signer, chain=chain))
            yield Case(f"signer-{name}-4", file, right, REFUSED, self.context())
        sha1 = _signed(paper(), leader._replace(digest="sha1"), office)
        yield Case("digest-sha1-2", sha1, INVALID, INVALID, self.context())

    def _weak(self) -> Identity:
        key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        return issue("Nguyễn Thị Mẫu", self.province.sub, key=key)

    def _times(self) -> Iterator[Case]:
        context = self.context()
        _, leader, office, _ = self.marks()
        base = _signed(paper(), leader)
        quirk = office._replace(at=office.at + timedelta(hours=7), stamped=office.at)
        yield Case("zone-stamped", signed(base, quirk), WARNED, WARNED, context)
        unstamped = office._replace(at=office.at + timedelta(hours=7), tsa=None)
        yield Case("zone-claimed", signed(base, unstamped), WARNED, WARNED, context)
        future = office._replace(at=NOW + 3 * DAY, tsa=None)
        yield Case("future", signed(base, future), OPEN, OPEN, context)
        late = office._replace(stamped=office.at + 9 * DAY)
        yield Case("stamp-from-the-future", signed(base, late), OPEN, OPEN, context)
        early = office._replace(at=NOW, stamped=NOW - DAY)
        yield Case("stamp-before-claim", signed(base, early), WARNED, WARNED, context)
        strange = office._replace(tsa=self._strange_tsa())
        yield Case("stamp-of-a-stranger", signed(base, strange), OPEN, OPEN, context)
        no_tsa = office._replace(tsa=self._not_a_tsa())
        yield Case("stamp-by-a-clerk", signed(base, no_tsa), OPEN, OPEN, context)
        young = office._replace(at=NOW - 800 * DAY, tsa=None)
        yield Case("before-the-certificate", signed(base, young), INVALID, INVALID, context)

    def _strange_tsa(self) -> Identity:
        tsa = self.province.tsa
        purposes = tsa.certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value
        return issue("TSA lạ", self.province.stranger_sub, key=tsa.key, purposes=tuple(purposes))

    def _not_a_tsa(self) -> Identity:
        return issue("Không phải TSA", self.province.sub, key=self.province.tsa.key)

    def _looks(self) -> Iterator[Case]:
        province, context = self.province, self.context()
        _, leader, office, _ = self.marks()
        cover = Mark("Che", province.outsider, NOW + 70 * MINUTE, box=WHOLE_PAGE, page=0)
        for count, file in self.flows.items():
            covered = signed(file, cover)
            right = self.context(stage=self.stage(count))
            yield Case(f"ssa-cover-{count}", covered, INVALID, INVALID, right)
        filled = leader._replace(drawn=b"q 0 0 9 9 re W n 1 0 0 rg 0 0 5 5 re f true Q")
        yield Case("picture-filled", signed(signed(paper(), filled), office), VALID, VALID, context)
        for name, operators in {"invisible": b"3 Tr", "white": b"1 1 1 rg"}.items():
            file = signed(signed(paper(), leader._replace(drawn=_hidden_text(operators))), office)
            yield Case(f"hidden-text-{name}", file, OPEN, REFUSED, context)

    def _rules(self) -> Iterator[Case]:
        yield from self._roles()
        yield from self._annexes()
        yield from self._copies()
        yield from self._registered()

    def _roles(self) -> Iterator[Case]:
        province, context = self.province, self.context()
        nhay, leader, office, _ = self.marks()
        first = _signed(paper(), office._replace(at=NOW), leader._replace(at=NOW + 20 * MINUTE))
        yield Case("office-first", first, VALID, INVALID, context)
        alone = _signed(paper(), office)
        yield Case("office-alone", alone, VALID, INVALID, context)
        yield Case("leader-alone", self.flows[1], VALID, INVALID, context)
        outsider = _signed(paper(), leader._replace(signer=province.outsider), office)
        yield Case("not-entitled", outsider, VALID, INVALID, context)
        junior = _signed(paper(), leader._replace(signer=province.officer), office)
        yield Case("officer-for-leader", junior, VALID, INVALID, context)
        elsewhere = _signed(paper(), leader, office._replace(signer=province.other_office))
        yield Case("other-office", elsewhere, VALID, INVALID, context)
        clash = self.context(roles={"LanhDao": Role.ORGANISATION, "CoQuan": Role.AUTHORISED})
        yield Case("roles-clash", self.flows[2], VALID, INVALID, clash)
        late = _signed(paper(), leader, nhay._replace(at=NOW + 6 * MINUTE), office)
        declared = self.context(roles={"KyNhay": Role.INITIAL, "LanhDao": Role.AUTHORISED})
        yield Case("initials-late", late, VALID, WARNED, declared)
        unknown = msgspec.structs.replace(context, owners=context.owners[:1])
        yield Case("owner-not-registered", self._unnamed(), VALID, OPEN, unknown)
        yield Case("post-ended", self.flows[2], VALID, INVALID, self._post_ended())
        yield Case("merged-agency", self.flows[2], VALID, VALID, self._merged())
        added = signed(
            self.flows[2],
            Mark("Them", province.outsider, NOW + 90 * MINUTE, box=(60, 300, 160, 340)),
        )
        yield Case("added-after-issue", added, VALID, WARNED, context)
        numbered = _signed(
            paper(), leader, office._replace(field="So", box=(60, 760, 120, 780), page=0), office
        )
        yield Case("number-then-seal", numbered, VALID, VALID, context)

    def _unnamed(self) -> bytes:
        """Signed by somebody whose certificate says nothing of whose it is."""
        _, leader, office, _ = self.marks()
        someone = issue("Ai Đó", self.province.sub)
        return _signed(paper(), leader._replace(signer=someone), office)

    def _post_ended(self) -> Context:
        ended = PostHeld(person="leader", agency="SM1", until=NOW - 30 * DAY)
        return msgspec.structs.replace(self.context(), posts=(ended,))

    def _merged(self) -> Context:
        """SM9 issues; SM1, whose seal and leader sign, has become part of it."""
        agencies = (AgencyKnown(code="SM9", formerly=("SM1",)), AgencyKnown(code="SM1"))
        return msgspec.structs.replace(self.context(), issuer="SM9", agencies=agencies)

    def _annexes(self) -> Iterator[Case]:
        province, context = self.province, self.context(kind=FileKind.ANNEX)
        shown = f"{NUMBER}\n2026-03-02T10:09:00+07:00"
        annex = Mark(
            "PhuLuc",
            province.office,
            NOW + 9 * MINUTE,
            box=TOP_RIGHT,
            page=0,
            text=shown,
            tsa=province.tsa,
        )
        file = signed(paper("Phu luc"), annex)
        yield Case("annex", file, VALID, VALID, context)
        other = signed(
            paper("Phu luc"), annex._replace(text="99/QĐ-SM1\n2026-03-02T10:09:00+07:00")
        )
        yield Case("annex-other-number", other, VALID, INVALID, context)
        silent = signed(paper("Phu luc"), annex._replace(text="phu luc"))
        yield Case("annex-without-number", silent, VALID, WARNED, context)
        elsewhere = signed(paper("Phu luc"), annex._replace(signer=province.other_office))
        yield Case("annex-other-office", elsewhere, VALID, INVALID, context)
        person = signed(paper("Phu luc"), annex._replace(signer=province.leader))
        yield Case("annex-by-a-person", person, VALID, INVALID, context)
        low = signed(paper("Phu luc"), annex._replace(box=SEAL))
        yield Case("annex-misplaced", low, GOOD, WARNED, context)
        late = signed(paper("Phu luc"), annex._replace(text=f"{NUMBER}\n2026-03-02T08:00:00+07:00"))
        yield Case("annex-other-time", late, GOOD, WARNED, context)

    def _copies(self) -> Iterator[Case]:
        province, context = self.province, self.context(kind=FileKind.COPY)
        shown = "SAO Y\n2026-03-02T11:00:00+07:00"
        copy = Mark(
            "SaoY",
            province.other_office,
            NOW + 60 * MINUTE,
            box=TOP_RIGHT,
            page=0,
            text=shown,
            tsa=province.tsa,
        )
        yield Case("copy-of-paper", signed(paper("Ban quet"), copy), VALID, VALID, context)
        copied = signed(self.flows[3], copy)
        declared = self.context(
            kind=FileKind.COPY,
            roles={
                "SaoY": Role.COPY,
                "KyNhay": Role.INITIAL,
                "LanhDao": Role.AUTHORISED,
                "CoQuan": Role.ORGANISATION,
            },
        )
        yield Case("copy-of-a-file", copied, VALID, WARNED, declared)
        person = signed(paper("Ban quet"), copy._replace(signer=province.leader))
        yield Case("copy-by-a-person", person, VALID, INVALID, context)

    def _registered(self) -> Iterator[Case]:
        lengths = _ends(self.flows[4])
        for count in (2, 3, 4):
            file = self.flows[4][: lengths[count - 1]]
            revisions = (_revision(file, count), _revision(file[: lengths[0]], 1))
            context = self.context(revisions=revisions)
            for left in range(1, count):
                yield Case(
                    f"rollback-{count}-{left}",
                    self.flows[4][: lengths[left - 1]],
                    VALID,
                    INVALID,
                    context,
                )
            if count >= 3:
                yield Case(f"registered-{count}", file, VALID, GOOD, context)
        seal = self.context(revisions=(_revision(self.flows[3], 3),))
        yield Case("registered-then-stamped", self.flows[4], VALID, WARNED, seal)
        again = _signed(paper(), *self.marks()[:3])
        yield Case("not-the-registered", again, VALID, INVALID, seal)

    def _certified(self) -> Iterator[Case]:
        _, leader, _, _ = self.marks()
        context = self.context(stage=Stage.SIGNED)
        for permitted, commented in (
            (MDPPerm.NO_CHANGES, REFUSED),
            (MDPPerm.FILL_FORMS, REFUSED),
            (MDPPerm.ANNOTATE, WARNED),
        ):
            file = signed(paper(), leader._replace(permitted=permitted))
            name = f"certified-p{permitted.value}"
            yield Case(name, file, VALID, VALID, context)
            with_comment = attacks.update(attacks.comment)(file)
            yield Case(f"{name}-comment", with_comment, commented, commented, context)
            changed = attacks.update(attacks.white_square)(file)
            yield Case(f"{name}-square", changed, REFUSED, REFUSED, context)

    def _broken_files(self) -> Iterator[Case]:
        context, file = self.context(), self.flows[2]
        unsigned = paper()
        yield Case("unsigned", unsigned, INVALID, INVALID, context)
        yield Case("empty", b"", UNREADABLE, UNREADABLE, context)
        yield Case("no-pdf", b"PK\x03\x04" + b"\0" * 500, UNREADABLE, UNREADABLE, context)
        yield Case("header-only", b"%PDF-1.7\n", UNREADABLE, UNREADABLE, context)
        yield Case("cut", attacks.cut(file), REFUSED, REFUSED, context)
        circle = pdf_of(
            b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>"
        )
        yield Case("circle-of-pages", circle, REFUSED, REFUSED, context)
        deep = pdf_of(b"<< /Type /Catalog /Pages 2 0 R /X " + b"[" * 5000 + b"]" * 5000 + b" >>")
        yield Case("deep", deep, REFUSED, REFUSED, context)
        no_root = pdf_of(b"<< >>", root=9)
        yield Case("no-root", no_root, UNREADABLE, UNREADABLE, context)
        many = b"<< /Fields [" + b" ".join(b"%d 0 R" % n for n in range(3, 103)) + b"] >>"
        field = b"<< /FT /Sig /T (%d) /V << /Type /Sig >> >>"
        crowd = pdf_of(
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm %s >>" % many,
            b"<< /Type /Pages /Count 0 /Kids [] >>",
            *(field % number for number in range(100)),
        )
        yield Case("crowd", crowd, UNREADABLE, UNREADABLE, context)

    def _lists(self) -> Iterator[Case]:
        province, context = self.province, self.context()
        file = self.flows[3]
        serial = province.leader.certificate.serial_number
        office = province.office.certificate.serial_number
        sub = province.sub.certificate.serial_number
        tsa = province.tsa.certificate.serial_number
        root = listed(province.root)
        forged = issue("CA thử nghiệm cơ quan nhà nước", uses=("crl_sign",), authority=True)
        lists: dict[str, tuple[tuple[bytes, ...], frozenset[Final]]] = {
            "none": ((), OPEN),
            "stale": ((root, listed(province.sub, issued=NOW - 90 * DAY, until=NOW - DAY)), OPEN),
            "from-the-future": ((root, listed(province.sub, issued=NOW + DAY)), OPEN),
            "forged": ((root, listed(forged)), OPEN),
            "leader": ((root, listed(province.sub, {serial: NOW - DAY})), INVALID),
            "leader-after": (
                (root, listed(province.sub, {serial: NOW + 30 * MINUTE}, issued=NOW + 60 * MINUTE)),
                OPEN,
            ),
            "office-after": (
                (root, listed(province.sub, {office: NOW + 30 * MINUTE}, issued=NOW + 60 * MINUTE)),
                WARNED,
            ),
            "issuer": ((listed(province.root, {sub: NOW - DAY}), listed(province.sub)), INVALID),
            "stamper": ((root, listed(province.sub, {tsa: NOW - DAY})), OPEN),
        }
        for name, (crls, right) in lists.items():
            known = right if right <= GOOD else REFUSED
            yield Case(f"lists-{name}", file, right, known, context, self._trusted(crls))

    def _hidden(self) -> Iterator[Case]:
        """Shadow attack, hide and replace: as it is signed, and after the switch."""
        nhay, leader, office, _ = self.marks()
        hidden = b"\n5 0 obj\n%s\nendobj\n" % stream(attacks.FORGED)
        base = paper()
        at = base.rindex(b"xref\n0 ")
        waiting = base[:at] + hidden + base[at:]
        start = len(base[:at] + hidden)
        waiting = re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, waiting)
        for count, marks in {1: (leader,), 2: (leader, office), 3: (nhay, leader, office)}.items():
            file = _signed(waiting, *marks)
            context = self.context(stage=self.stage(count))
            yield Case(f"shadow-hidden-{count}", file, OPEN, OPEN, context)
            switched = _pointing(file, 5, file.index(hidden) + 1)
            yield Case(f"shadow-switched-{count}", switched, REFUSED, REFUSED, context)


def _hidden_text(operators: bytes) -> bytes:
    return b"BT %s /F1 10 Tf 5 5 Td (an di) Tj ET" % operators


def _signed(pdf: bytes, *marks: Mark) -> bytes:
    for mark in marks:
        pdf = signed(pdf, mark)
    return pdf


def _pointing(file: bytes, number: int, offset: int) -> bytes:
    """An update that brings nothing but a reference to what already lies at *offset*."""
    previous = int(re.findall(rb"startxref\s+(\d+)", file)[-1])
    size = int(re.findall(rb"/Size (\d+)", file)[-1])
    start = len(file)
    root = re.findall(rb"/Root (\d+) 0 R", file)[-1]
    return (
        file
        + b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %s 0 R /Prev %d >>\n"
        % (number, offset, size, root, previous)
        + b"startxref\n%d\n%%%%EOF\n" % start
    )


def _ends(file: bytes) -> list[int]:
    found = re.findall(rb"/ByteRange\s*\[\s*\d+\s+\d+\s+(\d+)\s+(\d+)", file)
    return sorted(int(start) + int(length) for start, length in found)


def _revision(file: bytes, signatures: int) -> Revision:
    return Revision(
        length=len(file), sha256=hashlib.sha256(file).hexdigest(), signatures=signatures
    )
