"""Signatures between us and a partner: HMAC-SHA-256 (RFC 2104) over moment and body, with a secret of the two.

    X-Kuaichu-Agency:     the partner's code
    X-Kuaichu-Timestamp:  seconds since 1970 (UTC)
    X-Kuaichu-Signature:  hex of HMAC-SHA-256(secret, timestamp + "." + body)
    Idempotency-Key:      names one message; the same key has one effect, however often it is sent

The secret of a partner is `KUAICHU_PARTNER_SECRET_<CODE>` (code in capitals, `-` as `_`). The demonstration and the
tests derive one from the installation's own key; anywhere else a missing secret is an error.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping

from django.conf import settings

from kuaichu import clock

AGENCY_HEADER = "X-Kuaichu-Agency"
TIMESTAMP_HEADER = "X-Kuaichu-Timestamp"
SIGNATURE_HEADER = "X-Kuaichu-Signature"
KEY_HEADER = "Idempotency-Key"
WINDOW_S = 300  # how far the sender's clock may be off; also the time in which a copied message could be sent again


class BadSignature(Exception):
    """The message is not the partner's, or was signed too long ago. `code` is short and holds no data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def secret_of(agency_code: str) -> bytes:
    """What we and the partner both know. Raises LookupError outside the demonstration when none is set."""
    given = os.environ.get("KUAICHU_PARTNER_SECRET_" + agency_code.upper().replace("-", "_"), "")
    if given:
        return given.encode()
    if not (settings.DEMO or settings.TESTING):
        raise LookupError(f"no secret for partner {agency_code}")
    return hmac.new(settings.INDEX_KEY.encode(), f"partner\x00{agency_code}".encode(), hashlib.sha256).digest()


def signed_headers(*, agency_code: str, body: bytes, key: str) -> dict[str, str]:
    """The four headers of a message, signed now."""
    timestamp = str(int(clock.now().timestamp()))
    return {
        AGENCY_HEADER: agency_code,
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: _signature(agency_code, timestamp, body),
        KEY_HEADER: key,
        "Content-Type": "application/json; charset=utf-8",
    }


def check(headers: Mapping[str, str], body: bytes) -> str:
    """The code of the agency that signed `body`. Raises BadSignature: signature.missing, .old, .unknown, .wrong."""
    code, timestamp = headers.get(AGENCY_HEADER, ""), headers.get(TIMESTAMP_HEADER, "")
    given = headers.get(SIGNATURE_HEADER, "")
    if not (code and given and timestamp.isascii() and timestamp.isdigit()):
        raise BadSignature("signature.missing")
    if abs(int(timestamp) - clock.now().timestamp()) > WINDOW_S:
        raise BadSignature("signature.old")
    try:
        expected = _signature(code, timestamp, body)
    except LookupError:
        raise BadSignature("signature.unknown") from None
    if not hmac.compare_digest(expected, given):
        raise BadSignature("signature.wrong")
    return code


def _signature(agency_code: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret_of(agency_code), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
