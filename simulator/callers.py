"""Callers: the city's other system sends their calls of all three classes, once or by several, some again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulator.city import CHINA, City, Spot, book
from simulator.insurers import ask
from simulator.wire import Failed, Wire
from simulator.world import World


@dataclass
class Calls:
    """What was acknowledged: the class by number. `sent` counts attempts that began."""

    sent: int = 0
    taken: dict[str, str] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)  # a repeat's number -> the first call's


def calling(
    world: World, city: City, wire: Wire, calls: Calls, *, agency: str, place: str, a_day: float
) -> Iterator[Any]:
    """Events all day by the same rhythm as accidents; each brings its calls."""
    first = world.house.now().astimezone(CHINA).date()
    events = a_day / (1 + book()["calls"]["again"])
    at = 0
    for day in range(10_000):
        moments = sorted(moment for moment, _ in city.moments(first + timedelta(days=day), events))
        for moment in moments:
            rest = (moment - world.house.now()).total_seconds()
            if rest > 0:
                yield rest
            at += 1
            world.spawn(f"event {at}", event(world, city, wire, calls, agency, place, at))
        yield 60.0


def event(world: World, city: City, wire: Wire, calls: Calls, agency: str, place: str, number: int) -> Iterator[Any]:
    """One event and its calls: the first, and some again."""
    dice, words = world.dice_of(f"event {number}"), book()["calls"]
    kind = dice.choices(words["kinds"], [kind["share"] for kind in words["kinds"]])[0]
    spot, first = city.spot(), f"SIM-{number:06d}-0"
    times = 1
    while times < 4 and dice.random() < words["again"]:
        times += 1
    for turn in range(times):
        text = dice.choice(kind["says"]).format(place=spot.words)
        name = f"SIM-{number:06d}-{turn}"
        yield from _send(world, wire, calls, agency, _call(world.house.now(), name, place, spot, text))
        if turn and name in calls.taken:
            calls.again[name] = first
        yield dice.expovariate(1 / 240.0)


def _call(at: datetime, number: str, place: str, spot: Spot, text: str) -> dict[str, Any]:
    return {
        "number": number,
        "place_code": place,
        "received_at": at.isoformat(),
        "content": text,
        "location": spot.words,
        "lon": spot.lon,
        "lat": spot.lat,
    }


def _send(world: World, wire: Wire, calls: Calls, agency: str, call: dict[str, Any]) -> Iterator[Any]:
    calls.sent += 1
    try:
        stored = yield from ask(world, wire, agency, "POST", "/calls", call)
    except Failed as refused:
        world.meter.count(f"refused.{refused.code}")
        return
    calls.taken[call["number"]] = stored["category"]
    world.meter.count(f"calls.{stored['category']}")
    if stored["links"]:
        world.meter.count("calls.linked")
