"""Personal data at rest: authenticated encryption, a keyed index for equality, and the masks shown on pages.

The data key comes from `settings.DATA_KEYS`: the first encrypts, all decrypt, so a key can be rotated by putting a new
one in front. AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D); the index is HMAC-SHA-256 (a blind index).
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_NONCE_BYTES = 12


def encrypt(text: str) -> str:
    """`text` sealed with the current key, as URL-safe base64 with a version mark; the empty string stays empty."""
    if not text:
        return ""
    nonce = os.urandom(_NONCE_BYTES)
    return "1:" + base64.urlsafe_b64encode(nonce + _ciphers()[0].encrypt(nonce, text.encode(), None)).decode()


def encrypt_many(texts: Sequence[str]) -> list[str]:
    """`encrypt` of every text, the nonces drawn at once (imports)."""
    seal, encode = _ciphers()[0].encrypt, base64.urlsafe_b64encode
    nonces = os.urandom(_NONCE_BYTES * len(texts))
    starts = range(0, len(nonces), _NONCE_BYTES)
    pairs = [(nonces[at : at + _NONCE_BYTES], text.encode()) for at, text in zip(starts, texts, strict=True)]
    return ["1:" + encode(nonce + seal(nonce, text, None)).decode() if text else "" for nonce, text in pairs]


def decrypt(sealed: str) -> str:
    """The text behind `encrypt`. Raises ValueError when no known key opens it (wrong key or damaged data)."""
    if not sealed:
        return ""
    raw = base64.urlsafe_b64decode(sealed.removeprefix("1:"))
    for cipher in _ciphers():
        try:
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None).decode()
        except Exception:  # noqa: BLE001, S112 - InvalidTag of another key: try the next one
            continue
    raise ValueError("no data key opens this value")


def blind_index(text: str, *, purpose: str) -> str:
    """A keyed digest for looking up an encrypted value; different purposes can't be joined."""
    return hmac.new(_index_key(), f"{purpose}\x00{text}".encode(), hashlib.sha256).hexdigest()


def blind_indexes(texts: Sequence[str], *, purpose: str) -> list[str]:
    """`blind_index` of every text (imports); empty stays empty."""
    start = hmac.new(_index_key(), f"{purpose}\x00".encode(), hashlib.sha256)
    found = {"": ""}
    for text in texts:
        if text not in found:
            one = start.copy()
            one.update(text.encode())
            found[text] = one.hexdigest()
    return [found[text] for text in texts]


def keyed_digest(text: str, *, purpose: str) -> str:
    """A keyed digest for a secret that the database must not reveal (links, join codes, one-time codes)."""
    return blind_index(text, purpose=purpose)


@lru_cache(maxsize=1)
def _ciphers() -> tuple[AESGCM, ...]:
    return tuple(AESGCM(hashlib.sha256(b"data\x00" + key.encode()).digest()) for key in settings.DATA_KEYS)


@lru_cache(maxsize=1)
def _index_key() -> bytes:
    return hashlib.sha256(b"index\x00" + settings.INDEX_KEY.encode()).digest()


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database and plain in Python. It can't be filtered on: use a blind index."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(super().get_prep_value(value) or "")

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        return decrypt(value or "")


def mask_name(name: str) -> str:
    """`王小明` -> `王*明`, `王明` -> `王*`; the middle of a longer name is one star a character."""
    if len(name) <= 1:
        return name
    return name[0] + "*" if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def mask_phone(phone: str) -> str:
    """`13812345678` -> `138****5678`."""
    return phone if len(phone) < 8 else phone[:3] + "****" + phone[-4:]


def mask_document(number: str) -> str:
    """`110105194912310021` -> `110***********0021`."""
    return "*" * len(number) if len(number) < 8 else number[:3] + "*" * (len(number) - 7) + number[-4:]


def mask_account(number: str) -> str:
    """A bank account shows its last four digits."""
    return ("**** " + number[-4:]) if len(number) >= 8 else "*" * len(number)
