"""What every way to read a store node promises its standby: a position, and what it consists of."""

import pytest

from repository.blobs.pack import HEADER_BYTES
from repository.log.frame import read_frame
from repository.model import merkle
from repository.nodes.source import PackAt, PackGone, Source


class SourceContract:
    """Subclass it as `Test…` and give the source of a store with some events and an open pack."""

    @pytest.fixture
    def source(self) -> Source:
        raise NotImplementedError

    def test_the_events_up_to_a_position_give_its_root(self, source: Source):
        position = source.position()
        peaks: merkle.Peaks = ()
        size = 0
        while size < position.events:
            rest = memoryview(source.events(size, position.events))
            while read := read_frame(rest):
                peaks = merkle.appended(size, peaks, merkle.leaf(read.canonical))
                size, rest = read.sequence, rest[read.length :]

        assert (size, merkle.root(peaks)) == (position.events, position.root)
        assert source.events(position.events, position.events) == b""

    def test_a_pack_is_given_up_to_its_size(self, source: Source):
        (pack,) = source.position().packs
        begun = source.pack(pack, 0)
        rest = source.pack(pack, HEADER_BYTES)

        assert begun[HEADER_BYTES:] == rest
        assert (len(begun), source.pack(pack, pack.size)) == (pack.size, b"")

    def test_a_pack_that_is_not_there_is_gone(self, source: Source):
        with pytest.raises(PackGone):
            source.pack(PackAt(number=2**40, sealed=True, size=9), 0)
