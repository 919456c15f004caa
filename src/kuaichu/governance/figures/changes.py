"""How much a count has changed, and what part of another it is: rounded half up to two decimals, as it is printed."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
MINUS = "−"


@dataclass(frozen=True)
class Change:
    """`now` against `then`: 同比 when `then` is the same period a year before, 环比 when it is the period before."""

    now: int
    then: int

    @property
    def percent(self) -> Decimal | None:
        """(now − then) ÷ then in percent; None when there was nothing to compare with."""
        return _percent(self.now - self.then, self.then)

    @property
    def text(self) -> str:
        """−12.47%, +3.20%, 0.00%, or — when there was nothing to compare with."""
        if self.percent is None:
            return "—"
        sign = MINUS if self.percent < 0 else "+" if self.percent > 0 else ""
        return f"{sign}{abs(self.percent)}%"

    @property
    def is_fall(self) -> bool:
        return 0 < self.then > self.now

    @property
    def is_rise(self) -> bool:
        return 0 < self.then < self.now


@dataclass(frozen=True)
class Share:
    """`part` of `whole`."""

    part: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        return _percent(self.part, self.whole)

    @property
    def text(self) -> str:
        return "—" if self.percent is None else f"{self.percent}%"


def compare(now: int, then: int) -> Change:
    """The change from `then` to `now`."""
    return Change(now, then)


def _percent(numerator: int, denominator: int) -> Decimal | None:
    if denominator == 0:
        return None
    return (Decimal(100 * numerator) / Decimal(denominator)).quantize(_CENT, ROUND_HALF_UP)
