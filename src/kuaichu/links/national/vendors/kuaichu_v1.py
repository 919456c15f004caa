"""A gateway in front of the national platform that speaks the open protocol: signed JSON over HTTP.

    POST {endpoint}/records     operation record.file        a closed case
    POST {endpoint}/vehicles    operation vehicle.look_up    what is registered for a plate

Headers, limits and what a status means: `links.signed_http`. Replies: `links.national.protocol`. 200 or 201 carry the
answer; nothing comes later, so 202 is a refusal.
"""

from collections.abc import Callable
from typing import Any

from kuaichu.links.adapters import PermanentError
from kuaichu.links.national import protocol
from kuaichu.links.reading import Nonsense
from kuaichu.links.signed_http import SignedHttp

_PATHS = {"record.file": "records", "vehicle.look_up": "vehicles"}
_CHECKS: dict[str, Callable[[Any], object]] = {
    "record.file": protocol.read_record,
    "vehicle.look_up": protocol.read_vehicle,
}


class NationalV1(SignedHttp):
    """The adapter."""

    def send(self, *, vendor: str, operation: str, message: dict[str, Any], key: str) -> dict[str, Any]:
        """Raises RetryableError (network.*, partner.*) or PermanentError (partner.*, reply.*, endpoint.*)."""
        path = _PATHS.get(operation)
        if path is None:
            raise PermanentError("operation.unknown")
        status, reply = self.ask(path, message, key=key)
        if status == 202:
            raise PermanentError("partner.202")
        try:
            _CHECKS[operation](reply)
        except Nonsense as fault:
            raise PermanentError(f"reply.{fault.field}") from None
        return dict(reply)
