"""Days of calls, invented from a seed: events by hour, weekday and rain, hot spots that come and go, further callers of
one event, the same caller again days later, calls without a position. The same seed gives the same calls."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import exp
from pathlib import Path
from random import Random
from typing import Any

from kuaichu import clock
from kuaichu.calls.classes import CLASSES
from kuaichu.demo.life.streets import Spot, crossing, dice_of, shifted, streets, unit_of

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
PREFIXES = ("130", "131", "133", "135", "136", "137", "138", "139", "150", "151", "152", "155", "156", "158", "159",
            "180", "181", "182", "185", "186", "187", "188", "189")  # fmt: skip
EVENT_WITHIN_S = 1500.0  # further callers call within such a time


@dataclass(frozen=True, kw_only=True)
class LivedCall:
    """One invented call. `repeat_of`, `incident`: numbers of earlier calls, told with it. Moments are aware."""

    number: str
    at: datetime
    name: str
    phone: str
    content: str
    location: str
    road: str
    lon: float | None
    lat: float | None
    plates: str
    subclass: str
    unit: str
    district: str
    injured: int
    repeat_of: str = ""
    incident: str = ""
    arrived_at: datetime
    closed_at: datetime
    result: str


@dataclass(frozen=True, kw_only=True)
class _Event:
    at: datetime
    subclass: str
    spot: Spot


@lru_cache(maxsize=1)
def book() -> dict[str, Any]:
    """words.yaml."""
    import yaml

    return dict(yaml.safe_load((Path(__file__).parent / "words.yaml").read_text("utf-8")))


def lived(place_code: str, *, first: date, days: int, seed: int, more: float = 1.0) -> list[LivedCall]:
    """All calls of `days` days from `first`, in order of time; `more` scales the number of events. Numbers begin with
    the place and the day. Repeats may fall after the last day."""
    found: list[LivedCall] = []
    for at in range(days):
        found += _day(place_code, first + timedelta(days=at), at, seed, more)
    return sorted(found, key=lambda call: (call.at, call.number))


def _day(place_code: str, on: date, day: int, seed: int, more: float) -> Iterator[LivedCall]:
    dice = dice_of(seed, "day", on)
    events = sorted(_events(on, day, dice, more), key=lambda event: event.at)
    count = 0
    for event in events:
        for call in _calls_of(event, dice):
            count += 1
            prefix = f"L{place_code}{on:%Y%m%d}"
            yield replace(
                call,
                number=f"{prefix}{count:04d}",
                incident=f"{prefix}{count - int(call.incident):04d}" if call.incident else "",
                repeat_of=f"{prefix}{count - int(call.repeat_of):04d}" if call.repeat_of else "",
            )


def _events(on: date, day: int, dice: Random, more: float) -> Iterator[_Event]:
    words = book()
    rate = words["events_a_day"] * words["weekdays"][on.weekday()] * more
    rate *= words["rain"]["more"] if dice.random() < words["rain"]["share"] else 1.0
    names, shares = list(words["classes"]), [row["share"] for row in words["classes"].values()]
    for _ in range(poisson(dice, rate)):
        subclass = dice.choices(names, shares)[0]
        at = _moment(on, words["hours"][words["classes"][subclass]["hours"]], dice)
        yield _Event(at=at, subclass=subclass, spot=streets().somewhere(dice))
    for hot in words["hot"]:
        if hot["first"] <= day <= hot["last"]:
            for _ in range(poisson(dice, hot["a_day"])):
                spot = crossing((hot["near"][0], hot["near"][1]), dice)
                at = _moment(on, words["hours"][hot["profile"]], dice)
                yield _Event(at=at, subclass=dice.choice(hot["classes"]), spot=spot)


def _moment(on: date, hours: list[int], dice: Random) -> datetime:
    hour = dice.choices(range(24), hours)[0]
    start = datetime.combine(on, time(hour), clock.BEIJING)
    return start + timedelta(seconds=int(dice.uniform(0, 3600)))


def _calls_of(event: _Event, dice: Random) -> Iterator[LivedCall]:
    """The first caller, others, and the first one again on later days. `incident`, `repeat_of` hold how many calls back
    the call stands that they mean (empty: nobody has tied them)."""
    words = book()
    row = words["classes"][event.subclass]
    first = call_of(event.at, event.subclass, event.spot, dice)
    yield first
    back = 0
    for _ in range(poisson(dice, row["others"])):
        back += 1
        at = event.at + timedelta(seconds=int(dice.uniform(40, EVENT_WITHIN_S)))
        other = call_of(at, event.subclass, shifted(event.spot, dice, spread_m=30), dice)
        tied = str(back) if dice.random() < words["told_link"] else ""
        yield replace(other, plates=first.plates, incident=tied, closed_at=max(first.closed_at, at))
    at, chance = event.at, row["again"]
    while dice.random() < chance:
        back += 1
        at += timedelta(hours=dice.uniform(14, 130))
        again = call_of(at, event.subclass, event.spot, dice)
        tied = str(back) if dice.random() < words["told_link"] else ""
        yield replace(
            again, name=first.name, phone=first.phone, plates=first.plates, location=first.location, repeat_of=tied
        )
        chance = 0.45


def call_of(at: datetime, subclass: str, spot: Spot, dice: Random) -> LivedCall:
    """One call by somebody who does not exist."""
    words = book()
    row = words["classes"][subclass]
    unit, district = unit_of(spot, words["units"])
    arrived = at + timedelta(minutes=dice.uniform(3, 13))
    is_located = dice.random() >= words["unlocated"]
    content = dice.choice(words["said"][subclass]).format(place=spot.words, road=spot.road)
    return LivedCall(
        number="",
        at=at,
        name=dice.choice(words["surnames"]) + dice.choice(words["given"]),
        phone="" if dice.random() < words["no_phone"] else phone_of(dice),
        content=content,
        location=spot.words,
        road=spot.road,
        lon=spot.lon if is_located else None,
        lat=spot.lat if is_located else None,
        plates=" ".join(_plate(dice) for _ in range(row["plates"])),
        subclass=subclass,
        unit=unit,
        district=district,
        injured=1 if row.get("injured") else 0,
        arrived_at=arrived,
        closed_at=arrived + timedelta(minutes=dice.uniform(*row["busy"])),
        result=dice.choice(words["done"][row.get("done", CLASSES[subclass].category.value)]),
    )


def phone_of(dice: Random) -> str:
    """A number with 0099 in its middle, as all of the invented city's have."""
    return f"{dice.choice(PREFIXES)}0099{dice.randrange(10_000):04d}"


def _plate(dice: Random) -> str:
    return book()["plates"].format(dice.choice("ABCDEFGHJKL")) + "".join(dice.choice(LETTERS) for _ in range(3))


def poisson(dice: Random, mean: float) -> int:
    """Knuth's method (The Art of Computer Programming, 3.4.1), a large mean in parts."""
    count = 0
    while mean > 30:
        part = poisson(dice, 30.0)
        count, mean = count + part, mean - 30
    limit, product = exp(-mean), dice.random()
    while product > limit:
        count, product = count + 1, product * dice.random()
    return count
