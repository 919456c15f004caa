"""The platform's computers read strictly, give one answer for each key, and are away at their own hours."""

import json
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError

import pytest

from simulator.main import Outcome
from simulator.national import HARD, STEADY, Platform, Temper
from simulator.partners import Counter
from simulator.tests.false_house import NUMBERS, filed
from simulator.wire import signed
from simulator.world import World

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLATE = {"hphm": "浙D0000A", "hpzl": "02"}


class House:
    """Only a clock, and a secret."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def secret_of(self, agency_code: str) -> bytes:
        return b"secret"


def platform(temper: Temper = STEADY, *, seed: int = 3) -> Platform:
    return Platform(World(House(), seed), "NAT-1", temper)  # type: ignore[arg-type]


def record(**changes: Any) -> dict[str, Any]:
    return {"record_id": "r1", **filed(NUMBERS[0]), **changes}


def test_the_same_key_is_recorded_once_and_told_the_same_again():
    one = platform()
    first = one.handle("records", "k1", record())
    assert first == (201, {"state": "recorded", "djbh": "NAT-1-000000"})
    assert one.handle("records", "k1", record()) == first
    assert one.handle("records", "k2", record(revision=2))[1]["djbh"] == "NAT-1-000000", "a revision changes the record"
    told = record(revision=3)
    told["dutysimple"] = told["dutysimple"] | {"djbh": "NAT-1-000009"}
    assert one.handle("records", "k3", told) == (422, {"error": "djbh"}), "another case's number"
    assert {number: sorted(books) for number, books in one.books.items()} == {NUMBERS[0]: [1, 2]}
    assert one.keys_of == {f"records {NUMBERS[0]} 1": {"k1"}, f"records {NUMBERS[0]} 2": {"k2"}} | {
        f"records {NUMBERS[0]} 3": {"k3"}
    }


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("vehicles", PLATE | {"xm": "赵"}),
        ("vehicles", {"hphm": "浙D0000A"}),
        ("vehicles", PLATE | {"hpzl": ""}),
        ("records", record(owner="赵")),
        ("records", record(dutysimple={"sgbh": NUMBERS[0], "zjccss": ""})),
        ("records", record(dutysimple={"sgbh": NUMBERS[0], "colour": "red"})),
        ("records", record(dutysimplehuman=[{"rybh": "1", "sgzr": 1}])),
        ("records", record(dutysimplehuman=[])),
        ("claims", record()),
    ],
)
def test_what_the_platform_does_not_have_is_refused(operation, body):
    one = platform()
    assert one.handle(operation, "k", body)[0] == 422
    assert (one.books, one.effects) == ({}, {})
    assert one.world.meter.counts["national.refused"] == 1


def test_some_vehicles_are_unlike_what_was_told_and_always_in_the_same_way():
    def play() -> list[dict[str, Any]]:
        one = platform(replace(STEADY, unlike=0.3))
        return [one.handle("vehicles", f"k{at}", PLATE | {"hphm": f"浙D{at:05d}"})[1] for at in range(200)]

    told = play()
    assert told == play()
    day = START.date().isoformat()
    found = [vehicle for vehicle in told if vehicle["state"] == "found"]
    kinds = [
        len(told) - len(found),
        *(sum(vehicle[until] < day for vehicle in found) for until in ("inspected_until", "insured_until")),
        sum(bool(vehicle["insurer"]) for vehicle in found),
        sum(vehicle["cllx"].startswith("H") for vehicle in found),
    ]
    assert min(kinds) >= 5
    assert sum(kinds) < 100


def test_it_is_away_for_some_hours_and_a_run_waits_for_the_last_record():
    one = platform(replace(HARD, busy=0.0, nonsense=0.0))
    house: Any = one.world.house
    nothing: Any = SimpleNamespace()
    outcome = Outcome(nothing, one.world, nothing, nothing, platform=one)
    outcome.has_all_happened = True
    closed: Any = SimpleNamespace(stage="closed", outcome="paid", number=NUMBERS[0])
    outcome.records = [closed]
    assert not outcome.is_quiet
    for hours, status in ((40.5, 503), (45.9, 503), (46.1, 201)):
        house.moment = START + timedelta(hours=hours)
        assert one.handle("records", "k", record())[0] == status
        assert outcome.is_quiet == (status == 201)
    closed.outcome, closed.number = "transferred", NUMBERS[1]
    assert outcome.is_quiet
    assert list(outcome.partners) == ["NAT-1"]


def test_nonsense_once_and_then_an_answer():
    one = platform(replace(STEADY, nonsense=1.0))
    assert one.handle("vehicles", "k", PLATE)[1]["djbh"] is None
    assert one.handle("vehicles", "k", PLATE)[1]["state"] == "found"


def test_it_is_slow_only_on_a_clock_that_runs_by_itself():
    one = platform(replace(HARD, slow=1.0))
    assert one.rest_s("k") == 0.0
    one.world.meter.is_real = True
    assert HARD.slow_s[0] <= one.rest_s("k") <= HARD.slow_s[1]


def test_the_counter_leads_to_the_partner_that_is_meant():
    one = platform()
    counter = Counter({"NAT-1": one})
    Thread(target=counter.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    body = json.dumps(PLATE).encode()
    headers = signed(one.world.house, "NAT-1", method="POST", path="/vehicles", key="k", body=body, plain=True)

    def status(changed: dict[str, str]) -> int:
        url = f"http://127.0.0.1:{counter.port}/vehicles"
        request = urllib.request.Request(url, data=body, headers=headers | changed)
        try:
            return int(urllib.request.urlopen(request, timeout=5).status)
        except HTTPError as refused:
            return refused.code

    try:
        found = [status({}), status({"X-Kuaichu-Signature": "0"}), status({"X-Kuaichu-Agency": "NAT-2"})]
    finally:
        counter.shutdown()
        counter.server_close()
    assert found == [201, 401, 404]
    assert one.world.meter.counts["national.bad_signature"] == 1
