"""The flow of time: turns in order, bells, patience; the same seed, the same dice."""

from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.house import Unreachable
from simulator.world import Until, World

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Still:
    """A house that only has a clock."""

    def __init__(self, due_in_s: float | None = None) -> None:
        self.moment = START
        self.worked_at: list[datetime] = []
        self._due = START + timedelta(seconds=due_in_s) if due_in_s else None

    def now(self) -> datetime:
        return self.moment

    def wait_until(self, moment: datetime) -> None:
        self.moment = moment

    def work(self) -> datetime | None:
        if self._due and self.moment >= self._due:
            self.worked_at.append(self.moment)
            self._due = None
        return self._due


def world(house: Any = None, seed: int = 7) -> World:
    there: Any = house or Still()
    return World(there, seed)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def told(log: list[str], name: str, *rests: Any):
    for rest in rests:
        log.append(name)
        yield rest
    log.append(f"{name}.")


def test_turns_follow_the_clock_not_the_order_of_birth():
    log: list[str] = []
    city = world()
    city.spawn("a", told(log, "a", 10.0))
    city.spawn("b", told(log, "b", 4.0, 3.0))
    city.run(after(60))
    assert log == ["a", "b", "b", "b.", "a."]
    assert city.house.now() == after(60)
    assert city.waiting == 0


def test_who_rests_at_a_bell_wakes_when_it_rings():
    log: list[str] = []
    city = world()
    city.spawn("a", told(log, "a", Until("door", 1000.0)))
    city.spawn("b", told(log, "b", Until("door", 1000.0)))
    city.run(after(1))
    city.ring("door", after_s=2.0, most=1)
    city.run(after(5))
    assert log == ["a", "b", "a."]
    city.ring("another")
    city.run(after(2000))
    assert log == ["a", "b", "a.", "b."], "the other one's patience ran out"


def test_a_ring_and_run_out_patience_give_one_turn():
    log: list[str] = []
    city = world()
    city.spawn("a", told(log, "a", Until("door", 10.0), 50.0))
    city.run(after(1))
    city.ring("door")
    city.run(after(30))
    assert log == ["a", "a"]


def test_the_house_works_when_its_work_is_due():
    house = Still(due_in_s=30.0)
    world(house).run(after(60))
    assert house.worked_at == [after(30)]


def test_trouble_ends_one_actor_and_is_kept():
    def unlucky():
        yield 1.0
        raise Unreachable("gone")

    log: list[str] = []
    city = world()
    city.spawn("u", unlucky())
    city.spawn("a", told(log, "a", 5.0))
    city.run(after(60))
    assert [trouble.what for trouble in city.troubles] == ["gone"]
    assert log == ["a", "a."]


def test_dice_depend_on_seed_and_name_alone():
    assert world(seed=1).dice_of("x").random() == world(seed=1).dice_of("x").random()
    assert world(seed=1).dice_of("x").random() != world(seed=2).dice_of("x").random()
    assert world(seed=1).dice_of("x").random() != world(seed=1).dice_of("y").random()
