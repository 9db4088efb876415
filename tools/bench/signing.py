"""A signature appended to a file in the name of an office, as PAdES, with its visible mark.

No time-stamp authority: three certificates travel in every signature.
"""

# asn1crypto is untyped, and pyHanko's types end where it begins.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

import io
import random
from collections.abc import Sequence

from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from PIL import Image
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.stamp import StaticStampStyle, TextStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tools.bench.authority import KEY_BITS, Authority, Credential, loaded_key, office_name
from tools.bench.plan import SEED, Stage
from tools.bench.seals import hand, seal

DIGEST = "sha256"
BOXES = {
    Stage.INITIALLED: (60, 60, 150, 90),
    Stage.SIGNED: (360, 90, 510, 154),
    Stage.SEALED: (330, 70, 430, 170),
    Stage.CERTIFIED: (60, 690, 150, 780),
}
"""Where each signature shows on the last page, in points."""


class LoadedSigner(Signer):
    """Signs with a key read once: pyHanko's own signer reads and proves it at every signature."""

    def __init__(self, credential: Credential, chain: Sequence[Certificate]) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(chain)
        super().__init__(
            signing_cert=Certificate.load(credential.certificate),
            cert_registry=store,
            embed_roots=True,
        )
        self._key = loaded_key(credential.key)

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
    ) -> bytes:
        if digest_algorithm != DIGEST:
            raise ValueError(digest_algorithm)
        if dry_run:
            return bytes(KEY_BITS // 8)
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class Offices:
    """Sign in the name of any office; images are drawn once an office."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        above = (authority.issuing, authority.root)
        self._chain: list[Certificate] = [Certificate.load(der) for der in above]
        self._signers: dict[str, Signer] = {}
        self._pictures: dict[tuple[int, Stage], Image.Image] = {}

    def appended(self, file: bytes, agency: int, stage: Stage, nth: int = 0) -> bytes:
        """*file* with one more revision: the signature of *agency* for *stage*."""
        name = f"{stage.value}-{nth}"
        signer = PdfSigner(
            PdfSignatureMetadata(
                field_name=name,
                md_algorithm=DIGEST,
                subfilter=SigSeedSubFilter.PADES,
                reason=f"VB {stage.value}",
            ),
            signer=self._signer(agency, stage),
            stamp_style=self._style(agency, stage),
            new_field_spec=SigFieldSpec(name, on_page=-1, box=BOXES[stage]),
        )
        target = io.BytesIO()
        signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(file)), output=target)
        return target.getvalue()

    def _signer(self, agency: int, stage: Stage) -> Signer:
        # A copy is certified with the organisation's seal, as documents are sealed with it.
        name = office_name(agency, Stage.SEALED if stage is Stage.CERTIFIED else stage)
        if name not in self._signers:
            self._signers[name] = LoadedSigner(self._authority.offices[name], self._chain)
        return self._signers[name]

    def _style(self, agency: int, stage: Stage) -> TextStampStyle | StaticStampStyle:
        if stage is Stage.INITIALLED:
            return TextStampStyle(stamp_text="%(signer)s\n%(ts)s", border_width=0)
        picture = self._picture(agency, stage)
        return StaticStampStyle(
            background=PdfImage(picture), background_opacity=1.0, border_width=0
        )

    def _picture(self, agency: int, stage: Stage) -> Image.Image:
        key = (agency, stage)
        if key not in self._pictures:
            draw = hand if stage is Stage.SIGNED else seal
            self._pictures[key] = draw(random.Random(f"{SEED}-{stage.value}-{agency}"))
        return self._pictures[key]
