"""How many seats and riders keep the promise: the city's own demand through `analysis.queueing`.

What is asked (`FIELDS`) is typed, measured (`planning_measured`) or assumed, in this order; the settings of a run say
which, so that it repeats to the bit.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import ceil, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.queueing import Crew, Needs, Ways, assumptions, hourly_rates, sampled, staffing
from kuaichu.analysis.queueing.shifts import Roster, cover
from kuaichu.errors import FieldErrors, Refused
from kuaichu.governance.events import Columns, Store, Wanted

WEEKDAYS, HOURS = 7, 24
DAY_S, HOUR_S, BEIJING_S = 86_400, 3600, 8 * 3600
MONDAY_SHIFT = 3  # 1970-01-01 was a Thursday
LEAST_CALLS = 30  # fewer say nothing about hours
LEAST_PLACES = 30  # fewer say nothing about ways
SPAN_LEAST = 7  # whole days: every weekday once
PATTERNS: dict[str, tuple[int, ...]] = {
    "same": (0, 0, 0, 0, 0, 0, 0),
    "weekend": (0, 0, 0, 0, 0, 1, 1),
    "each": (0, 1, 2, 3, 4, 5, 6),
}

Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Field:
    """A figure that may be typed: `per` of our unit make one of the page's, `low` and `high` in the page's unit."""

    name: str
    per: float
    low: float
    high: float
    is_whole: bool = False

    def shown(self, value: float) -> float:
        """In the page's unit."""
        return round(value / self.per, 4)


# `online_share` is asked as the share to which somebody goes: its complement.
FIELDS: tuple[Field, ...] = (
    Field(name="promise_s", per=60, low=1, high=240),
    Field(name="promise_share", per=0.01, low=50, high=99.9),
    Field(name="reach_s", per=60, low=1, high=240),
    Field(name="reach_share", per=0.01, low=50, high=99.9),
    Field(name="field_share", per=0.01, low=0, high=100),
    Field(name="seat_s", per=60, low=0.1, high=240),
    Field(name="own_median_s", per=60, low=0, high=240),
    Field(name="on_scene_s", per=60, low=0.5, high=600),
    Field(name="rider_m_s", per=1 / 3.6, low=3, high=120),
    Field(name="demand", per=0.01, low=10, high=1000),
    Field(name="shift_h", per=1, low=4, high=12, is_whole=True),
    Field(name="week_hours", per=1, low=10, high=60),
)
BY_NAME = {field.name: field for field in FIELDS}
_SHIFT_H = 8.0


@dataclass(frozen=True, kw_only=True)
class Known:
    """A figure in our unit and where it comes from: `given`, `measured` (over so many) or `assumed`."""

    value: float
    source: str
    over: int = 0


def assumed(name: str) -> float:
    """What holds when nothing is known, in our unit."""
    if name == "field_share":
        return 1.0 - assumptions()["online_share"].value
    if name == "demand":
        return 1.0
    return _SHIFT_H if name == "shift_h" else assumptions()[name].value


def typed(given: Mapping[str, str]) -> dict[str, float]:
    """What was typed, in our units; empty fields are left out. FieldErrors names every field that can't be used."""
    found: dict[str, float] = {}
    wrong: dict[str, Refused] = {}
    for field in FIELDS:
        text = given.get(field.name, "").strip().replace("％", "%").removesuffix("%").strip()
        if not text:
            continue
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not isfinite(number):
            wrong[field.name] = Refused("planning.number", "请填一个数字")
        elif not field.low <= number <= field.high:
            low, high = f"{field.low:g}", f"{field.high:g}"
            wrong[field.name] = Refused("planning.range", "请填 %(low)s 到 %(high)s 之间的数", low=low, high=high)
        elif field.is_whole and number != int(number):
            wrong[field.name] = Refused("planning.whole", "请填整数")
        else:
            found[field.name] = number * field.per
    if given.get("pattern", "same") not in PATTERNS:
        wrong["pattern"] = Refused("planning.pattern", "请选择怎样排班")
    if wrong:
        raise FieldErrors(wrong)
    return found


@dataclass(frozen=True, kw_only=True)
class Span:
    """Civil days since 1970, both included, `quiet` of them without any call of any class."""

    first_day: int
    last_day: int
    quiet: int


def span_of(store: Store, wanted: Wanted) -> Span:
    """The wanted days from the first to the last on which the city has calls at all. Refused for fewer than seven."""
    found = store.select(replace(wanted, categories=(), validity=""))
    days = np.unique((found.columns.t[found.index] + BEIJING_S) // DAY_S)
    if not len(days):
        raise Refused("planning.nothing", "这段时间没有警情，请换一段时间")
    span = Span(first_day=int(days[0]), last_day=int(days[-1]), quiet=int(days[-1] - days[0] + 1 - len(days)))
    if span.last_day - span.first_day + 1 < SPAN_LEAST:
        raise Refused("planning.short", "至少要有 %(least)d 整天的警情，每个星期几都要有，请放长时段", least=SPAN_LEAST)
    return span


def prepared(given: Mapping[str, str], measured: Mapping[str, Known], span: Span) -> dict[str, Any]:
    """The settings of a run. Raises FieldErrors for what was typed."""
    own = typed(given)
    known = {field.name: _known(field.name, own, measured) for field in FIELDS}
    spread = measured.get("own_spread") if known["own_median_s"].source == "measured" else None
    known["own_spread"] = spread or Known(value=assumed("own_spread"), source="assumed")
    known["detour"] = Known(value=assumed("detour"), source="assumed")
    return {
        "known": {name: asdict(each) for name, each in known.items()},
        "pattern": given.get("pattern", "same"),
        **asdict(span),
        "way_s": asdict(measured["way_s"]) if "way_s" in measured else None,
    }


def _known(name: str, own: Mapping[str, float], measured: Mapping[str, Known]) -> Known:
    if name in own:
        return Known(value=own[name], source="given")
    return measured.get(name) or Known(value=assumed(name), source="assumed")


def needs_of(settings: Mapping[str, Any]) -> Needs:
    """What the plan asks for."""
    value = {name: float(each["value"]) for name, each in settings["known"].items()}
    named = {name: value[name] for name in Needs.__dataclass_fields__ if name != "online_share"}
    return Needs(online_share=1.0 - value["field_share"], **named)


def days_of(settings: Mapping[str, Any]) -> NDArray[np.int64]:
    """How many days of each weekday (7,), Monday first, the period has."""
    days = np.arange(int(settings["first_day"]), int(settings["last_day"]) + 1)
    return np.bincount((days + MONDAY_SHIFT) % WEEKDAYS, minlength=WEEKDAYS)


def counts_of(rows: Columns) -> NDArray[np.int64]:
    """Calls by weekday and hour of China's civil time (7, 24)."""
    t = rows.t + BEIJING_S
    cell = (t // DAY_S + MONDAY_SHIFT) % WEEKDAYS * HOURS + t % DAY_S // HOUR_S
    return np.bincount(cell, minlength=WEEKDAYS * HOURS).reshape(WEEKDAYS, HOURS)


def plan(rows: Columns, settings: Mapping[str, Any], rng: np.random.Generator) -> Answer:
    """People by weekday and hour, what one more or fewer would do, and shifts. Refused where nothing can be said."""
    if len(rows) < LEAST_CALLS:
        raise Refused("planning.few", "这段时间只有 %(count)d 起，至少要 %(least)d 起才看得出规律，请放长时段",
                      count=len(rows), least=LEAST_CALLS)  # fmt: skip
    asked, counts = needs_of(settings), counts_of(rows)
    rates = hourly_rates(counts, days_of(settings)) * float(settings["known"]["demand"]["value"])
    located = np.isfinite(rows.lon)
    ways = _ways(asked, rows, located, rng) if located.sum() >= LEAST_PLACES else None
    try:
        found = staffing(asked, rates.ravel(), ways, rng=rng)
    except BadInput as wrong:
        raise Refused("planning.too_much", "每小时的活太多，算不下去：请核对起数、用时和需求比例") from wrong
    return {
        "calls": len(rows),
        "located": int(located.sum()),
        "counts": counts.tolist(),
        "rates": np.round(rates, 6).tolist(),
        "best_share": found.best_share,
        "played_share": found.played_share,
        "travel_s": {str(count): mean for count, mean in found.travel_s.items()},
        "seats": _crew(found.seats, settings),
        "riders": _crew(found.riders, settings) if found.riders is not None else None,
    }


def _ways(asked: Needs, rows: Columns, located: NDArray[np.bool_], rng: np.random.Generator) -> Ways:
    points, sites = sampled(rows.lon[located], rows.lat[located], rng=rng)
    return Ways(points, sites, rider_m_s=asked.rider_m_s, detour=asked.detour, reach_s=asked.reach_s)


def _crew(crew: Crew, settings: Mapping[str, Any]) -> Answer:
    """By weekday and hour; `count` 0 and not possible: no number is enough."""
    is_possible = bool(crew.is_possible.all())
    shape = (WEEKDAYS, HOURS)
    roster = None
    if is_possible and crew.total:
        length_h = int(settings["known"]["shift_h"]["value"])
        roster = cover(crew.count.reshape(shape), length_h=length_h, groups=PATTERNS[settings["pattern"]])
    return {
        "count": crew.count.reshape(shape).tolist(),
        "is_possible": crew.is_possible.reshape(shape).tolist(),
        "an_hour": np.round(crew.an_hour, 6).reshape(shape).tolist(),
        "share": crew.share.reshape(shape).tolist(),
        "busy": crew.busy.reshape(shape).tolist(),
        "wait_s": [[None if not isfinite(each) else each for each in row] for row in crew.mean_wait_s.reshape(shape)],
        "share_mean": crew.mean(crew.share),
        "share_less": crew.mean(crew.share_less),
        "share_more": crew.mean(crew.share_more),
        "hours": crew.total,
        "most": int(crew.count.max()),
        "levels": [[count, share] for count, share in crew.levels.items()],
        "roster": _roster(roster, settings) if roster is not None else None,
    }


def _roster(roster: Roster, settings: Mapping[str, Any]) -> Answer:
    return {
        "starts": roster.starts.tolist(),
        "on_duty": roster.on_duty.tolist(),
        "hours": roster.hours,
        "is_simplest": roster.is_simplest,
        "people": ceil(roster.hours / float(settings["known"]["week_hours"]["value"])),
    }
