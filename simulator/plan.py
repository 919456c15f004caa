"""How many seats, field riders and hours keep the promise at this demand.

Each hour of the day is taken as if it went on for ever at its own rate ("stationary, independent, period by period").
That is good where a case takes minutes and people are not overloaded; it forgets that a line left over from one hour
stands at the beginning of the next, so the answer is played through in a simulation (`Staffing.played_share`).
The riders' way is that to the nearest of as many stands as there are riders, set to cover most; where the nearest is
busy the next one comes from farther away, so a plan without slack is too tight.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import exp
from pathlib import Path
from random import Random
from statistics import NormalDist
from typing import Any

import yaml

from simulator.city import BY_HOUR, City
from simulator.queueing import HOUR_S, Line, fewest, kept_within, played, reached_within

POINTS = 400  # sampled accidents for the riders' way
SITES = 60  # candidate stands
OWN_STEPS = 60  # points of the distribution of people's own time
PLAYED_DAYS = 60
MOST_STANDS = 40
MOST_SPARE = 40  # seats beyond the work there is: what they don't bring, more don't either
GAP = 0.1  # of the accidents left uncovered: as good as the assumptions deserve


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What is asked: accidents a day, and the figures of data/planning.yaml."""

    a_day: float
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
    def own_s(self) -> tuple[float, ...]:
        """People's own time as a sample of its distribution (lognormal)."""
        normal = NormalDist()
        steps = [normal.inv_cdf((step + 0.5) / OWN_STEPS) for step in range(OWN_STEPS)]
        return tuple(self.own_median_s * exp(self.own_spread * step) for step in steps)


@dataclass(frozen=True, kw_only=True)
class Hour:
    """One hour of the day. `seats`, `riders` None: no number keeps the promise, the shares are the best there is."""

    hour: int
    online: float
    field: float
    seats: int | None
    kept_share: float
    busy: float
    mean_wait_s: float
    riders: int | None
    reached_share: float


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """A day's plan. `played_share`: the promise kept in a simulation of many such days (None without seats)."""

    needs: Needs
    hours: tuple[Hour, ...]
    best_share: float
    played_share: float | None
    travel_s: Mapping[int, float]

    @property
    def seat_hours(self) -> int:
        return sum(hour.seats or 0 for hour in self.hours)

    @property
    def rider_hours(self) -> int:
        return sum(hour.riders or 0 for hour in self.hours)


@cache
def assumptions() -> dict[str, dict[str, Any]]:
    """data/planning.yaml."""
    return dict(yaml.safe_load((Path(__file__).parent / "data/planning.yaml").read_text("utf-8")))


def needs(a_day: float, **other: float) -> Needs:
    """The assumptions with what is known better."""
    known = {name: float(row["value"]) for name, row in assumptions().items()}
    return Needs(a_day=a_day, **(known | other))


def staffing(asked: Needs, roads: Path, *, seed: int = 1) -> Staffing:
    """The fewest people hour by hour. `roads`: the city's GeoJSON."""
    rates = [asked.a_day * share / sum(BY_HOUR) for share in BY_HOUR]
    ways = _Ways(asked, roads, seed)
    hours = tuple(_hour(asked, hour, rate, ways) for hour, rate in enumerate(rates))
    online = [rate * asked.online_share for rate in rates]
    return Staffing(
        needs=asked,
        hours=hours,
        best_share=kept_within(Line(servers=1, an_hour=0.0, handling_s=asked.seat_s), asked.own_s, asked.promise_s),
        played_share=_played(asked, online, [hour.seats for hour in hours], seed),
        travel_s=ways.means,
    )


def _hour(asked: Needs, hour: int, rate: float, ways: "_Ways") -> Hour:
    online, field = rate * asked.online_share, rate * (1 - asked.online_share)
    seat = Line(servers=0, an_hour=online, handling_s=asked.seat_s)

    def kept(servers: int) -> float:
        return kept_within(replace(seat, servers=servers), asked.own_s, asked.promise_s)

    def reached(riders: int) -> float:
        way = ways.to(riders)
        line = Line(servers=riders, an_hour=field, handling_s=asked.on_scene_s + sum(way) / len(way))
        return reached_within(line, way, asked.reach_s)

    seats = fewest(
        lambda servers: kept(servers) >= asked.promise_share, load=seat.load, most=int(seat.load) + MOST_SPARE
    )
    riders = fewest(
        lambda count: reached(count) >= asked.reach_share, load=field * asked.on_scene_s / HOUR_S, most=MOST_STANDS
    )
    shown = replace(seat, servers=seats or int(seat.load) + 10)
    return Hour(
        hour=hour,
        online=online,
        field=field,
        seats=seats,
        kept_share=kept(shown.servers),
        busy=shown.busy,
        mean_wait_s=shown.mean_wait_s,
        riders=riders,
        reached_share=reached(riders or MOST_STANDS),
    )


def _played(asked: Needs, online: Sequence[float], seats: Sequence[int | None], seed: int) -> float | None:
    if any(count is None for count in seats):
        return None
    dice = Random(f"{seed}:own")
    own = asked.own_s
    done = played(
        by_hour=online,
        servers=[count or 1 for count in seats],
        handling=lambda random: random.expovariate(1 / asked.seat_s),
        days=max(PLAYED_DAYS, int(20_000 / max(sum(online), 1))),
        seed=seed,
    )
    return sum(wait + takes + dice.choice(own) <= asked.promise_s for wait, takes in done) / max(len(done), 1)


class _Ways:
    """How long riders are under way when so many stand where they should."""

    def __init__(self, asked: Needs, roads: Path, seed: int) -> None:
        import numpy as np

        from kuaichu.analysis.coverage import straight

        city = City(roads, seed=seed, accidents_a_day=asked.a_day, insurers=["-"], days=1)
        points = np.array([(spot.lon, spot.lat) for spot in (city.spot() for _ in range(POINTS))])
        sites = np.array([(spot.lon, spot.lat) for spot in (city.spot() for _ in range(SITES))])
        self._reach = straight((points[:, 0], points[:, 1]), (sites[:, 0], sites[:, 1]), detour=asked.detour)
        self._speed, self._within_m = asked.rider_m_s, asked.reach_s * asked.rider_m_s
        self._known: dict[int, tuple[float, ...]] = {}

    def to(self, riders: int) -> tuple[float, ...]:
        """Seconds to each sampled accident from the nearest of `riders` stands."""
        from kuaichu.analysis.coverage import max_cover

        count = min(riders, MOST_STANDS)
        if count not in self._known:
            sited = max_cover(self._reach, [1.0] * POINTS, count, within=self._within_m, gap=GAP)
            self._known[count] = tuple(float(metres) / self._speed for metres in sited.travel)
        return self._known[count]

    @property
    def means(self) -> dict[int, float]:
        return {count: sum(way) / len(way) for count, way in sorted(self._known.items())}


def table(plan: Staffing) -> Iterator[str]:
    """Lines for a terminal."""
    asked = plan.needs
    yield (
        f"每天 {asked.a_day:.0f} 起事故，线上 {asked.online_share:.0%}；"
        f"承诺 {asked.promise_s / 60:.0f} 分钟内办完 ≥ {asked.promise_share:.0%}，"
        f"骑手 {asked.reach_s / 60:.0f} 分钟内到场 ≥ {asked.reach_share:.0%}"
    )
    yield "时段  线上起/时  坐席  办完占比  忙碌  平均等  到场起/时  骑手  到场占比"
    for row in plan.hours:
        yield (
            f"{row.hour:02d}时  {row.online:9.1f}  {_count(row.seats)}  {row.kept_share:8.1%}  {row.busy:4.0%}"
            f"  {row.mean_wait_s:4.0f}秒  {row.field:9.1f}  {_count(row.riders)}  {row.reached_share:8.1%}"
        )
    yield f"合计  坐席 {plan.seat_hours} 人时，骑手 {plan.rider_hours} 人时 · seat hours, rider hours"
    if plan.played_share is None:
        yield f"有的时段增加坐席也做不到：没有人等待时也只有 {plan.best_share:.1%}，先缩短操作和审核用时"
    else:
        yield f"逐时模拟核对：{plan.played_share:.1%} 在承诺时间内（没有人等待时最多 {plan.best_share:.1%}）"
    yield "按每小时各自平稳计算（M/M/c），不计上一小时的积压和就近骑手正忙；人的用时是假设，见 docs/SIMULATOR.md"


def _count(people: int | None) -> str:
    return f"{people:4d}" if people is not None else "做不到"
