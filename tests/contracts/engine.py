"""What every engine of the catalogue promises: ordered keys, whole transactions, snapshots."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.catalogue.engine import Engine, Transaction

TABLES = ("sổ", "văn bản")
KEYS = st.binary(min_size=1, max_size=3)
ITEMS = st.dictionaries(KEYS, st.binary(max_size=5), max_size=12)


class Refused(Exception):
    """Ends a transaction without keeping it."""


class EngineContract:
    """Subclass it as `Test…` and say how an engine with `TABLES` is opened at a place."""

    def opened(self, place: Path) -> Engine:
        raise NotImplementedError

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        engine = self.opened(tmp_path / "engine")
        yield engine
        engine.close()

    def test_what_was_written_is_read_in_the_next_transaction(self, engine: Engine):
        with engine.writing() as txn:
            assert txn.put("sổ", b"key", b"value")
            assert txn.get("sổ", b"key") == b"value"

        with engine.reading() as txn:
            assert txn.get("sổ", b"key") == b"value"
            assert txn.get("sổ", b"other") is None
            assert txn.get("văn bản", b"key") is None
            assert (txn.count("sổ"), txn.count("văn bản")) == (1, 0)

    def test_a_transaction_that_raises_leaves_nothing(self, engine: Engine):
        write(engine, {b"kept": b"1"})

        with suppress(Refused), engine.writing() as txn:
            txn.put("sổ", b"kept", b"2")
            txn.put("sổ", b"more", b"3")
            raise Refused

        assert content(engine) == {b"kept": b"1"}

    def test_a_table_that_is_cleared_is_empty_and_others_are_not(self, engine: Engine):
        write(engine, {b"one": b"1", b"two": b"2"})
        with engine.writing() as txn:
            txn.put("văn bản", b"three", b"3")

        with suppress(Refused), engine.writing() as txn:
            txn.clear("sổ")
            raise Refused
        assert len(content(engine)) == 2
        with engine.writing() as txn:
            txn.clear("sổ")
            txn.put("sổ", b"four", b"4")

        assert content(engine) == {b"four": b"4"}
        with engine.reading() as txn:
            assert txn.get("văn bản", b"three") == b"3"

    def test_a_child_that_raises_leaves_its_parent_as_it_was(self, engine: Engine):
        with engine.writing() as txn:
            txn.put("sổ", b"before", b"1")
            with suppress(Refused), txn.child() as part:
                part.put("sổ", b"within", b"2")
                part.delete("sổ", b"before")
                raise Refused
            with txn.child() as part:
                assert part.get("sổ", b"within") is None
                part.put("sổ", b"after", b"3")
            assert txn.get("sổ", b"after") == b"3"

        assert content(engine) == {b"after": b"3", b"before": b"1"}

    def test_children_go_with_a_parent_that_raises(self, engine: Engine):
        with suppress(Refused), engine.writing() as txn:
            with txn.child() as part:
                part.put("sổ", b"key", b"value")
            raise Refused

        assert content(engine) == {}

    def test_a_key_that_is_taken_can_be_left_alone(self, engine: Engine):
        with engine.writing() as txn:
            assert txn.put("sổ", b"key", b"first", overwrite=False)
            assert not txn.put("sổ", b"key", b"second", overwrite=False)
            assert txn.get("sổ", b"key") == b"first"
            assert txn.put("sổ", b"key", b"third")
            assert txn.get("sổ", b"key") == b"third"

    def test_deleting_says_whether_the_key_was_there(self, engine: Engine):
        write(engine, {b"key": b"value"})

        with engine.writing() as txn:
            assert txn.delete("sổ", b"key")
            assert not txn.delete("sổ", b"key")

        assert content(engine) == {}

    def test_a_reader_sees_the_state_at_its_beginning(self, engine: Engine):
        write(engine, {b"key": b"old"})
        with engine.reading() as txn:
            assert txn.get("sổ", b"key") == b"old"
            # Another thread, as in life: one thread has one transaction.
            writer = threading.Thread(target=write, args=(engine, {b"key": b"new", b"a": b"1"}))
            writer.start()
            writer.join()

            assert list(txn.scan("sổ", b"")) == [(b"key", b"old")]

        assert content(engine) == {b"a": b"1", b"key": b"new"}

    def test_writers_take_turns(self, engine: Engine):
        def count_up() -> None:
            for _ in range(20):
                with engine.writing() as txn:
                    seen = int(txn.get("sổ", b"count") or b"0")
                    txn.put("sổ", b"count", str(seen + 1).encode())

        threads = [threading.Thread(target=count_up) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert content(engine) == {b"count": b"80"}

    def test_scans_go_in_key_order_from_any_start_both_ways(self, engine: Engine):
        @given(items=ITEMS, start=st.binary(max_size=3))
        @settings(max_examples=80)
        def holds(items: dict[bytes, bytes], start: bytes) -> None:
            emptied(engine)
            write(engine, items)
            with engine.reading() as txn:
                forwards = list(txn.scan("sổ", start))
                backwards = list(txn.scan("sổ", start or b"\0", backwards=True))

            ordered = sorted(items.items())
            assert forwards == [item for item in ordered if item[0] >= start]
            assert backwards == [item for item in ordered if item[0] <= (start or b"\0")][::-1]

        holds()

    def test_many_may_be_put_at_once_in_any_order(self, engine: Engine):
        write(engine, {b"b": b"old"})
        with engine.writing() as txn:
            txn.put_many("sổ", [(b"c", b"3"), (b"a", b"1"), (b"b", b"2")])
            txn.put_many("sổ", [])

        assert list(content(engine).items()) == [(b"a", b"1"), (b"b", b"2"), (b"c", b"3")]

    def test_it_does_what_a_dictionary_does(self, engine: Engine):
        steps = st.lists(st.tuples(st.booleans(), KEYS, st.binary(max_size=5), st.booleans()))

        @given(steps=steps, keep=st.booleans())
        @settings(max_examples=60)
        def holds(steps: list[tuple[bool, bytes, bytes, bool]], keep: bool) -> None:
            emptied(engine)
            write(engine, {b"a": b"before"})
            model = {b"a": b"before"}
            changed = dict(model)
            with suppress(Refused), engine.writing() as txn:
                for adding, key, value, overwrite in steps:
                    step(txn, changed, adding, key, value, overwrite)
                if not keep:
                    raise Refused
            assert content(engine) == (changed if keep else model)

        holds()

    def test_there_is_room_at_the_beginning(self, engine: Engine):
        before = engine.room()
        write(engine, {b"key": b"v" * 100_000})

        assert 0 < engine.room() <= before


def step(
    txn: Transaction,
    model: dict[bytes, bytes],
    adding: bool,
    key: bytes,
    value: bytes,
    overwrite: bool,
) -> None:
    """One change to *txn* and to its *model*; both must say the same of it."""
    if not adding:
        assert txn.delete("sổ", key) == (model.pop(key, None) is not None)
        return
    added = overwrite or key not in model
    assert txn.put("sổ", key, value, overwrite=overwrite) == added
    if added:
        model[key] = value


def write(engine: Engine, items: dict[bytes, bytes]) -> None:
    with engine.writing() as txn:
        for key, value in items.items():
            txn.put("sổ", key, value)


def content(engine: Engine) -> dict[bytes, bytes]:
    with engine.reading() as txn:
        return dict(txn.scan("sổ", b""))


def emptied(engine: Engine) -> None:
    with engine.writing() as txn:
        for key in [key for key, _ in txn.scan("sổ", b"")]:
            txn.delete("sổ", key)
