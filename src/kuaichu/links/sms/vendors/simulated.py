"""The simulated carrier: what it takes in can be read in the demonstration's outbox. It sends nothing to anybody."""

from typing import Any

from django.conf import settings

from kuaichu import clock, rows
from kuaichu.links.adapters import PermanentError
from kuaichu.links.models import OutboxMessage
from kuaichu.privacy import mask_phone

MAX_TEXT = 400


class SimulatedCarrier:
    """Keeps the text with the masked phone. Outside demonstration and tests it refuses to work."""

    def __init__(self, *, is_allowed: bool | None = None) -> None:
        self._is_allowed = settings.DEMO or settings.TESTING if is_allowed is None else is_allowed

    def send(self, *, vendor: str, operation: str, message: dict[str, Any], key: str) -> dict[str, Any]:
        """`message`: phone, text and, if known, stream. The same key is kept once. Raises PermanentError."""
        if not self._is_allowed:
            raise PermanentError("carrier.simulated")
        phone, text = str(message.get("phone", "")), str(message.get("text", ""))
        if not phone or not text:
            raise PermanentError("message.incomplete")
        if len(text) > MAX_TEXT:
            raise PermanentError("message.too_long")
        row = OutboxMessage(
            key=key, at=clock.now(), phone_masked=mask_phone(phone), text=text, stream=message.get("stream")
        )
        return {"state": "sent", "partner_reference": str(rows.insert_once(row, key="key").pk)}
