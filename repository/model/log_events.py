"""What happens to the log's own proof: its keys, and the checkpoints that it keeps."""

from repository.model.body import Body


class LogKeyBegun(Body, frozen=True, array_like=True, tag="log-key-begun"):
    """From here on checkpoints are signed by this key; the one before signs no longer."""

    public: bytes
    """Ed25519, 32 bytes."""


class CheckpointKept(Body, frozen=True, array_like=True, tag="checkpoint-kept"):
    """A signed checkpoint of the log as it was shortly before, so that it can be shown later."""

    size: int
    root: bytes
    note: str
    """As it was signed (`repository.model.checkpoints`)."""
