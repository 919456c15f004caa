"""Callers: several about one event, the same one again, some without a position; what the house saw is noted."""

from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from simulator import callers
from simulator.callers import Calls, event
from simulator.city import Spot
from simulator.wire import Failed

EVENTS = 400


class Taker:
    """Takes every call, keeps it, and says what it may be about."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.refuses = ""

    def ask(self, world: Any, wire: Any, agency: str, method: str, path: str, call: dict[str, Any]) -> Any:
        yield 1.0
        if self.refuses == call["number"][-1]:
            refusal: Any = SimpleNamespace(status=422, text="", json={"code": "call.empty"})
            raise Failed(path, refusal)
        matter = call["number"][:-1]
        known = [earlier["number"] for earlier in self.sent if earlier["number"].startswith(matter)]
        self.sent.append(call)
        return {"category": "accident", "links": [{"number": number} for number in known]}


@pytest.fixture
def taker(monkeypatch) -> Taker:
    one = Taker()
    monkeypatch.setattr(callers, "ask", one.ask)
    return one


def told(events: int = EVENTS) -> Calls:
    calls = Calls()
    world: Any = SimpleNamespace(
        house=SimpleNamespace(now=lambda: callers.datetime(2026, 3, 2, 8, tzinfo=callers.CHINA)),
        meter=SimpleNamespace(count=lambda name: None),
        dice_of=lambda name: Random(f"3:{name}"),
    )
    city: Any = SimpleNamespace(spot=lambda: Spot(120.0, 30.0, "一路与二路路口"))
    for number in range(events):
        for _ in event(world, city, None, calls, "P", "339900", number):  # type: ignore[arg-type]
            pass
    return calls


def test_some_events_bring_further_calls_by_the_same_person_or_by_others(taker):
    calls = told()
    phones = {call["number"]: call["caller_phone"] for call in taker.sent}
    assert len(calls.taken) == len(taker.sent) == calls.sent
    assert all(phones[name] == phones[first] for name, first in calls.again.items())
    assert all(phones[name] != phones[first] for name, first in calls.further.items())
    assert 0.1 < len(calls.again) / EVENTS < 0.25
    assert 0.15 < len(calls.further) / EVENTS < 0.35


def test_what_the_house_saw_at_once_is_noted(taker):
    calls = told()
    assert calls.known == set(calls.again) | set(calls.further)
    assert calls.mistaken == set()


def test_a_link_to_another_event_is_a_mistake(taker, monkeypatch):
    monkeypatch.setattr(callers, "_send", lambda world, wire, calls, agency, call: _linked(calls, call))
    calls = told(40)
    assert calls.known == set()
    assert len(calls.mistaken) == 40


def _linked(calls: Calls, call: dict[str, Any]) -> Any:
    calls.taken[call["number"]] = "accident"
    yield 1.0
    return {"SIM-999999-0"}


def test_some_calls_come_without_a_position(taker):
    told()
    unlocated = sum("lon" not in call for call in taker.sent)
    assert 0.02 < unlocated / len(taker.sent) < 0.12
    assert all(("lon" in call) == ("lat" in call) for call in taker.sent)


def test_a_refused_call_counts_as_sent_and_as_nothing_else(taker):
    taker.refuses = "1"
    calls = told()
    assert calls.sent > len(calls.taken)
    assert not any(name.endswith("-1") for name in (*calls.taken, *calls.again, *calls.further, *calls.known))
