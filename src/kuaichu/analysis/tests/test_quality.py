"""What should not be believed is found, and what is merely usual is not."""

import numpy as np
import pytest

from kuaichu.analysis import networks
from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import Plane
from kuaichu.analysis.quality import PlaceFlag, TimeFlag, check_places, check_times, datum_shift

HOUR, DAY = 3600, 86_400


def city(count=5000, seed=1):
    """Points around one town; every hundredth lies on one of ten busy junctions."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.normal(120.1, 0.05, count), rng.normal(30.2, 0.05, count)
    junction = rng.integers(10, size=count // 100)
    lon[::100], lat[::100] = 120.1004 + junction / 1000, 30.2 + junction / 1000
    return lon, lat


def test_a_sound_file_has_no_flags():
    found = check_places(*city())
    assert not found.flags.any()
    assert (found.words(), found.stacks, found.is_usable.all()) == ("", (), True)


def test_every_kind_of_bad_place_is_named():
    lon, lat = city()
    lon[:5], lat[:5] = np.nan, 30.0
    lon[5:8] = 0.0
    lat[5:8] = 0.0
    lon[10:14], lat[10:14] = lat[10:14].copy(), lon[10:14].copy()
    lon[20], lat[20] = 500.0, 30.0
    lon[21:23], lat[21:23] = -2.2, 53.4
    lon[31:261], lat[31:261] = 120.123456, 30.234567
    lon[1000], lat[1000] = 120.1, 30.2
    found = check_places(lon, lat)
    wanted = {"MISSING": 5, "ZERO": 3, "SWAPPED": 4, "IMPOSSIBLE": 1, "FOREIGN": 2, "FALLBACK": 230}
    assert {name: found.count(PlaceFlag[name]) for name in wanted} == wanted
    assert found.flags[[0, 5, 10, 20, 21, 31]].tolist() == [1, 4, 8, 2, 16, 32]
    assert found.flags[1000] == PlaceFlag.COARSE
    assert found.is_usable[1000]
    assert np.count_nonzero(~found.is_usable) == 245
    assert [(stack.events, round(stack.lon, 6), round(stack.lat, 6)) for stack in found.stacks] == [
        (230, 120.123456, 30.234567)
    ]
    assert "230" in found.words()


def test_a_box_decides_what_is_foreign():
    lon, lat = np.array([120.123, 121.0, 30.1, np.nan]), np.array([30.123, 30.1, 120.1, 30])
    found = check_places(lon, lat, box=(120.0, 30.0, 120.5, 30.5))
    assert found.flags.tolist() == [0, PlaceFlag.FOREIGN, PlaceFlag.SWAPPED, PlaceFlag.MISSING]
    assert found.is_usable.tolist() == [True, False, False, False]


def test_columns_that_are_swapped_altogether():
    lon, lat = city(200)
    found = check_places(lat, lon)
    assert found.count(PlaceFlag.SWAPPED) == 200


@pytest.mark.parametrize("count", [0, 1, 29])
def test_few_points_are_no_pile(count):
    found = check_places(np.full(count, 120.123456), np.full(count, 30.123456))
    assert not found.flags.any()


def test_places_of_two_lengths_are_refused():
    with pytest.raises(BadInput):
        check_places([1.0], [1.0, 2.0])


def weeks(count=60, a_day=40, seed=2):
    """Times of calls with nights, weekends and a slow season, local seconds."""
    rng = np.random.default_rng(seed)
    hours = np.arange(count * 7 * 24)
    level = 1 + 0.4 * np.sin(hours / len(hours) * 6)
    rate = a_day / 24 * level * np.where(hours % 24 < 6, 0.2, 1.3) * np.where(hours // 24 % 7 > 4, 0.7, 1.1)
    times = np.repeat(hours, rng.poisson(rate)) * HOUR * 1.0
    return np.sort(times + rng.integers(1, HOUR, len(times))) + 1.6e9 // DAY * DAY


def test_a_hole_is_found_and_quiet_nights_are_none():
    time = weeks()
    assert check_times(time).holes == ()
    begin = time[0] + 100 * DAY
    found = check_times(time[(time < begin) | (time > begin + 2 * DAY)]).holes
    assert len(found) == 1
    assert abs(found[0].from_s - begin) < 6 * HOUR
    assert abs(found[0].to_s - begin - 2 * DAY) < 6 * HOUR
    assert 50 < found[0].expected < 130
    long = check_times(time[(time < begin) | (time > begin + 90 * DAY)]).holes
    assert len(long) == 1


def test_times_without_an_hour_and_out_of_place():
    time = weeks()
    time[100:180] = time[100:180] // DAY * DAY
    time[0], time[1] = np.nan, 3e9
    found = check_times(time, now_s=2e9)
    assert [found.count(flag) for flag in TimeFlag] == [1, 1, 80]
    assert found.flags[100] == TimeFlag.NO_HOUR
    assert not found.is_usable[100]


@pytest.mark.parametrize("time", [[], [np.nan], [1.6e9], [1.6e9] * 50])
def test_few_times(time):
    assert check_times(time).holes == ()


def beside_roads(count=1500):
    """Points within some metres of an irregular town's streets."""
    rng = np.random.default_rng(3)
    town = networks.lattice(columns=14, rows=12, spacing_m=300)
    x, y = town.plane.metres(town.lon, town.lat)
    lon, lat = town.plane.degrees(x + rng.normal(0, 70, town.nodes), y + rng.normal(0, 70, town.nodes))
    town = networks.network(lon=lon, lat=lat, from_node=town.from_node, to_node=town.to_node)
    link, share = rng.integers(town.links, size=count), rng.random(count)
    ends = [
        np.array(town.plane.metres(each_lon, each_lat))
        for each_lon, each_lat in (
            (lon[town.from_node[link]], lat[town.from_node[link]]),
            (lon[town.to_node[link]], lat[town.to_node[link]]),
        )
    ]
    place = ends[0] + share * (ends[1] - ends[0]) + rng.normal(0, 5, (2, count))
    return town, place


def test_a_datum_that_was_mixed_up_is_told_by_its_shift():
    town, (x, y) = beside_roads()
    found = datum_shift(*town.plane.degrees(x + 462, y - 238), town, known={"GCJ-02": (455.0, -240.0), "none": (0, 0)})
    assert found.is_shifted
    assert (found.east_m, found.north_m) == (pytest.approx(-462, abs=6), pytest.approx(238, abs=6))
    assert found.looks_like == "GCJ-02"
    assert found.after_m < 6 < 30 < found.before_m


def test_points_beside_their_roads_are_left_alone():
    town, (x, y) = beside_roads()
    found = datum_shift(*town.plane.degrees(x, y), town, known={"GCJ-02": (455.0, -240.0)})
    assert (found.is_shifted, found.looks_like) == (False, "")


def test_points_without_roads_tell_nothing():
    town, _ = beside_roads(10)
    with pytest.raises(BadInput):
        datum_shift(np.full(100, 10.0), np.full(100, 50.0), town)
    rng = np.random.default_rng(4)
    plane: Plane = town.plane
    nowhere = plane.degrees(rng.uniform(-1500, 1500, 1000), rng.uniform(-1500, 1500, 1000))
    assert not datum_shift(*nowhere, town).is_shifted
