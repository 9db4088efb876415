"""What was added after a signature: pyHanko's difference analysis, and comments told apart from it.

pyHanko calls every annotation that is added after signing suspicious. Clerks do comment on signed
papers (the signing tool has a button for it); what is signed stays as it was. So where the standard
rules refuse, each revision is compared once more with the one before it, comments allowed: new
annotations of a few kinds, small, without actions, that touch nothing else.
"""

# pyHanko's core has no stubs: what comes out of it is given a type here.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeArgument=false
# pyright: reportUnknownParameterType=false

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader, RawPdfPath
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffResult,
    ModificationLevel,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.commons import compare_dicts
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdatingRule
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    SigFieldCreationRule,
    SigFieldModificationRule,
)
from pyhanko.sign.diff_analysis.rules.metadata_rules import DocInfoRule
from pyhanko.sign.diff_analysis.rules_api import (
    QualifiedWhitelistRule,
    ReferenceUpdate,
    RelativeContext,
    WhitelistRule,
)
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from interop.signatures.dimensions import Change
from interop.signatures.pdf_pages import Page, area, box_of, entry, pages_of

COMMENTS = frozenset(
    {
        "/Text",
        "/Popup",
        "/FreeText",
        "/Highlight",
        "/Underline",
        "/Squiggly",
        "/StrikeOut",
        "/Caret",
    }
)
ACTING = frozenset({"/A", "/AA", "/FT", "/OC"})
"""What no comment carries: actions, fields, layers that come and go."""
MAX_DETAIL = 300


class Changed(NamedTuple):
    """What happened after a signature."""

    change: Change
    detail: str = ""


_LEVELS = {
    ModificationLevel.NONE: Change.NONE,
    ModificationLevel.LTA_UPDATES: Change.ARCHIVAL,
    ModificationLevel.FORM_FILLING: Change.ALLOWED,
    ModificationLevel.ANNOTATIONS: Change.COMMENT,
    ModificationLevel.OTHER: Change.CONTENT,
}


class _SameTitleRule(WhitelistRule):
    """Lets a signing tool write its name and the date into the file's information, no more."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        if _information(old) != _information(new):
            raise SuspiciousModification("title, author or another property was changed")
        return DocInfoRule().apply(old, new)


TOOLS_OWN = frozenset({"/ModDate", "/CreationDate", "/Producer", "/Creator"})


def _information(handler: HistoricalResolver) -> dict[str, str]:
    if "/Info" not in handler.trailer_view:
        return {}
    found: Any = handler.trailer_view.raw_get("/Info")
    if isinstance(found, generic.IndirectObject):
        found = handler(found.reference)
    return {key: str(found[key]) for key in found if key not in TOOLS_OWN}


_GLOBAL = [
    _SameTitleRule().as_qualified(ModificationLevel.LTA_UPDATES),
    *(
        rule
        for rule in DEFAULT_DIFF_POLICY.global_rules
        if not isinstance(getattr(rule, "rule", None), DocInfoRule)
    ),
]
_SIGNED_ONLY = FormUpdatingRule(field_rules=[SigFieldCreationRule(), SigFieldModificationRule()])
"""What is filled into a form after signing is content, unless the certification lets it be."""


def _policy(permitted: MDPPerm | None, *more: QualifiedWhitelistRule) -> StandardDiffPolicy:
    filling = permitted in {MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE}
    form_rule = DEFAULT_DIFF_POLICY.form_rule if filling else _SIGNED_ONLY
    return StandardDiffPolicy(global_rules=[*_GLOBAL, *more], form_rule=form_rule)


def changed_since(embedded: EmbeddedPdfSignature, *, whole: bool, largest: float) -> Changed:
    """What was added after *embedded*; *whole*: it covers the file to its end.

    A comment may cover *largest* of its page.
    """
    if whole:
        return Changed(Change.NONE)
    permitted = embedded.docmdp_level
    result = _policy(permitted).review_file(
        embedded.reader,
        embedded.signed_revision,
        field_mdp_spec=embedded.fieldmdp,
        doc_mdp=permitted,
    )
    if isinstance(result, SuspiciousModification) and _may_comment(permitted):
        commenting = _policy(permitted, _CommentRule(largest))
        result = _step_by_step(embedded, commenting, result)
    return _judged(result, permitted)


def _may_comment(permitted: MDPPerm | None) -> bool:
    """Say whether *permitted*, the certification's own word, lets comments be added."""
    return permitted is None or permitted is MDPPerm.ANNOTATE


def _judged(result: DiffResult | SuspiciousModification, permitted: MDPPerm | None) -> Changed:
    if not isinstance(result, DiffResult):
        return Changed(Change.CONTENT, str(result)[:MAX_DETAIL])
    level = result.modification_level
    if permitted is not None and level.value > permitted.value:
        return Changed(Change.CONTENT, "beyond what the certification permits")
    return Changed(_LEVELS[level])


def _step_by_step(
    embedded: EmbeddedPdfSignature, policy: StandardDiffPolicy, refused: SuspiciousModification
) -> DiffResult | SuspiciousModification:
    """Each revision against the one before; *refused* where one is more than comments."""
    reader: PdfFileReader = embedded.reader
    worst = ModificationLevel.NONE
    old = reader.get_historical_resolver(embedded.signed_revision)
    for revision in range(embedded.signed_revision + 1, reader.xrefs.total_revisions):
        new = reader.get_historical_resolver(revision)
        try:
            step = policy.apply(
                old, new, field_mdp_spec=embedded.fieldmdp, doc_mdp=embedded.docmdp_level
            )
        except SuspiciousModification:
            return refused
        worst = max(worst, step.modification_level)
        old = new
    return DiffResult(worst, set())


class _CommentRule(QualifiedWhitelistRule):
    """Allows comments to be added to pages, at the level of annotations."""

    def __init__(self, largest: float) -> None:
        self._largest = largest

    def apply_qualified(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[tuple[ModificationLevel, ReferenceUpdate]]:
        before, after = pages_of(old), pages_of(new)
        if [page.reference for page in before] != [page.reference for page in after]:
            raise SuspiciousModification("the pages are not those that were signed")
        for was, now in zip(before, after, strict=True):
            for update in self._on_page(was, now, old, new):
                yield ModificationLevel.ANNOTATIONS, update

    def _on_page(
        self, was: Page, now: Page, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterator[ReferenceUpdate]:
        before, after = _annotations(was.entries), _annotations(now.entries)
        if before - after:
            raise SuspiciousModification("annotations were taken away")
        # Widgets are fields: the rules for forms have them.
        comments = [one for one in after - before if not _is_widget(new(one))]
        if not comments:
            return
        compare_dicts(was.entries, now.entries, frozenset({"/Annots"}))
        for added in comments:
            yield from self._comment(added, old, new, area(now.box))
        yield from _page_updates(was, now, old)

    def _comment(
        self,
        added: generic.Reference,
        old: HistoricalResolver,
        new: HistoricalResolver,
        page_area: float,
    ) -> Iterator[ReferenceUpdate]:
        comment = new(added)
        if not isinstance(comment, generic.DictionaryObject) or not _harmless(comment):
            raise SuspiciousModification("an annotation that is no comment was added")
        if _covered_by(comment) > self._largest * page_area:
            raise SuspiciousModification("a comment covers too much of its page")
        parts = new.collect_dependencies(comment, since_revision=new.revision)
        for part in {added, *parts}:
            # Only what is new: a comment must not vouch for what it happens to point at.
            if old.is_ref_unassignable(part):
                yield ReferenceUpdate(updated_ref=part)


def _is_widget(annotation: generic.PdfObject) -> bool:
    return (
        isinstance(annotation, generic.DictionaryObject)
        and entry(annotation, "/Subtype") == "/Widget"
    )


def _harmless(comment: generic.DictionaryObject) -> bool:
    return entry(comment, "/Subtype") in COMMENTS and ACTING.isdisjoint(comment.keys())


def _covered_by(comment: generic.DictionaryObject) -> float:
    """Square points that a comment may paint over; a note without a picture is a small icon.

    A mark without a picture is drawn by its quadrilaterals, wherever its rectangle lies.
    """
    kind = entry(comment, "/Subtype")
    if kind in {"/Text", "/Popup"} and "/AP" not in comment:
        return 0.0
    points = [float(one.get_object()) for one in entry(comment, "/QuadPoints", ())]
    across, up = points[::2], points[1::2]
    marked = (max(across) - min(across)) * (max(up) - min(up)) if across and up else 0.0
    return max(marked, area(box_of(entry(comment, "/Rect"))))


def _annotations(page: generic.DictionaryObject) -> set[generic.Reference]:
    listed = entry(page, "/Annots", ())
    if not all(isinstance(one, generic.IndirectObject) for one in listed):
        raise SuspiciousModification("annotations that are no objects of their own")
    return {one.reference for one in listed}


def _page_updates(was: Page, now: Page, old: HistoricalResolver) -> Iterator[ReferenceUpdate]:
    yield ReferenceUpdate(updated_ref=now.reference)
    listed = now.entries.raw_get("/Annots")
    if not isinstance(listed, generic.IndirectObject):
        return
    before = was.entries.raw_get("/Annots") if "/Annots" in was.entries else None
    same = isinstance(before, generic.IndirectObject) and before.reference == listed.reference
    if same or old.is_ref_unassignable(listed.reference):
        yield ReferenceUpdate(
            updated_ref=listed.reference,
            context_checked=RelativeContext(was.reference, RawPdfPath("/Annots")),
        )
