"""Browser files of others are the ones that were chosen, byte for byte."""

import hashlib

from django.conf import settings

FOLDER = settings.ROOT / "web" / "static" / "vendor"


def test_vendored_files_have_their_checksums():
    rows = [line.split() for line in (FOLDER / "SHA256SUMS").read_text().splitlines()]
    assert {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for _, name in rows} == {
        name: digest for digest, name in rows
    }
    assert {path.name for path in FOLDER.glob("*.js")} <= {name for _, name in rows}
