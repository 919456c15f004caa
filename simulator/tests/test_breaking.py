"""Faults come in turn; patience is measured on the house's clock; a soak ends when nothing can happen any more."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from time import sleep
from typing import Any

import pytest

from simulator.breaking import suffering
from simulator.house import Answer, Unreachable
from simulator.meter import Meter
from simulator.soaking import Soak
from simulator.wire import AWAY_S, CALM, PATIENCE, TRIES, Lost, Wire, pauses
from simulator.world import World

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
THREE = ("kill_web", "kill_worker", "kill_database")


class House:
    """Answers with these statuses, one after the other, then not at all."""

    def __init__(self, *statuses: int, faults: tuple[str, ...] = ()) -> None:
        self.at, self.statuses, self.faults = NOON, list(statuses), faults
        self.suffered: list[str] = []

    def now(self) -> datetime:
        return self.at

    def suffer(self, fault: str) -> None:
        self.suffered.append(fault)

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes, address: str) -> Answer:
        status = self.statuses.pop(0) if self.statuses else 0
        if not status:
            raise Unreachable("away")
        return Answer(status, {}, b"")


def world(house: House, *, seed: int = 1) -> World:
    return World(house, seed)  # type: ignore[arg-type]


def wire(house: House) -> Wire:
    return Wire(house, Meter(), world(house).dice_of("x"), CALM, "1.1.1.1")  # type: ignore[arg-type]


def test_every_kind_of_fault_comes_before_one_comes_again():
    house = House(faults=THREE)
    list(islice(suffering(world(house), 1.0), 3 * 4 + 1))
    assert [set(house.suffered[at : at + 3]) for at in (0, 3, 6, 9)] == [set(THREE)] * 4
    assert len({tuple(house.suffered[at : at + 3]) for at in (0, 3, 6, 9)}) > 1


def test_no_fault_comes_after_its_end():
    house = House(faults=THREE)
    faults = suffering(world(house), 1.0, until=NOON + timedelta(minutes=1))
    next(faults)
    house.at += timedelta(minutes=2)
    assert list(faults) == []
    assert house.suffered == []


def test_a_house_that_suffers_nothing_is_left_alone():
    assert list(suffering(world(House()), 1.0)) == []


def test_people_try_again_as_long_as_the_house_may_be_away_however_quickly_their_rests_pass():
    house = House()
    rests = pauses(house)
    for _ in range(TRIES * 3):
        next(rests)
    house.at += PATIENCE
    assert list(rests) == []


def test_who_does_not_rest_by_the_clock_gives_up_after_so_many_tries():
    """Inside one process the clock moves with each rest, so patience and tries end together."""
    house, rests = House(), []
    for rest in pauses(house):
        rests.append(rest)
        house.at += timedelta(seconds=rest)
    assert TRIES <= len(rests) <= TRIES + 2


@pytest.mark.parametrize("status", [429, 502, 503])
def test_who_is_asked_to_wait_tries_again_and_waits_no_longer_once_answered(status):
    sender = wire(House(status, 0, 200))
    asked = sender.until_answered("x", "GET", "/x", headers={})
    next(asked)
    assert sender.meter.waiting() == 1
    next(asked)
    assert sender.meter.waiting() == 1
    assert (sender.meter.waiting(longer_than_s=60.0), sender.meter.longest_wait_s) == (0, 0.0)
    answer = ended(asked)
    assert (answer.status, sender.meter.waiting()) == (200, 0)
    assert sender.meter.longest_wait_s > 0


def test_what_the_house_kept_waiting_is_measured_from_the_first_try_on_a_real_clock():
    sender = wire(House(503, 0, 200))
    sender.meter.is_real = True
    asked = sender.until_answered("x", "GET", "/x", headers={})
    next(asked)
    sleep(0.02)
    next(asked)
    ended(asked)
    quick, whole = sorted(sender.meter.seconds["x"])
    assert whole >= 0.02 > quick, "the refusal itself is no answer, the last one came at once"


def test_a_device_without_network_reaches_nobody_for_minutes_and_the_house_is_not_to_blame():
    house = House(*[200] * 50)
    sender = Wire(house, Meter(), world(house).dice_of("x"), replace(CALM, away=1.0), "1.1.1.1")
    with pytest.raises(Lost):
        sender.send("x", "GET", "/x", headers={})
    sender.weather = CALM
    house.at += timedelta(seconds=AWAY_S[0] - 1)
    with pytest.raises(Lost):
        sender.send("x", "GET", "/x", headers={})
    house.at += timedelta(seconds=AWAY_S[1])
    assert sender.send("x", "GET", "/x", headers={}).status == 200
    assert sender.meter.counts["network.away"] == 1


def test_an_error_is_an_answer():
    sender = wire(House(500))
    assert ended(sender.until_answered("x", "GET", "/x", headers={})).status == 500
    assert sender.meter.waiting() == 0


def ended(steps: Any) -> Answer:
    with pytest.raises(StopIteration) as end:
        next(steps)
    answer = end.value.value
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize(
    ("soak", "seconds"),
    [
        (Soak(rate=2.0), 60.0),
        (Soak(rate=2.0, seconds=300.0), 300.0),
        (Soak(rate=2.0, most_cases=50), 25.0),
        (Soak(rate=2.0, seconds=10.0, most_cases=50), 10.0),
    ],
)
def test_how_long_a_soak_lasts(soak, seconds):
    assert soak.length_s == seconds


def test_dice_decide_the_order_of_faults_and_nothing_else():
    def order(seed: int) -> list[str]:
        house = House(faults=THREE)
        list(islice(suffering(world(house, seed=seed), 1.0), 10))
        return house.suffered

    assert order(7) == order(7)
    assert Counter(order(7)) == Counter(order(8))
