"""The city: where accidents happen, when, and to whom. Roads come from a file, everything else from the seed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from math import exp
from pathlib import Path
from random import Random
from typing import Any

import yaml

from kuaichu.law.identifiers.people import check_character
from simulator.people import Manners, Person

CHINA = timezone(timedelta(hours=8))
# Share of a day's accidents by hour, roughly two rush hours; and weight of a weekday, Monday first. Ours, not measured.
BY_HOUR = (8, 5, 4, 3, 4, 9, 25, 62, 78, 64, 56, 54, 48, 46, 52, 56, 66, 84, 76, 54, 42, 34, 24, 14)
BY_WEEKDAY = (1.04, 1.0, 1.0, 1.01, 1.08, 0.97, 0.9)
RAIN = 0.22  # share of days with rain, on which there are RAIN_MORE times as many accidents
RAIN_MORE = 1.35
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高"
GIVEN = (
    "建国",
    "秀英",
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "平",
    "𬱟",
)
VANISHING = ("invite", "photos", "phone", "particulars", "account", "proposal", "sign")  # pages of a phone
NAMELESS = "无名路"
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Spot:
    """A point on a road (WGS-84) with the words that people say for it."""

    lon: float
    lat: float
    words: str


@dataclass(frozen=True)
class Planted:
    """A hot spot that was put there: from a day to a day, so many extra accidents a day."""

    spot: Spot
    first: int
    last: int
    a_day: float


class City:
    """Roads, hot spots, a clock of demand and a stream of people. `hot_at` days count from the run's first."""

    def __init__(self, roads: Path, *, seed: int, accidents_a_day: float, insurers: Sequence[str], days: int) -> None:
        self._dice = Random(f"{seed}:city")
        self._lines = list(_lines(roads))
        self._weights = [len(points) for _, points in self._lines]
        self.accidents_a_day = accidents_a_day
        self._insurers = insurers
        self._numbers = self._dice.randrange(10**6)
        third = max(1, days // 3)
        self.planted = [
            Planted(self.spot(), 0, days, accidents_a_day * 0.06),
            Planted(self.spot(), 0, 2 * third - 1, accidents_a_day * 0.08),  # removed in the last third
            Planted(self.spot(), 2 * third, days, accidents_a_day * 0.08),  # new in the last third
        ]

    def spot(self) -> Spot:
        """Somewhere on a road, near one of its vertices; with a junction's name where two roads meet."""
        name, points = self._dice.choices(self._lines, self._weights)[0]
        lon, lat = points[self._dice.randrange(len(points))]
        other = self._dice.choice(self._lines)[0]
        words = (
            f"{name}与{other}路口"
            if other and other != name and self._dice.random() < 0.5
            else f"{name}{self._dice.randint(1, 380)}号附近"
        )
        return Spot(lon + self._dice.gauss(0, 1e-4), lat + self._dice.gauss(0, 1e-4), words)

    def accidents(self, first: date, days: int) -> Iterator[tuple[datetime, Spot]]:
        """Moments and places in order: a Poisson process by hour, weekday, rain and planted spots."""
        for day in range(days):
            on = first + timedelta(days=day)
            weight = BY_WEEKDAY[on.weekday()] * (RAIN_MORE if self._dice.random() < RAIN else 1.0)
            found = [(self._moment(on), self.spot()) for _ in range(self._poisson(self.accidents_a_day * weight))]
            for planted in self.planted:
                if planted.first <= day <= planted.last:
                    found += [(self._moment(on), self._near(planted.spot)) for _ in range(self._poisson(planted.a_day))]
            yield from sorted(found, key=lambda pair: pair[0])

    def moments(self, on: date, mean: float) -> Iterator[tuple[datetime, float]]:
        """So many moments of a day on average, unordered, with the weight of the weekday."""
        weight = BY_WEEKDAY[on.weekday()]
        for _ in range(self._poisson(mean * weight)):
            yield self._moment(on), weight

    def _near(self, spot: Spot) -> Spot:
        return Spot(spot.lon + self._dice.gauss(0, 3e-4), spot.lat + self._dice.gauss(0, 3e-4), spot.words)

    def _moment(self, on: date) -> datetime:
        hour = self._dice.choices(range(24), BY_HOUR)[0]
        start = datetime.combine(on, time(hour), CHINA)
        return start + timedelta(seconds=self._dice.uniform(0, 3600))

    def _poisson(self, mean: float) -> int:
        """Knuth's method; a large mean in parts."""
        count = 0
        while mean > 30:
            count, mean = count + self._poisson(30.0), mean - 30
        limit, product = exp(-mean), self._dice.random()
        while product > limit:
            count, product = count + 1, product * self._dice.random()
        return count

    def person(self) -> Person:
        """Somebody with a car."""
        dice = self._dice
        self._numbers += 1
        born = date(1958, 1, 1) + timedelta(days=dice.randrange(45 * 365))
        stem = f"339999{born:%Y%m%d}{dice.randrange(1, 999):03d}"
        plate = f"浙D{dice.choice(PLATE_LETTERS)}{dice.randrange(10_000):04d}"
        insurer = dice.choice(list(self._insurers))
        return Person(
            name=dice.choice(SURNAMES) + dice.choice(GIVEN),
            document_number=stem + check_character(stem),
            phone=f"1{dice.choice('3578')}{dice.randrange(10)}{self._numbers * 7919 % 10**8:08d}",
            plate=plate,
            plate_kind="02",
            vehicle_kind="K3",
            insurer=insurer,
            policy_number=f"PDZA2026339900{dice.randrange(10**9):09d}0",
            account=luhn(f"622202{dice.randrange(10**12):012d}"),
        )

    def scene(self) -> dict[str, Any]:
        """What happened, and what is answered to the safety questions."""
        kinds = book()["scenes"]
        scene = dict(self._dice.choices(kinds, [kind["share"] for kind in kinds])[0])
        scene["answers"] = {
            question: "yes" for question, share in book()["answers"].items() if self._dice.random() < share
        }
        return scene

    def manners(self) -> Manners:
        """How somebody behaves."""
        people, dice = book()["people"], self._dice
        gone = dice.choice(VANISHING)
        return Manners(
            agrees=dice.random() < people["agree"],
            signs=dice.random() >= people["refuse_to_sign"],
            vanishes_at=gone if dice.random() < people["vanish"] else "",
            changes_phone=dice.random() < people["change_phone"],
            mistypes=dice.random() < people["mistype_code"],
            hesitates_s=(float(people["hesitate_s"][0]), float(people["hesitate_s"][1])),
        )


def _lines(roads: Path) -> Iterator[tuple[str, list[list[float]]]]:
    """Name and points of every line of a GeoJSON file (WGS-84)."""
    for feature in json.loads(roads.read_text("utf-8"))["features"]:
        shape, name = feature["geometry"], str((feature["properties"] or {}).get("name") or NAMELESS)
        if shape and shape["type"] == "LineString":
            yield name, shape["coordinates"]
        elif shape and shape["type"] == "MultiLineString":
            yield from ((name, points) for points in shape["coordinates"])


@cache
def book() -> dict[str, Any]:
    """scenes.yaml."""
    return dict(yaml.safe_load(Path(__file__).with_name("scenes.yaml").read_text("utf-8")))


def luhn(stem: str) -> str:
    """A card number with its check digit (ISO/IEC 7812)."""
    total = 0
    for at, digit in enumerate(reversed(stem)):
        value = int(digit) * (2 if at % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return stem + str(-total % 10)
