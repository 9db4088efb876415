"""The catalogue's schema number, and the steps from one to the next.

The catalogue is a view of packs and log, so a step that would be hard to write may also throw
it away and have it rebuilt.
"""

from collections.abc import Callable

from repository.catalogue import tables as t
from repository.catalogue.engine import Engine
from repository.catalogue.views import Writing
from repository.errors import Kind, Trouble


def _only_new_tables(_: Writing) -> None:
    """What is new is empty; an older vankho is kept out, for it would not look there."""


STEPS: dict[int, Callable[[Writing], None]] = {1: _only_new_tables}
"""`{n: step}` leads from schema n to n + 1, within one transaction."""


class SchemaUnknown(Trouble):
    """The catalogue has schema {found}; this vankho knows {known}. Use a newer vankho."""

    kind = Kind.INVALID
    vietnamese = "Danh mục có lược đồ {found}; bản này biết {known}. Hãy dùng bản vankho mới hơn."


def require_schema(engine: Engine) -> None:
    """Bring the catalogue to `SCHEMA` and count that it is begun to be kept.

    Raise `SchemaUnknown` for one from the future.
    """
    with engine.writing() as txn:
        rows = Writing(txn)
        kept = rows.get(t.META, "schema")
        found = t.SCHEMA if kept is None else int(kept)
        if found > t.SCHEMA:
            raise SchemaUnknown(found=found, known=t.SCHEMA)
        while found < t.SCHEMA:
            STEPS[found](rows)
            found += 1
        rows.put(t.META, ("schema",), str(found).encode())
        rows.put(t.META, ("starts",), str(rows.start() + 1).encode())
