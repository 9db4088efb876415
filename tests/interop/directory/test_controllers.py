"""Controllers that die, keep still, lie or are not who they say; passwords that stay ours."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ldap3
import pytest

from interop.directory.port import Directory
from interop.directory.troubles import (
    ChangesNotAllowed,
    DirectorySettingsUnfit,
    DirectoryUnreachable,
    ServiceAccountRefused,
    WrongPassword,
)
from tests.contracts.directory import PASSWORD
from tests.descriptors import nothing_stays_open
from tests.interop.directory.samba import Samba, SambaDomain, url
from tools.bench.domain import people
from tools.bench.domain.certificates import write_certificates
from tools.bench.domain.controller import Gate, running
from tools.bench.domain.template import copied
from tools.settings import environment

LAN = "lan"
STILL = 4
"""Seconds until a silent controller is given up: more than a living one takes on a crowded machine,
since the same limit is told to the one that is asked next."""


@pytest.fixture(scope="module")
def known(samba: Samba) -> None:
    """Somebody to ask for."""
    with samba_directory(samba) as directory:
        SambaDomain(samba, directory).hire(LAN)


@contextmanager
def samba_directory(samba: Samba, *urls: str, **how: Any) -> Generator[Directory]:
    directory = samba.directory(*urls, **how)
    try:
        yield directory
    finally:
        directory.close()


@contextmanager
def a_second_gate(samba: Samba) -> Generator[Gate]:
    """One more address of the controller, for this test to kill."""
    gate = Gate(samba.network)
    try:
        yield gate
    finally:
        gate.kill()


# How it is spoken to.


@pytest.mark.parametrize("at_once", [True, False], ids=["LDAPS", "StartTLS"])
def test_both_ways_lead_under_tls(samba: Samba, known: None, at_once: bool):
    with samba_directory(samba, *samba.urls(at_once=at_once)) as directory:
        assert directory.authenticate(LAN, PASSWORD).account == LAN
        assert {one.tls for one in directory.health()} == {"TLSv1.3"}
        assert {one.domain for one in directory.health()} == {people.BASE}
        assert all(abs(one.skew) < 120 for one in directory.health())


@pytest.mark.parametrize("at_once", [True, False], ids=["LDAPS", "StartTLS"])
def test_a_controller_of_another_authority_is_not_spoken_to(
    samba: Samba, tmp_path: Path, at_once: bool
):
    write_certificates(tmp_path / "other")

    with samba_directory(
        samba, *samba.urls(at_once=at_once), ca=tmp_path / "other/ca.pem"
    ) as directory:
        with pytest.raises(DirectoryUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
            directory.authenticate(LAN, PASSWORD)
        assert not any(one.reachable for one in directory.health())


def test_a_controller_of_another_name_is_not_spoken_to(samba: Samba):
    other = samba.urls()[0].replace("localhost", "127.0.0.1")

    with (
        samba_directory(samba, other) as directory,
        pytest.raises(DirectoryUnreachable, match="IP address mismatch"),
    ):
        directory.users()


def test_an_authority_that_cannot_be_read_is_said_at_once(samba: Samba, tmp_path: Path):
    (tmp_path / "ca.pem").write_text("no certificate")

    for ca in (tmp_path / "ca.pem", tmp_path / "none.pem"):
        with pytest.raises(DirectorySettingsUnfit):
            samba.directory(ca=ca)


@pytest.mark.parametrize(
    "answer",
    [
        bytes.fromhex("300c02010178070a010c04000400"),  # unavailableCriticalExtension
        bytes.fromhex("300c02010178070a010004000400") + b"no handshake",
        b"\x30\x84\xff\xff\xff\xff",
        b"\xff" * 64,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"",
    ],
    ids=["refuses", "cannot", "endless", "noise", "web", "hangs-up"],
)
def test_no_password_leaves_for_a_controller_without_tls(samba: Samba, answer: bytes):
    with a_liar(answer) as (port, heard):
        for scheme in ("ldap", "ldaps"):
            with (
                samba_directory(
                    samba, f"{scheme}://localhost:{port}", answer_seconds=1
                ) as directory,
                pytest.raises(DirectoryUnreachable),
            ):
                directory.authenticate(LAN, PASSWORD)

    assert heard
    assert PASSWORD.encode() not in b"".join(heard)


@contextmanager
def a_liar(answer: bytes) -> Generator[tuple[int, list[bytes]]]:
    """A port that says *answer* to whatever comes, and what came."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    try:
                        heard.append(connection.recv(65536))
                        connection.sendall(answer)
                        connection.shutdown(socket.SHUT_WR)
                        while more := connection.recv(65536):
                            heard.append(more)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], heard
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


# Failover.


def test_when_a_controller_dies_the_next_one_is_asked(samba: Samba, known: None):
    with (
        a_second_gate(samba) as first,
        samba_directory(samba, url(first.doors), samba.urls()[0]) as directory,
    ):
        before = directory.authenticate(LAN, PASSWORD)
        first.kill()
        after = [directory.authenticate(LAN, PASSWORD) for _ in range(3)]

        assert [user.guid for user in after] == [before.guid] * 3
        assert [one.reachable for one in directory.health()] == [False, True]


def test_when_all_are_dead_it_is_said_and_when_one_comes_back_it_is_asked(
    samba: Samba, known: None
):
    now = [0.0]
    with (
        a_second_gate(samba) as gate,
        samba_directory(samba, url(gate.doors), stopwatch=lambda: now[0]) as directory,
    ):
        directory.authenticate(LAN, PASSWORD)
        gate.kill()
        for _ in range(3):
            with pytest.raises(DirectoryUnreachable):
                directory.authenticate(LAN, PASSWORD)

        back = Gate(samba.network, gate.doors)
        try:
            with pytest.raises(DirectoryUnreachable):  # the failure is young
                directory.authenticate(LAN, PASSWORD)
            now[0] += 60
            assert directory.authenticate(LAN, PASSWORD).account == LAN
        finally:
            back.kill()


@pytest.mark.parametrize("at_once", [True, False], ids=["LDAPS", "StartTLS"])
def test_a_controller_that_keeps_still_is_given_up(samba: Samba, known: None, at_once: bool):
    with a_second_gate(samba) as still, still.silent():
        urls = (url(still.doors, at_once=at_once), samba.urls()[0])
        with samba_directory(samba, *urls, connect_seconds=3, answer_seconds=STILL) as directory:
            assert directory.authenticate(LAN, PASSWORD).account == LAN


def test_a_controller_that_falls_silent_mid_session_is_given_up(samba: Samba, known: None):
    with a_second_gate(samba) as still:
        urls = (url(still.doors), samba.urls()[0])
        with samba_directory(samba, *urls, answer_seconds=STILL) as directory:
            directory.authenticate(LAN, PASSWORD)
            with still.silent():
                assert directory.authenticate(LAN, PASSWORD).account == LAN


def test_samba_itself_killed_and_started_again_is_asked_again(
    domain_template: Path, tmp_path: Path
):
    folder = copied(domain_template, tmp_path / "dc")
    with running(folder) as (_, (gate,)):
        one = Samba(folder, [gate], Path())
        directory = one.directory()
        people_before = directory.users()
        position = directory.position()
    with pytest.raises(DirectoryUnreachable):
        directory.users()
    directory.close()

    with (
        running(folder) as (_, (gate,)),
        samba_directory(Samba(folder, [gate], Path())) as directory,
    ):
        assert directory.users() == people_before
        assert directory.changes(position).users == ()


def test_a_closed_directory_leaves_nothing_open(samba: Samba, known: None):
    with nothing_stays_open(), samba_directory(samba) as directory:
        directory.authenticate(LAN, PASSWORD)
        directory.users()


# The service account.


def test_a_service_account_with_a_wrong_password_does_not_lock_itself(samba: Samba):
    password = ["wrong"]
    with samba_directory(
        samba, samba.urls()[0], account=people.LIMITED, password=lambda: password[0]
    ) as directory:
        for _ in range(people.LOCKOUT * 3):
            with pytest.raises(ServiceAccountRefused):
                directory.users()

        password[0] = PASSWORD
        directory.users()


def test_a_service_account_without_a_password_is_refused_here(samba: Samba):
    with (
        samba_directory(samba, password=lambda: "") as directory,
        pytest.raises(ServiceAccountRefused, match="empty"),
    ):
        directory.users()


def test_who_may_not_follow_changes_is_told_so(samba: Samba, known: None):
    with samba_directory(samba, account=people.LIMITED) as directory:
        assert directory.authenticate(LAN, PASSWORD).account == LAN
        for ask in (directory.position, directory.deleted):
            with pytest.raises(ChangesNotAllowed):
                ask()


# Passwords.


def test_a_password_is_compared_as_it_was_typed(samba: Samba):
    typed = unicodedata.normalize("NFD", "Mật khẩu số 1")
    with samba_directory(samba) as directory:
        SambaDomain(samba, directory).hire("go.dau", password=typed)

        assert directory.authenticate("go.dau", typed).account == "go.dau"
        with pytest.raises(WrongPassword):
            directory.authenticate("go.dau", unicodedata.normalize("NFC", typed))


def test_the_controller_itself_refuses_a_bind_in_clear_text(samba: Samba):
    server = ldap3.Server("localhost", samba.gates[0].doors.ldap, get_info=ldap3.NONE)
    connection = ldap3.Connection(server, people.ADMINISTRATOR, PASSWORD)
    try:
        assert not connection.bind()
        assert connection.result["description"] == "strongerAuthRequired"
    finally:
        connection.unbind()


# The controller of these tests.


def test_a_controller_dies_with_the_run_that_started_it(domain_template: Path, tmp_path: Path):
    folder = copied(domain_template, tmp_path / "dc")
    run = subprocess.Popen(
        [sys.executable, "-c", _A_RUN, str(folder)],
        stdout=subprocess.PIPE,
        env=dict(environment()),
    )
    assert run.stdout
    with run.stdout:
        watched = [os.pidfd_open(int(pid)) for pid in run.stdout.readline().split()]
    run.send_signal(signal.SIGKILL)
    run.wait()

    try:
        for descriptor in watched:
            assert select.select([descriptor], [], [], 30)[0]
    finally:
        for descriptor in watched:
            os.close(descriptor)


_A_RUN = """
import sys, pathlib, threading
from tools.bench.domain.controller import running
with running(pathlib.Path(sys.argv[1])) as (samba, gates):
    print(samba.pid, gates[0].pid, flush=True)
    threading.Event().wait()
"""
