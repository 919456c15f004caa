"""Faults of the house itself: what it can suffer (`House.faults`), at random moments."""

from collections.abc import Iterator
from datetime import datetime

from simulator.world import World


def suffering(world: World, hours_between: float, *, until: datetime | None = None) -> Iterator[float]:
    """One fault after the other, exponentially apart in people's time, until a moment: every kind once in a random
    order, then again."""
    dice = world.dice_of("faults")
    waiting: list[str] = []
    while world.house.faults:
        yield dice.expovariate(1 / (hours_between * 3600))
        if until is not None and world.house.now() >= until:
            return
        if not waiting:
            waiting = list(world.house.faults)
            dice.shuffle(waiting)
        fault = waiting.pop()
        world.meter.count(f"fault.{fault}")
        world.house.suffer(fault)
