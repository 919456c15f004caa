"""Everybody's text messages, read once and sorted by the masked number."""

from collections import defaultdict
from threading import Lock

from simulator.house import House, Text

KEPT = 20


class Mailbox:
    """Asks the house for what is new, whoever wants to read."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = Lock()
        self._last = 0
        self._by_phone: dict[str, list[Text]] = defaultdict(list)

    def to(self, masked_phone: str) -> list[Text]:
        """The latest messages to a number, oldest first."""
        with self._lock:
            for text in self._house.texts(self._last):
                self._last = max(self._last, text.number)
                box = self._by_phone[text.phone]
                box.append(text)
                del box[:-KEPT]
            return list(self._by_phone[masked_phone])
