"""The log's head is signed, one is kept a day, and any two are shown to continue each other."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from falcon.testing import TestClient

from api.app import create_app
from api.services.checkpoints import BeginLogKey, LogKeyAway, LogKeyEnded, keep, keep_daily
from repository.model import merkle
from repository.model.access import OPERATOR
from repository.model.checkpoints import origin_of, parse_note, parse_public
from repository.signing import PrivateKey, private_key, signer_of
from tests.api.conftest import Node
from tests.api.office import Office


class Signing:
    """A node with a key, and an office before it."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.key: PrivateKey | None = None
        services = dataclasses.replace(node.services, log_key=lambda: self.key)
        self.office = Office(TestClient(create_app(services)), node.clerk.bearer)

    def begins(self, seed: int = 0) -> PrivateKey:
        key = private_key(origin_of(self.node.holdings.store), bytes([seed]) * 32)
        command = BeginLogKey(caller=OPERATOR, public=key.public.raw)
        self.node.holdings.keeper.submit(command)
        self.key = key
        return key

    def keeps_daily(self) -> int:
        return keep_daily(self.node.holdings, lambda: self.key, self.node.clock)

    def get(self, path: str, **params: object) -> Any:
        return self.office.get(path, params=params).json


@pytest.fixture
def signing(node: Node) -> Signing:
    return Signing(node)


def test_without_a_key_the_head_is_told_unsigned(node: Node):
    told = node.clerk.get("/v1/log/checkpoint").json

    assert {"size", "root", "origin", "time"} == set(told)
    answer = node.clerk.get("/v1/log/checkpoint", {"Accept": "text/plain"})
    assert (answer.status_code, answer.json["type"]) == (404, "/problems/checkpoint-unsigned")


def test_the_head_is_signed_by_the_key_that_is_told(signing: Signing):
    key = signing.begins()

    told = signing.get("/v1/log/checkpoint")

    note = parse_note(told["note"])
    assert parse_public(told["key"]) == key.public
    assert signer_of(note, (key.public,)) == key.public
    assert (note.statement.size, note.statement.root.hex()) == (told["size"], told["root"])
    assert note.statement.origin == told["origin"]


def test_the_note_alone_is_given_as_text(signing: Signing):
    key = signing.begins()

    answer = signing.office.get("/v1/log/checkpoint", {"Accept": "text/plain"})

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert signer_of(parse_note(answer.text), (key.public,)) == key.public


def test_a_key_that_is_not_the_present_one_signs_nothing(signing: Signing):
    old = signing.begins(0)
    signing.begins(1)
    signing.key = old

    assert "note" not in signing.get("/v1/log/checkpoint")
    with pytest.raises(LogKeyAway):
        keep(signing.node.holdings, lambda: old, signing.node.clock)


def test_old_keys_stay_known_and_do_not_come_back(signing: Signing):
    old, new = signing.begins(0), signing.begins(1)

    first, second = signing.get("/v1/log/keys")["keys"]

    assert (first["key"], second["key"]) == (old.public.told(), new.public.told())
    assert first["ended"] == second["begun"]
    assert second["ended"] is None
    with pytest.raises(LogKeyEnded):
        signing.begins(0)


def test_one_checkpoint_a_day_is_kept_and_none_where_nothing_happened(signing: Signing):
    assert signing.keeps_daily() == 0  # there is no key
    signing.begins()
    assert [signing.keeps_daily() for _ in range(3)] == [1, 0, 0]

    signing.node.clock.now += timedelta(days=1)
    assert signing.keeps_daily() == 0
    signing.node.clerk.registers()
    assert [signing.keeps_daily() for _ in range(2)] == [1, 0]
    first, second = signing.get("/v1/log/checkpoints")["checkpoints"]

    assert first["size"] < second["size"]
    for kept in (first, second):
        note = parse_note(kept["note"])
        assert (note.statement.size, note.statement.root.hex()) == (kept["size"], kept["root"])
        shown = signing.get("/v1/log/consistency", earlier=kept["size"])
        assert shown["earlier_root"] == kept["root"]


def test_a_key_that_is_away_is_told_and_hinders_no_registration(signing: Signing):
    signing.begins()
    signing.key = None

    with pytest.raises(LogKeyAway):
        signing.keeps_daily()
    assert signing.node.clerk.registers().status_code == 201


def test_kept_checkpoints_come_page_by_page(signing: Signing):
    signing.begins()
    for _ in range(3):
        signing.node.clerk.registers()
        keep(signing.node.holdings, lambda: signing.key, signing.node.clock)

    page = signing.get("/v1/log/checkpoints", limit=2)
    rest = signing.get("/v1/log/checkpoints", limit=2, after=page["next"])

    sizes = [each["size"] for each in (*page["checkpoints"], *rest["checkpoints"])]
    assert sizes == sorted(set(sizes))
    assert (len(sizes), "next" in rest) == (3, False)


def test_the_log_is_shown_to_continue_what_it_was(node: Node):
    before = node.clerk.get("/v1/log/checkpoint").json
    for _ in range(300):
        node.clerk.registers()
    after = node.clerk.get("/v1/log/checkpoint").json

    told = node.clerk.get("/v1/log/consistency", params={"earlier": before["size"]}).json

    roots = bytes.fromhex(before["root"]), bytes.fromhex(after["root"])
    path = tuple(map(bytes.fromhex, told["path"]))
    assert merkle.continues(before["size"], after["size"], path, roots)
    assert (told["earlier_root"], told["root"]) == (before["root"], after["root"])
    between = {"earlier": before["size"], "size": after["size"] - 1}
    assert node.clerk.get("/v1/log/consistency", params=between).status_code == 200


@pytest.mark.parametrize("asked", [{"earlier": 10**9}, {"earlier": 3, "size": 2}])
def test_sizes_that_the_log_does_not_have_are_not_found(node: Node, asked: dict[str, int]):
    assert node.clerk.get("/v1/log/consistency", params=asked).status_code == 404


@pytest.mark.parametrize("path", ["checkpoint", "checkpoints", "keys", "consistency?earlier=1"])
def test_strangers_are_told_nothing_of_the_log(node: Node, path: str):
    assert node.stranger.get(f"/v1/log/{path}").status_code == 401
