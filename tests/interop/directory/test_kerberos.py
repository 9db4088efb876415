"""A browser's ticket from a real KDC says who is asking; anything else does not."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from interop.directory.kerberos import KerberosNegotiation
from interop.directory.port import MAX_TOKEN
from interop.directory.troubles import AccountDisabled, KeytabUnfit, TicketRefused
from tests.contracts.directory import PASSWORD
from tests.interop.directory.samba import Samba, SambaDomain
from tools.bench.domain import people
from tools.bench.domain.template import PATH

DEBIAN = Path("/usr/lib/python3/dist-packages")
CONFIGURATION = """[libdefaults]
default_realm = {realm}
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
udp_preference_limit = 1
[realms]
{realm} = {{
    kdc = 127.0.0.1:{port}
}}
[domain_realm]
vankho.test = {realm}
"""


@pytest.fixture(scope="module", autouse=True)
def gssapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`gssapi` of this environment, else Debian's where it was built for this Python."""
    here = tmp_path_factory.mktemp("gssapi")
    with pytest.MonkeyPatch.context() as patched:
        try:
            __import__("gssapi")
        except ImportError:
            built = f"*.cpython-{sys.version_info[0]}{sys.version_info[1]}-*.so"
            if not any((DEBIAN / "gssapi/raw").glob(built)):
                pytest.skip("no gssapi for this Python: make kerberos, or Debian's python3-gssapi")
            (here / "gssapi").symlink_to(DEBIAN / "gssapi")
            (here / "decorator.py").symlink_to(DEBIAN / "decorator.py")
            patched.syspath_prepend(here)
        yield here


class Desk:
    """A person's computer: a ticket, and what the browser makes of it."""

    def __init__(self, folder: Path, samba: Samba, gssapi: Path) -> None:
        configuration = folder / "krb5.conf"
        port = samba.gates[0].doors.kerberos
        configuration.write_text(CONFIGURATION.format(realm=people.REALM, port=port))
        self._environ = {
            "PATH": PATH,
            "KRB5_CONFIG": str(configuration),
            "KRB5CCNAME": f"FILE:{folder / 'tickets'}",
            "PYTHONPATH": str(gssapi),
        }

    def log_in(self, account: str) -> None:
        self._run(["kinit", f"{account}@{people.REALM}"], PASSWORD + "\n")

    def token(self, service: str = people.WEB, mechanism: str = "spnego") -> bytes:
        out = self._run([sys.executable, "-P", "-c", _BROWSER, service, mechanism])
        return base64.b64decode(out)

    def _run(self, command: list[str], given: str = "") -> bytes:
        ran = subprocess.run(
            command,
            check=False,
            input=given.encode(),
            env=self._environ,
            capture_output=True,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stderr.decode()
        return ran.stdout


_BROWSER = """
import base64, gssapi, sys
name = gssapi.Name(sys.argv[1], gssapi.NameType.kerberos_principal)
mechanism = {"spnego": "1.3.6.1.5.5.2", "kerberos": "1.2.840.113554.1.2.2"}[sys.argv[2]]
mechanism = gssapi.OID.from_int_seq(mechanism)
context = gssapi.SecurityContext(name=name, mech=mechanism, usage="initiate")
print(base64.b64encode(context.step()).decode())
"""


@pytest.fixture(scope="module")
def keytab(samba: Samba) -> Path:
    return samba.folder / "web.keytab"


@pytest.fixture(scope="module")
def desk(samba: Samba, gssapi: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return a_desk(samba, gssapi, tmp_path_factory.mktemp("desk"), "hoa.ve")


def a_desk(samba: Samba, gssapi: Path, folder: Path, account: str) -> Desk:
    """Somebody newly hired, logged in."""
    directory = samba.directory()
    SambaDomain(samba, directory).hire(account)
    directory.close()
    desk = Desk(folder, samba, gssapi)
    desk.log_in(account)
    return desk


@pytest.mark.parametrize("mechanism", ["spnego", "kerberos"])
def test_a_ticket_says_who_is_asking(desk: Desk, keytab: Path, mechanism: str):
    admitted = KerberosNegotiation(keytab).accept(desk.token(mechanism=mechanism))

    assert admitted.principal == "hoa.ve@VANKHO.TEST"


def test_whom_a_ticket_names_the_directory_knows_or_refuses(
    samba: Samba, gssapi: Path, keytab: Path, tmp_path: Path
):
    desk = a_desk(samba, gssapi, tmp_path, "nghi.viec")
    principal = KerberosNegotiation(keytab).accept(desk.token()).principal
    directory = samba.directory()
    domain = SambaDomain(samba, directory)
    try:
        person = directory.recognise(principal)
        domain.disable(person.guid)

        assert person.account == "nghi.viec"
        assert person.groups
        with pytest.raises(AccountDisabled):  # the ticket is still good
            directory.recognise(KerberosNegotiation(keytab).accept(desk.token()).principal)
    finally:
        directory.close()


def test_a_token_counts_once(desk: Desk, keytab: Path):
    token = desk.token()
    negotiation = KerberosNegotiation(keytab)
    negotiation.accept(token)

    with pytest.raises(TicketRefused, match="replay"):
        negotiation.accept(token)


def test_a_ticket_for_another_service_is_refused(desk: Desk, keytab: Path):
    with pytest.raises(TicketRefused):
        KerberosNegotiation(keytab).accept(desk.token(people.OTHER_WEB))


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"\0" * 100,
        b"NTLMSSP\0" + bytes.fromhex("0100000007820800") + bytes(16),
        b"\x60" * MAX_TOKEN,
        b"\x60" * (MAX_TOKEN + 1),
        b"Basic bGFuOm3huq10",
    ],
    ids=["empty", "zeros", "ntlm", "noise", "too-long", "basic"],
)
def test_what_is_no_ticket_is_refused(keytab: Path, token: bytes):
    with pytest.raises(TicketRefused):
        KerberosNegotiation(keytab).accept(token)


def test_a_ticket_cut_anywhere_is_refused(desk: Desk, keytab: Path):
    token = desk.token()
    negotiation = KerberosNegotiation(keytab)

    for end in range(0, len(token), 97):
        with pytest.raises(TicketRefused):
            negotiation.accept(token[:end])


def test_a_keytab_without_a_key_is_refused(tmp_path: Path):
    (tmp_path / "empty").write_bytes(b"")

    for name in ("empty", "missing"):
        with pytest.raises(KeytabUnfit):
            KerberosNegotiation(tmp_path / name)
