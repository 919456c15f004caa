"""Sealed files on disk, under their digest."""

import hashlib
import os
from pathlib import Path

from django.conf import settings


def instrument_path(sha256: str) -> Path:
    """Where the sealed file with this digest lies."""
    return Path(settings.FILES) / "instruments" / sha256[:2] / f"{sha256}.pdf"


def store_instrument(data: bytes) -> str:
    """Write a sealed file once, whole or not at all; returns its SHA-256 (hex)."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = instrument_path(sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}")
    with draft.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
    return sha256
