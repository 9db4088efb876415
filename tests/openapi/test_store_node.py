"""A real store node answers offices as its `/openapi.json` says it does, whatever schemathesis asks."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.nodes.province import name
from tests.nodes.served import StoreNodeAt, a_store_node
from tests.openapi.test_schemathesis import (
    EXAMPLES,
    LONG_EXAMPLES,
    a_token,
    asked,
    described,
    succeeded,
)

SETTINGS = Path(__file__).with_name("store_node.toml")
PATIENCE_SECONDS = 60
ROOT = "ab" * 32
PREFIX = "/v1/node/"
"""What every node answers is asked of an ordinary one, by the test beside this."""
STANDBY = "position"
"""What only a standby's token opens is asked in tests/nodes/test_standby.py."""


class Sown(NamedTuple):
    """What was put into the store node, as addresses and bodies name it."""

    blobs: list[str]
    epoch: int
    purges: list[str]
    move: dict[str, Any]


def test_what_a_store_node_serves_is_what_it_describes(
    tmp_path: Path, request: pytest.FixtureRequest
):
    long = request.config.getoption("--long")
    amount = [str(LONG_EXAMPLES)] if long else [str(EXAMPLES), "--seed", "1"]
    amount += ["--include-path-regex", f"^{PREFIX}(?!{STANDBY})"]
    with a_store_node() as store_node:
        bearer, node = a_token(store_node.vankho), store_node.admits("xa-1")
        there = sown(store_node, node, store_node.admits("xa-2"))
        config = tmp_path / "schemathesis.toml"
        config.write_text(configured(there, node), encoding="utf-8")

        ended = asked(config, f"{store_node.address}/openapi.json", amount)

        assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr
        asked_of = [each for each in described(store_node.running) if each[1].startswith(PREFIX)]
        told = {each for each in asked_of if not each[1].startswith(PREFIX + STANDBY)}
        assert len(told) > 4
        assert told - succeeded(store_node.running, bearer) == set()


def sown(store_node: StoreNodeAt, node: str, neighbour: str) -> Sown:
    """Let a node bring files in its epoch, renew its lease, and take in an agency of its neighbour."""
    headers = {"Authorization": f"Bearer {node}"}
    with httpx.Client(
        base_url=store_node.address, headers=headers, timeout=PATIENCE_SECONDS
    ) as office:
        asked_for = {"instance": "ab" * 16, "lease": 30.0}
        epoch = _sent(office, "/v1/node/epochs", asked_for)["epoch"]
        blobs = [_kept(office, b"%PDF-1.7 van ban " + bytes([n]), epoch) for n in range(3)]
        lease = {"epoch": epoch, "size": 3, "root": ROOT}
        _sent(office, "/v1/node/lease", lease)
        _sent(office, "/v1/node/held", {"blobs": blobs})
        _sent(office, "/v1/node/released", {"epoch": epoch, "released": []})
        office.get(f"/v1/node/blobs/{blobs[0]}").raise_for_status()
        purges = [_ordered(office, blob, epoch) for blob in blobs[2:]]
        move = offered(store_node, neighbour)
        _sent(office, "/v1/node/moves", {"act": "claim", "epoch": epoch, "move": move})
        moved = {"move": move["id"], "epoch": epoch, "blobs": [move["bundle"]]}
        assert _sent(office, "/v1/node/moves/files", moved)["taken"] == [move["bundle"]]
        office.get("/v1/node/moves").raise_for_status()
    return Sown(blobs[:2], epoch, purges, move)


def _ordered(office: httpx.Client, blob: str, epoch: int) -> str:
    """An order to destroy *blob*, read, and answered."""
    purge = "ab" * 16
    order = {"id": purge, "blob": blob, "everywhere": True, "reason": "Nhầm"}
    _sent(
        office,
        "/v1/node/purges",
        order | {"epoch": epoch, "requested_by": "a", "confirmed_by": "b"},
    )
    for path in ("/v1/node/purges?after=0", f"/v1/node/purges/{purge}"):
        office.get(path).raise_for_status()
    _sent(
        office, f"/v1/node/purges/{purge}/answer", {"epoch": epoch, "held": True, "blobs": [blob]}
    )
    return purge


def offered(store_node: StoreNodeAt, neighbour: str) -> dict[str, Any]:
    """An agency that the neighbour offers."""
    headers = {"Authorization": f"Bearer {neighbour}"}
    with httpx.Client(
        base_url=store_node.address, headers=headers, timeout=PATIENCE_SECONDS
    ) as office:
        asked_for = {"instance": "cd" * 16, "lease": 30.0}
        epoch = _sent(office, "/v1/node/epochs", asked_for)["epoch"]
        move = {
            "id": "ab" * 16,
            "agency": "cd" * 16,
            "code": "H20.14",
            "source": "xa-2",
            "target": "xa-1",
            "bundle": _kept(office, b"what it brings", epoch),
            "hop": 1,
        }
        _sent(office, "/v1/node/moves", {"act": "offer", "epoch": epoch, "move": move})
    return move


def _sent(client: httpx.Client, path: str, body: Any) -> Any:
    return client.post(path, json=body).raise_for_status().json()


def _kept(client: httpx.Client, content: bytes, epoch: int) -> str:
    path = f"/v1/node/blobs/{name(content)}"
    client.put(path, content=content, headers={"X-Node-Epoch": str(epoch)}).raise_for_status()
    return name(content)


def configured(there: Sown, node: str) -> str:
    """The settings beside this file, with what there is and who asks."""
    words: dict[str, list[Any]] = {
        "blobs": there.blobs,
        "epochs": [there.epoch + n for n in range(3)],
        "roots": [ROOT, "cd" * 32],
        "terms": [""],
        "purges": there.purges,
        "moves": [there.move["id"], "ef" * 16],
    }
    told = [f"[dictionaries.{each}]\nvalues = {json.dumps(word)}" for each, word in words.items()]
    settings = SETTINGS.read_text(encoding="utf-8").replace("{node}", node)
    return settings + "\n" + "\n".join(told) + "\n"
