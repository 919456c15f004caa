"""The city follows its seed: rush hours, hot spots that come and go, people of every manner, each box of the form."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from kuaichu.law.identifiers.people import check_character
from simulator.city import VANISHING, City, book
from simulator.phones import Phone

ROADS = Path(__file__).parents[2] / "src/kuaichu/demo/map/roads.geojson"
FIRST = date(2026, 3, 2)


def city(seed: int = 3, *, a_day: float = 60.0, days: int = 9) -> City:
    return City(ROADS, seed=seed, accidents_a_day=a_day, insurers=["INS-A", "INS-B"], days=days)


@pytest.fixture(scope="module")
def accidents():
    return list(city().accidents(FIRST, 9))


def test_the_same_seed_is_the_same_city(accidents):
    assert list(city().accidents(FIRST, 9)) == accidents
    assert list(city(4).accidents(FIRST, 9)) != accidents


def test_accidents_come_in_order_more_by_day_and_as_many_as_asked(accidents):
    moments = [moment for moment, _ in accidents]
    assert moments == sorted(moments)
    hours = Counter(moment.hour for moment in moments)
    assert sum(hours[hour] for hour in (7, 8, 17, 18)) > 4 * sum(hours[hour] for hour in (1, 2, 3, 4))
    assert 0.8 < len(accidents) / (9 * 60 * 1.16) < 1.35


def test_one_hot_spot_is_removed_and_one_appears():
    town = city()
    always, gone, new = town.planted
    assert (always.first, always.last) == (0, 9)
    assert gone.last < new.first <= 6
    near = {0: 0, 1: 0}
    for moment, spot in town.accidents(FIRST, 9):
        is_late = (moment.date() - FIRST).days >= new.first
        near[is_late] += abs(spot.lon - new.spot.lon) < 0.002 and abs(spot.lat - new.spot.lat) < 0.002
    assert near[1] / 3 > near[0] / 6, "more a day once it is there"


def test_people_have_valid_papers_and_every_manner():
    town = city()
    people = [town.person() for _ in range(600)]
    assert all(person.document_number[-1] == check_character(person.document_number[:-1]) for person in people)
    assert len({person.phone for person in people}) == len(people)
    manners = [town.manners() for _ in range(3000)]
    assert {each.vanishes_at for each in manners} == {"", *VANISHING}
    for trait in ("agrees", "signs", "changes_phone", "mistypes"):
        assert {getattr(each, trait) for each in manners} == {True, False}


def test_people_vanish_from_pages_that_a_phone_has():
    pages = {name.removeprefix("_") for name in vars(Phone) if name.startswith("_")}
    assert set(VANISHING) <= pages


def test_scenes_name_boxes_of_the_form():
    scenes = book()["scenes"]
    named = {act for scene in scenes for act in (*scene["a"], *scene["b"])}
    assert named == {
        *("rear_end", "lane_change", "not_yielding", "reversing", "door", "wrong_way", "signal", "rolling"),
        *("other", "stopped"),
    }
    assert sum(scene["share"] for scene in scenes) == 100
