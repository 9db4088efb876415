"""A store node as offices meet it: `vankho serve --role store`, and office nodes' own folders."""

import secrets
import tempfile
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from repository.blobs.port import MiB
from repository.format import StoreOptions, create_store
from repository.holdings import Holdings
from repository.keeper import Rules
from repository.model.nodes import NodeName
from repository.nodes.http_store_node import HttpStoreNode
from repository.nodes.office import Office
from tests.tools.command import Vankho
from tests.tools.serving import Running, serving

SETTINGS = """
[serve]
role = "{role}"
workers = {workers}
[store]
map_size = "64 MiB"
reserve = 0
lease_seconds = {lease}
"""


class StoreNodeAt:
    """A served store node."""

    def __init__(self, vankho: Vankho, running: Running) -> None:
        self.vankho = vankho
        self.running = running

    @property
    def address(self) -> str:
        return self.running.address

    def admits(self, name: str) -> str:
        """Admit the node *name*; its token."""
        return self.vankho("node", "admit", name, "--json").lines[0]["bearer"]

    def an_office(self, name: str = "xa-1", *, lease: float = 30, cache: int = 64 * MiB) -> Office:
        """An office node that keeps its bytes here."""
        return Office(
            name=NodeName(name),
            connect=partial(HttpStoreNode, self.address, self.admits(name)),
            cache_bytes=cache,
            lease_seconds=lease,
        )


@contextmanager
def a_short_folder() -> Generator[Path]:
    """A Unix socket's path ends at 108 bytes: pytest's own folders are too deep."""
    with tempfile.TemporaryDirectory(prefix=f"vk{secrets.token_hex(2)}") as folder:
        yield Path(folder)


@contextmanager
def a_store_node(*, workers: int = 1, port: int = 0) -> Generator[StoreNodeAt]:
    """A new store node, served by the real program."""
    with a_short_folder() as folder:
        vankho = Vankho(folder / "kho")
        assert vankho("init", "--role", "store").code == 0
        text = SETTINGS.format(role="store", workers=workers, lease=30)
        (vankho.store / "vankho.toml").write_text(text, encoding="utf-8")
        with serving(vankho, "--port", port) as running:
            yield StoreNodeAt(vankho, running)


def office_holdings(
    folder: Path, office: Office, options: StoreOptions, rules: Rules | None = None
) -> Holdings:
    """The office's own store in *folder*, made when it is not there, with its keeper here."""
    root = folder / "office"
    if not root.exists():
        create_store(root, store=uuid.uuid4(), office=office.name)
    return Holdings.open_alone(root, options, rules=rules or {}, office=office)
