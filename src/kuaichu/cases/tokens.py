"""Secrets of links and codes, derived from row ids and a key: they can be shown again, and the database reveals
none.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from kuaichu.privacy import keyed_digest


def party_token(party_id: UUID) -> str:
    """The unguessable part of a party's link: 22 characters, 128 bits."""
    return _derived(b"party-link", party_id)


def join_token(join_code_id: UUID) -> str:
    """The unguessable part of an invitation in a QR code or text message."""
    return _derived(b"join-link", join_code_id)


def join_digits(join_code_id: UUID) -> str:
    """The six digits of an invitation, to be read aloud and typed."""
    return f"{int.from_bytes(_mac(b'join-digits', join_code_id)[:8], 'big') % 1_000_000:06d}"


def token_digest(token: str) -> str:
    """What the database keeps of a token."""
    return keyed_digest(token, purpose="token")


def _derived(purpose: bytes, row_id: UUID) -> str:
    return base64.urlsafe_b64encode(_mac(purpose, row_id)[:16]).decode().rstrip("=")


def _mac(purpose: bytes, row_id: UUID) -> bytes:
    return hmac.new(settings.INDEX_KEY.encode(), purpose + b"\x00" + row_id.bytes, hashlib.sha256).digest()
