"""`vankho directory check` tells an operator what is wrong with the way to the directory."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from repository.model.ids import system_clock
from tests.interop.directory.samba import Samba, SambaDomain
from tests.tools.command import Vankho
from tests.tools.serving import PATIENCE_SECONDS, serving
from tools.bench.domain import people
from tools.http import Client

Configured = Callable[..., Vankho]


@pytest.fixture
def configured(samba: Samba, tmp_path: Path) -> Configured:
    """A command whose settings lead to the domain, but for what is *changed*."""

    def made(**changed: object) -> Vankho:
        password = tmp_path / "password"
        password.write_text(people.PASSWORD + "\n", encoding="utf-8")
        password.chmod(0o600)
        given = {
            "urls": list(samba.urls()),
            "ca": str(samba.ca),
            "base": people.TOWN,
            "user": f"{people.SERVICE}@vankho.test",
            "password_file": str(password),
        }
        lines = [f"{name} = {toml(value)}" for name, value in (given | changed).items()]
        text = "[directory]\n" + "\n".join(lines) + "\n"
        (tmp_path / "vankho.toml").write_text(text, encoding="utf-8")
        return Vankho(tmp_path)

    return made


def toml(value: object) -> str:
    return repr(value).replace('"', "'") if isinstance(value, list) else f"'{value}'"


def test_a_directory_in_order_is_told_with_its_people(samba: Samba, configured: Configured):
    directory = samba.directory()
    domain = SambaDomain(samba, directory)
    domain.dismiss(domain.hire("bi.xoa"))
    expected = len(directory.users())
    directory.close()

    ended = configured()("directory", "check", "--json")

    found = {line["name"]: line for line in ended.lines}
    assert ended.code == 0, ended.out
    assert all(
        found[url]["detail"].startswith("TLSv1.3, DC=vankho,DC=test") for url in samba.urls()
    )
    assert found["users"]["detail"] == str(expected)
    assert int(found["deleted"]["detail"]) > 0


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"urls": []}, "directory.urls"),
        ({"urls": ["ldaps://localhost:1"]}, "No domain controller answers"),
        ({"ca": ""}, "CERTIFICATE_VERIFY_FAILED"),
        ({"password_file": "/nowhere"}, "No such file"),
        ({"user": f"{people.LIMITED}@vankho.test"}, "Replicating Directory Changes"),
        ({"user": "nobody@vankho.test"}, "refuses the service account"),
        ({"keytab": "/nowhere"}, "kerberos: "),
    ],
    ids=["none", "dead", "authority", "password", "right", "account", "keytab"],
)
def test_what_is_wrong_is_said(configured: Configured, changed: dict[str, object], told: str):
    ended = configured(**changed)("directory", "check")

    assert ended.code == 4
    assert told in ended.out
    assert "BAD" in ended.out
    assert people.PASSWORD not in ended.out + ended.err


@pytest.mark.parametrize(
    "changed",
    [
        {"urls": ["http://localhost"]},
        {"base": "OU=Không có miền"},
        {"user": ""},
        {"ca": "/nowhere"},
    ],
    ids=["scheme", "base", "user", "ca"],
)
def test_settings_that_cannot_hold_are_refused(configured: Configured, changed: dict[str, object]):
    ended = configured(**changed)("directory", "check")

    assert ended.code == 1
    assert "The settings of the directory are not right" in ended.err


def test_a_password_that_everybody_may_read_is_not_used(configured: Configured, tmp_path: Path):
    vankho = configured()
    (tmp_path / "password").chmod(0o644)

    ended = vankho("directory", "check")

    assert ended.code == 4
    assert "chmod 600" in ended.out


def admitted(samba: Samba) -> int:
    """How many people the domain would let in by now, but for a lock that ends by itself."""
    now = system_clock().timestamp() * 1_000_000
    with closing(samba.directory()) as directory:
        return sum(
            user.enabled and (user.expires is None or user.expires > now)
            for user in directory.users()
        )


def test_a_server_follows_the_directory_by_itself(
    samba: Samba, configured: Configured, tmp_path: Path
):
    store = Vankho(tmp_path / "kho")
    assert store("init").code == 0
    bearer = store(
        "token",
        "issue",
        "--label",
        "thu",
        "--every-agency",
        "--right",
        "administer",
        "--right",
        "read",
        "--json",
    ).lines[0]["bearer"]
    configured()
    (tmp_path / "vankho.toml").rename(store.store / "vankho.toml")
    expected = admitted(samba)

    with serving(store) as running, closing(Client(running.address, bearer)) as client:
        pause = threading.Event()
        for _ in range(PATIENCE_SECONDS * 10):
            if len(client.get("/v1/people?limit=200", dict[str, Any])["people"]) == expected:
                return
            pause.wait(0.1)
    raise AssertionError("people are not as the directory has them")


def test_everybody_is_entered_from_the_command_line_and_a_second_time_nothing_changes(
    samba: Samba, configured: Configured, tmp_path: Path
):
    store = Vankho(tmp_path / "kho")
    assert store("init").code == 0
    configured()
    (tmp_path / "vankho.toml").rename(store.store / "vankho.toml")
    expected = admitted(samba)

    rehearsed = store("directory", "sync", "--dry-run", "--json").lines[-1]
    first = store("directory", "sync", "--json").lines[-1]
    second = store("directory", "sync", "--json").lines[-1]

    assert (rehearsed["entered"], rehearsed["dry_run"]) == (expected, True)
    assert (first["entered"], first["refused"]) == (expected, 0)
    assert (second["entered"], second["changed"], second["ended"]) == (0, 0, 0)
    assert second["unchanged"] >= expected
