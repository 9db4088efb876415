"""A message put together again from its skeleton and its files: it reads the same.

Its bytes need not be those that came: a ZIP is written in our way. What came is known by its
digest (`reader.Envelope.sha256`).
"""

from collections.abc import Iterator

from interop.edxml.outlet import OpenContent, looked_through
from interop.edxml.reader import Envelope


def recomposed(envelope: Envelope, open_content: OpenContent) -> Iterator[bytes]:
    """The message of *envelope*; raise `ContentDiffers` when a file is not the one it names."""
    begin = 0
    for cut in envelope.cuts:
        yield envelope.skeleton[begin : cut.at]
        content = envelope.contents[cut.payload]
        if content.content:
            yield from looked_through(content, open_content).pieces(open_content)
        begin = cut.at
    yield envelope.skeleton[begin:]
