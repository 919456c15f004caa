"""What every adapter of a partner must offer, and how it says that something went wrong."""

from typing import Any, Protocol


class RetryableError(Exception):
    """The partner may take the message later: network down, time-out, busy. `code` is short and holds no data.
    `is_ours`: nothing left the house, so it says nothing of the partner.
    """

    def __init__(self, code: str, *, is_ours: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_ours = is_ours


class PermanentError(Exception):
    """The partner will never take this message: refused, nonsense in the reply. A person has to look."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Adapter(Protocol):
    """One way of talking to one kind of partner."""

    def send(self, *, vendor: str, operation: str, message: dict[str, Any], key: str) -> dict[str, Any]:
        """Deliver `message` and return the partner's reply. The same `key` must have one effect, however often sent.

        Raises RetryableError or PermanentError; anything else is a bug.
        """
        ...
