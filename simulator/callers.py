"""Callers: the city's other system sends their calls of all three classes, once or by several, some again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from simulator.city import CHINA, GIVEN, SURNAMES, City, Spot, book
from simulator.insurers import Steps, ask
from simulator.wire import Failed, Wire
from simulator.world import World

MOST_OF_ONE = 4  # calls about one event


@dataclass
class Calls:
    """What was acknowledged: the class by number. `sent` counts attempts that began. `again`: somebody's further call
    about the same event, `further`: somebody else's; each with the event's first. `known`: of both, those of which the
    house said at once that they may be about a call of that event; `mistaken`: first calls said to be about another."""

    sent: int = 0
    taken: dict[str, str] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)
    further: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    mistaken: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Caller:
    """Who calls; invented."""

    name: str
    phone: str


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
    """One event and its calls: the first, and some more, by the same caller or by others."""
    dice, words = world.dice_of(f"event {number}"), book()["calls"]
    kind = dice.choices(words["kinds"], [kind["share"] for kind in words["kinds"]])[0]
    spot, callers = city.spot(), [_caller(dice)]
    names = [f"SIM-{number:06d}-0"]
    while len(names) < MOST_OF_ONE and dice.random() < words["again"]:
        callers.append(callers[0] if dice.random() < words["same_caller"] else _caller(dice))
        names.append(f"SIM-{number:06d}-{len(names)}")
    for at, (name, caller) in enumerate(zip(names, callers, strict=True)):
        text = dice.choice(kind["says"]).format(place=spot.words)
        call = _call(world.house.now(), name, place, spot, text, caller)
        if dice.random() < words["unlocated"]:
            del call["lon"], call["lat"]
        links = yield from _send(world, wire, calls, agency, call)
        _note(calls, name, names[:at], links, is_same=at > 0 and caller == callers[0])
        yield dice.expovariate(1 / 240.0)


def _note(calls: Calls, name: str, earlier: list[str], links: set[str], *, is_same: bool) -> None:
    """What the call was, and whether the house saw it."""
    if name not in calls.taken:
        return
    if earlier:
        (calls.again if is_same else calls.further)[name] = earlier[0]
        if links & set(earlier):
            calls.known.add(name)
    elif links:
        calls.mistaken.add(name)


def _caller(dice: Random) -> Caller:
    return Caller(f"{dice.choice(SURNAMES)}{dice.choice(GIVEN)}", f"1{dice.choice('3578')}{dice.randrange(10**9):09d}")


def _call(at: datetime, number: str, place: str, spot: Spot, text: str, caller: Caller) -> dict[str, Any]:
    return {
        "number": number,
        "place_code": place,
        "received_at": at.isoformat(),
        "content": text,
        "caller_name": caller.name,
        "caller_phone": caller.phone,
        "location": spot.words,
        "lon": spot.lon,
        "lat": spot.lat,
    }


def _send(world: World, wire: Wire, calls: Calls, agency: str, call: dict[str, Any]) -> Steps:
    """Returns the numbers of the calls that the house says it may be about."""
    calls.sent += 1
    try:
        stored = yield from ask(world, wire, agency, "POST", "/calls", call)
    except Failed as refused:
        world.meter.count(f"refused.{refused.code}")
        return set()
    calls.taken[call["number"]] = stored["category"]
    world.meter.count(f"calls.{stored['category']}")
    return {link["number"] for link in stored["links"]}
