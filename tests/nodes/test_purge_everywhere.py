"""A purge ordered at one office, as its people see it: real processes, nothing left in any folder."""

import signal
from contextlib import ExitStack
from pathlib import Path

from tests.nodes.province import OfficeAt, an_office, name, patiently
from tests.nodes.served import a_store_node
from tests.nodes.test_failover import a_standby, has_followed
from tests.repository.stores import noise
from tests.tools.command import Vankho

WORD = "quzixavobe"
SECRET = f"<html><body><p>{WORD} van ban mat {noise(900, 1).hex()}</p></body></html>".encode()
MARKS = (WORD.encode(), noise(900, 1).hex()[:64].encode())
ERASE = ("--right", "read", "--right", "erase", "--every-agency", "--json")
CODES = {"nut-1": "H20.1", "nut-2": "H20.2", "nut-3": "H20.3"}


def holding(*stores: Path) -> set[str]:
    """The parts of these folders in which a word of it stands."""
    return {
        f"{number}/{'/'.join(path.relative_to(store).parts[:2])}"
        for number, store in enumerate(stores)
        for path in store.rglob("*")
        if path.is_file() and any(mark in path.read_bytes() for mark in MARKS)
    }


def ordered(office: OfficeAt, folder: Path) -> str:
    """Two persons at *office* agree; the purge's id."""
    vankho = office.vankho
    asked = vankho("purge", "request", name(SECRET), "--everywhere", "--reason", "Mật", "--json")
    assert asked.code == 0, asked.err
    purge = next(line["purge"] for line in asked.lines if "purge" in line)
    second = folder / f"{purge}.token"
    issued = vankho("token", "issue", "--label", "Giám đốc", *ERASE).lines[0]["bearer"]
    second.write_text(issued, encoding="ascii")
    second.chmod(0o600)
    confirmed = vankho("purge", "confirm", purge, "--really", "--token-file", second, "--json")
    assert confirmed.code == 0, confirmed.err
    return purge


def waiting(vankho: Vankho, purge: str) -> tuple[int, dict[str, str]]:
    """The exit code of `vankho purge status`, and for whom it waits."""
    told = vankho("purge", "status", purge, "--json")
    lines = [line for line in told.lines if line.get("message_type") == "outstanding"]
    return told.code, {line["node"]: line["why"] for line in lines}


def has_been_read(office: OfficeAt, document: str) -> bool:
    """Its text was read, and is found."""

    def found() -> bool:
        component = office.ask("GET", f"/v1/documents/{document}").json()["components"][0]
        hits = office.ask("GET", "/v1/search", params={"q": WORD}).json()
        return component["text"] == "ready" and hits["total"] == 1

    return any(found() for _ in patiently())


def test_nothing_is_left_in_the_folders_of_three_offices_their_store_node_and_its_standby(
    tmp_path: Path,
):
    with a_store_node() as store_node, ExitStack() as stack:
        offices = {
            node: stack.enter_context(an_office(store_node, node, code))
            for node, code in CODES.items()
        }
        first, second, third = offices.values()
        standby, _ = stack.enter_context(a_standby(store_node))
        documents = {}
        for office, code in zip((first, second), CODES.values(), strict=False):
            assert office.brings(SECRET).status_code == 201
            documents[code] = office.registers(code, "k", SECRET).json()["id"]
            assert has_been_read(office, documents[code])
        assert has_followed(standby, store_node)
        every = [each.vankho.store for each in (*offices.values(), store_node)] + [standby.store]
        before = holding(*every)
        assert {"0/local/cache", "0/local/index", "1/local/index", "4/standby/packs"} <= before
        second.signalled(signal.SIGSTOP)
        try:
            purge = ordered(first, tmp_path)
            gone = first.ask("GET", f"/v1/blobs/{name(SECRET)}")
            assert gone.status_code == 410
            left = {"nut-2": "silent", "": "destroying", "du-phong": "following"}
            assert any(waiting(first.vankho, purge) == (3, left) for _ in patiently())
        finally:
            second.signalled(signal.SIGCONT)

        assert any(waiting(first.vankho, purge) == (0, {}) for _ in patiently())
        assert waiting(store_node.vankho, purge) == (0, {})
        assert holding(*every) == set()
        for office, document in zip((first, second), documents.values(), strict=True):
            assert office.ask("GET", f"/v1/blobs/{name(SECRET)}").status_code == 410
            shown = office.ask("GET", f"/v1/documents/{document}").json()["components"][0]
            assert (shown["text"], shown["erased"]["reason"]) == ("erased", "Mật")
            assert office.ask("GET", "/v1/search", params={"q": WORD}).json()["total"] == 0
        assert third.ask("GET", f"/v1/blobs/{name(SECRET)}").status_code == 404
        assert first.vankho("check").code == store_node.vankho("check").code == 0
