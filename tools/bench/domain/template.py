"""A provisioned domain that does not run: made in seconds, copied in a blink."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tools.bench.domain import people
from tools.bench.domain.certificates import write_certificates

PROGRAMS = ("samba", "samba-tool", "ldbadd", "ldbmodify", "ldbsearch", "unshare", "nsenter")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROVISION_SECONDS = 600
_REPLICATING_CHANGES = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"
_HIDDEN = ("--controls=show_deleted:1", "--controls=sd_flags:1:4")


class NoDomainHere(Exception):
    """This machine cannot run a domain controller."""


def why_not() -> str:
    """What is missing for a domain controller on this machine; empty when nothing is."""
    missing = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]
    if missing:
        return f"not installed: {' '.join(missing)}"
    tried = _run(["unshare", "--net", "true"], check=False)
    return "" if tried.returncode == 0 else "may not make a network namespace (not root?)"


def make_template(folder: Path, crowd: Iterable[str] = ()) -> None:
    """Provision a domain in the new *folder*; *crowd* is LDIF beside the foundation.

    Raise `NoDomainHere` or `subprocess.CalledProcessError`.
    """
    missing = why_not()
    if missing:
        raise NoDomainHere(missing)
    _provision(folder)
    write_certificates(folder / "tls")
    write_configuration(folder)
    _load(folder, "ldbadd", people.foundation())
    _load(folder, "ldbmodify", people.policy())
    _let_follow(folder)
    _samba_tool(folder, "domain", "exportkeytab", folder / "web.keytab", "--principal", people.WEB)
    _load(folder, "ldbadd", "".join(crowd))


def copied(template: Path, folder: Path) -> Path:
    """A domain of its own in the new *folder*, as *template* is."""
    shutil.copytree(template, folder)
    write_configuration(folder)
    return folder


def write_configuration(folder: Path) -> None:
    """Tell Samba where the parts of the domain in *folder* lie."""
    (folder / "run").mkdir(exist_ok=True)
    (folder / "smb.conf").write_text(_CONFIGURATION.format(folder=folder), encoding="utf-8")


def load(folder: Path, ldif: str, *, modifying: bool = False) -> None:
    """Put *ldif* into the domain in *folder*, whether it runs or not."""
    _load(folder, "ldbmodify" if modifying else "ldbadd", ldif)


def _provision(folder: Path) -> None:
    command = [
        *("unshare", "--net", "samba-tool", "domain", "provision"),
        *("--realm", people.REALM, "--domain", people.REALM.split(".", maxsplit=1)[0]),
        *("--server-role=dc", "--dns-backend=NONE", f"--adminpass={people.PASSWORD}"),
        *("--host-name=dc1", "--host-ip=127.0.0.1", "--targetdir", str(folder)),
    ]
    _run(command)


def _let_follow(folder: Path) -> None:
    """What an administrator grants who wants changes followed: see docs/operations.md."""
    account, database = f"CN={people.SERVICE},CN=Users,{people.BASE}", folder / "private/sam.ldb"
    found = _run(
        ["ldbsearch", "-H", str(database), "-b", account, "-s", "base", "objectSid"]
    ).stdout
    sid = next(line.split()[1] for line in found.splitlines() if line.startswith("objectSid:"))
    right = f"(OA;;CR;{_REPLICATING_CHANGES};;{sid})"
    _samba_tool(folder, "dsacl", "set", f"--objectdn={people.BASE}", f"--sddl={right}")
    seen = people.deleted_seen_by(sid)
    _run(["ldbmodify", "-H", str(database), *_HIDDEN], seen)


def _samba_tool(folder: Path, *arguments: object) -> None:
    _run(["samba-tool", *map(str, arguments), "-s", str(folder / "smb.conf")])


def _load(folder: Path, program: str, ldif: str) -> None:
    if ldif:
        _run([program, "-H", str(folder / "private/sam.ldb")], ldif)


def _run(
    command: list[str], given: str = "", *, check: bool = True
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        input=given,
        check=check,
        text=True,
        capture_output=True,
        timeout=PROVISION_SECONDS,
        env={"PATH": PATH, "LANG": "C.UTF-8", "TDB_NO_FSYNC": "1"},  # nobody mourns this domain
    )


_CONFIGURATION = """[global]
netbios name = DC1
realm = VANKHO.TEST
workgroup = VANKHO
server role = active directory domain controller
server services = ldap, cldap, kdc
ldap server require strong auth = allow_sasl_over_tls
bind interfaces only = yes
interfaces = lo
tls keyfile = {folder}/tls/key.pem
tls certfile = {folder}/tls/cert.pem
tls cafile = {folder}/tls/ca.pem
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}
binddns dir = {folder}/bind-dns
pid directory = {folder}/run
ncalrpc dir = {folder}/run/ncalrpc
log file = {folder}/log
[sysvol]
path = {folder}/state/sysvol
[netlogon]
path = {folder}/state/sysvol/vankho.test/scripts
"""
