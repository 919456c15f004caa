"""Milliseconds per document, warm, median: ours beside a floor (typesetting alone) and a peer (pyHanko's SimpleSigner).

    python bench/documents.py [--rounds 30]

Prints one JSON object a line. Every round renders another document, so nothing is answered from a cache.
"""

import argparse
import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pyhanko.keys import load_certs_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from kuaichu.dossier.documents.authority import Authority, UnitIdentity, ensure
from kuaichu.dossier.documents.render import render_pdf
from kuaichu.dossier.documents.sealing import seal_pdf
from kuaichu.dossier.documents.tests import factories
from kuaichu.dossier.documents.timestamps import stamp
from kuaichu.dossier.documents.verifying import verify_pdf

CODE = "hd01"


def drawn(number: int) -> bytes:
    return render_pdf(
        factories.determination(number=f"1101052026{number:05d}"),
        at=factories.AT,
        signatures=factories.signatures(),
        seals=[factories.POLICE_SEAL],
    )


def agreed(number: int) -> bytes:
    content = factories.agreement(number=f"KC20261120{number:06d}")
    return render_pdf(content, at=factories.AT, signatures=factories.signatures())


def peer_signer(home: Path) -> SimpleSigner:
    path = str(home / "units" / f"{CODE}.pem")
    own, *rest = load_certs_from_pemder([path])
    registry = SimpleCertificateStore()
    registry.register_multiple(rest)
    return SimpleSigner(own, load_private_key_from_pemder(path, passphrase=None), registry)


def peer_sealed(pdf: bytes, signer: SimpleSigner) -> bytes:
    metadata = PdfSignatureMetadata(field_name="Seal", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    return sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=signer).getvalue()


def median_ms(work: Callable[[int], object], rounds: int) -> float:
    work(-1)
    spent = []
    for number in range(rounds):
        start = time.perf_counter()
        work(number)
        spent.append(time.perf_counter() - start)
    return round(statistics.median(spent) * 1000, 1)


def lines(authority: Authority, home: Path) -> dict[str, Callable[[int], object]]:
    pdf = drawn(0)
    options = {"unit_code": CODE, "authority": authority, "reason": "bench", "at": factories.AT}
    sealed = seal_pdf(pdf, **options)
    signer = peer_signer(home)
    return {
        "render agreement (floor)": agreed,
        "render determination (floor)": drawn,
        "seal B-T": lambda number: seal_pdf(pdf, **options),
        "seal B-B, pyHanko SimpleSigner (peer)": lambda number: peer_sealed(pdf, signer),
        "render + seal B-T agreement": lambda number: seal_pdf(agreed(number + 1000), **options),
        "render + seal B-T determination": lambda number: seal_pdf(drawn(number + 1000), **options),
        "render + seal B-B determination (peer)": lambda number: peer_sealed(drawn(number + 2000), signer),
        "verify": lambda number: verify_pdf(sealed, roots=authority.roots),
        "timestamp token": lambda number: stamp(bytes(32), authority=authority, at=factories.AT),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        authority = ensure(home, units=[UnitIdentity(CODE, factories.UNIT)], at=factories.AT)
        sizes = {"pdf_bytes": len(drawn(1))}
        for name, work in lines(authority, home).items():
            print(json.dumps({"what": name, "median_ms": median_ms(work, rounds), "rounds": rounds, **sizes}))


if __name__ == "__main__":
    main()
