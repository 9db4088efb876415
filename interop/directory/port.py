"""Ports to whoever knows the people: a directory, and the negotiation of a ticket.

Neither knows rights: which groups may do what is decided above, with the SIDs told here.
"""

from typing import Protocol

import msgspec

from interop.directory.users import DirectoryUser, Sid, UserGuid


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What has become of people since a position."""

    users: tuple[DirectoryUser, ...]
    """As they are now, whoever was made, changed, renamed, moved or disabled; without groups."""
    gone: tuple[UserGuid, ...]
    """Deleted, or moved to where this directory does not look; may name some never told before."""
    position: bytes
    """From where to ask next; opaque, kept as it is. It holds at every controller of the domain."""


class ControllerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One domain controller, asked just now over a connection of its own."""

    url: str
    reachable: bool
    """Connected, TLS verified and the service account accepted."""
    trouble: str = ""
    """Why not: a trouble's name and its reason; empty where it is reachable."""
    tls: str = ""
    """The protocol spoken, such as `TLSv1.3`."""
    domain: str = ""
    """Its default naming context, `DC=…`."""
    skew: float = 0.0
    """Seconds by which its clock is before ours; Kerberos bears 300."""
    seconds: float = 0.0
    """From connecting to the last answer."""


class Directory(Protocol):
    """The people of a domain. Every call MUST be safe from several threads at once.

    Every call MUST end within stated limits of time and size; one that finds no controller raises
    `DirectoryUnreachable`, at once while the last failure is young. Calls that read need the
    service account and raise `ServiceAccountRefused` when the directory does not take it.
    """

    def authenticate(self, login: str, password: str) -> DirectoryUser:
        """The person called *login*, with all groups, when *password* is theirs.

        *login* is a sAMAccountName or a userPrincipalName, case does not count. The directory
        itself MUST be asked for every call; nothing is kept. An empty password MUST be refused
        without asking: RFC 4513 5.1.2 lets a bind without one succeed as nobody. The password is
        passed on as typed, not composed: the directory compares code points. An unknown login MUST
        cost a bind too, so that the time does not tell names. Raise a child of `LoginRefused`.
        """
        ...

    def recognise(self, login: str) -> DirectoryUser:
        """The person called *login*, with all groups, whom a ticket has proved.

        MUST refuse whom the directory would not let in by now: a ticket outlives a dismissal by
        hours. Raise a child of `LoginRefused`.
        """
        ...

    def user(self, guid: UserGuid) -> DirectoryUser:
        """The person with that GUID as they are now, with all groups.

        No judgement: see `users.objection`. Raise `DirectoryUserMissing`.
        """
        ...

    def groups(self, guid: UserGuid) -> tuple[Sid, ...]:
        """All security groups of a person, nested and primary ones, sorted.

        Raise `DirectoryUserMissing`.
        """
        ...

    def position(self) -> bytes:
        """The position of this moment; taken *before* `users`, nothing falls between the two.

        Raise `ChangesNotAllowed`.
        """
        ...

    def users(self) -> list[DirectoryUser]:
        """Everybody, in no order, without groups; all of them or a trouble.

        Raise `DirectoryTooLarge` for more than `MAX_USERS`.
        """
        ...

    def changes(self, since: bytes) -> Changes:
        """What has become of people since *since*; asking twice tells the same once more.

        MUST tell deletions, as far as the account may see them: see `deleted`. Raise `PositionUnfit` for what is no position of this domain,
        `ChangesNotAllowed` where the service account lacks the right: who asks then reads `users`
        and compares.
        """
        ...

    def deleted(self) -> int:
        """How many deleted people the directory shows to the service account.

        0 where nobody was ever deleted, or where the account lacks the right to see them: a
        directory tells the one no otherwise than the other, and `changes` would be silent about
        deletions. Slow; for whoever sets the directory up. Raise `ChangesNotAllowed`.
        """
        ...

    def health(self) -> tuple[ControllerHealth, ...]:
        """Every controller, asked anew, in the order of the settings. Raise nothing."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...


MAX_USERS = 100_000
"""People that one directory may have."""
MAX_CHANGES = 100_000
"""Changes that one answer may hold; beyond it everything is read anew."""


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket that was accepted."""

    principal: str
    """Who it speaks for, `lan.nt@NOIVU.TINH.GOV.VN`; NFC. `Directory.recognise` knows who that is."""
    answer: bytes
    """The acceptor's own token, for the last `WWW-Authenticate`; may be empty."""


class Negotiation(Protocol):
    """SPNEGO's accepting side (RFC 4178, RFC 4559). MUST be safe from several threads."""

    def accept(self, token: bytes) -> Admitted:
        """Whom *token* proves, in one step.

        MUST be bound to the keytab given, MUST refuse NTLM, a replayed, foreign or expired ticket,
        and a token over `MAX_TOKEN` bytes. A negotiation that would need a second round is refused:
        no browser in a domain needs one, and state between requests would be a stranger's to fill.
        Raise `TicketRefused` or `KeytabUnfit`.
        """
        ...


MAX_TOKEN = 64 * 1024
"""Bytes of a SPNEGO token; a person of very many groups has about 50,000."""
