"""Settings: the one typed object, and the only reader of configuration file and environment.

Order, the later wins: the defaults here, `vankho.toml`, the environment, the command line.
The file is the one named by `--config` or `VANKHO_CONFIG`, else `vankho.toml` in the store's
folder, else none. An unknown name in it is refused with its place. No secret stands in it:
tokens are kept as digests in the catalogue, and given to commands as files.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from repository.errors import Kind, Trouble

CONFIG_NAME = "vankho.toml"
MAX_CONFIG_BYTES = 64 * 1024
Language = Literal["vi", "en"]

KiB = 1024
MiB = 1024 * KiB
GiB = 1024 * MiB
_UNITS = {"": 1, "B": 1, "KiB": KiB, "MiB": MiB, "GiB": GiB, "TiB": 1024 * GiB}
_SIZE = re.compile(r"([0-9]{1,15})\s*(|B|KiB|MiB|GiB|TiB)")


class Size(int):
    """A number of bytes, written `67108864` or `64 MiB`."""


class StoreSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the store lies and how large its parts may grow."""

    root: str = "vankho-store"
    """The store's folder; relative to where the command is started."""
    map_size: Size = Size(16 * GiB)
    """The catalogue's fixed map; address space, not disk, until it is used."""
    pack_target: Size = Size(256 * MiB)
    """A pack is closed when it has grown to this."""
    reserve: Size = Size(1 * GiB)
    """Disk space that stays free: below it nothing more is stored, reading goes on."""
    max_blob: Size = Size(2 * GiB)
    """The largest file that is accepted."""
    remote: str = ""
    """At an office node: the address of the store node that keeps its files."""
    remote_token_file: str = ""
    """The file with the token that the store node gave this node."""
    cache: Size = Size(10 * GiB)
    """At an office node: about so much of what was read is kept on its own disk."""
    lease_seconds: int = 30
    """At an office node: how long it gives numbers without hearing from the store node."""


class UploadSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one token may have begun to upload in chunks and not finished."""

    count: int = 64
    """How many uploads."""
    room: Size = Size(16 * GiB)
    """What they may have announced together."""
    hours: int = 24
    """How long each may take from its beginning to its commit."""


class ServeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How `vankho serve` listens and works."""

    host: str = "127.0.0.1"
    port: int = 8080
    """0 picks a free one and prints it."""
    workers: int = 2
    """Processes that answer HTTP."""
    threads: int = 8
    """Requests that one worker answers at a time."""
    connections: int = 500
    """Connections that one worker keeps open."""
    idle_seconds: int = 120
    """After so long without a byte a connection is closed."""
    grace_seconds: int = 20
    """How long running requests may go on after a stop was asked for."""
    role: Literal["", "store", "office"] = ""
    """`store` answers office nodes; an office node's folder is known as such; empty = alone."""
    trusted_proxy: str = ""
    """IP address of the reverse proxy whose X-Forwarded headers count; empty = nobody's."""
    rate: int = 0
    """Requests a second that one token may make of one worker; 0 = as many as it likes."""
    burst: int = 200
    """Requests that a token may save up, where a rate is set."""
    log_format: Literal["json", "text"] = "json"
    """The shape of the processes' lines on standard error."""
    log_level: Literal["info", "warning"] = "info"
    """`info` has a line for every request, `warning` only what somebody should look at."""


class SearchSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which index is kept, and how closely it follows."""

    engine: Literal["tantivy", "whoosh"] = "tantivy"
    poll_seconds: float = 0.5
    """How long the follower rests between two looks into the log, unless it is behind."""


class ExtractSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What reading the text of one file may cost; beyond it the document stays without text."""

    workers: int = 1
    """Files that are read at a time, each in a process of its own."""
    seconds: int = 60
    """Of processor time; the wall's clock allows half as much again."""
    memory: Size = Size(1 * GiB)


class DirectorySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The Active Directory whose people log in; without `urls` there is none."""

    urls: tuple[str, ...] = ()
    """Domain controllers, `ldaps://host` or `ldap://host` (StartTLS), the preferred one first."""
    ca: str = ""
    """PEM file of the authorities of their certificates; empty = the system's."""
    base: str = ""
    """Whoever stands below this distinguished name belongs to us."""
    user: str = ""
    """The service account, as userPrincipalName or distinguished name."""
    password_file: str = ""
    """The file with its password, read before each bind."""
    connect_seconds: int = 3
    """How long a controller may take to accept a connection."""
    answer_seconds: int = 10
    """The longest silence of one."""
    keytab: str = ""
    """The file with the key of `HTTP/…`, for sign-on by Kerberos; empty = none."""
    sync_seconds: int = 300
    """How often the server asks what has become of people; 0 = only `vankho directory sync` does."""


class IngestSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How `vankho ingest` works."""

    batch: int = 32
    """Files that are made durable together."""


class LogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the event log is vouched for."""

    key_file: str = ""
    """The file with the private half of the key that signs checkpoints; empty = `local/log.key`."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that may be set; the defaults are good for one machine and 127.0.0.1."""

    store: StoreSettings = StoreSettings()
    uploads: UploadSettings = UploadSettings()
    serve: ServeSettings = ServeSettings()
    search: SearchSettings = SearchSettings()
    extract: ExtractSettings = ExtractSettings()
    ingest: IngestSettings = IngestSettings()
    log: LogSettings = LogSettings()
    directory: DirectorySettings = DirectorySettings()

    @property
    def root(self) -> Path:
        """The store's folder, absolute."""
        return Path(self.store.root).expanduser().absolute()


class SettingsUnreadable(Trouble):
    """The configuration {path} cannot be read: {reason}."""

    kind = Kind.MALFORMED
    vietnamese = "Không đọc được tệp cấu hình {path}: {reason}."


class SettingsWrong(Trouble):
    """The configuration {path} is not right: {mistake}."""

    kind = Kind.INVALID
    vietnamese = "Tệp cấu hình {path} chưa đúng: {mistake}."


def environment() -> Mapping[str, str]:
    """The variables of this process; nothing else in the project reads them."""
    return os.environ


def load(
    environ: Mapping[str, str], *, config: Path | None = None, store: Path | None = None
) -> Settings:
    """The settings that hold; *config* and *store* come from the command line.

    Raise `SettingsUnreadable` or `SettingsWrong` with the place of the mistake.
    """
    named_store = str(store) if store else environ.get("VANKHO_STORE", "")
    path = config or _config_path(environ, named_store)
    settings = read(path) if path else Settings()
    if not named_store:
        return settings
    moved = msgspec.structs.replace(settings.store, root=named_store)
    return msgspec.structs.replace(settings, store=moved)


def language(environ: Mapping[str, str]) -> Language:
    """The language of messages: Vietnamese where `VANKHO_LANG` or the locale says so.

    >>> language({"LANG": "vi_VN.UTF-8"}), language({"LANG": "C"})
    ('vi', 'en')
    """
    names = ("VANKHO_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((environ[name] for name in names if environ.get(name)), "")
    return "vi" if chosen.lower().startswith("vi") else "en"


def read(path: Path) -> Settings:
    """The settings in the file at *path*."""
    try:
        found = tomllib.loads(_text(path))
    except (OSError, ValueError) as error:
        raise SettingsUnreadable(path=path, reason=error) from error
    return _converted(found, path)


def _text(path: Path) -> str:
    with path.open("rb") as file:
        kept = file.read(MAX_CONFIG_BYTES + 1)
    if len(kept) > MAX_CONFIG_BYTES:
        raise ValueError(f"> {MAX_CONFIG_BYTES} bytes")
    return kept.decode()


def encode(settings: Settings) -> bytes:
    """*settings* as JSON, for a process started by this one."""
    return msgspec.json.encode(settings, enc_hook=int)


def decode(kept: bytes, path: Path) -> Settings:
    """The settings that `encode` wrote; *path* is named when they are not right."""
    return _converted(msgspec.json.decode(kept), path)


def names(of: type[msgspec.Struct] = Settings, prefix: str = "") -> tuple[str, ...]:
    """Every setting by its full name, such as `store.map_size`."""
    found: list[str] = []
    for field in msgspec.structs.fields(of):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            found += names(field.type, f"{prefix}{field.name}.")
        else:
            found.append(prefix + field.name)
    return tuple(found)


def _config_path(environ: Mapping[str, str], named_store: str) -> Path | None:
    if environ.get("VANKHO_CONFIG"):
        return Path(environ["VANKHO_CONFIG"])
    beside = Path(named_store or StoreSettings().root) / CONFIG_NAME
    return beside if beside.is_file() else None


def _converted(found: object, path: Path) -> Settings:
    try:
        settings = msgspec.convert(found, Settings, dec_hook=_special)
    except msgspec.ValidationError as error:
        raise SettingsWrong(path=path, mistake=error) from error
    _bounded(settings, path)
    return settings


def _special(wanted: type, given: object) -> object:
    if wanted is not Size:
        raise NotImplementedError
    if isinstance(given, int) and given >= 0:
        return Size(given)
    match = _SIZE.fullmatch(given) if isinstance(given, str) else None
    if not match:
        raise ValueError("Expected a size such as 64 MiB")
    return Size(int(match[1]) * _UNITS[match[2]])


_BOUNDS: dict[str, tuple[float, float]] = {
    "serve.port": (0, 65535),
    "serve.workers": (1, 64),
    "serve.threads": (1, 256),
    "serve.connections": (1, 100_000),
    "serve.idle_seconds": (1, 86_400),
    "serve.grace_seconds": (1, 3_600),
    "serve.rate": (0, 1_000_000),
    "serve.burst": (1, 1_000_000),
    "search.poll_seconds": (0.01, 60),
    "directory.sync_seconds": (0, 86_400),
    "extract.workers": (1, 64),
    "extract.seconds": (1, 3_600),
    "extract.memory": (64 * MiB, 64 * GiB),
    "store.map_size": (16 * MiB, 16 * 1024 * GiB),
    "store.pack_target": (1 * MiB, 64 * GiB),
    "store.max_blob": (1, 1024 * GiB),
    "store.lease_seconds": (1, 3_600),
    "uploads.count": (1, 10_000),
    "uploads.room": (1, 1024 * GiB),
    "uploads.hours": (1, 24 * 30),
    "ingest.batch": (1, 1_000),
    "directory.connect_seconds": (1, 60),
    "directory.answer_seconds": (1, 300),
}


def _bounded(settings: Settings, path: Path) -> None:
    for name, (least, most) in _BOUNDS.items():
        section, field = name.split(".")
        given: float = getattr(getattr(settings, section), field)
        if not least <= given <= most:
            mistake = f"Expected {least} to {most} - at `$.{name}`"
            raise SettingsWrong(path=path, mistake=mistake)
    if settings.serve.trusted_proxy and not _is_address(settings.serve.trusted_proxy):
        # waitress would take "*" for everybody, and a name for nobody.
        mistake = "Expected one IP address - at `$.serve.trusted_proxy`"
        raise SettingsWrong(path=path, mistake=mistake)


def _is_address(given: str) -> bool:
    try:
        return str(ipaddress.ip_address(given)) == given
    except ValueError:
        return False
