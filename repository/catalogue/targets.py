"""What a new blob may be told from, or built on: everything kept, but nothing that may go."""

from repository.catalogue.engine import Transaction
from repository.catalogue.fates import Fates, bases_of
from repository.catalogue.views import Reading
from repository.model.blobs import BlobRow
from repository.model.ids import BlobId


class Targets(Reading):
    """A `BlobLookup` that knows nothing of condemned and erased blobs."""

    def __init__(self, txn: Transaction) -> None:
        super().__init__(txn)
        self._fates = Fates(self)

    def row(self, blob: BlobId) -> BlobRow | None:
        row = super().row(blob)
        if row is None or self._fates.none():
            return row
        return None if self._fates.barred(blob) or self._leans_on_erased(blob, row, {blob}) else row

    def revision(self, digest: BlobId) -> tuple[BlobId, int] | None:
        found = super().revision(digest)
        # The mark of a blob that was swept may be left over.
        return found if found and self.row(found[0]) else None

    def _leans_on_erased(self, blob: BlobId, row: BlobRow, seen: set[BlobId]) -> bool:
        """Say whether *blob* holds bytes of a destroyed one, itself or by way of its bases.

        It is, or one of them is, still to be written anew; and if the destroyed one is brought again,
        to build it on *blob* would be to build it on itself.
        """
        if row.segments == 0:
            return False
        bases = set(bases_of(self, blob)) - seen
        seen |= bases
        return any(map(self._fates.erased, bases)) or any(
            self._leans_on_erased(base, found, seen)
            for base in bases
            if (found := super(Targets, self).row(base))
        )
