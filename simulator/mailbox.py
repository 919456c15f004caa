"""Everybody's text messages, read once and sorted by the masked number."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from threading import Lock

from simulator.house import House, Text
from simulator.meter import Meter

KEPT = 20


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """What happens to a message between the house and the phone: shares (0..1), and how late the late ones are."""

    lost: float = 0.0
    late: float = 0.0
    twice: float = 0.0
    late_s: tuple[float, float] = (15.0, 180.0)


SURE = Carrier()
BUSY = Carrier(lost=0.005, late=0.05, twice=0.01)
POOR = Carrier(lost=0.01, late=0.1, twice=0.05)


class Mailbox:
    """Asks the house for what is new, whoever wants to read. Each message's lot is drawn from `seed` and its number."""

    def __init__(
        self, house: House, *, carrier: Carrier = SURE, seed: int = 0, pace: float = 1.0, meter: Meter | None = None
    ) -> None:
        self._house, self._carrier, self._seed, self._pace = house, carrier, seed, pace
        self._meter = meter or Meter()
        self._lock = Lock()
        self._last = 0
        self._by_phone: dict[str, list[tuple[datetime, Text]]] = defaultdict(list)

    def to(self, masked_phone: str) -> list[Text]:
        """The latest messages that have come to a number, in the order in which they came."""
        with self._lock:
            for text in self._house.texts(self._last):
                self._last = max(self._last, text.number)
                box = self._by_phone[text.phone]
                box.extend((at, text) for at in self._arrivals(text))
                del box[:-KEPT]
            now = self._house.now()
            there = [(at, text) for at, text in self._by_phone[masked_phone] if at <= now]
            return [text for _, text in sorted(there, key=lambda pair: pair[0])]

    def _arrivals(self, text: Text) -> Iterator[datetime]:
        """When it comes to the phone: once, late, twice, or never."""
        dice, carrier, now = Random(f"{self._seed}:text {text.number}"), self._carrier, self._house.now()
        if dice.random() < carrier.lost:
            self._meter.count("carrier.lost")
            return
        is_late, is_twice = dice.random() < carrier.late, dice.random() < carrier.twice
        self._meter.count("carrier.late", int(is_late))
        self._meter.count("carrier.twice", int(is_twice))
        for at in range(1 + is_twice):
            late_s = dice.uniform(*carrier.late_s) if is_late or at else 0.0
            yield now + timedelta(seconds=late_s / self._pace)
