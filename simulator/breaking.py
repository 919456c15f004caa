"""Faults of the house itself: what it can suffer (`House.faults`), at random moments."""

from collections.abc import Iterator

from simulator.world import World


def suffering(world: World, hours_between: float) -> Iterator[float]:
    """One fault after the other, exponentially apart in people's time."""
    dice = world.dice_of("faults")
    while world.house.faults:
        yield dice.expovariate(1 / (hours_between * 3600))
        fault = dice.choice(world.house.faults)
        world.meter.count(f"fault.{fault}")
        world.house.suffer(fault)
