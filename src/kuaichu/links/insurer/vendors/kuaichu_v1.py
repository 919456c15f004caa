"""Insurers that speak the open protocol: signed JSON over HTTP.

    POST {endpoint}/claims      operation claim.notify    a claim with the references of all documents
    POST {endpoint}/payments    operation payment.order   pay an amount to an account

Headers, limits and what a status means: `links.signed_http`. Replies: `links.insurer.protocol`. 200 or 201 carry the
answer, 202 means that it comes later by callback to `callback_url` of the message.
"""

from collections.abc import Callable
from typing import Any

from kuaichu.links.adapters import PermanentError
from kuaichu.links.insurer import protocol
from kuaichu.links.reading import Nonsense
from kuaichu.links.signed_http import SignedHttp

_PATHS = {"claim.notify": "claims", "payment.order": "payments"}
_CHECKS: dict[str, Callable[[Any], object]] = {
    "claim.notify": protocol.read_acceptance,
    "payment.order": protocol.read_order,
}


class KuaichuV1(SignedHttp):
    """The adapter."""

    def send(self, *, vendor: str, operation: str, message: dict[str, Any], key: str) -> dict[str, Any]:
        """Raises RetryableError (network.*, partner.*) or PermanentError (reply.*, endpoint.*)."""
        path = _PATHS.get(operation)
        if path is None:
            raise PermanentError("operation.unknown")
        status, reply = self.ask(path, message, key=key)
        if operation == "claim.notify" and status == 202 and protocol.is_pending(reply):
            return {"state": "pending"}
        try:
            _CHECKS[operation](reply)
        except Nonsense as fault:
            raise PermanentError(f"reply.{fault.field}") from None
        return dict(reply)
