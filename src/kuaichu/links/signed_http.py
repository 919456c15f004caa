"""Signed JSON over HTTP to a partner, with limits on time and length, and what its status means.

Headers and signature: `links.signing`. 200, 201 and 202 carry an answer; 408, 425, 429 and 5xx mean try again; any
other status is a refusal. A message is an envelope `{"agency": code, "endpoint": url, "body": {...}}`; only the body
is sent. An empty endpoint is the demonstration's twin, whose address stands in `HOME/twins`.
"""

import json
import ssl
from functools import cache
from typing import Any

import httpx
from django.conf import settings

from kuaichu.links.adapters import PermanentError, RetryableError
from kuaichu.links.signing import signed_headers

CONNECT_LIMIT_S = 3.0
READ_LIMIT_S = 10.0
MAX_REPLY_BYTES = 64 * 1024
_BUSY = {408, 425, 429}
_ANSWERS = {200, 201, 202}


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: loading the authorities costs 20 ms, more than all the rest of a message."""
    return httpx.create_ssl_context(trust_env=False)


class SignedHttp:
    """What the adapters of signed partners share. `connect_limit_s` and `read_limit_s` are in seconds."""

    def __init__(self, *, connect_limit_s: float = CONNECT_LIMIT_S, read_limit_s: float = READ_LIMIT_S) -> None:
        self._limits = httpx.Timeout(read_limit_s, connect=connect_limit_s)

    def ask(self, path: str, message: dict[str, Any], *, key: str) -> tuple[int, Any]:
        """Status and JSON of the answer. Raises RetryableError (network.*, partner.*) or PermanentError (partner.*,
        reply.*, endpoint.*)."""
        body = json.dumps(message["body"], ensure_ascii=False).encode()
        headers = signed_headers(agency_code=message["agency"], body=body, key=key)
        status, raw = self._post(f"{_endpoint(message)}/{path}", body, headers)
        if status in _BUSY or status >= 500:
            raise RetryableError(f"partner.{status}")
        if status not in _ANSWERS:
            raise PermanentError(f"partner.{status}")
        try:
            return status, json.loads(raw)
        except ValueError:
            raise PermanentError("reply.unreadable") from None

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            with (
                httpx.Client(
                    timeout=self._limits, verify=_trusted(), follow_redirects=False, trust_env=False
                ) as client,
                client.stream("POST", url, content=body, headers=headers) as response,
            ):
                return response.status_code, _read_limited(response)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise PermanentError("endpoint.bad") from None
        except httpx.TimeoutException:
            raise RetryableError("network.timeout") from None
        except httpx.TransportError:
            raise RetryableError("network.down") from None


def _read_limited(response: httpx.Response) -> bytes:
    raw = b""
    for chunk in response.iter_bytes():
        raw += chunk
        if len(raw) > MAX_REPLY_BYTES:
            raise PermanentError("reply.too_long")
    return raw


def _endpoint(message: dict[str, Any]) -> str:
    if message.get("endpoint"):
        return str(message["endpoint"]).rstrip("/")
    note = settings.HOME / "twins"
    if not (settings.DEMO or settings.TESTING):
        raise PermanentError("endpoint.missing")
    if not note.exists():
        raise RetryableError("twins.not_started", is_ours=True)
    return note.read_text().strip()
