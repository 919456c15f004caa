"""How many seats, field riders and hours keep the promise in the invented city: `kuaichu.analysis.queueing` on its
demand.

The riders' way is that to the nearest of as many stands as there are riders, set to cover most; where the nearest is
busy the next one comes from farther away, so a plan without slack is too tight.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kuaichu.analysis.queueing import Needs, Staffing, Ways
from kuaichu.analysis.queueing import staffing as staffed
from kuaichu.analysis.queueing.shifts import Roster, cover
from kuaichu.analysis.queueing.ways import MOST_POINTS, MOST_SITES
from simulator.city import BY_HOUR, City

SHIFT_H = 8


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A day's plan. Rosters None: some hour can't be staffed."""

    a_day: float
    staffing: Staffing
    seats: Roster | None
    riders: Roster | None

    @property
    def is_possible(self) -> bool:
        """Whether there is a number of people that keeps the promise in every hour."""
        return self.seats is not None and self.riders is not None


def planned(asked: Needs, a_day: float, roads: Path, *, seed: int = 1) -> Plan:
    """The fewest people hour by hour for `a_day` accidents. `roads`: the city's GeoJSON."""
    rates = a_day * np.array(BY_HOUR) / sum(BY_HOUR)
    found = staffed(asked, rates, ways_of(asked, roads, seed=seed), rng=np.random.default_rng(seed))
    assert found.riders is not None
    seats, riders = (
        cover(crew.count[None, :], length_h=SHIFT_H) if crew.is_possible.all() else None
        for crew in (found.seats, found.riders)
    )
    return Plan(a_day=a_day, staffing=found, seats=seats, riders=riders)


def ways_of(asked: Needs, roads: Path, *, seed: int) -> Ways:
    """Ways to accidents of the invented city from stands at places where some happen."""
    city = City(roads, seed=seed, accidents_a_day=1.0, insurers=["-"], days=1)
    points = np.array([(spot.lon, spot.lat) for spot in (city.spot() for _ in range(MOST_POINTS))])
    sites = np.array([(spot.lon, spot.lat) for spot in (city.spot() for _ in range(MOST_SITES))])
    return Ways(
        (points[:, 0], points[:, 1]),
        (sites[:, 0], sites[:, 1]),
        rider_m_s=asked.rider_m_s,
        detour=asked.detour,
        reach_s=asked.reach_s,
    )


def table(plan: Plan) -> Iterator[str]:
    """Lines for a terminal."""
    found, asked = plan.staffing, plan.staffing.needs
    seats, riders = found.seats, found.riders
    assert riders is not None
    yield (
        f"每天 {plan.a_day:.0f} 起事故，线上 {asked.online_share:.0%}；"
        f"承诺 {asked.promise_s / 60:.0f} 分钟内办完 ≥ {asked.promise_share:.0%}，"
        f"骑手 {asked.reach_s / 60:.0f} 分钟内到场 ≥ {asked.reach_share:.0%}"
    )
    yield "时段  线上起/时  坐席  办完占比  忙碌  平均等  到场起/时  骑手  到场占比"
    for hour in range(len(seats.count)):
        yield (
            f"{hour:02d}时  {seats.an_hour[hour]:9.1f}  {_count(seats.count[hour])}  {seats.share[hour]:8.1%}"
            f"  {seats.busy[hour]:4.0%}  {seats.mean_wait_s[hour]:4.0f}秒  {riders.an_hour[hour]:9.1f}"
            f"  {_count(riders.count[hour])}  {riders.share[hour]:8.1%}"
        )
    yield f"合计  坐席 {seats.total} 人时，骑手 {riders.total} 人时 · seat hours, rider hours"
    for name, roster in (("坐席", plan.seats), ("骑手", plan.riders)):
        if roster is not None:
            yield f"{name}排班（{SHIFT_H} 小时一班）{_starts(roster)}，共 {roster.hours} 人时 · shifts"
    if found.played_share is None:
        yield f"有的时段增加坐席也做不到：没有人等待时也只有 {found.best_share:.1%}，先缩短操作和审核用时"
    else:
        yield f"逐时模拟核对：{found.played_share:.1%} 在承诺时间内（没有人等待时最多 {found.best_share:.1%}）"
    yield "按每小时各自平稳计算（M/M/c），不计上一小时的积压和就近骑手正忙；人的用时是假设，见 docs/SIMULATOR.md"


def _count(people: int) -> str:
    return f"{people:4d}" if people else "做不到"


def _starts(roster: Roster) -> str:
    return "，".join(f"{hour:02d}:00 上班 {people} 人" for hour, people in enumerate(roster.starts[0]) if people)
