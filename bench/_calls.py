"""Calls to the police about roads, generated with known truth: who reports what again, and what only looks so.

The error model was written down before the method was tuned; docs/analysis/repeats.md lists every rate. Sources of
plausible
size: shares of classes and calls a day as cities publish them, the rest judgement. Seeds used for training and
testing differ.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench._calls_speech import misheard_plate, new_plate, spoken_place, spoken_type
from bench._calls_world import Floats, Town, city, province

DAY_S = 86_400.0
CALLS_PER_EVENT = 1.38  # measured on what follows; only scales the number of events
HOURS = np.array([9, 6, 4, 3, 3, 5, 14, 40, 62, 52, 46, 44, 40, 44, 48, 50, 56, 66, 64, 48, 38, 32, 24, 15], float)
WEEKDAYS = np.array([1.04, 1.0, 1.0, 1.02, 1.1, 0.96, 0.88])
RAIN_SHARE, RAIN_FACTOR = 0.08, 1.8

# class: share of events, other callers per event, (kind, a, b) of their delay in seconds, chance to call again, plates
KINDS: dict[str, tuple[float, float, tuple[str, float, float], float, int]] = {
    "车车财损": (0.41, 0.20, ("lognormal", 210, 1.0), 0.07, 2),
    "车与非机动车": (0.12, 0.30, ("lognormal", 210, 1.0), 0.08, 1),
    "伤人": (0.05, 0.90, ("lognormal", 180, 1.0), 0.12, 2),
    "单方": (0.04, 0.35, ("lognormal", 300, 1.1), 0.05, 1),
    "逃逸": (0.03, 0.20, ("lognormal", 300, 1.0), 0.10, 2),
    "违停": (0.10, 0.10, ("exponential", 3600, 0), 0.06, 1),
    "挪车": (0.09, 0.03, ("exponential", 1200, 0), 0.12, 1),
    "噪声": (0.02, 0.15, ("exponential", 1800, 0), 0.05, 0),
    "抛洒物": (0.02, 0.70, ("exponential", 1200, 0), 0.02, 0),
    "拥堵": (0.08, 0.80, ("exponential", 1500, 0), 0.03, 0),
    "设施故障": (0.02, 0.50, ("exponential", 7200, 0), 0.03, 0),
    "求助": (0.02, 0.05, ("exponential", 900, 0), 0.08, 0),
}
NAMES = list(KINDS)
SHARES = np.cumsum([share for share, *_ in KINDS.values()])
CHRONIC = {
    "违停": 0.08,
    "噪声": 0.20,
    "设施故障": 0.10,
    "拥堵": 0.05,
    "挪车": 0.05,
}  # the same caller again, days later
CHRONIC_ELSE = 0.012  # an accident asked about again
DISPERSION = 0.6  # of the number of other callers (negative binomial)
SAME_PERSON = 0.5  # of "others" of a two-car accident: the other driver, who knows the plates
HEAVY_CALLERS, OTHER_MATTER, NO_PHONE, NO_PLACE = 0.006, 0.015, 0.03, 0.03
SECOND_NEAR, SECOND_HERE, AT_RANK = 0.015, 0.007, 0.15


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened; `matter` is the event it goes on from, or its own number."""

    number: int
    matter: int
    t: float
    town: int
    site: tuple[int, int, float, bool]  # road across, road along, metres beside the junction, along the across road?
    x: float
    y: float
    kind: str
    plates: tuple[str, ...]
    caller: int


@dataclass(kw_only=True)
class Calls:
    """Columns in order of time. `event`, `matter`: the truth, one whole number a call."""

    columns: dict[str, NDArray[Any]]
    event: NDArray[np.int64]
    matter: NDArray[np.int64]
    again: NDArray[np.bool_]  # not the first call of its event


@dataclass
class _Making:
    rng: np.random.Generator
    towns: list[Town]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    events: int = 0
    callers: int = 1000

    def __post_init__(self) -> None:
        self.shares = np.cumsum([town.share for town in self.towns])
        self.dangers = [np.cumsum(town.danger) for town in self.towns]


def generate(*, kind: str, days: float, per_day: float, seed: int) -> Calls:
    """`kind`: "city" or "province". About per_day·days calls."""
    rng = np.random.default_rng(seed)
    towns = city(rng) if kind == "city" else province(rng, per_day=per_day)
    making = _Making(rng, towns)
    recent: list[Event] = []
    for t in _times(rng, days, int(per_day * days / CALLS_PER_EVENT)):
        event = _event(making, t, recent)
        recent.append(event)
        _report(making, event)
        for later in _consequences(making, event):
            _report(making, later)
    return _columns(making, days)


def _times(rng: np.random.Generator, days: float, count: int) -> Floats:
    """Moments by hour, weekday and rain."""
    hours = np.arange(int(np.ceil(days * 24)))
    rate = HOURS[hours % 24] * WEEKDAYS[hours // 24 % 7] * np.where(rng.random(hours.size) < RAIN_SHARE, RAIN_FACTOR, 1)
    chosen = rng.choice(hours, count, p=rate / rate.sum())
    t = np.sort((chosen + rng.random(count)) * 3600)
    return t[t < days * DAY_S]


def _event(making: _Making, t: float, recent: list[Event]) -> Event:
    rng = making.rng
    town_number = _pick(rng, making.shares)
    town = making.towns[town_number]
    kind = NAMES[_pick(rng, SHARES)]
    at_rank = kind in ("挪车", "违停") and rng.random() < AT_RANK
    cell = int(rng.choice(town.ranks)) if at_rank else _pick(rng, making.dangers[town_number])
    across, along = divmod(cell, town.along.size)
    is_beside = not at_rank and rng.random() < 0.45
    beside = float(rng.uniform(-220, 220)) if is_beside else float(rng.normal(0, 12))
    caller = _caller(making, recent)
    return _placed(making, t, town_number, (across, along, beside, bool(rng.random() < 0.5)), kind, caller)


def _pick(rng: np.random.Generator, sums: Floats) -> int:
    return min(int(np.searchsorted(sums, rng.random() * sums[-1])), len(sums) - 1)


def _placed(
    making: _Making, t: float, town: int, site: tuple[int, int, float, bool], kind: str, caller: int, matter: int = -1
) -> Event:
    rng, place = making.rng, making.towns[town]
    across, along, beside, on_across = site
    x = place.x + place.across[across] + (rng.normal(0, 5) if on_across else beside)
    y = place.y + place.along[along] + (beside if on_across else rng.normal(0, 5))
    plates = tuple(new_plate(rng, town) for _ in range(KINDS[kind][4]))
    number = making.events
    making.events += 1
    return Event(
        number=number, matter=number if matter < 0 else matter, t=float(t), town=town, site=site, x=float(x),
        y=float(y),
        kind=kind, plates=plates, caller=caller,
    )  # fmt: skip


def _caller(making: _Making, recent: list[Event]) -> int:
    """Mostly somebody new; patrols, taxi firms and surveyors call all day; some called lately about something else."""
    draw = making.rng.random()
    if draw < HEAVY_CALLERS:
        return int(making.rng.integers(0, max(4, len(making.towns) * 4)))
    if draw < HEAVY_CALLERS + OTHER_MATTER and recent:
        return recent[int(making.rng.integers(max(0, len(recent) - 20_000), len(recent)))].caller
    making.callers += 1
    return making.callers


def _consequences(making: _Making, event: Event) -> list[Event]:
    """Second accidents close by, and the same caller with the same matter on later days."""
    rng, found = making.rng, []
    across, along, beside, on_across = event.site
    is_accident = len(event.plates) and event.kind not in ("违停", "挪车")
    if is_accident and rng.random() < SECOND_NEAR + SECOND_HERE:
        is_near = rng.random() < SECOND_NEAR / (SECOND_NEAR + SECOND_HERE)
        site = (across, along, beside + float(rng.uniform(-250, 250)) if is_near else beside, on_across)
        wait = rng.uniform(60, 2400) if is_near else rng.uniform(30, 600)
        found.append(_placed(making, event.t + wait, event.town, site, "车车财损", making.callers + 1))
        making.callers += 1
    t, chance = event.t, CHRONIC.get(event.kind, CHRONIC_ELSE)
    while rng.random() < chance:
        t += 0.5 * DAY_S + rng.exponential(6 * DAY_S)
        kind = event.kind if rng.random() < 0.85 else str(rng.choice(["求助", "违停", "拥堵"]))
        later = _placed(making, t, event.town, event.site, kind, event.caller, event.matter)
        found.append(later if later.kind in CHRONIC else _with_plates(later, event))
        chance = 0.45
    return found


def _with_plates(later: Event, event: Event) -> Event:
    return Event(**{**later.__dict__, "plates": event.plates})


def _report(making: _Making, event: Event) -> None:
    """The first call, those of others, and the same people again while it lasts."""
    rng = making.rng
    _, others, (law, scale, sigma), again, _ = KINDS[event.kind]
    town = making.towns[event.town]
    busy = min(1.5, 0.6 * float(np.sqrt(town.danger[event.site[0], event.site[1]] * town.danger.size)))
    count = int(rng.poisson(rng.gamma(DISPERSION, others * busy / DISPERSION)))
    callers = [(event.caller, event.t, True)]
    for _ in range(count):
        wait = rng.lognormal(np.log(scale), sigma) if law == "lognormal" else rng.exponential(scale)
        making.callers += 1
        is_party = len(event.plates) == 2 and rng.random() < SAME_PERSON
        callers.append((making.callers, event.t + wait, is_party))
    for first_caller, first_t, is_party in callers:
        caller, t = first_caller, first_t
        _call(making, event, caller, t, is_party=is_party)
        chance = again
        while rng.random() < chance:
            t += rng.gamma(2, 660)
            if rng.random() < 0.1:  # from a friend's phone
                making.callers += 1
                caller = making.callers
            _call(making, event, caller, t, is_party=is_party)
            chance = 0.3


def _call(making: _Making, event: Event, caller: int, t: float, *, is_party: bool) -> None:
    rng, town = making.rng, making.towns[event.town]
    x, y = _position(making, event, is_party=is_party)
    known = (0.93, 0.8) if is_party else (0.25, 0.2)
    plates = [
        misheard_plate(rng, plate) if rng.random() < chance else ""
        for plate, chance in zip(event.plates, known, strict=False)
    ]
    if rng.random() < 0.35:
        plates.reverse()
    plate_a, plate_b = [*plates, "", ""][:2]
    phone = "" if rng.random() < NO_PHONE else f"p{caller:09d}"
    road = spoken_place(rng, town, event.site)
    typ = spoken_type(rng, event.kind, is_party=is_party)
    making.rows.append((t, x, y, phone, road, plate_a, plate_b, typ, event.number, event.matter))


def _position(making: _Making, event: Event, *, is_party: bool) -> tuple[float, float]:
    """By satellite (50 %), by the network (25 %), set on the map by the clerk (22 %, some on a default), or none."""
    rng, town = making.rng, making.towns[event.town]
    across, along, _, on_across = event.site
    x, y = event.x, event.y
    if not is_party and rng.random() < 0.25:  # said while driving on
        moved = float(rng.uniform(5, 14) * rng.exponential(45)) * (1 if rng.random() < 0.5 else -1)
        x, y = (x, y + moved) if on_across else (x + moved, y)
    draw = rng.random()
    if draw < NO_PLACE:
        return np.nan, np.nan
    if draw < NO_PLACE + 0.50:
        sigma = rng.lognormal(np.log(9), 0.7)
    elif draw < NO_PLACE + 0.75:
        sigma = rng.lognormal(np.log(180 if town.share > 0.1 else 320), 0.6)
    else:
        road_x, road_y = town.x + town.across[across], town.y + town.along[along]
        if rng.random() < 0.03:
            return town.x, town.y  # the place could not be found: the town's default point
        slip = float(rng.laplace(0, 60))
        x, y = (road_x, event.y + slip) if on_across else (event.x + slip, road_y)
        if abs(event.site[2]) < 40:
            x, y = road_x, road_y
        sigma = 12
    return float(x + rng.normal(0, sigma)), float(y + rng.normal(0, sigma))


def _columns(making: _Making, days: float) -> Calls:
    rows = sorted((row for row in making.rows if row[0] < days * DAY_S), key=lambda row: row[0])
    t, x, y, phone, road, plate_a, plate_b, typ, event, matter = zip(*rows, strict=True)
    columns: dict[str, NDArray[Any]] = {"call_id": np.array([f"c{n:07d}" for n in range(len(rows))], object)}
    columns |= {name: np.array(values, float) for name, values in (("t", t), ("x", x), ("y", y))}
    texts = {"phone": phone, "road": road, "plate_a": plate_a, "plate_b": plate_b, "typ": typ}
    columns |= {name: np.array(values, object) for name, values in texts.items()}
    numbers = np.array(event, np.int64)
    first = np.unique(numbers, return_index=True)[1]
    again = np.ones(len(rows), bool)
    again[first] = False
    return Calls(columns=columns, event=numbers, matter=np.array(matter, np.int64), again=again)
