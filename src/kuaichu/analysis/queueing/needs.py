"""What a plan asks for, and what it assumes when nobody knows better."""

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import yaml

from kuaichu.analysis.queueing.lines import Floats, own_times


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """One figure of assumptions.yaml, in the units of `Needs`, and where it comes from."""

    value: float
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Needs:
    """The promise, and how long things take. Seconds, shares of one, metres a second.

    Online cases end within `promise_s` for the share `promise_share`; riders arrive within `reach_s` for `reach_share`.
    A seat needs `seat_s` for a case (exponential), people themselves a lognormal time, a rider `on_scene_s` there.
    """

    promise_s: float
    promise_share: float
    online_share: float
    on_scene_s: float
    reach_s: float
    reach_share: float
    seat_s: float
    own_median_s: float
    own_spread: float
    rider_m_s: float
    detour: float

    @property
    def own_s(self) -> Floats:
        """People's own time as a sample of its distribution."""
        return own_times(self.own_median_s, self.own_spread)


@cache
def assumptions() -> dict[str, Assumption]:
    """By name; those of `Needs` and `week_hours`."""
    rows = yaml.safe_load((Path(__file__).parent / "assumptions.yaml").read_text("utf-8"))
    return {name: Assumption(value=float(row["value"]), zh=row["zh"], en=row["en"]) for name, row in rows.items()}


def needs(**known: float) -> Needs:
    """The assumptions with what is known better."""
    assumed = {field.name: assumptions()[field.name].value for field in fields(Needs)}
    return Needs(**(assumed | known))
