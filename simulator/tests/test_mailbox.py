"""A carrier loses, delays and doubles; what comes, comes by the clock, and by the seed's lot alone."""

from datetime import UTC, datetime, timedelta

from simulator.house import Text
from simulator.mailbox import Carrier, Mailbox

PHONE = "138****0001"
START = datetime(2026, 3, 2, tzinfo=UTC)


class House:
    """Has so many messages for one phone, all sent at once."""

    def __init__(self, many: int) -> None:
        self.at, self._many = START, many

    def now(self) -> datetime:
        return self.at

    def texts(self, after: int) -> list[Text]:
        return [Text(number, PHONE, f"{number:06d}") for number in range(after + 1, self._many + 1)]


def come(carrier: Carrier, *, seed: int = 1, later_s: float = 0.0, many: int = 15) -> list[int]:
    house = House(many)
    box = Mailbox(house, carrier=carrier, seed=seed)  # type: ignore[arg-type]
    box.to(PHONE)
    house.at += timedelta(seconds=later_s)
    return [text.number for text in box.to(PHONE)]


def test_a_sure_carrier_brings_all_at_once_and_to_nobody_else():
    assert come(Carrier()) == list(range(1, 16))
    assert Mailbox(House(3)).to("139****0002") == []


def test_lost_late_and_twice():
    assert come(Carrier(lost=1.0)) == []
    late = Carrier(late=1.0, late_s=(60.0, 120.0))
    assert come(late, later_s=59.0) == []
    assert sorted(come(late, later_s=121.0)) == list(range(1, 16))
    twice = come(Carrier(twice=1.0, late_s=(5.0, 6.0)), later_s=10.0, many=8)
    assert sorted(twice) == sorted([*range(1, 9), *range(1, 9)])


def test_the_lot_is_the_seeds():
    poor = Carrier(lost=0.5)
    assert come(poor) == come(poor) != come(poor, seed=2)
    assert 0 < len(come(poor)) < 15
