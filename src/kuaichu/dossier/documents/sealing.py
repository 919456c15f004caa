"""Sealing a rendered document: PAdES B-T (ETSI EN 319 142-1), a certifying signature that allows no later change.

Importing this module costs about 0.7 s (pyHanko): only the worker does.
"""

import hashlib
import io
from datetime import UTC, datetime

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from kuaichu.dossier.documents import signed_data, timestamps
from kuaichu.dossier.documents.authority import Authority, SealProvider

FIELD = "Seal"
RESERVED_HEX_DIGITS = 12_288  # the message is about 4 KB with its timestamp and both chains


def seal_pdf(pdf: bytes, *, unit_code: str, authority: Authority, reason: str, at: datetime) -> bytes:
    """`pdf` sealed by the unit at `at` (aware), with a timestamp of the same authority.

    The original bytes stay at the front. Raises KeyError for a unit that was never ensured and pyHanko's PdfReadError
    for something that is no PDF of ours (a bug).
    """
    return seal_with(
        pdf,
        provider=authority.provider(unit_code, at=at),
        stamper=authority.timestamp_provider(at=at),
        reason=reason,
        at=at,
    )


def seal_with(
    pdf: bytes, *, provider: SealProvider, stamper: SealProvider | None, reason: str, at: datetime, field: str = FIELD
) -> bytes:
    """The same with the keys given; without `stamper` the seal is PAdES B-B."""
    moment = at.astimezone(UTC).replace(microsecond=0)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    steps = PdfCMSEmbedder(new_field_spec=SigFieldSpec(field)).write_cms(field_name=field, writer=writer)
    next(steps)
    placeholder = SignatureObject(
        subfilter=SigSeedSubFilter.PADES,
        timestamp=moment,
        reason=reason,
        bytes_reserved=RESERVED_HEX_DIGITS,
    )
    lock = SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=lock))
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256", in_place=False))
    steps.send(_message(prepared.document_digest, provider=provider, stamper=stamper, at=moment))
    sealed: bytes = output.getvalue()
    return sealed


def _message(digest: bytes, *, provider: SealProvider, stamper: SealProvider | None, at: datetime) -> bytes:
    attributes = signed_data.signed_attributes(
        content_type=signed_data.DATA, digest=digest, certificate=provider.certificate
    )
    signature = provider.sign(attributes.tbs)
    token = None
    if stamper is not None:
        token = timestamps.stamp_with(hashlib.sha256(signature).digest(), provider=stamper, at=at)
    return signed_data.build(
        provider,
        attributes=attributes,
        signature=signature,
        content_type=signed_data.DATA,
        content=None,
        timestamp=token,
    )
