"""The report says what the phones saw, says what is simulated, and stands alone as a page."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from simulator import report
from simulator.callers import Calls
from simulator.figures import called, duration, figures, stages
from simulator.meter import Meter

START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)


@dataclass
class Case:
    """What a phone remembers."""

    number: str = "1"
    moments: dict[str, datetime] = field(default_factory=dict)
    stage: str = "closed"
    outcome: str = "settled"
    path: str = "self"
    was_attended: bool = False
    was_retaken: bool = False
    paid_fen: int = 0


def case(**seconds: float) -> Case:
    """`reported` at the start, everything else so many seconds later; a double underscore stands for a point."""
    moments = {name.replace("__", "."): START + timedelta(seconds=after) for name, after in seconds.items()}
    return Case(moments={"reported": START} | moments)


def heard(taken: dict[str, str], **more: Any) -> Calls:
    return Calls(taken=taken, **more)


def outcome_of(cases: list[Case], *, faults: str = "hard") -> SimpleNamespace:
    meter = Meter()
    for at in range(200):
        meter.took("photo", 0.02 + at / 10_000)
    meter.count("network.lost_there", 17)
    plan = SimpleNamespace(place="339900", first=date(2026, 3, 2), days=2, seed=3, faults=faults, accidents_a_day=20.0)
    world = SimpleNamespace(meter=meter, troubles=[SimpleNamespace(who="phone <1>", at=START, what="late")])
    calls = heard({"1": "accident", "2": "order", "3": "accident"}, again={"3": "1"})
    began, ended = START, START + timedelta(days=3)
    return SimpleNamespace(plan=plan, world=world, records=cases, calls=calls, began=began, ended=ended)


@pytest.fixture
def cases() -> list[Case]:
    dice = Random(5)
    found = []
    for _ in range(80):
        photos = dice.uniform(90, 400)
        leave = photos + dice.expovariate(1 / 120)
        signed = leave + dice.uniform(200, 1500)
        paid = signed + dice.uniform(1800, 40_000)
        found.append(
            case(submitted=photos, may_leave=leave, signed__A=signed - 20, signed__B=signed, paid=paid,
                 stage__closed=paid + 5)
        )  # fmt: skip
    return [
        *found,
        Case(number=""),
        Case(stage="attendance", path="online", was_attended=True, moments={"reported": START}),
    ]


def test_figures_count_what_they_say(cases):
    known = {figure.key: figure for figure in figures(cases, days=2.0)}
    assert known["a_day"].value == 81 / 2, "a report without a number was never acknowledged"
    assert known["online"].value == 80 / 81
    assert known["closed"].value == 80 / 81
    leave = sorted((each.moments["may_leave"] - START).total_seconds() for each in cases if "may_leave" in each.moments)
    assert known["leave_480"].value == sum(each <= 480 for each in leave) / 80
    assert known["leave_p90_s"].value == leave[71], "the 72nd of 80"
    assert known["leave_s"].over == 80
    assert known["certificate_s"].value is not None


def test_ways_and_ends_are_counted_not_guessed():
    seen = [
        Case(outcome="paid", paid_fen=100_000, moments={"stage.claims": START, "submitted": START}),
        Case(path="online", outcome="paid", paid_fen=300_000, was_retaken=True,
             moments={"stage.claims": START, "submitted": START}),
        Case(path="online", was_attended=True, outcome="settled"),
        Case(path="spot", outcome="transferred", stage="closed"),
        Case(path="", stage="evidence", outcome=""),
    ]  # fmt: skip
    known = {figure.key: figure.value for figure in figures(seen, days=1.0)}
    assert (known["self"], known["video"], known["spot"], known["online"]) == (0.2, 0.2, 0.4, 0.6)
    assert known["one_go"] == 0.5
    assert (known["resolved"], known["performed"]) == (0.75, 1.0)
    assert (known["mean_paid"], known["all_paid"]) == (2000, 4000)


def test_calls_are_counted_by_who_called_and_by_what_the_house_saw():
    taken = {"1": "accident", "2": "order", "3": "accident", "4": "accident"}
    calls = heard(taken, again={"3": "1", "gone": "1"}, further={"4": "1"}, known={"3"}, mistaken={"2"})
    found = {figure.key: figure.value for figure in called(calls, days=2.0)}
    assert (found["calls_a_day"], found["calls_accident"]) == (2.0, 3 / 4)
    assert (found["repeat"], found["further"]) == (1 / 4, 1 / 4)
    assert (found["recognised"], found["mistaken"]) == (1 / 2, 1 / 2)
    assert called(heard({}), days=1.0) == []


def test_a_stretch_needs_both_ends():
    found = {stage.key: stage for stage in stages([case(submitted=60), case(submitted=100, signed__A=300)])}
    assert found["photos"].times == (60.0, 100.0)
    assert found["signed"].times == ()
    assert found["signed"].median is None
    assert found["signed"].within(900) is None


def test_nothing_happened_is_said_and_not_zero():
    known = {figure.key: figure for figure in figures([], days=1.0)}
    assert known["closed"].value is None
    page = report.page_of(report.content(outcome_of([]), command="x"), outcome_of([]))
    assert "没有" in page


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(4, "4 秒"), (4.4, "4.4 秒"), (42, "42 秒"), (300, "5 分钟"), (441, "7.3 分钟"), (7200, "2 小时"), (20_000, "5.6 小时"),
     (86_400, "24 小时"), (400_000, "4.6 天")],
)  # fmt: skip
def test_durations_read_well(seconds, words):
    assert duration(seconds) == words


class Reader(HTMLParser):
    """Collects tags, and what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "rect", "line", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()


def test_the_page_stands_alone_and_says_what_is_simulated(cases, tmp_path):
    outcome = outcome_of(cases)
    held = [
        SimpleNamespace(words="每个案件办结 · every case ends", checked=81, violations=()),
        SimpleNamespace(words="先签字，后付款", checked=7, violations=("one <b>",)),
    ]
    path = report.write(outcome, tmp_path / "out", command="./kuaichu simulate --seed 3", checks=held)
    page = path.read_text("utf-8")
    reader = Reader()
    reader.feed(page)
    assert reader.open == [], "every tag is closed"
    assert reader.fetched == [], "nothing is fetched"
    assert "<script" not in page
    assert "每个案件办结" in page
    assert "every case ends" not in page, "the page is in Chinese"
    assert page.count("<thead>") == page.count("<table"), "every sheet of paper repeats the head"
    assert "人的用时是模拟出来的" in page
    assert "软件的用时、故障后的结果和全部检查是实测的" in page
    assert "phone &lt;1&gt;" in page
    assert "请求在路上丢了" in page
    assert len(re.findall("<svg", page)) == 2
    for row in report.published()["rows"]:
        assert row["what"] in page
    for row in report.published()["beyond"]:
        assert row["what"] in page
    told = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert told["reported"] == 81
    assert told["checks"][1]["violations"] == ["one <b>"]
    assert told["software"][0]["count"] == 200
    assert {"key", "value", "unit", "over"} <= set(told["figures"][0])


def test_published_figures_name_their_source():
    known = report.published()
    assert all(row["source"] in known["sources"] for row in known["rows"])
    assert {row["source"] for row in known["rows"]} == set(known["sources"])
