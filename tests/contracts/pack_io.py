"""What every medium of packs promises: exactly what was appended comes back, names are taken once."""

import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.blobs.pack_io import PackIO
from repository.blobs.port import MiB

APPENDS = st.lists(st.lists(st.binary(max_size=40), max_size=4), max_size=6)


class Piece(bytearray):
    """A buffer whose end can be seen."""

    __hash__ = object.__hash__  # type: ignore[assignment]


class PackIOContract:
    """Subclass it as `Test…` and say how a medium is opened at a place."""

    durable: bool
    holes: bool

    def opened(self, place: Path) -> PackIO:
        raise NotImplementedError

    @pytest.fixture
    def medium(self, tmp_path: Path):
        medium = self.opened(tmp_path / "medium")
        yield medium
        medium.close()

    def test_it_says_what_it_can_promise(self, medium: PackIO):
        told = medium.capabilities

        assert told == (self.durable, True, self.durable, self.holes)

    def test_a_new_medium_is_empty(self, medium: PackIO):
        assert medium.names() == []

    def test_what_was_appended_is_read_at_any_offset(self, medium: PackIO):
        @given(appends=APPENDS, offset=st.integers(0, 300), length=st.integers(0, 300))
        @settings(max_examples=40)
        def holds(appends: list[list[bytes]], offset: int, length: int) -> None:
            medium.remove("file")
            file = medium.create("file")
            expected = b""
            for buffers in appends:
                assert file.append(buffers) == len(expected)
                expected += b"".join(buffers)
            file.sync()

            assert medium.pread("file", offset, length) == expected[offset : offset + length]
            assert medium.size("file") == file.size == len(expected)
            file.close()
            assert medium.pread("file", 0, 10_000) == expected

        holds()

    def test_many_buffers_go_in_one_append(self, medium: PackIO):
        file = medium.create("file")
        file.append([b"begin:"])

        assert file.append([bytes([n % 251]) for n in range(3000)]) == 6
        assert file.size == 3006
        file.sync()
        file.close()

        assert medium.pread("file", 6, 3000) == bytes(n % 251 for n in range(3000))

    def test_buffers_are_taken_one_by_one_never_all_at_once(self, medium: PackIO):
        pieces = 32
        alive: weakref.WeakSet[Piece] = weakref.WeakSet()
        most = 0

        def made() -> Iterator[bytearray]:
            nonlocal most
            for _ in range(pieces):
                piece = Piece(MiB)
                alive.add(piece)
                most = max(most, len(alive))
                yield piece

        file = medium.create("file")
        file.append(made())
        file.close()

        assert medium.size("file") == pieces * MiB
        assert most < pieces / 2

    def test_when_the_buffers_fail_half_way_the_file_ends_where_it_ended(self, medium: PackIO):
        def failing() -> Iterator[bytes]:
            yield bytes(5 * MiB)
            raise LookupError

        file = medium.create("file")
        file.append([b"kept"])
        with pytest.raises(LookupError):
            file.append(failing())
        file.append([b", and on"])
        file.close()

        assert medium.pread("file", 0, 100) == b"kept, and on"

    def test_buffers_of_every_kind_are_taken(self, medium: PackIO):
        file = medium.create("file")
        file.append([b"a", bytearray(b"bc"), memoryview(b"xdefx")[1:4], b""])
        file.sync()
        file.close()

        assert medium.pread("file", 0, 100) == b"abcdef"

    def test_a_name_that_is_taken_is_refused_and_the_file_stays(self, medium: PackIO):
        with_content(medium, "file", b"first")

        with pytest.raises(FileExistsError):
            medium.create("file")
        assert medium.pread("file", 0, 100) == b"first"

    def test_a_file_that_is_not_there_is_missed(self, medium: PackIO):
        with pytest.raises(FileNotFoundError):
            medium.pread("none", 0, 1)
        with pytest.raises(FileNotFoundError):
            medium.size("none")
        with pytest.raises(FileNotFoundError):
            medium.held("none")

    def test_a_published_file_has_its_final_name_only(self, medium: PackIO):
        with_content(medium, "pack.sealing", b"sealed")
        assert medium.pread("pack.sealing", 0, 3) == b"sea"

        medium.publish("pack.sealing", "pack")

        assert medium.names() == ["pack"]
        assert medium.pread("pack", 0, 100) == b"sealed"
        with pytest.raises(FileNotFoundError):
            medium.pread("pack.sealing", 0, 3)

    def test_publishing_replaces_nothing(self, medium: PackIO):
        with_content(medium, "pack", b"old")
        with_content(medium, "pack.sealing", b"new")

        with pytest.raises(FileExistsError):
            medium.publish("pack.sealing", "pack")

        assert medium.pread("pack", 0, 100) == b"old"
        assert medium.pread("pack.sealing", 0, 100) == b"new"

    def test_a_removed_file_is_gone_and_its_name_is_free_again(self, medium: PackIO):
        with_content(medium, "file", b"first")
        assert medium.pread("file", 0, 5) == b"first"

        medium.remove("file")
        medium.remove("file")

        assert medium.names() == []
        with pytest.raises(FileNotFoundError):
            medium.pread("file", 0, 5)
        with_content(medium, "file", b"second")
        assert medium.pread("file", 0, 100) == b"second"

    def test_what_another_writer_left_can_be_settled_and_reads_the_same(self, medium: PackIO):
        file = medium.create("file")
        file.append([b"left behind"])
        file.close()

        medium.settle("file")

        assert medium.pread("file", 0, 100) == b"left behind"
        with pytest.raises(FileNotFoundError):
            medium.settle("none")

    def test_erased_bytes_are_zeros_and_nothing_else_is(self, medium: PackIO):
        content = bytes(n % 255 + 1 for n in range(20_000))
        with_content(medium, "pack", content)
        assert medium.pread("pack", 0, 30_000) == content

        medium.erase("pack", 4100, 9000)
        medium.erase("pack", 4200, 100)
        medium.erase("pack", 0, 0)

        expected = content[:4100] + bytes(9000) + content[13_100:]
        assert medium.pread("pack", 0, 30_000) == expected
        assert medium.size("pack") == len(content)
        with pytest.raises(FileNotFoundError):
            medium.erase("none", 0, 1)

    def test_a_file_that_is_written_to_can_be_erased_in(self, medium: PackIO):
        file = medium.create("open")
        file.append([b"secret", b"other"])
        file.sync()

        medium.erase("open", 0, 6)

        assert file.append([b"more"]) == 11
        file.sync()
        file.close()
        assert medium.pread("open", 0, 100) == bytes(6) + b"othermore"

    def test_names_are_sorted(self, medium: PackIO):
        for name in ("c.pack", "a.open", "b.log"):
            with_content(medium, name, b"")

        assert medium.names() == ["a.open", "b.log", "c.pack"]

    def test_a_file_is_held_until_its_writer_lets_go(self, medium: PackIO):
        file = medium.create("file")
        assert medium.held("file")

        file.close()

        assert not medium.held("file")


def with_content(medium: PackIO, name: str, content: bytes) -> None:
    """Make the file *name*, finished."""
    file = medium.create(name)
    file.append([content])
    file.sync()
    file.close()
