"""From a signer's certificate to an anchor: paths by pyHanko's validator, offline, without revocation.

A path that holds at one moment holds at every moment at which all its certificates are in their
terms; so it is found once and remembered. Whether something was revoked is `revocation`'s to say.
"""

# pyHanko's validator is typed, asn1crypto is not.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeArgument=false

import asyncio
import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from asn1crypto import x509
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    PathBuildingError,
    ValidationError,
)
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, CertRevTrustPolicy

from interop.signatures.dimensions import Trust
from interop.signatures.verdicts import Anchor

MAX_REMEMBERED = 4_096
"""Paths kept; at that many all are forgotten."""


class Chain(NamedTuple):
    """What was found above a certificate."""

    trust: Trust
    certificates: tuple[x509.Certificate, ...] = ()
    """From the anchor down to the certificate itself; empty where none leads to an anchor."""
    weak: bool = False
    """There is a path, of algorithms that are too weak."""

    @property
    def anchor(self) -> Anchor | None:
        """The root, where one was found."""
        if not self.certificates:
            return None
        root = self.certificates[0]
        return Anchor(name=common_name(root.subject), sha256=root.sha256.hex())

    def holds(self, moment: datetime) -> bool:
        """Say whether all certificates of it are in their terms at *moment*."""
        return all(
            one.not_valid_before <= moment <= one.not_valid_after for one in self.certificates
        )


class Chains:
    """Finds paths to the anchors of one trust store."""

    def __init__(self, anchors: Sequence[bytes], intermediates: Sequence[bytes]) -> None:
        self._anchors = [x509.Certificate.load(der) for der in anchors]
        self._installed = [x509.Certificate.load(der) for der in intermediates]
        trusted = (*self._anchors, *self._installed)
        self._names = {_plain(common_name(one.subject)) for one in trusted}
        self.installed = {one.sha256 for one in trusted}
        """SHA-256 of all certificates that the province has installed."""
        self._found: dict[tuple[bytes, bytes], Chain] = {}

    def above(
        self, leaf: x509.Certificate, embedded: Iterable[x509.Certificate], moment: datetime
    ) -> Chain:
        """The chain of *leaf* as it stands at *moment*, with what a file has *embedded*."""
        others = [one for one in embedded if one.sha256 != leaf.sha256]
        key = (leaf.sha256, _digest(others))
        found = self._found.get(key)
        if found is not None and found.trust is Trust.TRUSTED and found.holds(moment):
            return found
        chain = self._sought(leaf, others, moment)
        if len(self._found) >= MAX_REMEMBERED:
            self._found.clear()
        self._found[key] = chain
        return chain

    def _sought(
        self, leaf: x509.Certificate, others: list[x509.Certificate], moment: datetime
    ) -> Chain:
        try:
            return Chain(Trust.TRUSTED, asyncio.run(self._path(leaf, others, moment)))
        except DisallowedAlgorithmError as weak:
            path = tuple(weak.original_path.iter_certs(include_root=True))
            return Chain(Trust.TRUSTED, path, weak=True)
        except PathBuildingError:
            return Chain(self._unfounded(leaf, others))
        except (ValidationError, ValueError):
            return Chain(self._broken(leaf))

    async def _path(
        self, leaf: x509.Certificate, others: list[x509.Certificate], moment: datetime
    ) -> tuple[x509.Certificate, ...]:
        context = ValidationContext(
            trust_roots=self._anchors,
            other_certs=[*self._installed, *others],
            moment=moment,
            allow_fetching=False,
            revinfo_policy=CertRevTrustPolicy(NO_REVOCATION),
        )
        paths = context.path_builder.async_build_paths_lazy(leaf)
        path = await find_valid_path(leaf, paths, context)
        return tuple(path.iter_certs(include_root=True))

    def _unfounded(self, leaf: x509.Certificate, others: list[x509.Certificate]) -> Trust:
        """Say whether, where nothing leads to an anchor, a name is passed off as a trusted one's."""
        issuers = {leaf.issuer.hashable, *(one.issuer.hashable for one in others)}
        named = [leaf.issuer, *(one.subject for one in others if one.subject.hashable in issuers)]
        named += [one.issuer for one in others]
        fake = any(_plain(common_name(name)) in self._names for name in named)
        return Trust.FAKE_NAME if fake else Trust.UNKNOWN_ISSUER

    def _broken(self, leaf: x509.Certificate) -> Trust:
        if leaf.self_signed in {"yes", "maybe"}:
            return self._unfounded(leaf, [])
        return Trust.BROKEN_CHAIN


def common_name(name: x509.Name) -> str:
    """The name by which people know whom *name* stands for; all of it where it has no CN."""
    native = name.native
    found = native.get("common_name", "")
    if isinstance(found, list):
        found = found[-1]
    return unicodedata.normalize("NFC", str(found or name.human_friendly))


def _plain(name: str) -> str:
    """*name* as an eye takes it: compatibility forms, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _digest(certificates: list[x509.Certificate]) -> bytes:
    return hashlib.sha256(b"".join(one.sha256 for one in certificates)).digest()
