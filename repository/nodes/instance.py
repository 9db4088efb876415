"""Which folder on which machine, since its last start: two processes of one instance share a lock.

So a keeper that starts again in its place needs not wait for its own former life to run out,
while a copy of the folder, however exact, is somebody else.
"""

from pathlib import Path

from repository.blobs.address import digest_of

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def instance_of(lock: Path) -> str:
    """The instance that is guarded by the lock file at *lock*: 32 hex digits."""
    state = lock.stat()
    told = f"{_BOOT.read_text(encoding='ascii').strip()} {state.st_dev} {state.st_ino}"
    return digest_of(told.encode()).hex()[:32]
