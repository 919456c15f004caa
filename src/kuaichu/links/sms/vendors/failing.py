"""The failing carrier, for tests: it refuses or is down, as asked."""

from typing import Any

from kuaichu.links.adapters import PermanentError, RetryableError


class FailingCarrier:
    """Never delivers. `is_permanent` decides what it raises."""

    def __init__(self, *, is_permanent: bool = False) -> None:
        self._is_permanent = is_permanent

    def send(self, *, vendor: str, operation: str, message: dict[str, Any], key: str) -> dict[str, Any]:
        """Raises RetryableError or PermanentError."""
        if self._is_permanent:
            raise PermanentError("carrier.refused")
        raise RetryableError("carrier.down")
