"""The real nginx with the configuration that is shipped, fitted as an operator would fit it."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.tools.serving import PATIENCE_SECONDS, Running, await_listeners
from tools.settings import environment

SHIPPED = Path(__file__).parents[2] / "tools" / "deploy" / "nginx" / "vankho.conf"
NAME = "localhost"
# Debian puts daemons where only root's PATH leads.
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
_DRIVER = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/start.log;
events {{ }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip on;
    gzip_types *;
    include {folder}/vankho.conf;
}}
"""


class Front:
    """nginx, listening."""

    def __init__(self, folder: Path, tls: int, plain: int) -> None:
        self.folder = folder
        self.address = f"https://{NAME}:{tls}"
        self.plain = f"http://{NAME}:{plain}"
        self.port = tls

    @property
    def certificate(self) -> Path:
        """What a client has to trust."""
        return self.folder / "kho.pem"

    def lines_of(self, request: str) -> list[str]:
        """The lines of the access log with *request* in them; wait for the first, within bounds."""
        pause = threading.Event()
        for _ in range(PATIENCE_SECONDS * 20):
            lines = (self.folder / "vankho.access.log").read_text().splitlines()
            found = [line for line in lines if request in line]
            if found:
                return found
            pause.wait(0.05)
        raise AssertionError(f"{request} was not noted")


@contextmanager
def in_front_of(address: str, folder: Path) -> Generator[Front]:
    """nginx before *address*, with its files in *folder*."""
    assert NGINX, "missing Debian package: nginx-light"
    tls, plain = _free_ports(2)
    front = Front(folder, tls, plain)
    make_certificate(folder)
    (folder / "vankho.conf").write_text(fitted(address.removeprefix("http://"), front, plain))
    user = "user root root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_DRIVER.format(folder=folder, user=user))
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
    subprocess.run([*command, "-t", "-q"], check=True, env=_english())
    with subprocess.Popen(command, env=_english()) as program:
        try:
            await_listeners(Running(program, front.address, program.pid), 1)
            yield front
        finally:
            program.terminate()
            program.wait(PATIENCE_SECONDS)


def fitted(upstream: str, front: Front, plain: int) -> str:
    """The shipped file with name, addresses and paths of this place; nothing else is touched."""
    text = SHIPPED.read_text(encoding="utf-8")
    places = {
        "listen [::]:80 default_server;": "",
        "listen [::]:443 ssl default_server;": "",
        "listen [::]:80;": "",
        "listen [::]:443 ssl;": "",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "listen 443": f"listen 127.0.0.1:{front.port}",
        "server 127.0.0.1:8080;": f"server {upstream};",
        "kho.example.vn;": f"{NAME};",
        "/etc/ssl/vankho/": f"{front.folder}/",
        "/var/log/nginx/": f"{front.folder}/",
    }
    for shipped, here in places.items():
        assert shipped in text, f"{shipped} is not in the shipped file"
        text = text.replace(shipped, here)
    return text


def make_certificate(folder: Path) -> None:
    """A certificate of this place that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    names = [x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "kho.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "kho.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; held together, so that they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def _english() -> Mapping[str, str]:
    return {**environment(), "LC_ALL": "C"}
