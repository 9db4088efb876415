"""What every event's body is; the bodies themselves stand by subject."""

import msgspec


class Body(msgspec.Struct, frozen=True, array_like=True):
    """What happened; the class name is the tag in the canonical bytes."""
