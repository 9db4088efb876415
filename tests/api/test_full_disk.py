"""A full disk, and a start after the end: what was promised stays readable and numbered."""

import uuid
from pathlib import Path

import msgspec

from repository.format import create_store
from tests.api.conftest import SMALL, MovableClock, Node, reopened

PAPER = b"%PDF-1.7 van ban %%EOF"
FULL = msgspec.structs.replace(SMALL, reserve=1 << 60)
"""No disk has so much free: its reserve is reached from the start."""


def test_a_full_disk_refuses_writing_and_goes_on_reading(tmp_path: Path):
    root = create_store(tmp_path / "store", store=uuid.UUID(int=1)).root
    clock = MovableClock()
    with reopened(root, clock) as roomy:
        node = Node(roomy, clock)
        name = node.clerk.brings(PAPER)

    with reopened(root, clock, FULL) as full:
        clerk = node.served_from(full, node.clerk)
        refused = clerk.put_blob(b"one more")
        read = clerk.get(f"/v1/blobs/{name}")
        ready = clerk.get("/readyz")

    assert refused.status_code == 507
    assert refused.json["type"] == "/problems/reserve-reached"
    assert (read.status_code, read.content) == (200, PAPER)
    assert (ready.status_code, ready.json["room"]) == (503, False)


def test_after_a_new_start_numbers_go_on_and_answers_are_remembered(tmp_path: Path):
    root = create_store(tmp_path / "store", store=uuid.UUID(int=1)).root
    clock = MovableClock()
    with reopened(root, clock) as before:
        node = Node(before, clock)
        first = node.clerk.registers("once")

    with reopened(root, clock) as after:
        clerk = node.served_from(after, node.clerk)
        again = clerk.registers("once")
        following = clerk.registers("twice")

    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert following.json["number"] == first.json["number"] + 1
