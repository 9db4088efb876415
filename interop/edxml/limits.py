"""How much of a message is read before it is refused. No official maximum was found: these are ours."""

import msgspec

KIB = 1024
MIB = 1024 * KIB


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one message may cost whoever reads it."""

    message: int = 200 * MIB
    """Bytes of the whole message as it is sent."""
    attachment: int = 100 * MIB
    """Bytes of one attached file, decoded."""
    content: int = 300 * MIB
    """Bytes of all attached files together, decoded."""
    attachments: int = 50
    depth: int = 32
    """Elements within each other."""
    elements: int = 20_000
    attributes: int = 64
    """Of one element."""
    text: int = MIB
    """Characters outside the payloads."""
    skeleton: int = 4 * MIB
    """Bytes outside the payloads, markup included."""
    token: int = 256 * KIB
    """Bytes of one tag, comment or instruction: the parser holds it whole."""
    name: int = 512
    """Characters of a namespace, and of the name of an element."""
    ratio: int = 100
    """Inflated to packed bytes of a file in a ZIP."""
    ratio_from: int = MIB
    """Inflated bytes below which the ratio does not matter."""
    faults: int = 1000
    """So many are told; a message with more is refused whole."""
    seconds: float = 300.0
    """Time from the first byte to the last."""


STANDARD = Limits()
