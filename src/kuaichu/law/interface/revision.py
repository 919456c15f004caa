"""Which law answered: a digest over every rule and value, so that an old answer can be recomputed by the same law."""

from functools import lru_cache
from hashlib import sha256

from kuaichu.law.citations import LAW_ROOT

_KINDS = (".yaml", ".csv", ".py")
_NOT_LAW = {"tests", "examples", "__pycache__", "printing", "scenes"}


@lru_cache(maxsize=1)
def law_revision() -> str:
    """Twelve hex digits; the same on every machine with the same rules and values."""
    digest = sha256()
    for path in sorted(LAW_ROOT.rglob("*")):
        parts = path.relative_to(LAW_ROOT).parts
        if path.suffix in _KINDS and not _NOT_LAW & set(parts):
            digest.update("/".join(parts).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
